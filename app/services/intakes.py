"""Intakes: checked, kept, and followed by referrals or by sessions, in one transaction."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlmodel import col, select

from app.domain.errors import Conflict, Fault, InvalidInput
from app.domain.intake import Answers, Knowledge, examine, find
from app.domain.planning import AMSTERDAM
from app.domain.rule import Assessment
from app.domain.terms import Action, LogEntryType, Outcome, ReferralStatus
from app.models import Adviser, GuidanceSession, Intake, Referral
from app.services.acts import Act
from app.services.findings import describe, describe_questions
from app.services.holders import find_intake, know_adviser, locked_intake, sees
from app.services.paging import UNKNOWN_CURSOR
from app.services.planner import Planning
from app.services.sealed import (
    Content,
    Grounds,
    cipher_of,
    new_cipher,
    open_content,
    open_grounds,
    seal_content,
    seal_grounds,
)
from app.services.session_log import append, lock_region
from app.services.sessions import ask_sessions, fill_places, sessions_of
from app.vault import PersonCipher

ANSWERS = TypeAdapter(Answers)
"""How answers are kept."""


class RefusedProvisionError(Conflict):
    """A referral asked to a provision that is not open to this person."""

    slug = "provision-not-open"
    title = "This provision is not open to this person"
    detail = "The check refuses this provision; its reasons stand under refusals of the intake."


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
        " Start a new intake: the check will refer."
    )


class AlreadyReferredError(Conflict):
    """A second referral of one person to one provision."""

    slug = "already-referred"
    title = "There is a referral to this provision already"
    detail = "This intake already has a referral to this provision."


class HeldBy(StrEnum):
    """Whose intakes are listed."""

    me = "me"
    nobody = "nobody"


@dataclass(frozen=True, slots=True)
class ReferralView:
    """A referral, opened."""

    referral: Referral
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class IntakeView:
    """An intake, opened, with what hangs on it."""

    intake: Intake
    content: Content
    holder: str | None
    referrals: list[ReferralView]
    sessions: list[tuple[GuidanceSession, str | None]]


def today(now: datetime) -> date:
    """Say which day it is in the Netherlands."""
    return now.astimezone(AMSTERDAM).date()


def create_intake(
    act: Act, answers: Answers, knowledge: Knowledge, planning: Planning
) -> IntakeView:
    """Keep an intake and do what the rule says: refer, or plan sessions. The caller holds it.

    Raises:
        InvalidInput: see app.domain.intake.examine.

    """
    session, now = act.session, act.now
    finding = examine(answers, knowledge, on=today(now))
    counter = lock_region(session, finding.region)
    content = Content(
        answers=ANSWERS.dump_python(answers, mode="json"),
        finding=describe(finding, knowledge.catalogue),
    )
    intake = Intake(
        id=uuid4(),
        log_pseudonym=uuid4(),
        created_at=now,
        touched_at=now,
        holder_id=know_adviser(act),
        organisation=act.caller.organisation,
        region=finding.region,
        outcome=finding.check.outcome,
        purpose=finding.check.purpose,
        origin_sector=finding.origin.sector,
        target_sector=finding.target.sector if finding.target else None,
        modes=list(answers.scheduling.modes),
        not_before=answers.scheduling.not_before,
        content=b"",
    )
    session.add(intake)
    session.flush()
    cipher = new_cipher(session, act.vault, intake.id)
    intake.content = seal_content(cipher, intake.id, content)
    for rank, one in enumerate(finding.check.referrals):
        session.add(_referral(cipher, intake, one, rank, now=now))
    act.did(Action.intake_created, intake)
    append(
        session,
        counter,
        intake,
        LogEntryType.intake_completed,
        now=now,
        outcome=intake.outcome,
        purpose=intake.purpose,
        origin_sector=intake.origin_sector,
        target_sector=intake.target_sector,
    )
    if intake.outcome is Outcome.guidance:
        ask_sessions(session, intake, answers.scheduling.sessions, now=now)
        fill_places(act, counter, intake.region, planning)
    return view_intake(act, intake)


def read_intake(act: Act, intake_id: UUID) -> IntakeView:
    """Read an intake with its referrals and sessions.

    Raises:
        NotFound: there is none with this id, or not for this caller.

    """
    intake = find_intake(act, intake_id)
    act.did(Action.intake_read, intake)
    return view_intake(act, intake)


def view_intake(act: Act, intake: Intake) -> IntakeView:
    """Open an intake, and read what hangs on it."""
    cipher = cipher_of(act.session, act.vault, intake.id)
    return IntakeView(
        intake,
        open_content(cipher, intake),
        act.session.get_one(Adviser, intake.holder_id).name if intake.holder_id else None,
        [ReferralView(one, open_grounds(cipher, one)) for one in referrals_of(act, intake)],
        sessions_of(act.session, intake.id),
    )


def referrals_of(act: Act, intake: Intake) -> list[Referral]:
    """Read the referrals of an intake, best first."""
    statement = select(Referral).where(col(Referral.intake_id) == intake.id)
    return list(act.session.exec(statement.order_by(col(Referral.rank))))


def list_intakes(
    act: Act,
    *,
    after: UUID | None,
    limit: int,
    region: str | None,
    outcome: Outcome | None,
    held_by: HeldBy | None,
) -> tuple[list[tuple[Intake, str | None]], UUID | None]:
    """List the intakes the caller sees with the name of their holder, newest first.

    Returns a page, and what to ask the next one with when there is more.

    Raises:
        InvalidInput: `after` is no intake of theirs.

    """
    shown = sees(act.caller)
    statement = (
        select(Intake, Adviser.name)
        .join(Adviser, col(Adviser.id) == col(Intake.holder_id), isouter=True)
        .where(shown)
        .order_by(col(Intake.created_at).desc(), col(Intake.id).desc())
    )
    if after is not None:
        last = act.session.exec(select(Intake).where(col(Intake.id) == after, shown)).one_or_none()
        if last is None:
            raise InvalidInput([UNKNOWN_CURSOR])
        statement = statement.where(
            sa.tuple_(col(Intake.created_at), col(Intake.id)) < (last.created_at, last.id)
        )
    if region is not None:
        statement = statement.where(col(Intake.region) == region)
    if outcome is not None:
        statement = statement.where(col(Intake.outcome) == outcome)
    if held_by is HeldBy.me:
        statement = statement.where(col(Intake.holder_id) == act.caller.id)
    elif held_by is HeldBy.nobody:
        statement = statement.where(col(Intake.holder_id).is_(None))
    rows = act.session.exec(statement.limit(limit + 1))
    found: list[tuple[Intake, str | None]] = [(intake, name) for intake, name in rows]
    page = found[:limit]
    act.did(Action.intakes_listed, *(intake for intake, _ in page))
    return page, page[-1][0].id if len(found) > limit else None


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
        raise InvalidInput(
            [
                Fault(
                    "/provisionId", "unknown", "There is no such provision; see GET /v1/provisions."
                )
            ]
        )
    present = referrals_of(act, intake)
    if any(one.provision_id == provision_id for one in present):
        raise AlreadyReferredError
    cipher = cipher_of(act.session, act.vault, intake.id)
    answers = ANSWERS.validate_python(open_content(cipher, intake).answers)
    check = find(answers, knowledge, on=today(act.now)).check
    if any(one.provision.id == provision_id for one in check.refusals):
        raise RefusedProvisionError
    opened = {one.provision.id: one for one in (*check.referrals, *check.also_available)}
    if provision_id not in opened:
        raise NoReceiverError
    answers_question = any(one.provision.id == provision_id for one in check.referrals)
    if intake.outcome is Outcome.guidance and answers_question:
        raise GuidanceGoesOnError
    rank = max((one.rank for one in present), default=-1) + 1
    referral = _referral(cipher, intake, opened[provision_id], rank, now=act.now)
    act.session.add(referral)
    act.session.flush()
    act.did(Action.referral_added, intake)
    return ReferralView(referral, open_grounds(cipher, referral)), intake


def _referral(
    cipher: PersonCipher, intake: Intake, one: Assessment, rank: int, *, now: datetime
) -> Referral:
    referral_id = uuid4()
    grounds = Grounds(
        reasons=[asdict(reason) for reason in one.reasons],
        to_confirm=describe_questions(one.to_confirm),
    )
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
        content=seal_grounds(cipher, referral_id, grounds),
        status=ReferralStatus.proposed,
        created_at=now,
    )
