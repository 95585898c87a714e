"""What a desk sees and says, and what the clock does when it says nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from app.domain.access import EVERY_REGION
from app.domain.errors import InvalidInput, NotFound
from app.domain.referrals import ReferralNotAllowed
from app.domain.terms import (
    ContactData,
    Outcome,
    ReferralReason,
    ReferralStatus,
)
from app.models import PersonKey, Referral
from app.services.hand_over import read_hand_over
from tests.services.desk import NOW, Desk, adviser, hours
from tests.services.loop import CLEANER, Loop

S = ReferralStatus


@pytest.fixture
def loop(desk: Desk) -> Loop:
    """A case with one referral that answers the question, and an adviser with hours."""
    desk.staff(adviser(UUID(int=7), hours(1, 9, 17), hours(3, 9, 17)))
    return Loop(desk)


# The desk's page


def test_a_desk_sees_only_what_the_worker_consented_to(loop):
    loop.receiving()
    loop.consent(ContactData.telephone)
    loop.say(S.sent)
    with loop.at_the_desk() as act:
        seen = read_hand_over(act, loop.referral.id)
    assert (seen.name, seen.telephone, seen.email) == (None, "06 12345678", None)
    assert (seen.question, seen.answers, seen.checked) == (None, (), ())


def test_a_desk_sees_nothing_of_the_worker_once_it_has_ended(loop):
    loop.receiving()
    loop.consent(*ContactData)
    loop.say(S.sent)
    loop.desk_says(S.declined, reason=ReferralReason.other, note="Bel de gemeente")
    with loop.at_the_desk() as act:
        seen = read_hand_over(act, loop.referral.id)
    assert (seen.name, seen.question, seen.answers, seen.checked) == (None, None, (), ())
    assert (seen.status, seen.choices) == (S.declined, ())


@pytest.mark.parametrize("status", [S.completed, S.in_contact, S.withdrawn, S.expired, S.sent])
def test_a_desk_cannot_skip_a_step_or_say_what_is_not_its_to_say(loop, status):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    with pytest.raises((ReferralNotAllowed, InvalidInput)) if status is not S.sent else _nothing():
        loop.desk_says(status, reason=ReferralReason.other if status is S.withdrawn else None)
    assert loop.referral.status is S.sent


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def test_what_is_done_by_hand_has_no_page(loop):
    loop.consent()
    loop.say(S.sent)
    with pytest.raises(NotFound), loop.at_the_desk() as act:
        read_hand_over(act, loop.referral.id)


@pytest.mark.parametrize("answer_by", [date(2026, 11, 23), date(2026, 12, 8), date(2027, 1, 4)])
def test_more_time_is_at_most_ten_working_days(loop, answer_by):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    with pytest.raises(InvalidInput) as caught:
        loop.desk_says(S.received, answer_by=answer_by)
    assert [fault.pointer for fault in caught.value.faults] == ["/answerBy"]
    loop.desk_says(S.received, answer_by=date(2026, 12, 7))
    assert loop.referral.answer_by == date(2026, 12, 7)


# The clock


def test_a_reminder_then_the_adviser_then_it_expires(loop):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    moments = []
    for _ in range(3):
        moments.append(loop.referral.due_at)
        loop.time_passes(loop.referral.due_at - timedelta(seconds=1))
        loop.time_passes(moments[-1])
    assert [moment.date() for moment in moments] == [
        date(2026, 11, 26),
        date(2026, 12, 1),
        date(2026, 12, 4),
    ]
    assert loop.effects() == [
        "hand_over desk",
        "hand_over_reminder desk",
        "referral_overdue adviser",
        "hand_over_withdrawn desk",
        "referral_expired adviser",
        "guidance_reopened adviser",
    ]
    assert loop.referral.status is S.expired


def test_an_answer_stops_the_clock(loop):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    due = loop.referral.due_at
    loop.desk_says(S.accepted)
    loop.say(S.in_contact)
    loop.time_passes(due + timedelta(days=90))
    assert loop.referral.status is S.in_contact


def test_a_desk_that_accepted_and_does_not_call_is_told_of_and_does_not_expire(loop):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    loop.desk_says(S.accepted)
    for _ in range(4):
        loop.time_passes(loop.referral.due_at)
    assert loop.referral.status is S.accepted
    assert loop.effects()[-4:] == ["hand_over_reminder desk", *["referral_overdue adviser"] * 3]


def test_of_a_contact_the_adviser_is_asked_how_it_went_until_it_is_told(loop):
    loop.receiving()
    loop.consent()
    for status in (S.sent, S.accepted, S.in_contact):
        loop.say(status)
    first = loop.referral.due_at
    assert first.date() == date(2026, 12, 22)
    loop.time_passes(first)
    assert loop.referral.escalated_at == first
    loop.time_passes(loop.referral.due_at)
    assert loop.effects()[-2:] == ["referral_overdue adviser"] * 2
    assert loop.referral.escalated_at == first
    loop.say(S.completed)
    assert (loop.referral.due_at, loop.referral.escalated_at) == (None, None)


def test_a_desk_that_says_late_that_it_has_it_is_given_its_days_anew(loop):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    for _ in range(2):
        loop.time_passes(loop.referral.due_at)
    assert loop.referral.answer_by < loop.at.now.date()
    loop.say(S.received)
    assert loop.referral.answer_by == date(2026, 12, 8)


def test_of_a_referral_that_nobody_hands_over_the_adviser_is_told_again_and_again(loop):
    loop.time_passes(loop.referral.due_at)
    loop.time_passes(NOW + timedelta(days=8))
    assert loop.effects() == ["referral_overdue adviser"]
    loop.time_passes(NOW + timedelta(days=90))
    assert loop.effects() == ["referral_overdue adviser"] * 2
    assert loop.referral.status is S.proposed


def test_one_that_cannot_be_read_keeps_no_other_one_waiting(loop):
    other = loop.at.intake(**CLEANER)
    with loop.at.database.write(EVERY_REGION) as session:
        session.exec(sa.delete(PersonKey).where(col(PersonKey.intake_id) == loop.intake))
        session.exec(sa.update(Referral).values(due="expire"))
        session.exec(
            sa.update(Referral)
            .where(col(Referral.intake_id) == loop.intake)
            .values(due_at=NOW - timedelta(days=9))
        )
    with pytest.raises(NotFound):
        loop.time_passes(NOW + timedelta(days=30))
    assert loop.at.read(other).outcome is Outcome.guidance
    assert loop.outcome() is Outcome.warm_referral
