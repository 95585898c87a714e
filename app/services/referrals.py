"""Warm referrals: made from what the rule says, or added by an adviser; and read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.errors import Conflict, Fault, InvalidInput
from app.domain.intake import Knowledge, find
from app.domain.referrals import HANDED_OVER_WITHIN, OPEN, Due, add_working_days, escalation
from app.domain.rule import Assessment
from app.domain.terms import (
    Action,
    ConsentPurpose,
    HandedBy,
    LogEntryType,
    Outcome,
    ReferralStatus,
)
from app.models import Consent, Desk, Intake, Referral, ReferralChange, SessionLogEntry
from app.services.acts import Act
from app.services.desk_choice import expected_desk
from app.services.findings import describe_questions, describe_reasons
from app.services.holders import locked_intake, seen_ids
from app.services.paging import UNKNOWN_CURSOR
from app.services.planner import dutch_holidays, today
from app.services.sealed import (
    ANSWERS,
    Grounds,
    cipher_of,
    open_content,
    open_grounds,
    seal_grounds,
)
from app.vault import PersonCipher

UNKNOWN_PROVISION = Fault(
    "/provisionId", "unknown", "There is no such provision; see GET /v1/provisions."
)

NOTE = "referral_change.note"


class RefusedProvisionError(Conflict):
    """A referral asked to a provision that is not open to this person."""

    slug = "provision-not-open"
    title = "This provision is not open to this person"
    detail = (
        "The check refuses this provision. Its reasons stand under refusals of the intake, or it is"
        " for people elsewhere."
    )


class NoReceiverError(Conflict):
    """A referral asked to a signpost."""

    slug = "provision-has-no-receiver"
    title = "Nobody receives people here"
    detail = "This is a signpost or our own service: nobody can receive this person there."


class GuidanceGoesOnError(Conflict):
    """A referral asked that would end the need for the sessions of this intake."""

    slug = "guidance-goes-on"
    title = "This intake led to guidance"
    detail = (
        "A referral that answers the question and guidance sessions exclude each other."
        " To decide otherwise, PUT the outcome of the intake, with a reason."
    )


class AlreadyReferredError(Conflict):
    """A second open referral of one person to one provision."""

    slug = "already-referred"
    title = "There is a referral to this provision already"
    detail = "This intake already has an open referral to this provision."


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A step in the life of a referral, with its note opened."""

    change: ReferralChange
    note: str | None


@dataclass(frozen=True, slots=True)
class ReferralView:
    """A referral, opened, with the desk that has it and the steps it took, oldest first."""

    referral: Referral
    grounds: Grounds
    desk: Desk | None
    changes: list[ChangeView]


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """A referral as it stands in a list, with the holder of its intake."""

    referral: Referral
    intake: Intake


def new_referral(
    act: Act,
    cipher: PersonCipher,
    intake: Intake,
    one: Assessment,
    *,
    rank: int,
    answers: bool,
) -> Referral:
    """Make a referral, to be handed over once the worker consents.

    `answers` says that it answers the question, and so stands in the place of sessions. The
    adviser is told when it is not handed over within some working days.
    """
    referral_id = uuid4()
    grounds = Grounds(
        reasons=describe_reasons(one.reasons),
        to_confirm=describe_questions(one.to_confirm),
    )
    holidays = holidays_now(act)
    told = escalation(add_working_days(today(act.now), HANDED_OVER_WITHIN, holidays), holidays)
    return Referral(
        id=referral_id,
        intake_id=intake.id,
        provision_id=one.provision.id,
        rank=rank,
        name=one.provision.name,
        provider=one.provision.provider,
        receiver=one.provision.receiver,
        via_employer=one.provision.via_employer,
        side=one.side,
        services=[service.value for service in one.provision.services],
        verdict=one.verdict,
        answers=answers,
        content=seal_grounds(cipher, referral_id, grounds),
        status=ReferralStatus.proposed,
        handed=HandedBy.employer if one.provision.via_employer else HandedBy.by_hand,
        created_at=act.now,
        due=Due.escalate,
        due_at=told.due_at,
    )


