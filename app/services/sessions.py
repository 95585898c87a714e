"""Guidance sessions: booked, moved and ended, each in one transaction with its log entry."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from app.domain.errors import Conflict, NotFound
from app.domain.planning import Slot, SlotKey, parse_slot_id
from app.domain.sessions import NEXT, NotAllowed, guidance_is_over, is_change, next_number
from app.domain.terms import Action, LogEntryType, Outcome, SessionStatus
from app.models import Adviser, GuidanceSession, Intake, SessionLogCounter
from app.services.acts import Act
from app.services.holders import locked_intake
from app.services.invitations import call_off, may_write
from app.services.planner import (
    OCCUPYING,
    Planning,
    advisers_of,
    fill_waiting,
    give_place,
    load_availability,
)
from app.services.session_log import append


class NextStep(StrEnum):
    """What follows a session: the guidance goes on, or ends here."""

    go_on = "continue"
    close = "close"


ENDINGS = {
    SessionStatus.held: LogEntryType.session_held,
    SessionStatus.missed: LogEntryType.session_missed,
    SessionStatus.cancelled: LogEntryType.session_cancelled,
}


class ReferredError(Conflict):
    """Sessions asked for an intake that was referred."""

    slug = "warm-referral-has-no-sessions"
    title = "This intake was referred"
    detail = "This intake led to a warm referral, so there are no guidance sessions."


class GuidanceClosedError(Conflict):
    """Sessions asked after the guidance ended."""

    slug = "guidance-closed"
    title = "The guidance has ended"
    detail = "The guidance of this intake has ended. Start a new intake for a new question."


class ThreeSessionsError(Conflict):
    """A fourth session asked."""

    slug = "three-sessions"
    title = "There are three sessions already"
    detail = "An intake has at most three sessions that are waiting, planned, held or missed."


class SlotTakenError(Conflict):
    """A place asked that is not, or no longer, free."""

    slug = "slot-not-free"
    title = "This place is not free"
    detail = "This place is not, or no longer, free here. Choose another one from GET /v1/slots."


class OverlapError(Conflict):
    """A place asked at a time at which the worker already has a session."""

    slug = "sessions-overlap"
    title = "The worker has another session then"
    detail = "This worker has another session at that time. Choose another place."


def sessions_of(session: Session, intake_id: UUID) -> list[tuple[GuidanceSession, str | None]]:
    """Read the sessions of an intake with the name of their adviser, by number."""
    rows = session.exec(
        select(GuidanceSession, Adviser.name)
        .join(Adviser, col(Adviser.id) == col(GuidanceSession.adviser_id), isouter=True)
        .where(col(GuidanceSession.intake_id) == intake_id)
        .order_by(
            col(GuidanceSession.number), col(GuidanceSession.created_at), col(GuidanceSession.id)
        )
    )
    return list(rows)


def ask_sessions(
    session: Session,
    intake: Intake,
    count: int,
    *,
    present: Iterable[GuidanceSession],
    now: datetime,
) -> None:
    """Put up to so many sessions on the waiting list, to be filled in their turn.

    Of a guidance that was there before (`present`), held and missed sessions keep their numbers.
    """
    used = {row.number for row in present if row.status is not SessionStatus.cancelled}
    for _ in range(count):
        number = next_number(used)
        if number is None:
            break
        used.add(number)
        session.add(
            GuidanceSession(
                id=uuid4(),
                intake_id=intake.id,
                number=number,
                status=SessionStatus.waiting,
                created_at=now,
            )
        )
    session.flush()


def fill_places(
    act: Act, counter: SessionLogCounter, region: str | None, planning: Planning
) -> int:
    """Give free places to who waits in a region; the caller holds its lock. Returns how many."""
    placed = fill_waiting(act, counter, region, planning)
    for intake in placed:
        act.did(Action.session_planned, intake, reason="waiting_list")
    return len(placed)


def book(act: Act, intake_id: UUID, slot_id: str, planning: Planning) -> GuidanceSession:
    """Book a chosen place: for the session that waits longest, else for a new one.

    Raises:
        NotFound, NotYoursError: no such intake, or not the caller's to change.
        ReferredError, GuidanceClosedError, ThreeSessionsError, SlotTakenError, OverlapError: it
            cannot be.

    """
    intake, counter = locked_intake(act, intake_id)
    _refuse_without_guidance(intake)
    present = [row for row, _ in sessions_of(act.session, intake_id)]
    waiting = [one for one in present if one.status is SessionStatus.waiting]
    number = next_number(
        {one.number for one in present if one.status is not SessionStatus.cancelled}
    )
    if waiting:
        booked = waiting[0]
        slot = _free_slot(act, intake, slot_id, planning)
    elif number is None:
        raise ThreeSessionsError
    else:
        slot = _free_slot(act, intake, slot_id, planning)
        booked = GuidanceSession(
            id=uuid4(),
            intake_id=intake_id,
            number=number,
            status=SessionStatus.planned,
            created_at=act.now,
        )
    # Added when it is whole: asking anything stores what was added.
    give_place(act, booked, slot, writing=may_write(act.session, intake_id))
    act.session.add(booked)
    act.session.flush()
    act.did(Action.session_booked, intake)
    _log(act, counter, intake, LogEntryType.session_planned, booked)
    return booked


def _refuse_without_guidance(intake: Intake) -> None:
    if intake.outcome is not Outcome.guidance:
        raise ReferredError
    if intake.closed_at is not None:
        raise GuidanceClosedError


def move(act: Act, session_id: UUID, slot_id: str, planning: Planning) -> GuidanceSession:
    """Give a session another place; it keeps its number, and its old place is free again.

    Raises:
        NotFound, NotYoursError: no such session, or not the caller's to change.
        ReferredError, GuidanceClosedError: there is no guidance that it could be part of.
        NotAllowed, SlotTakenError, OverlapError: it cannot be moved, or not there.

    """
    moved, intake, counter = locked_session(act, session_id)
    _refuse_without_guidance(intake)
    if SessionStatus.planned not in NEXT[moved.status]:
        raise NotAllowed(moved.status)
    if _is_at(moved, parse_slot_id(slot_id)):
        act.did(Action.intake_read, intake)
        return moved
    waited = moved.status is SessionStatus.waiting
    # The waiting list may want any of them.
    advisers_of(act.session, intake.region, lock=True)
    slot = _free_slot(act, intake, slot_id, planning, leaving=moved)
    give_place(act, moved, slot, writing=may_write(act.session, intake.id))
    # What waits may get the place it leaves.
    act.session.flush()
    act.did(Action.session_moved, intake)
    entry = LogEntryType.session_planned if waited else LogEntryType.session_moved
    _log(act, counter, intake, entry, moved)
    fill_places(act, counter, intake.region, planning)
    return moved


def conclude(
    act: Act,
    session_id: UUID,
    outcome: SessionStatus,
    next_step: NextStep,
    planning: Planning,
) -> GuidanceSession:
    """Say how a session ended, and whether the guidance goes on. Saying it twice is no change.

    Closing the guidance gives its later places back. It closes by itself when three sessions
    were held or missed. Saying it twice leaves a trail of reading, and the case as old as it was.

    Raises:
        NotFound, NotYoursError: no such session, or not the caller's to change.
        NotAllowed: the session cannot end like that.

    """
    ended, intake, counter = locked_session(act, session_id)
    changes = is_change(ended.status, outcome)
    frees_a_place = False
    if changes:
        ended.status = outcome
        act.session.flush()
        _log(act, counter, intake, ENDINGS[outcome], ended)
        frees_a_place = outcome is SessionStatus.cancelled
        if frees_a_place:
            call_off(act, ended)
    if intake.closed_at is None and intake.outcome is Outcome.guidance:
        rows = [row for row, _ in sessions_of(act.session, intake.id)]
        if next_step is NextStep.close or guidance_is_over(row.status for row in rows):
            close_guidance(act, counter, intake, rows)
            changes = frees_a_place = True
    if changes:
        act.did(Action.session_concluded, intake, reason=outcome)
    else:
        act.did(Action.intake_read, intake)
    if frees_a_place:
        fill_places(act, counter, intake.region, planning)
    return ended


def close_guidance(
    act: Act, counter: SessionLogCounter, intake: Intake, rows: list[GuidanceSession]
) -> None:
    """End the guidance and give its later places back; the caller holds the region's lock."""
    cancel_ahead(act, counter, intake, rows)
    intake.closed_at = act.now
    append(act, counter, intake, LogEntryType.guidance_closed)


