"""How referrals go on when an adviser or a desk says so; and what follows from it."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from app.domain.errors import InvalidInput
from app.domain.referrals import ReferralNotAllowed
from app.domain.terms import (
    DeskChannel,
    Employment,
    HandedBy,
    Outcome,
    Party,
    ReferralReason,
    ReferralStatus,
    SessionStatus,
)
from app.models import Referral
from app.services import consents, referral_life
from app.services.holders import locked_intake
from app.services.referral_life import ConsentNeededError
from app.services.referral_steps import Step
from app.services.referrals import AlreadyReferredError
from tests.services.desk import Desk, adviser, hours
from tests.services.loop import CHECK, Loop, told

S = ReferralStatus


@pytest.fixture
def loop(desk: Desk) -> Loop:
    """A case with one referral that answers the question, and an adviser with hours."""
    desk.staff(adviser(UUID(int=7), hours(1, 9, 17), hours(3, 9, 17)))
    return Loop(desk)


def test_without_consent_nobody_is_handed_over(loop):
    loop.receiving()
    with pytest.raises(ConsentNeededError):
        loop.say(S.sent)
    assert (loop.referral.status, loop.effects()) == (S.proposed, [])


def test_a_withdrawn_consent_is_no_consent(loop, tmp_path):
    loop.receiving()
    consent = loop.consent()
    with loop.at.act() as act:
        consents.withdraw(act, loop.intake, consent, loop.at.planning, tmp_path / "list")
    with pytest.raises(ConsentNeededError):
        loop.say(S.sent)


def test_the_whole_way(loop):
    desk_id = loop.receiving()
    loop.consent()
    sent = loop.say(S.sent)
    assert (sent.handed, sent.desk_id) == (HandedBy.desk, desk_id)
    assert sent.answer_by == date(2026, 11, 30)
    loop.desk_says(S.accepted, note="Wij bellen morgen")
    loop.desk_says(S.in_contact)
    loop.say(S.completed)
    assert loop.effects() == [
        "hand_over desk",
        "referral_answered adviser",
    ]
    assert loop.log() == [
        f"referral_{step} {CHECK}" for step in ("sent", "accepted", "in_contact", "completed")
    ]
    assert (loop.outcome(), loop.referral.due_at) == (Outcome.warm_referral, None)


def test_without_a_desk_the_adviser_calls_and_records_it(loop):
    loop.consent()
    assert loop.say(S.sent).handed is HandedBy.by_hand
    assert loop.say(S.accepted).status is S.accepted
    assert loop.effects() == []


def test_a_desk_to_call_is_named_and_gets_no_message(loop):
    desk_id = loop.receiving(channel=DeskChannel.telephone, telephone="070 1234567")
    loop.consent()
    sent = loop.say(S.sent)
    assert (sent.handed, sent.desk_id, loop.effects()) == (HandedBy.by_hand, desk_id, [])


def test_a_desk_that_is_full_is_named_to_call_and_gets_no_message(loop):
    desk_id = loop.receiving(capacity=1)
    for one, handed in ((loop, HandedBy.desk), (Loop(loop.at), HandedBy.by_hand)):
        one.consent()
        sent = one.say(S.sent)
        assert (sent.handed, sent.desk_id) == (handed, desk_id)
        assert loop.effects() == ["hand_over desk"]


def test_saying_it_twice_changes_nothing(loop):
    loop.receiving()
    loop.consent()
    for status in (S.sent, S.accepted):
        loop.say(status)
        loop.say(status)
    with pytest.raises(ReferralNotAllowed):
        loop.say(S.sent)
    assert len(loop.log()) == 2
    assert loop.effects() == ["hand_over desk"]


def test_what_is_added_to_what_was_said_is_refused_and_not_thrown_away(loop):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    loop.say(S.accepted, note="Zij belden")
    loop.say(S.accepted, note="Zij belden")
    loop.desk_says(S.accepted)
    with pytest.raises(ReferralNotAllowed):
        loop.desk_says(S.accepted, note="Wij bellen maandag")
    loop.desk_says(S.declined, reason=ReferralReason.no_capacity)
    loop.say(S.declined, reason=ReferralReason.no_capacity)
    with pytest.raises(ReferralNotAllowed):
        loop.say(S.declined, reason=ReferralReason.other, note="Toch niet")
    assert len(loop.log()) == 4


def test_a_message_with_more_time_is_kept_when_the_day_is_the_same(loop):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    day = date(2026, 12, 1)
    loop.desk_says(S.received, answer_by=day)
    for _ in range(2):
        loop.at.now += timedelta(hours=1)
        loop.desk_says(S.received, answer_by=day, note="Jan is ziek")
    assert loop.log() == [f"referral_sent {CHECK}", *[f"referral_received {CHECK}"] * 2]


def test_the_service_itself_is_held_to_the_table_as_well(loop):
    with loop.at.act() as act:
        intake, counter = locked_intake(act, loop.intake)
        referral = act.session.get_one(Referral, loop.referral.id)
        for step, refused in (
            (Step(status=S.completed, party=Party.system), ReferralNotAllowed),
            (Step(status=S.withdrawn, party=Party.adviser), InvalidInput),
        ):
            with pytest.raises(refused):
                referral_life.go_on(
                    act, counter, intake, referral, step, loop.at.planning, referral_life.nobody
                )
    assert (loop.referral.status, loop.log()) == (S.proposed, [])


def declined(loop: Loop) -> None:
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    loop.desk_says(S.declined, reason=ReferralReason.no_capacity)


def test_the_last_one_declined_reopens_the_intake_and_plans_three_sessions(loop):
    declined(loop)
    assert loop.outcome() is Outcome.guidance
    assert [one.status for one in loop.at.sessions(loop.intake)] == [SessionStatus.planned] * 3
    assert loop.effects() == [
        "hand_over desk",
        "referral_answered adviser",
        "guidance_reopened adviser",
    ]
    assert loop.log()[-2:] == [
        f"referral_declined {CHECK} no_capacity",
        "outcome_changed guidance referrals_ended",
    ]
    assert loop.at.told()[-1].endswith("session_planned 3")


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_withdrawn_and_expired_ones_reopen_it_as_well(loop, end):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    if end == "withdrawn":
        loop.say(S.withdrawn, reason=ReferralReason.worker_withdrew)
    else:
        for _ in range(3):
            loop.time_passes(loop.referral.due_at)
    assert (loop.referral.status, loop.outcome()) == (S(end), Outcome.guidance)
    assert len(loop.at.sessions(loop.intake)) == 3
    assert "hand_over_withdrawn desk" in loop.effects()


def test_one_that_helped_keeps_it_closed(loop):
    loop.receiving()
    loop.consent()
    for status in (S.sent, S.accepted, S.in_contact, S.completed):
        loop.say(status)
    assert loop.outcome() is Outcome.warm_referral


def test_one_that_is_still_open_keeps_it_closed(desk):
    loop = Loop(desk)
    loop.intake = desk.intake(
        origin_sector="dierhouderij", target_sector="techniek", employment=Employment.employee
    )
    first, *others = [one.referral for one in desk.view(loop.intake).referrals]
    assert others
    step = Step(status=S.withdrawn, party=Party.adviser, reason=ReferralReason.mistake)
    with desk.act() as act:
        referral_life.change_status(act, first.id, step, desk.planning, told)
    assert loop.outcome() is Outcome.warm_referral
    for one in others:
        with desk.act() as act:
            referral_life.change_status(act, one.id, step, desk.planning, told)
    assert loop.outcome() is Outcome.guidance


def test_after_it_ended_somebody_can_be_referred_there_again_and_not_twice(loop):
    declined(loop)
    loop.decide(Outcome.warm_referral, CHECK)
    assert loop.referral.status is S.proposed
    assert [one.status for one in loop.at.sessions(loop.intake)] == [SessionStatus.cancelled] * 3
    with pytest.raises(AlreadyReferredError):
        loop.at.refer(loop.intake, CHECK)


@pytest.mark.parametrize(
    ("reason", "asked"), [(ReferralReason.no_capacity, "Nog een"), (ReferralReason.wrong_desk, "")]
)
def test_the_next_referral_goes_to_another_desk_than_the_one_that_declined(loop, reason, asked):
    first = loop.receiving()
    loop.consent()
    loop.say(S.sent)
    loop.desk_says(S.declined, reason=reason)
    second = loop.receiving(name=asked, capacity=1) if asked else None
    loop.decide(Outcome.warm_referral, CHECK)
    sent = loop.say(S.sent)
    assert (sent.desk_id, sent.desk_id == first) == (second, False)
    assert sent.handed is (HandedBy.desk if asked else HandedBy.by_hand)