def holidays_now(act: Act) -> frozenset[date]:
    """Name the public holidays that a deadline set now can meet."""
    return dutch_holidays(act.now.year, act.now.year + 1)


def referrals_of(session: Session, intake_id: UUID) -> list[Referral]:
    """Read the referrals of an intake, best first."""
    statement = select(Referral).where(col(Referral.intake_id) == intake_id)
    return list(session.exec(statement.order_by(col(Referral.rank), col(Referral.created_at))))


def views_of(act: Act, intake: Intake, cipher: PersonCipher) -> list[ReferralView]:
    """Read and open the referrals of an intake, best first."""
    return [view(act, one, cipher) for one in referrals_of(act.session, intake.id)]


def view_of_new(act: Act, referral: Referral, cipher: PersonCipher) -> ReferralView:
    """Open a referral of a new intake: nobody consented to it, or said anything of it yet."""
    desk = _desk_of(act, referral, new=True)
    return ReferralView(referral, open_grounds(cipher, referral), desk, [])


def view(act: Act, referral: Referral, cipher: PersonCipher) -> ReferralView:
    """Open a referral, and read which desk has it, or would get it now."""
    steps = select(ReferralChange).where(col(ReferralChange.referral_id) == referral.id)
    in_order = steps.order_by(col(ReferralChange.at), col(ReferralChange.id))
    changes = [ChangeView(one, note_of(cipher, one)) for one in act.session.exec(in_order)]
    return ReferralView(referral, open_grounds(cipher, referral), _desk_of(act, referral), changes)


def newest_change(
    session: Session, referral: Referral, *conditions: sa.ColumnElement[bool]
) -> ReferralChange | None:
    """Read the last of the steps of a referral for which this holds."""
    steps = select(ReferralChange).where(col(ReferralChange.referral_id) == referral.id)
    newest = steps.order_by(col(ReferralChange.at).desc(), col(ReferralChange.id).desc())
    return session.exec(newest.where(*conditions)).first()


def note_of(cipher: PersonCipher, change: ReferralChange) -> str | None:
    """Open the note that somebody left with a step."""
    return cipher.open(NOTE, change.id, change.note).decode() if change.note else None


def _desk_of(act: Act, referral: Referral, *, new: bool = False) -> Desk | None:
    if referral.status is ReferralStatus.proposed and referral.handed is not HandedBy.employer:
        intake = act.session.get_one(Intake, referral.intake_id)
        if new:
            return expected_desk(act.session, intake, referral.provision_id, declined=())
        consent = consent_for(act.session, referral)
        organisation = consent.recipient if consent else None
        return expected_desk(act.session, intake, referral.provision_id, organisation=organisation)
    return act.session.get(Desk, referral.desk_id) if referral.desk_id else None


def consent_for(session: Session, referral: Referral) -> Consent | None:
    """Read the consent that holds now to hand the person of a referral over."""
    consents = select(Consent).where(
        col(Consent.intake_id) == referral.intake_id,
        col(Consent.provision_id) == referral.provision_id,
        col(Consent.purpose) == ConsentPurpose.hand_over,
        col(Consent.withdrawn_at).is_(None),
    )
    return session.exec(consents).one_or_none()


def is_open(referral: Referral) -> bool:
    """Tell whether somebody is still at it."""
    return referral.status in OPEN


