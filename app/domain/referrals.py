"""The life of a warm referral: who may say what next, why it ended, and when an answer is due.

"Warm": somebody at the other end has taken the worker over, and the adviser knows. A referral that
is declined, withdrawn or not answered in time, with no other one open, reopens the intake, so that
nobody falls between two stools (design, section 3, point 7).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.domain.errors import Conflict, Fault
from app.domain.planning import AMSTERDAM
from app.domain.terms import HandedBy, Party, ReferralReason, ReferralStatus

_S = ReferralStatus
_ADVISER = frozenset({Party.adviser})
_ANSWERERS = frozenset({Party.adviser, Party.desk})
_HEARD = frozenset(Party)
_CLOCK = frozenset({Party.system})
_TAKERS_BACK = frozenset({Party.adviser, Party.system})

Moves = Mapping[ReferralStatus, Mapping[ReferralStatus, frozenset[Party]]]

_FINAL: Moves = {status: {} for status in (_S.completed, _S.declined, _S.expired, _S.withdrawn)}

HANDED_OVER: Moves = MappingProxyType(
    {
        _S.proposed: {_S.sent: _ADVISER, _S.withdrawn: _ADVISER},
        _S.sent: {
            # By the system: the desk's own system took it in.
            _S.received: _HEARD,
            _S.accepted: _ANSWERERS,
            _S.declined: _ANSWERERS,
            _S.expired: _CLOCK,
            # By the system: the worker withdrew their consent.
            _S.withdrawn: _TAKERS_BACK,
        },
        _S.received: {
            # Received again: the desk asks for more time.
            _S.received: _ANSWERERS,
            _S.accepted: _ANSWERERS,
            _S.declined: _ANSWERERS,
            _S.expired: _CLOCK,
            _S.withdrawn: _TAKERS_BACK,
        },
        _S.accepted: {
            _S.in_contact: _ANSWERERS,
            _S.declined: _ANSWERERS,
            _S.withdrawn: _ADVISER,
        },
        _S.in_contact: {
            _S.completed: _ANSWERERS,
            _S.declined: _ANSWERERS,
            _S.withdrawn: _ADVISER,
        },
        **_FINAL,
    }
)
"""From each status where a referral can go, and who may say so.

What a desk may say, the adviser may record: a desk can call as well.
"""

THROUGH_EMPLOYER: Moves = MappingProxyType(
    {
        **dict.fromkeys((_S.sent, _S.received, _S.accepted), MappingProxyType({})),
        _S.proposed: {
            _S.in_contact: _ADVISER,
            _S.declined: _ADVISER,
            _S.withdrawn: _ADVISER,
        },
        _S.in_contact: {
            _S.completed: _ADVISER,
            _S.declined: _ADVISER,
            _S.withdrawn: _ADVISER,
        },
        **_FINAL,
    }
)
"""The same where the worker goes through their own employer: nothing is sent to anybody.

"De coach deelt geen informatie met de werkgever zonder expliciete toestemming" (Handreiking, 4.3).
"""

OPEN = (_S.proposed, _S.sent, _S.received, _S.accepted, _S.in_contact)
"""Somebody is still at it."""

WITH_THE_DESK = (_S.sent, _S.received, _S.accepted, _S.in_contact)
"""Handed over and not ended: the other end must be told when it is withdrawn."""

FILLING = (_S.sent, _S.received, _S.accepted)
"""What takes a place of a desk: whom it has yet to speak to. After that the place is free again."""

UNANSWERED = (_S.sent, _S.received)

_DECLINED_FOR = (
    ReferralReason.not_eligible,
    ReferralReason.no_capacity,
    ReferralReason.wrong_desk,
    ReferralReason.unreachable,
    ReferralReason.other,
)

REASONS: Mapping[Party, Mapping[ReferralStatus, tuple[ReferralReason, ...]]] = MappingProxyType(
    {
        Party.adviser: {
            _S.declined: _DECLINED_FOR,
            _S.withdrawn: (
                ReferralReason.worker_withdrew,
                ReferralReason.no_consent,
                ReferralReason.other_solution,
                ReferralReason.unreachable,
                ReferralReason.mistake,
                ReferralReason.other,
                ReferralReason.adviser_decided,
            ),
        },
        Party.desk: {_S.declined: _DECLINED_FOR},
        Party.system: {
            _S.expired: (ReferralReason.not_in_time,),
            _S.withdrawn: (ReferralReason.no_consent,),
        },
    }
)
"""The statuses that need a reason when a party says them, and which ones there are.

