"""Telling who the advisers are, and letting what one of them holds wait."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, func, select

from app.cli import main
from app.commands import advisers
from app.commands.advisers import UnknownAdviserError
from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import Action, HolderReason, Role
from app.models import Adviser, AuditEntry, HolderChange, Intake, ProcessingEntry
from app.services.holders import BATCH
from app.services.tokens import DEMO_CALLERS
from tests.conftest import MONDAY, filled_database, open_settings
from tests.services.cases import store_cases

ANNA, BRAM = (one.id for one in DEMO_CALLERS.values() if Role.adviser in one.roles)
NOBODY = UUID(int=1 << 100)


@pytest.fixture
def said() -> list[str]:
    return []


def give(database: Database, holder: UUID, count: int, *, alone: int = 0) -> None:
    """Store cases and let somebody hold them, the last ones for no organisation."""
    store_cases(database, count, oldest=MONDAY - timedelta(days=9), apart=timedelta(minutes=1))
    with database.write(EVERY_REGION) as session:
        session.execute(sa.update(Intake).values(holder_id=holder, organisation="Bond"))
        last = [UUID(int=number) for number in range(count - alone + 1, count + 1)]
        without = sa.update(Intake).where(col(Intake.id).in_(last)).values(organisation=None)
        session.execute(without)


def release(settings: Settings, adviser: UUID, said: list[str]) -> int:
    return advisers.release(settings, adviser, HolderReason.absence, said.append, now=MONDAY)


def test_the_list_tells_of_each_adviser_what_they_hold_and_whether_they_have_hours(
    database, settings, said
):
    give(database, ANNA, 3)
    assert advisers.list_all(settings, said.append) == 0
    with database.read(EVERY_REGION) as session:
        known = session.exec(select(Adviser)).all()
    names = {one.id: one.name for one in known}
    assert len(said) == len(known)
    assert f"{ANNA} {names[ANNA]}: intakes held: 3, no hours" in said
    assert f"{BRAM} {names[BRAM]}: intakes held: 0, no hours" in said
    at_work = [line for line in said if line.endswith(": intakes held: 0, has hours")]
    assert len(at_work) == len(known) - 2


def test_everything_is_let_go_in_batches_each_with_its_trail(database, settings, said):
    count = 2 * BATCH + 5
    give(database, ANNA, count, alone=2)
    assert release(settings, ANNA, said) == 0
    assert release(settings, ANNA, said) == 0
    stay = "intakes that stay, as no organisation has colleagues to take them over: 2"
    assert said == [
        f"intakes that wait in their organisation now: {count - 2}",
        stay,
        "intakes that wait in their organisation now: 0",
        stay,
    ]
    with database.read(EVERY_REGION) as session:
        held = session.exec(select(Intake.id).where(col(Intake.holder_id) == ANNA)).all()
        changes = session.exec(select(HolderChange)).all()
        audited = session.exec(select(AuditEntry)).all()
        traces = session.exec(select(ProcessingEntry.trace_id)).all()
        touched = session.exec(select(func.max(Intake.touched_at))).one()
    assert sorted(held) == [UUID(int=count - 1), UUID(int=count)]
    let_go = {UUID(int=number) for number in range(1, count - 1)}
    assert {one.intake_id for one in changes} == {one.intake_id for one in audited} == let_go
    assert len(changes) == len(audited) == len(traces) == len(let_go)
    assert {(one.previous_id, one.holder_id, one.reason, one.note) for one in changes} == {
        (ANNA, None, HolderReason.absence, None)
    }
    assert {(one.actor, one.action, one.reason) for one in audited} == {
        ("system", Action.intake_given_back, "absence")
    }
    assert len(set(traces)) == 3
    assert touched < MONDAY - timedelta(days=8)  # a release restarts no term


def test_what_somebody_is_at_work_in_is_left_for_the_next_run(request, tmp_path, said):
    settings = open_settings(filled_database("postgresql", request, tmp_path))
    database = Database(settings)
    give(database, ANNA, 4)
    with database.write(EVERY_REGION) as session:
        session.exec(select(Intake).where(Intake.id == UUID(int=2)).with_for_update()).one()
        assert release(settings, ANNA, said) == 1
    assert release(settings, ANNA, said) == 0
    assert said == [
        "intakes that wait in their organisation now: 3",
        "intakes that were in use: 1; run this again",
        "intakes that wait in their organisation now: 1",
    ]
    database.dispose()


def test_an_adviser_nobody_knows_is_an_error(settings, said):
    with pytest.raises(UnknownAdviserError, match="gids advisers list"):
        release(settings, NOBODY, said)
    assert said == []


def test_the_commands_are_there_and_a_release_needs_a_reason(
    database_url, monkeypatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("GIDS_DEMO", "1")
    monkeypatch.setenv("GIDS_DATABASE_URL", database_url)
    assert main(["advisers", "list"]) == 0
    assert str(ANNA) in capsys.readouterr().out
    assert main(["advisers", "release", str(ANNA), "--reason", "absence"]) == 0
    assert capsys.readouterr().out == "intakes that wait in their organisation now: 0\n"
    assert main(["advisers", "release", str(NOBODY), "--reason", "absence"]) == 2
    assert "no adviser with this id" in capsys.readouterr().err
    for more in ([], ["--reason", "ziek"]):
        with pytest.raises(SystemExit):
            main(["advisers", "release", str(ANNA), *more])
