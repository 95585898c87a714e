"""Which intakes an adviser sees, and how one goes from one adviser to another."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, col, select

from app.db import insert_into
from app.domain.access import Caller
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.terms import Action, HolderReason, SessionStatus
from app.models import Adviser, GuidanceSession, HolderChange, Intake, SessionLogCounter
from app.services import outbox
from app.services.acts import Act
from app.services.paging import UNKNOWN_CURSOR
from app.services.sealed import cipher_of
from app.services.session_log import lock_region

NOTE = "holder_change.note"

BATCH = 100
"""Intakes that an absent adviser lets go in one transaction."""


class NotYoursError(Conflict):
    """A change asked to an intake that is for who holds it, by somebody who only sees it.

    The detail is of one that waits; where somebody else may hold it, say what is true there.
    """

    slug = "take-it-over-first"
    title = "You do not hold this intake"
    detail = "This intake waits in your organisation. Take it over first: PUT its holder."


class NothingChangesError(Conflict):
    """An intake given to who has it."""

    slug = "held-already"
    title = "This is so already"
    detail = "You hold this intake already, or it waits already."


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change of holder, with the names of both and the note opened."""

    change: HolderChange
    previous: str | None
    holder: str | None
    note: str | None


def sees(caller: Caller) -> sa.ColumnElement[bool]:
    """Say which intakes a caller sees: held, waiting for colleagues, or with their session ahead.

    Who is to hold a session must know the case, of whatever organisation; until it has ended.
    """
    return sa.or_(_acts_on(caller), _waits_for(caller))


def seen_ids(caller: Caller) -> sa.CompoundSelect[UUID]:
    """Select the ids of the intakes that `sees` says, each by its own index.

    For lists of what hangs on an intake: `sees` would be asked of every row.
    """
    ids = sa.select(col(Intake.id))
    return sa.union_all(ids.where(_holds(caller)), _talks(caller), ids.where(_waits_for(caller)))


def _acts_on(caller: Caller) -> sa.ColumnElement[bool]:
    talks = _talks(caller).where(col(GuidanceSession.intake_id) == col(Intake.id)).exists()
    return sa.or_(_holds(caller), talks)


def _holds(caller: Caller) -> sa.ColumnElement[bool]:
    return col(Intake.holder_id) == caller.id


def _talks(caller: Caller) -> sa.Select[UUID]:
    return sa.select(col(GuidanceSession.intake_id)).where(
        col(GuidanceSession.adviser_id) == caller.id,
        col(GuidanceSession.status) == SessionStatus.planned,
    )


def _waits_for(caller: Caller) -> sa.ColumnElement[bool]:
    if caller.organisation is None:
        return sa.false()
    return sa.and_(col(Intake.holder_id).is_(None), col(Intake.organisation) == caller.organisation)


def find_intake(act: Act, intake_id: UUID) -> Intake:
    """Read an intake the caller sees.

    Raises:
        NotFound: there is none with this id, or not for this caller.

    """
    return _find(act, intake_id, sees(act.caller))


def held_intake(act: Act, intake_id: UUID) -> Intake:
    """Read an intake the caller may change: they hold it, or a session of it.

    Raises:
        NotFound: there is none with this id, or not for this caller.
        NotYoursError: it waits for somebody to take it over.

    """
    intake = find_intake(act, intake_id)
    if intake.holder_id is None and not _is(act, intake_id, _acts_on(act.caller)):
        raise NotYoursError
    _learn_email(act)
    return intake


def held_row(act: Act, intake_id: UUID) -> Intake:
    """Read an intake the caller may change, and hold its row: nobody erases it meanwhile.

    Raises:
        NotFound, NotYoursError: as held_intake.

    """
    held_intake(act, intake_id)
    return _find(act, intake_id, _acts_on(act.caller), lock=True)


def locked_intake(act: Act, intake_id: UUID) -> tuple[Intake, SessionLogCounter]:
    """Read an intake the caller may change, and hold its region's lock and then its row.

    What was read before the lock may have changed while waiting for it, so it is read anew.

    Raises:
        NotFound, NotYoursError: as held_intake.

    """
    counter = lock_region(act.session, held_intake(act, intake_id).region)
    return held_row(act, intake_id), counter