def cancel_ahead(
    act: Act, counter: SessionLogCounter, intake: Intake, rows: list[GuidanceSession]
) -> None:
    """Cancel the sessions that wait or are still to come; the caller holds the region's lock."""
    for row in rows:
        lies_ahead = row.starts_at is None or row.starts_at > act.now
        if lies_ahead and SessionStatus.cancelled in NEXT[row.status]:
            row.status = SessionStatus.cancelled
            act.session.flush()
            _log(act, counter, intake, LogEntryType.session_cancelled, row)
            call_off(act, row)


def locked_session(act: Act, session_id: UUID) -> tuple[GuidanceSession, Intake, SessionLogCounter]:
    """Read a session the caller may change, and hold its region's lock and its intake.

    Raises:
        NotFound, NotYoursError: no such session, or not the caller's to change.

    """
    found = act.session.get(GuidanceSession, session_id)
    if found is None:
        raise NotFound
    intake, counter = locked_intake(act, found.intake_id)
    found = act.session.get(GuidanceSession, session_id, populate_existing=True)
    if found is None:
        raise NotFound
    return found, intake, counter


def _log(
    act: Act,
    counter: SessionLogCounter,
    intake: Intake,
    entry: LogEntryType,
    row: GuidanceSession,
) -> None:
    append(act, counter, intake, entry, session_number=row.number, mode=row.mode)


