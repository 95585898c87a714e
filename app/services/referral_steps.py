"""What somebody says of a referral: whether they can say it, and whether it is new."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col

from app.domain.errors import Fault, InvalidInput
from app.domain.referrals import (
    MORE_TIME_DAYS,
    ReferralNotAllowed,
    add_working_days,
    allowed,
    days_to_ask,
    is_change,
    reason_fault,
)
from app.domain.terms import Party, ReferralReason, ReferralStatus
from app.models import Referral, ReferralChange
from app.services.acts import Act
from app.services.planner import dutch_holidays, today
from app.services.referrals import holidays_now, newest_change, note_of
from app.services.sealed import cipher_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody says of a referral: where it goes, why, and by when there is an answer."""

    status: ReferralStatus
    party: Party
    reason: ReferralReason | None = None
    note: str | None = None
    answer_by: date | None = None


def says_something_new(act: Act, referral: Referral, step: Step) -> bool:
    """Tell whether a step that is allowed changes anything; what is said twice does not.

    Raises:
        InvalidInput: a reason that does not fit, or a day that is not within reach.
        ReferralNotAllowed: it cannot go there, or went there with another reason, note or day.

    """
    days = days_for_a_desk(act, referral) if step.party is Party.desk else ()
    last = add_working_days(today(act.now), MORE_TIME_DAYS, holidays_now(act))
    _refuse_faults(act, step, days[-1] if days else last)
    current, more_time = referral.status, bool(days)
    is_new = is_change(current, step.status, step.party, referral.handed, more_time=more_time)
    if step.status is not current:
        return is_new
    change = newest_change(act.session, referral, col(ReferralChange.status) == current)
    cipher = cipher_of(act.session, act.vault, referral.intake_id)
    stands = (
        change.reason if change else None,
        note_of(cipher, change) if change else None,
        referral.answer_by,
    )
    said = step.reason, step.note, step.answer_by
    if all(new in {None, old} for new, old in zip(said, stands, strict=True)):
        return False
    if is_new:
        return True
    # What stands is not put aside, and what is added to it not thrown away unseen.
    options = allowed(current, step.party, referral.handed, more_time=more_time)
    raise ReferralNotAllowed(current, options)


def days_for_a_desk(act: Act, referral: Referral) -> tuple[date, ...]:
    """Name the days until which the desk of a referral can ask for time now, if any."""
    sent = newest_change(act.session, referral, col(ReferralChange.status) == ReferralStatus.sent)
    sent_on = today(sent.at if sent else referral.created_at)
    holidays = dutch_holidays(sent_on.year, act.now.year + 1)
    return days_to_ask(sent_on, today=today(act.now), holidays=holidays)


def _refuse_faults(act: Act, step: Step, last: date) -> None:
    """Refuse a reason or a day that does not fit, naming both at once.

    Raises:
        InvalidInput: either of them.

    """
    faults = [reason_fault(step.status, step.party, step.reason, "/reason")]
    if step.answer_by is not None:
        if step.status is not ReferralStatus.received:
            told = "Only a desk that has received a referral can ask for time."
            faults.append(Fault("/answerBy", "not-wanted", told))
        elif not today(act.now) < step.answer_by <= last:
            told = f"Choose a day after today, {last.isoformat()} at the latest."
            faults.append(Fault("/answerBy", "out-of-range", told))
    if found := [fault for fault in faults if fault is not None]:
        raise InvalidInput(found)