def locked_for_others(act: Act, intake_id: UUID) -> tuple[Intake, SessionLogCounter]:
    """Hold an intake as `locked_intake` does, for a desk or for the service itself.

    Raises:
        NotFound: it was erased.

    """
    region = act.session.exec(select(Intake.region).where(col(Intake.id) == intake_id)).first()
    counter = lock_region(act.session, region)
    return _find(act, intake_id, sa.true(), lock=True), counter


def _find(
    act: Act, intake_id: UUID, shown: sa.ColumnElement[bool], *, lock: bool = False
) -> Intake:
    statement = select(Intake).where(col(Intake.id) == intake_id, shown)
    found = act.session.exec(
        (statement.with_for_update() if lock else statement).execution_options(
            populate_existing=True
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _is(act: Act, intake_id: UUID, true: sa.ColumnElement[bool]) -> bool:
    asked = select(Intake.id).where(col(Intake.id) == intake_id, true)
    return act.session.exec(asked).one_or_none() is not None


def know_adviser(act: Act) -> Adviser:
    """Keep the name of the adviser who asks, once, and their e-mail address; return their row.

    The row is held, in the way of who only refers to it: retention forgets who left, and must not
    do so now.
    """
    known = select(Adviser).where(col(Adviser.id) == act.caller.id)
    held = known.with_for_update(read=True, key_share=True)
    while (adviser := act.session.exec(held).one_or_none()) is None:
        act.session.execute(
            insert_into(act.session, Adviser)
            .values(
                id=act.caller.id,
                name=act.caller.name or "Adviseur",
                email=act.caller.email,
                demo=False,
                feed_generation=0,
            )
            .on_conflict_do_nothing()
        )
    if adviser.email != act.caller.email and not adviser.email_imported:
        _learn_email(act)
    return adviser


def _learn_email(act: Act) -> None:
    if act.caller.email is not None:
        act.at_last.append(partial(_keep_email, act))


def _keep_email(act: Act) -> None:
    """Keep the e-mail address that an adviser logs in with, unless one was imported.

    Whoever plans holds rows of advisers in one order, and this is out of that order: so it comes
    last, waits for nobody, and is left to the next time when somebody plans with them just now.
    """
    other = select(Adviser).where(
        col(Adviser.id) == act.caller.id,
        col(Adviser.email).is_distinct_from(act.caller.email),
        ~col(Adviser.email_imported),
    )
    free = other.with_for_update(key_share=True, skip_locked=True)
    adviser = act.session.exec(free).one_or_none()
    if adviser is not None:
        adviser.email = act.caller.email


def take_over(act: Act, intake_id: UUID, reason: HolderReason, note: str | None) -> ChangeView:
    """Take an intake over from a colleague, or from among those that wait.

    The previous holder sees that, by whom and why (`changes_concerning`).

    Raises:
        NotFound: there is none with this id, or not in the caller's organisation.
        NothingChangesError: the caller holds it already.

    """
    organisation = act.caller.organisation
    own = sa.false() if organisation is None else col(Intake.organisation) == organisation
    own = sa.or_(own, col(Intake.holder_id) == act.caller.id)
    intake = _find(act, intake_id, own, lock=True)
    if intake.holder_id == act.caller.id:
        raise NothingChangesError
    return _change(act, intake, know_adviser(act).id, reason, note)


def give_back(act: Act, intake_id: UUID, reason: HolderReason, note: str | None) -> ChangeView:
    """Let an intake wait in the organisation until a colleague takes it over.

    Raises:
        NotFound: there is none with this id, or not for this caller.
        NothingChangesError: nobody holds it already.
        NotYoursError: somebody else holds it; the caller only has a session of it.

    """
    intake = _find(act, intake_id, sees(act.caller), lock=True)
    if intake.holder_id is None:
        raise NothingChangesError
    if intake.holder_id != act.caller.id or intake.organisation is None:
        raise NotYoursError("Only who holds an intake, for an organisation, can give it back.")
    _learn_email(act)
    return _change(act, intake, None, reason, note)


def release_some(act: Act, adviser_id: UUID, reason: HolderReason) -> int:
    """Let some of what an adviser holds wait in its organisation; return how many, 0 at the end.

    An intake of no organisation stays: nobody could take it over. So does one in use at this
    moment: who waited for one intake while keeping others could keep somebody waiting for ever.
    A case does not become younger: nothing was done for the worker.
    """
    held = act.session.exec(
        select(Intake)
        .where(col(Intake.holder_id) == adviser_id, col(Intake.organisation).is_not(None))
        .order_by(col(Intake.created_at), col(Intake.id))
        .limit(BATCH)
        .options(defer(Intake.content))  # type: ignore[arg-type]  # SQLModel types it as its value
        .with_for_update(skip_locked=True)
    ).all()
    for intake in held:
        _change(act, intake, None, reason, None, touching=False)
    return len(held)


def _change(
    act: Act,
    intake: Intake,
    holder_id: UUID | None,
    reason: HolderReason,
    note: str | None,
    *,
    touching: bool = True,
) -> ChangeView:
    change = HolderChange(
        id=uuid4(),
        intake_id=intake.id,
        at=act.now,
        previous_id=intake.holder_id,
        holder_id=holder_id,
        reason=reason,
    )
    if note is not None:
        cipher = cipher_of(act.session, act.vault, intake.id)
        change.note = cipher.seal(NOTE, change.id, note.encode())
    act.session.add(change)
    intake.holder_id = holder_id
    act.session.flush()
    if holder_id is not None:
        act.effects.extend(outbox.pass_on(act.session, intake.id, holder_id, now=act.now))
    action = Action.holder_changed if holder_id else Action.intake_given_back
    act.did(action, intake, reason=reason, touching=touching)
    return ChangeView(
        change,
        _name(act.session, change.previous_id),
        _name(act.session, change.holder_id),
        note,
    )


def _name(session: Session, adviser_id: UUID | None) -> str | None:
    return session.get_one(Adviser, adviser_id).name if adviser_id else None


def changes_concerning(
    act: Act, *, after: UUID | None, limit: int
) -> tuple[list[ChangeView], UUID | None]:
    """List the changes by which the caller lost an intake, newest first.

    Returns a page, and what to ask the next one with when there is more.

    Raises:
        InvalidInput: `after` is no change of theirs.

    """
    statement = _changes().where(col(HolderChange.previous_id) == act.caller.id)
    if after is not None:
        last = act.session.get(HolderChange, after)
        if last is None or last.previous_id != act.caller.id:
            raise InvalidInput([UNKNOWN_CURSOR])
        statement = statement.where(
            sa.tuple_(col(HolderChange.at), col(HolderChange.id)) < (last.at, last.id)
        )
    found = _opened(act, statement.limit(limit + 1))
    page = found[:limit]
    told = {one.change.intake_id for one in page}
    intakes = act.session.exec(select(Intake).where(col(Intake.id).in_(told))).all()
    act.did(Action.intakes_listed, *intakes)
    return page, page[-1].change.id if len(found) > limit else None


def changes_of(act: Act, intake: Intake) -> list[ChangeView]:
    """List the changes of holder of one intake, newest first."""
    return _opened(act, _changes().where(col(HolderChange.intake_id) == intake.id))


def _changes() -> sa.Select[HolderChange, str, str]:
    previous, holder = aliased(Adviser), aliased(Adviser)
    return (
        sa.select(HolderChange, col(previous.name), col(holder.name))
        .join(previous, col(previous.id) == col(HolderChange.previous_id), isouter=True)
        .join(holder, col(holder.id) == col(HolderChange.holder_id), isouter=True)
        .order_by(col(HolderChange.at).desc(), col(HolderChange.id).desc())
    )


def _opened(act: Act, statement: sa.Select[HolderChange, str, str]) -> list[ChangeView]:
    views = []
    for change, previous, holder in act.session.execute(statement).all():
        note = None
        if change.note is not None:
            cipher = cipher_of(act.session, act.vault, change.intake_id)
            note = cipher.open(NOTE, change.id, change.note).decode()
        views.append(ChangeView(change, previous, holder, note))
    return views
