"""The session log: every thing that happened, once, in order, and nothing about a person."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.domain.access import EVERY_REGION
from app.domain.terms import Employment, Mode, Outcome, Purpose
from app.models import Intake, SessionLogCounter, SessionLogEntry, metadata
from app.services.session_log import read_entries, stream_entries
from app.services.sessions import NextStep, SlotTakenError
from tests.services.desk import ANNA, REGION, Desk, adviser, hours, slot, wishes

TUESDAY, WEDNESDAY = 2, 3
FACTS = {"outcome", "purpose", "origin_sector", "target_sector", "session_number", "mode"}

SAID = {
    "origin_sector": "kanarie-sector",
    "target_sector": "kanarie-doel",
    "organisation": "kanarie-werkgever",
    "occupation": "kanarie-beroep",
    "skills": ("kanarie-vaardigheid",),
    "motivation": "kanarie-motivatie",
    "municipality": "kanarie-gemeente",
}


def facts(entry: SessionLogEntry) -> dict[str, Any]:
    """Show which coded facts an entry has."""
    return {name: value for name in FACTS if (value := getattr(entry, name)) is not None}


@pytest.fixture
def whole_life(quiet: Desk) -> tuple[Desk, UUID]:
    """An intake that goes through everything that can happen to it."""
    week = (hours(TUESDAY, 9, 17, mode=Mode.video), hours(WEDNESDAY, 9, 17))
    quiet.staff(adviser(ANNA, *week).model_copy(update={"name": "kanarie-adviseur"}))
    intake = quiet.intake(**SAID, purpose=Purpose.other_sector)
    first, second = (quiet.session(intake, number).id for number in (1, 2))
    quiet.move(first, slot("2026-11-25 12:00"))
    quiet.conclude(first, "missed")
    quiet.conclude(second, "cancelled")
    quiet.book(intake, slot("2026-12-02 12:00"))
    quiet.conclude(quiet.session(intake, 2).id, "held", NextStep.close)
    return quiet, intake


def test_everything_that_happens_is_told_once_and_in_order(whole_life):
    desk, _ = whole_life
    assert desk.told() == [
        "1 intake_completed",
        "2 session_planned 1",
        "3 session_planned 2",
        "4 session_planned 3",
        "5 session_moved 1",
        "6 session_missed 1",
        "7 session_cancelled 2",
        "8 session_planned 2",
        "9 session_held 2",
        "10 session_cancelled 3",
        "11 guidance_closed",
    ]


def test_an_entry_has_the_facts_of_its_type_and_no_others(whole_life):
    desk, _ = whole_life
    found = {entry.number: facts(entry) for entry in desk.log()}
    assert found[1] == {"outcome": Outcome.guidance, "purpose": Purpose.other_sector}
    assert found[2] == {"session_number": 1, "mode": Mode.video}
    assert found[5] == {"session_number": 1, "mode": Mode.phone}
    assert found[11] == {}
    assert [set(one) for number, one in found.items() if 1 < number < 11] == [
        {"session_number", "mode"}
    ] * 9


def test_a_sector_that_was_understood_is_told_by_its_id(desk):
    desk.intake(
        origin_sector="de kassen", target_sector="bouw", employment=Employment.self_employed
    )
    told = facts(desk.log()[0])
    assert told["origin_sector"] == "glastuinbouw"
    assert told["target_sector"] in desk.knowledge.catalogue.sectors


def test_a_session_that_is_cancelled_while_it_waits_has_no_way(quiet):
    intake = quiet.intake(scheduling=wishes(count=1))
    quiet.conclude(quiet.session(intake, 1).id, "cancelled")
    assert facts(quiet.log()[1]) == {"session_number": 1}


def test_one_pseudonym_follows_an_intake_and_is_not_its_id(whole_life):
    desk, intake = whole_life
    (pseudonym,) = {entry.intake_pseudonym for entry in desk.log()}
    assert pseudonym == desk.read(intake).log_pseudonym
    assert pseudonym != intake
    assert desk.read(desk.intake()).log_pseudonym != pseudonym


def test_nothing_that_was_said_and_no_name_is_in_the_log(whole_life):
    desk, intake = whole_life
    dump = table_dump(desk, "session_log_entry") + table_dump(desk, "session_log_counter")
    assert "guidance_closed" in dump
    hidden = ["kanarie", intake.hex, str(intake), ANNA.hex, str(ANNA)]
    for row in desk.sessions(intake):
        hidden += [row.id.hex, str(row.id)]
    assert [one for one in hidden if one in dump] == []


def test_what_is_searched_for_in_the_log_is_found_where_it_belongs(whole_life):
    desk, intake = whole_life
    for canary in [value if isinstance(value, str) else value[0] for value in SAID.values()]:
        assert canary in str(desk.view(intake).content)
        assert canary not in table_dump(desk, "intake")
    assert "kanarie-adviseur" in table_dump(desk, "adviser")


def table_dump(desk: Desk, name: str) -> str:
    """Show a whole table as text, as the database holds it."""
    columns = [
        column if isinstance(column.type, sa.LargeBinary) else sa.cast(column, sa.Text)
        for column in metadata.tables[name].columns
    ]
    with desk.database.read(EVERY_REGION) as session:
        rows = session.execute(sa.select(*columns)).all()
    return "\n".join(str(value) for row in rows for value in row)


def test_what_is_refused_is_not_told_and_leaves_no_gap(desk):
    intake = desk.intake(scheduling=wishes(count=1))
    with pytest.raises(SlotTakenError):
        desk.book(intake, slot("2026-11-28 09:00"))
    desk.conclude(desk.session(intake, 1).id, "held")
    assert desk.told() == ["1 intake_completed", "2 session_planned 1", "3 session_held 1"]


def test_a_transaction_that_fails_leaves_no_gap(desk):
    broken = replace(desk.planning, gap=None)
    with pytest.raises(TypeError):
        replace(desk, planning=broken).intake()
    desk.intake(scheduling=wishes(count=1))
    assert desk.told() == ["1 intake_completed", "2 session_planned 1"]
    with desk.database.read(EVERY_REGION) as session:
        assert len(session.exec(select(Intake)).all()) == 1
        assert session.get_one(SessionLogCounter, REGION).last_number == 2


# Reading

ALL_NUMBERS = list(range(1, 12))


def test_a_page_follows_the_number_that_was_seen(whole_life):
    desk, _ = whole_life
    for after, limit in [(0, 3), (2, 5), (10, 1), (10, 5), (11, 5), (99, 1)]:
        with desk.database.read(EVERY_REGION) as session:
            page = read_entries(session, REGION, after=after, limit=limit)
        assert [one.number for one in page] == ALL_NUMBERS[after : after + limit]


@pytest.mark.parametrize("batch", [1, 3, 11, 1000])
def test_a_stream_gives_the_same_entries_in_batches(batch, whole_life, monkeypatch):
    desk, _ = whole_life
    monkeypatch.setattr("app.services.session_log.BATCH", batch)
    for after, limit in [(0, None), (3, None), (0, 3), (9, 4), (11, None)]:
        stream = stream_entries(desk.database, REGION, sees=REGION, after=after, limit=limit)
        assert [row.number for row in stream] == ALL_NUMBERS[after:][:limit]


def test_a_stream_takes_along_what_is_added_while_it_is_read(desk, monkeypatch):
    monkeypatch.setattr("app.services.session_log.BATCH", 2)
    desk.intake()
    stream = stream_entries(desk.database, REGION, sees=REGION, after=0, limit=None)
    first = next(stream)
    desk.intake()
    numbers = [first.number, *(row.number for row in stream)]
    assert numbers == list(range(1, 9))
    assert isinstance(first.intake_pseudonym, UUID)
