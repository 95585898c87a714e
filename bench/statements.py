"""What one intake says to PostgreSQL, as a script that pgbench sends again and again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.config import Settings
from app.main import create_app
from bench.questions import Request
from tests.server import running

Values = Sequence[Any] | dict[str, Any]
Statement = tuple[str, Values]
"""As the driver is given it: a text with places, and what stands there."""

FIRST = "INSERT INTO kept_answer"
"""By this the transaction of a request with an Idempotency-Key is known from others."""

NUMBERS = {"session_log": ("log_", "last_number"), "audit": ("head_", "number")}
"""Tables of which the last number is read and locked, and then the next one is written."""

_HEX = re.compile(r"[0-9a-f]{16}(?:[0-9a-f]{16})?")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def captured(database_url: str, folder: Path, request: Request) -> list[list[Statement]]:
    """Send one request to the service a few times; return what the last two transactions said."""
    settings = Settings(demo=True, database_url=database_url, erasure_list=folder / "erasures.log")
    with (
        _listening() as transactions,
        running(create_app(settings)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        for _ in range(3):
            key = {"Idempotency-Key": str(uuid4())}
            client.post(
                request["path"], headers={**request["headers"], **key}, content=request["body"]
            ).raise_for_status()
    return transactions[-2:]


def script(transactions: list[list[Statement]], connection: psycopg.Connection) -> str:
    """Write what two equal requests said as one script, in which what differed is made anew.

    Ids and keys are made of a random number; the numbers of the logs, of what is read before they
    are written. The rest, moments and what is sealed, stays as it was.
    """
    cursor = psycopg.ClientCursor(connection)
    made: dict[str, str] = {}
    lines = [r"\set r random(1, 9000000000000000000)", "BEGIN;"]
    for (text, values), (_, others) in zip(*transactions, strict=True):
        marked = {}
        for place, value in _places(values).items():
            if value == _places(others)[place]:
                continue
            expression = _made_anew(value, text, made)
            if expression is not None:
                marked[place] = expression
        lines.append(_written(cursor, text, values, marked))
    return "\n".join([*lines, "COMMIT;", ""])


def _made_anew(value: object, text: str, made: dict[str, str]) -> str | None:
    """Say how pgbench makes a value that differs each time; None: it may stay as it was."""
    if isinstance(value, int):
        table = next(table for table in NUMBERS if table in text)
        return f"(:{''.join(NUMBERS[table])}::integer + 1)"
    said = str(value)
    if said not in made:
        digest = f"md5(:r::text || '{len(made)}')"
        if _UUID.fullmatch(said):
            made[said] = f"{digest}::uuid"
        elif isinstance(value, str) and _HEX.fullmatch(said):
            made[said] = f"left({digest}, {len(said)})"
    return made.get(said)


def _written(
    cursor: psycopg.ClientCursor,
    text: str,
    values: Values,
    marked: Mapping[Any, str],
) -> str:
    places = {**_places(values), **{place: f"@{place}@" for place in marked}}
    written = cursor.mogrify(text, places if isinstance(values, dict) else list(places.values()))
    for place, expression in marked.items():
        written = written.replace(f"'@{place}@'", expression)
    for table, (prefix, _) in NUMBERS.items():
        if table in text and "FOR UPDATE" in text:
            return f"{written} \\gset {prefix}"
    return f"{written};"


def _places(values: Values) -> dict[Any, Any]:
    return values if isinstance(values, dict) else dict(enumerate(values))


@contextmanager
def _listening() -> Iterator[list[list[Statement]]]:
    """Yield a list that fills with the statements of each transaction that keeps an answer."""
    finished: list[list[Statement]] = []
    open_: dict[sa.Connection, list[Statement]] = {}

    def hear(  # as SQLAlchemy calls it
        connection: sa.Connection,
        _cursor: object,
        text: str,
        values: Values,
        _context: object,
        _many: bool,  # noqa: FBT001
    ) -> None:
        open_.setdefault(connection, []).append((text, values))

    def end(connection: sa.Connection) -> None:
        said = open_.pop(connection, [])
        if any(text.startswith(FIRST) for text, _ in said):
            finished.append(said)

    heard = (("before_cursor_execute", hear), ("commit", end), ("rollback", end))
    for name, function in heard:
        event.listen(Engine, name, function)
    try:
        yield finished
    finally:
        for name, function in heard:
            event.remove(Engine, name, function)
