"""What a desk sees and says, and what the clock does when it says nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID, uuid4

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
from app.services.hand_over import read_hand_over, view_hand_over
from tests.models.rows import put
from tests.services.desk import NOW, REGION, Desk, adviser, hours, local
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


def test_a_desk_asks_for_more_time_until_somebody_waited_for_twenty_working_days(loop):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    asked = []
    while True:
        with loop.at_the_desk() as act:
            seen = read_hand_over(act, loop.referral.id)
        if S.received not in seen.choices:
            break
        loop.desk_says(S.received, answer_by=seen.days[-1])
        asked.append(seen.days[-1])
        loop.at.now = local(f"{asked[-1]} 09:00")
    assert asked == [date(2026, 12, 7), date(2026, 12, 21)]
    assert (seen.days, seen.choices) == ((), (S.accepted, S.declined))
    with pytest.raises(ReferralNotAllowed):
        loop.desk_says(S.received, answer_by=date(2026, 12, 22))
    for _ in range(3):
        loop.time_passes(loop.referral.due_at)
    assert loop.referral.status is S.expired


def test_of_who_is_erased_while_their_page_is_made_there_is_no_page(loop):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    gone = Referral(**loop.referral.model_dump() | {"intake_id": uuid4()})
    with loop.at_the_desk() as act, pytest.raises(NotFound):
        view_hand_over(act, gone)


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


def test_beside_one_that_helps_the_adviser_is_not_told_of_one_not_handed_over(loop):
    left, due = uuid4(), {"due": "escalate", "due_at": "2026-11-30 09:00:00.000000"}
    with loop.at.database.write(EVERY_REGION) as session:
        ids = {"id": left.hex, "intake_id": loop.intake.hex}
        put(session.connection(), "referral", **ids, **due)
    loop.time_passes(loop.referral.due_at)
    told = ["referral_overdue adviser"] * 2
    assert loop.effects() == told
    loop.consent()
    for status in (S.sent, S.accepted, S.in_contact, S.completed):
        loop.say(status)
    loop.time_passes(loop.at.now + timedelta(days=30))
    with loop.at.database.write(EVERY_REGION) as session:
        beside = session.get_one(Referral, left)
        assert (beside.status, beside.escalated_at) == (S.proposed, None)
        later = beside.due_at
        helped = session.get_one(Referral, loop.referral.id)
        helped.status = S.declined
    assert loop.effects() == told
    loop.time_passes(later)
    assert loop.effects() == [*told, told[0]]


def test_a_hundred_that_fail_keep_no_other_one_waiting(loop):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    with loop.at.database.write(EVERY_REGION) as session:
        for _ in range(101):
            intake = uuid4().hex
            put(session.connection(), "intake", id=intake, region=REGION)
            due = {"due": "expire", "due_at": "2026-11-01 09:00:00.000000"}
            put(session.connection(), "referral", intake_id=intake, **due)
    for _ in range(3):
        with pytest.raises(ReferralNotAllowed):
            loop.time_passes(loop.referral.due_at)
    assert loop.referral.status is S.expired


def test_one_that_cannot_be_read_keeps_no_other_one_waiting(loop):
    other = loop.at.intake(**CLEANER)
    with loop.at.database.write(EVERY_REGION) as session:
        session.exec(sa.delete(PersonKey).where(col(PersonKey.intake_id) == loop.intake))
        session.exec(sa.update(Referral).values(status=S.sent, due="expire"))
        session.exec(
            sa.update(Referral)
            .where(col(Referral.intake_id) == loop.intake)
            .values(due_at=NOW - timedelta(days=9))
        )
    with pytest.raises(NotFound):
        loop.time_passes(NOW + timedelta(days=30))
    assert loop.at.read(other).outcome is Outcome.guidance
    assert loop.outcome() is Outcome.warm_referral


def test_what_the_clock_does_makes_no_case_younger(quiet):
    loop = Loop(quiet)
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    before = loop.at.read(loop.intake).touched_at
    for _ in range(3):
        due = loop.referral.due_at
        assert due is not None
        loop.time_passes(due)
    assert (loop.referral.status, loop.outcome()) == (S.expired, Outcome.guidance)
    assert loop.at.read(loop.intake).touched_at == before
