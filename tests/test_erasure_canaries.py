"""What a person said stands nowhere in the clear, and after erasure nowhere at all.

Every table is read, every file of the database, the log of the server, a backup taken later, and
an older backup after the erasure list was replayed on it.
"""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.commands import privacy
from app.config import Settings
from app.db import Database, opened
from app.domain.access import EVERY_REGION
from app.models import Consent, ContactDetails, metadata
from tests.canaries import (
    HOLDER,
    Haystack,
    Needles,
    Person,
    Post,
    found,
    hand_over,
    pieces,
    receive,
    tell,
)
from tests.conftest import fill
from tests.postgres import Cluster
from tests.server import ServerProcess

SEALED = {
    "intake": ("id", "content"),
    "person_key": ("intake_id", "wrapped"),
    "referral": ("intake_id", "content"),
    "referral_change": ("intake_id", "note"),
    "outcome_change": ("intake_id", "note"),
    "contact_details": ("intake_id", "content"),
    "holder_change": ("intake_id", "note"),
    "kept_answer": ("intake_id", "body"),
}


@dataclass
class Place:
    """A database with all its files, and ways to make a backup of it and to bring that back."""

    url: str
    files: Callable[[], Haystack]
    later_backup: Callable[[], Haystack]
    older_backup: Callable[[], str]

    @property
    def database(self) -> Database:
        return Database(Settings(database_url=self.url))

    def tables(self) -> Haystack:
        """Show every row of every table, as text and as the bytes in it."""
        database = self.database
        with database.read(EVERY_REGION) as session:
            for table in metadata.sorted_tables:
                for row in session.execute(sa.text(f'SELECT * FROM "{table.name}"')):  # noqa: S608 - our own names
                    values = [bytes(one) for one in row if isinstance(one, bytes | memoryview)]
                    yield table.name, b"\n".join([str(row).encode(), *values])
        database.dispose()

    def sealed(self, person: Person) -> dict[str, bytes]:
        """Read what is sealed about a person."""
        database, sealed = self.database, {}
        with database.read(EVERY_REGION) as session:
            for name, (whose, what) in SEALED.items():
                table = metadata.tables[name]
                rows = sa.select(table.c[what]).where(
                    sa.cast(table.c[whose], sa.String).in_([person.id, person.id.replace("-", "")])
                )
                for number, content in enumerate(session.execute(rows).scalars()):
                    if content is not None:
                        sealed[f"{name} {number}"] = bytes(content)
        database.dispose()
        return sealed

    def kept(self, person: Person) -> tuple[bool, list[tuple[str | None, datetime | None]]]:
        """Say whether there are contact details, and when which consent was withdrawn."""
        with opened(Settings(database_url=self.url)) as it, it.read(EVERY_REGION) as session:
            details = session.get(ContactDetails, UUID(person.id)) is not None
            consents = session.exec(select(Consent).where(Consent.intake_id == UUID(person.id)))
            return details, [(one.provision_id, one.withdrawn_at) for one in consents]


def contents(*folders: Path) -> Haystack:
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                yield str(file.relative_to(folder)), file.read_bytes()


