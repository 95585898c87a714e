"""Which referrals an adviser is shown in the list, and what finding them costs."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from app.domain.access import EVERY_REGION, Caller
from app.services.referrals import list_referrals
from tests.models.rows import planned, put
from tests.services.desk import ADVISER, ANNA, COLLEAGUE, Desk

ME = replace(ADVISER, id=ANNA)
MINE: dict[str, Any] = {"holder_id": ANNA.hex}
ELSEWHERE = replace(ADVISER, id=uuid4(), organisation=None)


@pytest.fixture
def at(desk: Desk) -> Desk:
    """A desk that knows both advisers."""
    with desk.database.write(EVERY_REGION) as rows:
        for who in (ME, COLLEAGUE):
            put(rows.connection(), "adviser", id=who.id.hex)
    return desk


def refer(desk: Desk, session: dict[str, Any] | None = None, **intake: Any) -> UUID:
    """Store a referral of an intake like this, perhaps with a session."""
    which, referral = uuid4(), uuid4()
    with desk.database.write(EVERY_REGION) as rows:
        connection = rows.connection()
        put(connection, "intake", id=which.hex, **intake)
        put(connection, "referral", id=referral.hex, intake_id=which.hex)
        if session is not None:
            put(connection, "guidance_session", intake_id=which.hex, **session)
    return referral


def listed(desk: Desk, caller: Caller, after: UUID | None = None) -> list[UUID]:
    """Read the list, two at a time."""
    with replace(desk, caller=caller).act() as act:
        page, more = list_referrals(act, after=after, limit=2, status=None, waits=None)
    ids = [one.referral.id for one in page]
    return ids if more is None else [*ids, *listed(desk, caller, more)]


def test_an_adviser_is_shown_what_they_hold_what_waits_and_whom_they_are_to_speak(
    at: Desk,
) -> None:
    colleague: dict[str, Any] = {"holder_id": COLLEAGUE.id.hex, "organisation": "Bond"}
    talk = planned("09:00", "10:00", adviser=ANNA)
    later = planned("10:00", "11:00", adviser=ANNA)
    ended = {**planned("11:00", "12:00", adviser=ANNA), "status": "held"}
    held, waits = refer(at, **MINE), refer(at, organisation="Bond")
    spoken_to = refer(at, talk, **colleague)
    twice_mine = refer(at, later, **MINE, organisation="Bond")
    theirs = {refer(at, **colleague), refer(at, ended, **colleague)}
    refer(at, organisation="Andere bond")
    refer(at)
    shown = listed(at, ME)
    assert len(shown) == 4
    assert set(shown) == {held, waits, spoken_to, twice_mine}
    assert set(listed(at, COLLEAGUE)) == {waits, spoken_to, *theirs}
    assert listed(at, ELSEWHERE) == []


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_the_list_looks_at_no_referral_that_it_does_not_show(at: Desk) -> None:
    refer(at, **MINE)
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        asked.append((statement, given))

    sa.event.listen(at.database.engine, "before_cursor_execute", note)
    listed(at, ME)
    sa.event.remove(at.database.engine, "before_cursor_execute", note)
    ((statement, given),) = [one for one in asked if "FROM referral" in one[0]]
    with at.database.read(EVERY_REGION) as rows:
        explain = f"EXPLAIN QUERY PLAN {statement}"
        plan = [step[3] for step in rows.connection().exec_driver_sql(explain, given)]
    assert [step for step in plan if step.startswith("SCAN")] == []
    assert "SEARCH referral USING INDEX ix_referral_intake_id (intake_id=?)" in plan