`adviser_decided` comes with another outcome of the intake; nobody is asked to choose it.
"""


class ReferralNotAllowed(Conflict):
    """A referral cannot go where it was sent; says where it can go."""

    slug = "referral-not-allowed"
    title = "The referral cannot go there"

    def __init__(self, current: ReferralStatus, allowed: tuple[ReferralStatus, ...]) -> None:
        """Name the status it keeps, and what that allows to who asked."""
        options = ", ".join(allowed) or "nothing"
        super().__init__(f"A referral that is {current} allows here: {options}.", allowed=allowed)


def moves(handed: HandedBy) -> Moves:
    """Return which life a referral has that reaches the other end like this."""
    return THROUGH_EMPLOYER if handed is HandedBy.employer else HANDED_OVER


def allowed(
    current: ReferralStatus, party: Party, handed: HandedBy, *, more_time: bool = True
) -> tuple[ReferralStatus, ...]:
    """Name where a referral can go when this party says so, in the order of its life.

    Without `more_time` the worker has waited long enough: a desk can ask for no more.
    """
    next_ = moves(handed)[current]
    return tuple(
        status
        for status in _S
        if party in next_.get(status, frozenset())
        and (more_time or party is not Party.desk or status is not _S.received)
    )


def is_change(
    current: ReferralStatus,
    wanted: ReferralStatus,
    party: Party,
    handed: HandedBy,
    *,
    more_time: bool = True,
) -> bool:
    """Tell whether going from `current` to `wanted` changes anything; saying it twice does not.

    Received again is a change: the desk asks for more time. For `more_time` see `allowed`.

    Raises:
        ReferralNotAllowed: it cannot go there, or not when this party says so.

    """
    options = allowed(current, party, handed, more_time=more_time)
    if wanted in options:
        return True
    if wanted is current:
        return False
    raise ReferralNotAllowed(current, options)


def reason_fault(
    wanted: ReferralStatus, party: Party, reason: ReferralReason | None, pointer: str
) -> Fault | None:
    """Say what is wrong with the reason that a party gives for a status, if anything is."""
    accepted = REASONS[party].get(wanted, ())
    if reason in accepted or (reason is None and not accepted):
        return None
    if not accepted:
        return Fault(pointer, "not-wanted", f"A referral that is {wanted} has no reason.")
    choices = [one for one in accepted if one is not ReferralReason.adviser_decided]
    return Fault(pointer, "required", f"Give a reason, one of: {', '.join(choices)}.")


class Due(StrEnum):
    """What happens when nobody does anything."""

    remind = "remind"
    escalate = "escalate"
    expire = "expire"


GRACE_DAYS = 3
"""Working days that an adviser has to call a desk that did not answer in time. Our own choice."""

MORE_TIME_DAYS = 10
"""Working days that a desk may ask for, from the day it asks. Our own choice."""

LONGEST_WAIT_DAYS = 20
"""Working days after a referral was sent that a desk may ask for, all in all. Our own choice.

As many as a desk may need for its answer anyway (app.models.desk.LONGEST_ANSWER).
"""

CONTACT_DAYS = 20
"""Working days after which the adviser is asked how a contact went. Our own choice."""

AGAIN_DAYS = 10
"""Working days after which the adviser is told again of what goes on waiting. Our own choice."""

HANDED_OVER_WITHIN = 5
"""Working days after which the adviser is told of a referral that was not handed over yet."""

BY_HAND_DAYS = 5
"""Working days for an answer where no desk says how many it needs."""

_MORNING = time(9)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until which day somebody has, and what happens next at what moment."""

    answer_by: date
    due: Due
    due_at: datetime


def add_working_days(day: date, count: int, holidays: Collection[date]) -> date:
    """Return the day that lies so many working days (Monday to Friday, no holiday) further."""
    while count > 0:
        day += timedelta(days=1)
        if day.isoweekday() <= 5 and day not in holidays:  # noqa: PLR2004 - Friday
            count -= 1
    return day


def days_to_ask(sent_on: date, *, today: date, holidays: Collection[date]) -> tuple[date, ...]:
    """Name the days until which a desk can ask for time; none once the worker waited for long."""
    last = add_working_days(sent_on, LONGEST_WAIT_DAYS, holidays)
    ahead = (add_working_days(today, days, holidays) for days in range(1, MORE_TIME_DAYS + 1))
    return tuple(day for day in ahead if day <= last)


def deadline(
    answer_by: date, *, today: date, holidays: Collection[date], reminding: bool
) -> Deadline:
    """Say what comes first when an answer is wanted by a day: a reminder halfway, or the end.

    Everything happens at nine in the morning of a working day in the Netherlands.
    """
    days = 0
    while add_working_days(today, days, holidays) < answer_by:
        days += 1
    if reminding and days > 1:
        remind_on = add_working_days(today, (days + 1) // 2, holidays)
        return Deadline(answer_by, Due.remind, _morning(remind_on))
    return escalation(answer_by, holidays)


def escalation(answer_by: date, holidays: Collection[date]) -> Deadline:
    """Say when the adviser is told that no answer came: the working day after the last day."""
    return Deadline(answer_by, Due.escalate, _morning(add_working_days(answer_by, 1, holidays)))


def expiry(answer_by: date, *, today: date, holidays: Collection[date]) -> Deadline:
    """Say when a referral that was escalated today expires."""
    last = add_working_days(today, GRACE_DAYS, holidays)
    return Deadline(answer_by, Due.expire, _morning(last))


def again(today: date, holidays: Collection[date]) -> datetime:
    """Say when the adviser is told again of what has no end of its own."""
    return _morning(add_working_days(today, AGAIN_DAYS, holidays))


def _morning(day: date) -> datetime:
    return datetime.combine(day, _MORNING, AMSTERDAM)
