"""Which cases wait for somebody, as conditions of one query over intakes."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import col

from app.domain.attention import Attention
from app.domain.referrals import OPEN
from app.domain.terms import Outcome, ReferralStatus, SessionStatus
from app.models import GuidanceSession, Intake, Referral

UNANSWERED = (ReferralStatus.sent, ReferralStatus.received)
ENDED_BY_A_DESK = (ReferralStatus.declined, ReferralStatus.expired)
TO_COME = (SessionStatus.waiting, SessionStatus.planned)


def asks_for(attention: Attention) -> sa.ColumnElement[bool]:
    """Say of which intakes this holds."""
    still_open = col(Intake.closed_at).is_(None)
    under_way = sa.or_(_has_referral(OPEN), _has_session(TO_COME))
    helped = sa.or_(_has_referral((ReferralStatus.completed,)), _has_session((SessionStatus.held,)))
    return {
        Attention.to_hand_over: sa.and_(
            still_open,
            col(Intake.outcome) == Outcome.warm_referral,
            _has_referral((ReferralStatus.proposed,)),
            ~_has_referral([one for one in OPEN if one is not ReferralStatus.proposed]),
        ),
        Attention.referral_waiting: sa.and_(still_open, _has_referral(UNANSWERED)),
        Attention.referral_declined: sa.and_(
            still_open, _has_referral(ENDED_BY_A_DESK), ~_has_referral(OPEN), ~helped
        ),
        Attention.no_next_step: sa.and_(
            still_open, ~under_way, ~_has_referral((ReferralStatus.completed,))
        ),
    }[attention]


def _has_referral(statuses: Iterable[ReferralStatus]) -> sa.ColumnElement[bool]:
    return (
        sa.select(col(Referral.id))
        .where(col(Referral.intake_id) == col(Intake.id), col(Referral.status).in_(statuses))
        .exists()
    )


def _has_session(statuses: Iterable[SessionStatus]) -> sa.ColumnElement[bool]:
    return (
        sa.select(col(GuidanceSession.id))
        .where(
            col(GuidanceSession.intake_id) == col(Intake.id),
            col(GuidanceSession.status).in_(statuses),
        )
        .exists()
    )