@pytest.fixture
def place(engine_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if engine_kind == "sqlite":
        yield on_sqlite(tmp_path, request.getfixturevalue("sqlite_template"))
        return
    cluster = Cluster.start()
    try:
        yield on_postgresql(cluster)
    finally:
        cluster.stop()


def on_sqlite(folder: Path, template: Path) -> Place:
    live, restored, later = (folder / name for name in ("live", "restored", "later"))
    for one in (live, restored, later):
        one.mkdir()
    shutil.copyfile(template, live / "gids.db")

    def back_up(target: Path) -> str:
        source, copy = sqlite3.connect(live / "gids.db"), sqlite3.connect(target / "gids.db")
        source.backup(copy)
        copy.close()
        source.close()
        return f"sqlite:///{target / 'gids.db'}"

    def later_backup() -> Haystack:
        back_up(later)
        yield from contents(later)

    return Place(
        f"sqlite:///{live / 'gids.db'}",
        lambda: contents(live),
        later_backup,
        lambda: back_up(restored),
    )


def on_postgresql(cluster: Cluster) -> Place:
    url = cluster.create_database("live")
    fill(url)

    def files() -> Haystack:
        with cluster.as_superuser() as connection:
            connection.execute("CHECKPOINT")
        yield from contents(cluster._data)
        yield "log", cluster._log.read_bytes()

    def later_backup() -> Haystack:
        dump = subprocess.run(  # noqa: S603 - our own arguments, no shell
            [
                cluster.binaries / "pg_dump",
                *("--dbname", cluster.dsn("live").replace("+psycopg", "")),
            ],
            check=True,
            capture_output=True,
        )
        yield "dump", dump.stdout

    return Place(
        url, files, later_backup, lambda: cluster.create_database("restored", template="live")
    )


def insight(client: httpx.Client, person: Person) -> httpx.Response:
    return client.get(f"/intakes/{person.id}/personal-data", headers=HOLDER)


def tell_of_four(client: httpx.Client, post: Post, log: IO[bytes]) -> list[Person]:
    """Keep four persons, two of whom are handed over to a desk, declined, and handed over again."""
    receive(client, "schoonmaak-loopbaancheck")
    guided, referred = tell(client), tell(client, originSector="schoonmaak")
    bystander, regretful = tell(client), tell(client, originSector="schoonmaak")
    with post.delivering(log):
        for person in (referred, regretful):
            hand_over(client, person, post)
    return [guided, referred, bystander, regretful]


def test_an_erased_person_is_nowhere(place: Place, tmp_path: Path) -> None:
    settings = Settings(demo=True, database_url=place.url, erasure_list=tmp_path / "erasures.log")
    service = ServerProcess(
        place.url, GIDS_LOG_LEVEL="DEBUG", GIDS_ERASURE_LIST=str(settings.erasure_list)
    )
    log = tmp_path / "log"

    def told() -> Haystack:
        yield "log", log.read_bytes()

    with (
        log.open("wb") as written,
        httpx.Client(base_url=service.url, timeout=30) as client,
        ExitStack() as afterwards,
    ):
        afterwards.callback(service.stop)
        service.start(written)
        post = Post(tmp_path, GIDS_DATABASE_URL=place.url)
        *persons, bystander, regretful = tell_of_four(client, post, written)
        for person in (*persons, bystander, regretful):
            shown = insight(client, person).text
            assert {word for word in person.words.values() if word not in shown} == set()
        service.stop()
        older = place.older_backup()
        spoken = {
            f"{place} {number}": word
            for number, person in enumerate((*persons, bystander, regretful))
            for place, word in person.needles.items()
        } | {
            f"link {number}": link.encode()
            for number, link in enumerate(persons[1].links + regretful.links)
        }
        sealed = {
            f"{number} {name}": content
            for number, person in enumerate(persons)
            for name, content in place.sealed(person).items()
        }
        assert len(sealed) >= 2 * len(SEALED)
        sealed["details"] = place.sealed(regretful)["contact_details 0"]
        hidden = pieces(sealed)

        # Before: sealed, and in the clear nowhere.
        for haystack in (place.tables, place.files, told):
            assert found(spoken, haystack()) == set()
        assert len(found(hidden, place.tables())) >= len(hidden)
        if place.url.startswith("sqlite"):
            assert found(hidden, place.files())

        service.start(written)
        for person in persons:
            assert client.delete(f"/intakes/{person.id}", headers=HOLDER).status_code == 204
            assert insight(client, person).status_code == 404
            answer = client.delete(f"/intakes/{person.id}", headers=HOLDER)
            assert answer.status_code == 404
        regrets(client, regretful)
        kept = place.kept(regretful)
        assert found(hidden, place.tables()) == set()
        if place.url.startswith("sqlite"):
            assert found(hidden, place.files()) == set()
        assert found(hidden | as_hexadecimal(hidden), place.later_backup()) == set()
        for haystack in (place.tables, place.files, place.later_backup, told):
            assert found(spoken, haystack()) == set()
        shown = insight(client, bystander).text
        assert {word for word in bystander.words.values() if word not in shown} == set()
        service.stop()
    restored = replace(place, url=older)
    assert restored.kept(regretful) != kept
    replayed(restored, settings, hidden, len(persons))
    assert restored.kept(regretful) == kept
    said: list[str] = []
    assert privacy.check_erasures(settings, said.append) == 0
    assert privacy.replay_erasures(settings, [], said.append, now=datetime.now(UTC)) == 0
    assert place.kept(regretful) == kept


def regrets(client: httpx.Client, person: Person) -> None:
    """Let what was told be taken back, and not the intake."""
    intake = f"/intakes/{person.id}"
    (consent,) = client.get(f"{intake}/consents", headers=HOLDER).json()["items"]
    answers = [
        client.delete(f"{intake}/contact-details", headers=HOLDER),
        client.put(f"{intake}/consents/{consent['id']}/withdrawal", headers=HOLDER),
    ]
    assert all(answer.is_success for answer in answers), [one.text for one in answers]


def replayed(restored: Place, settings: Settings, hidden: Needles, persons: int) -> None:
    """Replay the list on an older backup that was brought back: what was let go is gone again."""
    settings = settings.model_copy(update={"database_url": restored.url})
    said: list[str] = []
    assert len(found(hidden, restored.tables())) >= len(hidden)
    assert privacy.check_erasures(settings, said.append) == 1
    now = datetime.now(UTC)
    for _ in range(2):
        assert privacy.replay_erasures(settings, [], said.append, now=now) == 0
    assert privacy.check_erasures(settings, said.append) == 0
    assert said.pop(0) == f"{settings.erasure_list}: {persons + 2} lines read"
    assert [line for line in said if not line.endswith("lines read")] == [
        f"intakes: {persons} on the list, {persons} of them still there",
        "contact details: 1 on the list, 1 of them still there",
        "consents: 1 on the list, 1 of them still there",
        "drafts: 0 on the list, 0 of them still there",
        "`gids erasures replay` lets them go again",
        f"intakes: {persons} erased again",
        "contact details: 1 removed again",
        "consents: 1 withdrawn again",
        "drafts: 0 thrown away again",
        "intakes: 0 erased again",
        "contact details: 0 removed again",
        "consents: 0 withdrawn again",
        "drafts: 0 thrown away again",
        f"intakes: {persons} on the list, 0 of them still there",
        "contact details: 1 on the list, 0 of them still there",
        "consents: 1 on the list, 0 of them still there",
        "drafts: 0 on the list, 0 of them still there",
    ]
    assert found(hidden, restored.tables()) == set()
    if restored.url.startswith("sqlite"):
        folder = Path(restored.url.removeprefix("sqlite:///")).parent
        assert found(hidden, contents(folder)) == set()


def as_hexadecimal(needles: Needles) -> Needles:
    """Write needles as a dump of PostgreSQL writes bytes."""
    return {f"{name} in hexadecimal": needle.hex().encode() for name, needle in needles.items()}


def test_a_word_that_is_not_sealed_is_found_in_tables_and_files(place: Place) -> None:
    canary = Person()
    database = place.database
    with database.write(EVERY_REGION) as session:
        session.execute(sa.text("ALTER TABLE adviser ADD COLUMN motivation VARCHAR(2000)"))
        session.execute(
            sa.text("UPDATE adviser SET motivation = :said"), {"said": canary.word("motivation")}
        )
    database.dispose()
    for haystack in (place.tables, place.files, place.later_backup):
        assert found(canary.needles, haystack())
    with database.write(EVERY_REGION) as session:
        session.execute(sa.text("UPDATE adviser SET motivation = NULL"))
    assert found(canary.needles, place.tables()) == set()
    database.dispose()
