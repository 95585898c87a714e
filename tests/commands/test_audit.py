"""The commands of the audit log and the processing log, as an operator reads them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.commands import audit as commands
from app.commands.audit import HeadFileError
from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import Action
from app.services import processing_log
from app.services.deeds import Deed
from app.vault import Vault
from tests.conftest import MONDAY
from tests.services.audit_trail import empty_database, lasting, person, tampering, write


@pytest.fixture
def database(engine_kind: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    with lasting(empty_database(engine_kind, request, "commands")) as database:
        yield database


@pytest.fixture
def settings(database: Database) -> Settings:
    url = database.engine.url.render_as_string(hide_password=False)
    return Settings(demo=True, database_url=url)


@pytest.fixture
def said() -> list[str]:
    return []


def test_a_whole_log_is_said_to_be_whole(database, settings, said):
    assert commands.verify(settings, said.append) == 0
    write(database, 7, vault=Vault.of(settings))
    assert commands.verify(settings, said.append) == 0
    assert said == [
        "audit log: 0 entries, each as it was written",
        "audit log: 7 entries, each as it was written",
    ]


def test_a_broken_log_is_said_to_be_broken_and_where(database, settings, said):
    write(database, 7, vault=Vault.of(settings))
    with tampering(database) as connection:
        connection.execute(sa.text("UPDATE audit_entry SET actor = 'nobody' WHERE number = 4"))
    assert commands.verify(settings, said.append) == 1
    assert said == ["audit log: BROKEN: entry 4 is not what was written there"]


def test_a_head_without_the_key_is_said_to_be_so(database, settings, said):
    write(database, 7)
    assert commands.verify(settings, said.append) == 1
    assert said == ["audit log: BROKEN: the head was not signed with the signing key"]


def test_kept_heads_are_looked_for(database, settings, said, tmp_path):
    assert commands.head(settings, said.append) == 0
    for minute in range(3):
        write(database, 2, vault=Vault.of(settings), minute=minute)
        assert commands.head(settings, said.append) == 0
    assert [json.loads(line)["number"] for line in said] == [2, 4, 6]
    heads = tmp_path / "heads.jsonl"
    heads.write_text("".join(f"{line}\n" for line in said))
    said.clear()
    assert commands.verify(settings, said.append, heads=heads) == 0
    assert said == ["audit log: 6 entries, each as it was written, with 3 known heads on it"]
    last = heads.read_text().splitlines()[-1]
    heads.write_text(last.replace('"number": 6', '"number": 9'))
    assert commands.verify(settings, said.append, heads=heads) == 1
    assert said[1] == "audit log: BROKEN: entry 7 is missing: a known head tells of entry 9"


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "3", '{"number": 1}', '{"number": 1, "hash": "x", "at": "", "signature": ""}'],
)
def test_a_file_of_heads_that_holds_something_else_is_refused(line, tmp_path):
    path = tmp_path / "heads.jsonl"
    good = json.dumps({"number": 1, "hash": "00", "at": "", "signature": "00"})
    path.write_text(f"{good}\n{line}\n")
    with pytest.raises(HeadFileError, match="line 2 is not a head"):
        commands.read_heads(path)


def test_the_processing_log_is_handed_out_line_by_line(database, settings, said):
    with database.write(EVERY_REGION) as session:
        done = [Deed(Action.intake_read, (person(), person()))]
        trace = processing_log.new_trace()
        processing_log.append(session, Vault.of(settings), trace, done, now=MONDAY)
    assert commands.export_processing_log(settings, said.append) == 0
    (line,) = said
    (resource,) = json.loads(line)["resourceSpans"]
    assert len(resource["scopeSpans"][0]["spans"]) == 2
    assert commands.export_processing_log(settings, said.append, until=MONDAY) == 0
    assert commands.export_processing_log(settings, said.append, since=MONDAY) == 0
    assert said == [line, line]


def test_a_file_of_heads_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        commands.read_heads(tmp_path / "none")