def add_referral(
    act: Act, intake_id: UUID, provision_id: str, knowledge: Knowledge
) -> tuple[ReferralView, Intake]:
    """Add a warm referral to a provision that is open to this person, by the check of today.

    Raises:
        NotFound, NotYoursError: no such intake, or not the caller's to change.
        InvalidInput: no such provision.
        AlreadyReferredError, RefusedProvisionError, NoReceiverError, GuidanceGoesOnError: it
            cannot be.

    """
    intake, _ = locked_intake(act, intake_id)
    if provision_id not in knowledge.catalogue.provisions:
        raise InvalidInput([UNKNOWN_PROVISION])
    present = referrals_of(act.session, intake.id)
    if any(one.provision_id == provision_id and is_open(one) for one in present):
        raise AlreadyReferredError
    cipher = cipher_of(act.session, act.vault, intake.id)
    answers = ANSWERS.validate_python(open_content(cipher, intake).answers)
    check = find(answers, knowledge, on=today(act.now)).check
    opened = {one.provision.id: one for one in (*check.referrals, *check.also_available)}
    if any(one.provision.id == provision_id for one in check.signposts):
        raise NoReceiverError
    if provision_id not in opened:
        raise RefusedProvisionError
    answers_question = any(one.provision.id == provision_id for one in check.referrals)
    if intake.outcome is Outcome.guidance and answers_question:
        raise GuidanceGoesOnError
    referral = new_referral(
        act,
        cipher,
        intake,
        opened[provision_id],
        rank=next_rank(present),
        answers=answers_question,
    )
    act.session.add(referral)
    act.session.flush()
    act.did(Action.referral_added, intake)
    return view(act, referral, cipher), intake


def next_rank(present: Sequence[Referral]) -> int:
    """Return the place after those that are there."""
    return max((one.rank for one in present), default=-1) + 1


def list_referrals(
    act: Act,
    *,
    after: UUID | None,
    limit: int,
    status: ReferralStatus | None,
    waits: bool | None,
) -> tuple[list[ReferralLine], UUID | None]:
    """List the referrals of the intakes the caller sees, newest first.

    `waits` asks for those that wait for the adviser: not answered or handed over in time. Returns
    a page, and what to ask the next one with when there is more.

    Raises:
        InvalidInput: `after` is no referral of theirs.

    """
    statement = (
        sa.select(Referral, Intake)
        .join(Intake, col(Intake.id) == col(Referral.intake_id))
        .where(col(Referral.intake_id).in_(seen_ids(act.caller)))
        .order_by(col(Referral.created_at).desc(), col(Referral.id).desc())
    )
    if after is not None:
        last = act.session.execute(statement.where(col(Referral.id) == after)).first()
        if last is None:
            raise InvalidInput([UNKNOWN_CURSOR])
        place = (last[0].created_at, last[0].id)
        statement = statement.where(sa.tuple_(col(Referral.created_at), col(Referral.id)) < place)
    if status is not None:
        statement = statement.where(col(Referral.status) == status)
    if waits is not None:
        waiting = sa.and_(col(Referral.escalated_at).is_not(None), col(Referral.status).in_(OPEN))
        statement = statement.where(waiting if waits else ~waiting)
    rows = act.session.execute(statement.limit(limit + 1)).all()
    page = [ReferralLine(referral, intake) for referral, intake in rows[:limit]]
    act.did(Action.intakes_listed, *{one.intake.id: one.intake for one in page}.values())
    return page, page[-1].referral.id if len(rows) > limit else None


def region_referrals(
    session: Session, region: str, *, after: int, limit: int
) -> list[SessionLogEntry]:
    """Read how far the referrals of a region are: of each the last entry in the session log.

    A werkcentrum sees what its log tells, and no more than that: codes under a pseudonym.
    """
    later = sa.orm.aliased(SessionLogEntry)
    newer = (
        sa.select(sa.literal(1))
        .where(
            col(later.region) == col(SessionLogEntry.region),
            col(later.intake_pseudonym) == col(SessionLogEntry.intake_pseudonym),
            col(later.provision_id) == col(SessionLogEntry.provision_id),
            col(later.number) > col(SessionLogEntry.number),
        )
        .exists()
    )
    statement = (
        select(SessionLogEntry)
        .where(
            col(SessionLogEntry.region) == region,
            col(SessionLogEntry.number) > after,
            col(SessionLogEntry.provision_id).is_not(None),
            ~newer,
        )
        .order_by(col(SessionLogEntry.number))
        .limit(limit)
    )
    return list(session.exec(statement))


STATUS_OF_ENTRY: dict[LogEntryType, ReferralStatus] = {
    LogEntryType(f"referral_{status}"): status for status in list(ReferralStatus)[1:]
}
"""What an entry of the session log says of where a referral stands."""

ENTRY_OF_STATUS = {status: entry for entry, status in STATUS_OF_ENTRY.items()}
