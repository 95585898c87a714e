"""Intakes: checked, kept, and followed by referrals or by sessions, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import compress
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col, select

from app.domain.attention import Attention
from app.domain.errors import InvalidInput
from app.domain.intake import Answers, Knowledge, examine
from app.domain.terms import Action, LogEntryType, Outcome
from app.models import Adviser, GuidanceSession, Intake
from app.services.acts import Act
from app.services.attention import asks_for
from app.services.drafts import faults_of, take
from app.services.findings import describe
from app.services.holders import find_intake, know_adviser, sees
from app.services.paging import UNKNOWN_CURSOR
from app.services.planner import Planning, today
from app.services.referrals import ReferralView, new_referral, view_of_new, views_of
from app.services.sealed import (
    ANSWERS,
    Content,
    cipher_of,
    keep_key,
    new_key,
    open_content,
    seal_content,
)
from app.services.session_log import append, lock_region
from app.services.session_reports import Report, read_report
from app.services.sessions import ask_sessions, fill_places, sessions_of


class HeldBy(StrEnum):
    """Whose intakes are listed."""

    me = "me"
    nobody = "nobody"


@dataclass(frozen=True, slots=True)
class ListedIntake:
    """An intake in a list: with the name of its holder, and what of it waits for somebody."""

    intake: Intake
    holder: str | None
    attention: list[Attention]


@dataclass(frozen=True, slots=True)
class IntakeView:
    """An intake, opened, with what hangs on it."""

    intake: Intake
    content: Content
    holder: str | None
    referrals: list[ReferralView]
    sessions: list[tuple[GuidanceSession, str | None]]
    reports: Mapping[UUID, Report]
    """What was kept of its sessions, by their ids."""


def create_intake(
    act: Act,
    answers: Answers,
    knowledge: Knowledge,
    planning: Planning,
    draft: tuple[UUID, int | None] | None = None,
) -> IntakeView:
    """Keep an intake and do what the rule says: refer, or plan sessions. The caller holds it.

    With a draft, and the version of it that the caller saw, it takes the place of that.

    Raises:
        InvalidInput: see app.domain.intake.examine; or there is no such draft.
        DraftAlreadySentError, PreconditionFailed: see app.services.drafts.take.

    """
    session, now = act.session, act.now
    try:
        finding = examine(answers, knowledge, on=today(now))
    except InvalidInput as refused:
        more = faults_of(act, draft[0]) if draft else []
        raise InvalidInput([*refused.faults, *more]) from None
    counter = lock_region(session, finding.region)
    content = Content(
        answers=ANSWERS.dump_python(answers, mode="json"),
        finding=describe(finding, knowledge.catalogue),
    )
    holder = know_adviser(act)
    intake_id = uuid4() if draft is None else draft[0]
    if draft is None:
        key, cipher = new_key(act.vault, intake_id)
        keep_key(session, key)
    else:
        cipher = take(act, *draft)
    intake = Intake(
        id=intake_id,
        log_pseudonym=uuid4(),
        created_at=now,
        touched_at=now,
        holder_id=holder.id,
        organisation=act.caller.organisation,
        region=finding.region,
        outcome=finding.check.outcome,
        purpose=finding.check.purpose,
        origin_sector=finding.origin.sector,
        target_sector=finding.target.sector if finding.target else None,
        modes=list(answers.scheduling.modes),
        not_before=answers.scheduling.not_before,
        content=seal_content(cipher, intake_id, content),
    )
    session.add(intake)
    session.flush()
    referrals = [
        new_referral(act, cipher, intake, one, rank=rank, answers=True)
        for rank, one in enumerate(finding.check.referrals)
    ]
    session.add_all(referrals)
    act.did(Action.intake_created, intake)
    append(
        act,
        counter,
        intake,
        LogEntryType.intake_completed,
        outcome=intake.outcome,
        purpose=intake.purpose,
        origin_sector=intake.origin_sector,
        target_sector=intake.target_sector,
    )
    sessions: list[tuple[GuidanceSession, str | None]] = []
    if intake.outcome is Outcome.guidance:
        wished = answers.scheduling.sessions
        ask_sessions(session, intake, wished, present=(), now=now)
        fill_places(act, counter, intake.region, planning)
        sessions = sessions_of(session, intake.id)
    shown = [view_of_new(act, one, cipher) for one in referrals]
    return IntakeView(intake, content, holder.name, shown, sessions, {})


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
    sessions = sessions_of(act.session, intake.id)
    return IntakeView(
        intake,
        open_content(cipher, intake),
        act.session.get_one(Adviser, intake.holder_id).name if intake.holder_id else None,
        views_of(act, intake, cipher),
        sessions,
        {row.id: read_report(act, row) for row, _ in sessions if row.report is not None},
    )


def list_intakes(
    act: Act,
    *,
    after: UUID | None,
    limit: int,
    region: str | None,
    outcome: Outcome | None,
    held_by: HeldBy | None,
    attention: Attention | None = None,
    reference: tuple[UUID, UUID] | None = None,
) -> tuple[list[ListedIntake], UUID | None]:
    """List the intakes the caller sees, newest first.

    Returns a page, and what to ask the next one with when there is more.

    Raises:
        InvalidInput: `after` is no intake of theirs.

    """
    shown = sees(act.caller)
    statement = (
        sa.select(Intake, col(Adviser.name), *(asks_for(one) for one in Attention))
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
    if attention is not None:
        statement = statement.where(asks_for(attention))
    if reference is not None:
        statement = statement.where(col(Intake.id).between(*reference))
    rows = act.session.execute(statement.limit(limit + 1)).all()
    page = [
        ListedIntake(intake, name, list(compress(Attention, asked)))
        for intake, name, *asked in rows[:limit]
    ]
    act.did(Action.intakes_listed, *(one.intake for one in page))
    return page, page[-1].intake.id if len(rows) > limit else None
