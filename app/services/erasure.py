"""Erasing a person: the key destroyed, every row gone, the logs kept as they hold no person.

And letting go again what a restored backup brought back: persons, contact details, consents.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.errors import NotFound
from app.domain.referrals import WITH_THE_DESK
from app.domain.terms import Action, EffectKind, HandedBy, LogEntryType, Outcome
from app.models import (
    Consent,
    ContactDetails,
    Draft,
    GuidanceSession,
    HolderChange,
    Intake,
    OutcomeChange,
    PersonKey,
    Referral,
    ReferralChange,
    SessionLogCounter,
)
from app.services import consents, contact_details, erasure_list, outbox
from app.services.acts import Act
from app.services.drafts import discard_again
from app.services.hand_over import must_be_told
from app.services.holders import NotYoursError, locked_for_others, locked_intake
from app.services.idempotency import forget_person
from app.services.outbox import Effect, to_desk
from app.services.planner import Planning
from app.services.referrals import referrals_of
from app.services.sealed import forget_keys
from app.services.session_log import append
from app.services.sessions import close_guidance, fill_places, sessions_of

REPLAY = "replay"
BATCH = 500

HANGING_ON_AN_INTAKE: tuple[type[SQLModel], ...] = (
    ContactDetails,
    HolderChange,
    ReferralChange,
    Referral,
    Consent,
    OutcomeChange,
    GuidanceSession,
    PersonKey,
)
"""In an order that foreign keys allow."""


def erase(act: Act, intake_id: UUID, planning: Planning, erasures: Path) -> None:
    """Erase a person at their request (AVG, article 17); what is open of them ends first.

    Desks that have their data are told to throw them away (article 19).

    Raises:
        NotFound: there is none with this id, or not for this caller.
        NotYoursError: somebody else holds it, or nobody.

    """
    intake, counter = locked_intake(act, intake_id)
    if intake.holder_id != act.caller.id:
        raise NotYoursError(
            "Only who holds an intake can erase it."
            " Take it over first, if it is of your organisation."
        )
    _end_and_fill(act, counter, intake, planning)
    act.did(Action.intake_erased, intake)
    remove(act, [intake], erasures)


def _end_and_fill(act: Act, counter: SessionLogCounter, intake: Intake, planning: Planning) -> None:
    if end_what_is_open(act, counter, intake):
        fill_places(act, counter, intake.region, planning)


def end_what_is_open(act: Act, counter: SessionLogCounter, intake: Intake) -> bool:
    """End the referrals and the guidance of an intake that goes, so that the session log tells.

    The caller holds the region and the intake. Says whether there was guidance. Of a referral that
    was not handed over the log told nothing, so it tells of no end either.
    """
    for referral in referrals_of(act.session, intake.id):
        if referral.status in WITH_THE_DESK:
            entry, provision = LogEntryType.referral_withdrawn, referral.provision_id
            append(act, counter, intake, entry, provision_id=provision)
    if intake.outcome is not Outcome.guidance or intake.closed_at is not None:
        return False
    close_guidance(act, counter, intake, [row for row, _ in sessions_of(act.session, intake.id)])
    return True


def remove(act: Act, intakes: Sequence[Intake], erasures: Path) -> None:
    """Remove every row about these persons and put them on the erasure list.

    The caller holds the rows of the intakes, has told of the deed, and changes them no more.
    """
    ids = [intake.id for intake in intakes]
    act.session.flush()
    _tell_desks(act, ids)
    forget_person(act.session, *ids)
    outbox.forget_intakes(act.session, ids)
    for table in HANGING_ON_AN_INTAKE:
        _delete(act.session, table, "intake_id", ids)
    _delete(act.session, Intake, "id", ids)
    forget_keys(act.session, *ids)
    act.at_last.append(partial(erasure_list.add, erasures, ids, at=act.now))


def _tell_desks(act: Act, ids: Sequence[UUID]) -> None:
    """Tell desks to throw away what they were handed; nothing else is sent about these persons."""
    act.effects[:] = [effect for effect in act.effects if effect.intake_id not in ids]
    handed = select(Referral).where(
        col(Referral.intake_id).in_(ids), col(Referral.handed) == HandedBy.desk
    )
    for referral in act.session.exec(handed.order_by(col(Referral.created_at), col(Referral.id))):
        if referral.desk_id is not None and must_be_told(act.session, referral):
            told = Effect(
                recipient=to_desk(referral.desk_id),
                kind=EffectKind.hand_over_withdrawn,
                facts={"referral": str(referral.id)},
            )
            act.effects.append(told)


def _delete(session: Session, table: type[SQLModel], column: str, ids: Sequence[UUID]) -> None:
    session.execute(
        sa.delete(table).where(getattr(table, column).in_(ids)),
        execution_options={"synchronize_session": False},
    )


def erase_again(
    act: Act, intake_id: UUID, at: datetime, planning: Planning, erasures: Path
) -> bool:
    """Erase a person whom a restored backup brought back; says whether they were there.

    An older backup has the draft that became the intake; one that was begun under the same id
    after that moment stays.
    """
    try:
        intake, counter = locked_for_others(act, intake_id)
    except NotFound:
        return discard_again(act, intake_id, at, erasures)
    _end_and_fill(act, counter, intake, planning)
    act.did(Action.intake_erased, intake, reason=REPLAY)
    remove(act, [intake], erasures)
    return True


def forget_again(act: Act, intake_id: UUID, at: datetime, erasures: Path) -> bool:
    """Remove contact details that were removed at a moment; says whether they were there.

    What was given after that moment stays.
    """
    intake = _held(act.session, intake_id)
    kept = act.session.get(ContactDetails, intake_id, populate_existing=True)
    if intake is None or kept is None or kept.changed_at > at:
        return False
    act.did(Action.contact_details_changed, intake, reason=REPLAY, touching=False)
    contact_details.forget(act, kept, erasures, at=at)
    return True


def withdraw_again(
    act: Act, consent_id: UUID, at: datetime, planning: Planning, erasures: Path
) -> bool:
    """Withdraw a consent that was withdrawn at a moment; says whether it held."""
    found = act.session.get(Consent, consent_id)
    if found is None:
        return False
    try:
        intake, counter = locked_for_others(act, found.intake_id)
    except NotFound:
        return False
    consent = act.session.get(Consent, consent_id, populate_existing=True)
    if consent is None or consent.withdrawn_at is not None:
        return False
    act.did(Action.consent_withdrawn, intake, reason=REPLAY, touching=False)
    consents.end(act, counter, intake, consent, planning, erasures, at=at)
    return True


def _held(session: Session, intake_id: UUID) -> Intake | None:
    return session.exec(
        select(Intake)
        .where(col(Intake.id) == intake_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def still_there(database: Database, erased: Mapping[UUID, datetime]) -> Iterator[UUID]:
    """Yield those of these persons who are in the database, some hundreds at a time.

    With their intake, or with the draft that it came of.
    """
    for batch in _batched(list(erased)):
        wanted = select(Intake.id).where(col(Intake.id).in_(batch))
        with database.read(EVERY_REGION) as session:
            found = list(session.exec(wanted.order_by(col(Intake.id))))
        yield from found
    yield from drafts_still_there(database, erased)


def details_still_there(database: Database, removed: Mapping[UUID, datetime]) -> Iterator[UUID]:
    """Yield the intakes of which contact details are there that are no newer than this."""
    given = select(ContactDetails.intake_id, ContactDetails.changed_at)
    for batch in _batched(list(removed)):
        wanted = given.where(col(ContactDetails.intake_id).in_(batch))
        with database.read(EVERY_REGION) as session:
            found = list(session.exec(wanted.order_by(col(ContactDetails.intake_id))))
        yield from (intake for intake, changed_at in found if changed_at <= removed[intake])


def consents_still_there(database: Database, withdrawn: Mapping[UUID, datetime]) -> Iterator[UUID]:
    """Yield those of these consents that hold."""
    holding = select(Consent.id).where(col(Consent.withdrawn_at).is_(None))
    for batch in _batched(list(withdrawn)):
        with database.read(EVERY_REGION) as session:
            found = list(
                session.exec(holding.where(col(Consent.id).in_(batch)).order_by(col(Consent.id)))
            )
        yield from found


def drafts_still_there(database: Database, gone: Mapping[UUID, datetime]) -> Iterator[UUID]:
    """Yield those of these drafts that are there, and were begun before they went."""
    for batch in _batched(list(gone)):
        wanted = select(Draft.id, Draft.created_at).where(col(Draft.id).in_(batch))
        with database.read(EVERY_REGION) as session:
            found = list(session.exec(wanted.order_by(col(Draft.id))))
        yield from (draft for draft, created_at in found if created_at <= gone[draft])


def anything_still_there(database: Database, listed: erasure_list.Erasures) -> bool:
    """Tell whether anything on a list is still there, and look no further than the first."""
    found = chain(
        still_there(database, listed.intakes),
        details_still_there(database, listed.contact_details),
        consents_still_there(database, listed.consents),
        drafts_still_there(database, listed.drafts),
    )
    return next(found, None) is not None


def _batched(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[begin : begin + BATCH] for begin in range(0, len(ids), BATCH))
