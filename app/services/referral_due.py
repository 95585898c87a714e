"""What happens when nobody answers a referral: a reminder, then the adviser, then it expires."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from app.db import Database
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.errors import NotFound
from app.domain.referrals import UNANSWERED, WITH_THE_DESK, Due, again, escalation, expiry
from app.domain.terms import Action, EffectKind, Party, ReferralReason, ReferralStatus
from app.models import Referral
from app.services.acts import Act, acting
from app.services.holders import locked_for_others
from app.services.outbox import to_desk, to_holder
from app.services.planner import Planning, today
from app.services.processing_log import new_trace
from app.services.referral_life import (
    about,
    go_on,
    nobody,
    read_again,
    wait_until,
)
from app.services.referral_steps import Step
from app.services.referrals import holidays_now, referrals_of
from app.vault import Vault

HELPING = (*WITH_THE_DESK, ReferralStatus.completed)
"""Somebody else has the worker, or helped them."""


def run_due(database: Database, planning: Planning, vault: Vault, now: datetime) -> int:
    """Do what is due of referrals nobody answered, each in a transaction of its own.

    A reminder to the desk, then the adviser is told, then it expires. Returns how many. One that
    fails keeps no other one waiting; its error is raised at the end.
    """
    with database.read(EVERY_REGION) as session:
        due = session.exec(
            select(Referral.id)
            .where(col(Referral.due_at) <= now)
            .order_by(col(Referral.due_at), col(Referral.id))
        ).all()
    failed: list[Exception] = []
    for referral_id in due:
        try:
            with acting(database, SYSTEM, vault, new_trace(), now=now) as act:
                _do_due(act, referral_id, planning)
        except Exception as error:  # noqa: BLE001 - raised below, once the others had their turn
            failed.append(error)
    if failed:
        raise failed[0]
    return len(due)


def _do_due(act: Act, referral_id: UUID, planning: Planning) -> None:
    found = act.session.get(Referral, referral_id)
    if found is None:
        return
    try:
        intake, counter = locked_for_others(act, found.intake_id)
        referral = read_again(act, referral_id)
    except NotFound:
        return  # erased while we waited
    if referral.due_at is None or referral.due_at > act.now:
        return  # somebody answered while we waited
    if _is_helped_elsewhere(act, referral):
        # Looked at again later: what helps now may end badly still.
        referral.escalated_at = None
        referral.due_at = again(today(act.now), holidays_now(act))
        return
    facts, due = {"referral": str(referral.id)}, referral.due
    if due is Due.expire:
        step = Step(
            status=ReferralStatus.expired, party=Party.system, reason=ReferralReason.not_in_time
        )
        go_on(act, counter, intake, referral, step, planning, nobody)
        return
    if due is Due.remind and referral.desk_id and referral.answer_by:
        desk = to_desk(referral.desk_id)
        act.effects.append(about(desk, EffectKind.hand_over_reminder, intake, facts))
        wait_until(referral, escalation(referral.answer_by, holidays_now(act)))
    else:
        referral.escalated_at = referral.escalated_at or act.now
        holder = to_holder(intake)
        act.effects.append(about(holder, EffectKind.referral_overdue, intake, facts))
        if referral.status in UNANSWERED and referral.answer_by is not None:
            holidays = holidays_now(act)
            wait_until(
                referral, expiry(referral.answer_by, today=today(act.now), holidays=holidays)
            )
        else:
            referral.due_at = again(today(act.now), holidays_now(act))
    act.session.flush()
    act.did(Action.referral_changed, intake, reason=due, touching=False)


def _is_helped_elsewhere(act: Act, referral: Referral) -> bool:
    """Tell whether nobody waits for a referral not handed over: another one is, or helped."""
    return referral.status is ReferralStatus.proposed and any(
        one.status in HELPING and (one.answers or not referral.answers)
        for one in referrals_of(act.session, referral.intake_id)
    )