def _is_at(row: GuidanceSession, key: SlotKey | None) -> bool:
    return key is not None and (str(row.adviser_id), row.starts_at, row.mode, row.region) == (
        key.adviser,
        key.starts_at,
        key.mode,
        key.region,
    )


def _key(slot: Slot) -> SlotKey:
    return SlotKey(slot.adviser, slot.starts_at, slot.mode, slot.region)


def _is_during(row: GuidanceSession, slot: Slot) -> bool:
    if row.status not in OCCUPYING or row.starts_at is None or row.ends_at is None:
        return False
    return row.starts_at < slot.ends_at and slot.starts_at < row.ends_at


def _free_slot(
    act: Act,
    intake: Intake,
    slot_id: str,
    planning: Planning,
    *,
    leaving: GuidanceSession | None = None,
) -> Slot:
    """Find the place with this id among those that are offered now, and hold its adviser."""
    key = parse_slot_id(slot_id)
    earliest, latest = act.now + planning.lead, act.now + planning.horizon
    if key is None or intake.region not in {None, key.region}:
        raise SlotTakenError
    if key.starts_at < earliest or key.starts_at + planning.length > latest:
        raise SlotTakenError
    availability = load_availability(
        act.session,
        key.region,
        earliest=key.starts_at - timedelta(days=1),
        latest=key.starts_at + planning.length + timedelta(days=1),
        lock=True,
    )
    if leaving is not None and leaving.starts_at is not None and leaving.ends_at is not None:
        own = (str(leaving.adviser_id), leaving.starts_at, leaving.ends_at)
        availability.busy[:] = [interval for interval in availability.busy if interval != own]
    offered = availability.free(
        planning, earliest=key.starts_at, latest=key.starts_at + planning.length
    )
    slot = next((one for one in offered if _key(one) == key), None)
    if slot is None:
        raise SlotTakenError
    for row, _ in sessions_of(act.session, intake.id):
        if row is not leaving and _is_during(row, slot):
            raise OverlapError
    return slot


def adviser_name(session: Session, row: GuidanceSession) -> str | None:
    """Name the adviser of a session, when it has one."""
    return session.get_one(Adviser, row.adviser_id).name if row.adviser_id else None
