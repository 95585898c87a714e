"""Intakes: checked, kept, and followed by referrals or by sessions, in one transaction."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from app.domain.errors import Conflict, Fault, InvalidInput
from app.domain.intake import Answers, Knowledge, examine, find
from app.domain.planning import AMSTERDAM
from app.domain.rule import Assessment
from app.domain.terms import LogEntryType, Outcome, ReferralStatus
from app.models import GuidanceSession, Intake, Referral
from app.services.findings import describe, describe_questions
from app.services.paging import UNKNOWN_CURSOR
from app.services.planner import Planning, fill_waiting
from app.services.session_log import append, lock_region
from app.services.sessions import ask_sessions, find_intake, sessions_of

ANSWERS = TypeAdapter(Answers)
"""How answers are kept; the motivation has a column of its own."""


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


@dataclass(frozen=True, slots=True)
class IntakeView:
    """An intake with what hangs on it."""

    intake: Intake
    referrals: list[Referral]
    sessions: list[tuple[GuidanceSession, str | None]]


def today(now: datetime) -> date:
    """Say which day it is in the Netherlands."""
    return now.astimezone(AMSTERDAM).date()


def create_intake(
    session: Session,
    answers: Answers,
    knowledge: Knowledge,
    planning: Planning,
    *,
    now: datetime,
) -> IntakeView:
    """Keep an intake and do what the rule says: refer, or plan sessions.

    Raises:
        InvalidInput: see app.domain.intake.examine.

    """
    finding = examine(answers, knowledge, on=today(now))
    counter = lock_region(session, finding.region)
    intake = Intake(
        id=uuid4(),
        log_pseudonym=uuid4(),
        created_at=now,
        region=finding.region,
        outcome=finding.check.outcome,
        purpose=finding.check.purpose,
        answers=ANSWERS.dump_python(answers, mode="json", exclude={"motivation"}),
        finding=describe(finding, knowledge.catalogue),
        motivation=answers.motivation,
    )
    session.add(intake)
    session.flush()
    for rank, one in enumerate(finding.check.referrals):
        session.add(_referral(intake, one, rank, now=now))
    append(
        session,
        counter,
        intake,
        LogEntryType.intake_completed,
        now=now,
        outcome=intake.outcome,
        purpose=intake.purpose,
        origin_sector=finding.origin.sector,
        target_sector=finding.target.sector if finding.target else None,
    )
    if intake.outcome is Outcome.guidance:
        ask_sessions(session, intake, answers.scheduling.sessions, now=now)
        fill_waiting(session, counter, intake.region, planning, now)
    return view_intake(session, intake)


def read_intake(session: Session, intake_id: UUID) -> IntakeView:
    """Read an intake with its referrals and sessions.

    Raises:
        NotFound: there is none with this id.

    """
    return view_intake(session, find_intake(session, intake_id))


def view_intake(session: Session, intake: Intake) -> IntakeView:
    """Read what hangs on an intake."""
    referrals = session.exec(
        select(Referral).where(col(Referral.intake_id) == intake.id).order_by(col(Referral.rank))
    )
    return IntakeView(intake, list(referrals), sessions_of(session, intake.id))


def list_intakes(
    session: Session,
    *,
    after: UUID | None,
    limit: int,
    region: str | None,
    outcome: Outcome | None,
) -> list[Intake]:
    """List intakes, newest first, from the one that follows `after`.

    Raises:
        InvalidInput: `after` is no intake.

    """
    statement = select(Intake).order_by(col(Intake.created_at).desc(), col(Intake.id).desc())
    if after is not None:
        last = session.get(Intake, after)
        if last is None:
            raise InvalidInput([UNKNOWN_CURSOR])
        statement = statement.where(
            sa.tuple_(col(Intake.created_at), col(Intake.id)) < (last.created_at, last.id)
        )
    if region is not None:
        statement = statement.where(col(Intake.region) == region)
    if outcome is not None:
        statement = statement.where(col(Intake.outcome) == outcome)
    return list(session.exec(statement.limit(limit)))


def add_referral(
    session: Session, intake_id: UUID, provision_id: str, knowledge: Knowledge, *, now: datetime
) -> Referral:
    """Add a warm referral to a provision that is open to this person, by the check of today.

    Raises:
        NotFound: no such intake.
        InvalidInput: no such provision.
        AlreadyReferredError, RefusedProvisionError, NoReceiverError, GuidanceGoesOnError: it
            cannot be.

    """
    intake = find_intake(session, intake_id)
    lock_region(session, intake.region)
    if provision_id not in knowledge.catalogue.provisions:
        raise InvalidInput(
            [
                Fault(
                    "/provisionId", "unknown", "There is no such provision; see GET /v1/provisions."
                )
            ]
        )
    present = view_intake(session, intake).referrals
    if any(one.provision_id == provision_id for one in present):
        raise AlreadyReferredError
    answers = ANSWERS.validate_python({**intake.answers, "motivation": intake.motivation})
    check = find(answers, knowledge, on=today(now)).check
    if any(one.provision.id == provision_id for one in check.refusals):
        raise RefusedProvisionError
    opened = {one.provision.id: one for one in (*check.referrals, *check.also_available)}
    if provision_id not in opened:
        raise NoReceiverError
    answers_question = any(one.provision.id == provision_id for one in check.referrals)
    if intake.outcome is Outcome.guidance and answers_question:
        raise GuidanceGoesOnError
    rank = max((one.rank for one in present), default=-1) + 1
    referral = _referral(intake, opened[provision_id], rank, now=now)
    session.add(referral)
    session.flush()
    return referral


def _referral(intake: Intake, one: Assessment, rank: int, *, now: datetime) -> Referral:
    return Referral(
        id=uuid4(),
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
        reasons=[asdict(reason) for reason in one.reasons],
        to_confirm=describe_questions(one.to_confirm),
        status=ReferralStatus.proposed,
        created_at=now,
    )
