"""What an adviser decides otherwise than the rule, and what referrals that ended lead to."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from app.domain.access import EVERY_REGION
from app.domain.errors import InvalidInput, NotFound
from app.domain.terms import (
    ContactData,
    Outcome,
    Party,
    ReferralReason,
    ReferralStatus,
    SessionStatus,
)
from app.models import OutcomeChange, ReferralChange
from app.services import contact_details
from app.services.contact_details import Details
from app.services.holders import NotYoursError
from app.services.outcomes import OutcomeStandsError
from app.services.referral_life import OutOfReachError
from app.services.referrals import NoReceiverError, RefusedProvisionError
from app.services.sessions import GuidanceClosedError, NextStep, ReferredError
from tests.services.desk import COLLEAGUE, Desk, adviser, hours, slot
from tests.services.loop import CHECK, Loop

S = ReferralStatus


@pytest.fixture
def loop(desk: Desk) -> Loop:
    """A case with one referral that answers the question, and an adviser with hours."""
    desk.staff(adviser(UUID(int=7), hours(1, 9, 17), hours(3, 9, 17)))
    return Loop(desk)


def test_guidance_instead_withdraws_what_is_open_and_plans(loop):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    loop.decide(Outcome.guidance)
    assert (loop.outcome(), loop.referral.status) == (Outcome.guidance, S.withdrawn)
    assert len(loop.at.sessions(loop.intake)) == 3
    assert loop.effects() == ["hand_over desk", "hand_over_withdrawn desk"]
    assert loop.log()[-1] == "outcome_changed guidance worker_prefers"


def test_deciding_what_is_so_changes_nothing(loop):
    loop.decide(Outcome.warm_referral)
    assert loop.log() == []
    loop.decide(Outcome.warm_referral, CHECK)
    assert loop.log() == []
    with pytest.raises(OutcomeStandsError):
        loop.decide(Outcome.warm_referral, "techniekroute")


def test_a_referral_instead_of_guidance_needs_a_provision_that_is_there(loop):
    loop.intake = loop.at.intake()
    assert loop.outcome() is Outcome.guidance
    with pytest.raises(InvalidInput):
        loop.decide(Outcome.warm_referral)
    with pytest.raises(InvalidInput):
        loop.decide(Outcome.warm_referral, "nergens")
    with pytest.raises(NoReceiverError):
        loop.decide(Outcome.warm_referral, "leeroverzicht")
    with pytest.raises(RefusedProvisionError):
        loop.decide(Outcome.warm_referral, "h2016-scholingsvoucher-kansrijk-beroep")
    loop.decide(Outcome.warm_referral, CHECK)
    assert loop.referral.verdict == "refused"
    assert {one.status for one in loop.at.sessions(loop.intake)} == {SessionStatus.cancelled}


def test_what_helped_in_an_earlier_round_does_not_help_in_a_later_one(loop):
    loop.receiving()
    loop.consent()
    for status in (S.sent, S.accepted, S.in_contact, S.completed):
        loop.say(status)
    loop.decide(Outcome.guidance)
    loop.decide(Outcome.warm_referral, CHECK)
    loop.say(S.withdrawn, reason=ReferralReason.worker_withdrew)
    assert loop.outcome() is Outcome.guidance
    assert "1 planned" in loop.at.agenda(loop.intake)[0]


def test_deciding_the_same_again_changes_nothing(loop):
    loop.intake = loop.at.intake()
    for _ in range(2):
        loop.decide(Outcome.warm_referral, CHECK)
    assert loop.log() == ["outcome_changed warm_referral worker_prefers"]


def test_a_session_whose_time_has_passed_is_not_moved_into_a_warm_referral(loop):
    loop.intake = loop.at.intake()
    first = loop.at.session(loop.intake, 1)
    loop.at.now = first.ends_at + timedelta(hours=1)
    loop.decide(Outcome.warm_referral, CHECK)
    with pytest.raises(ReferredError):
        loop.at.move(first.id, slot("2026-12-16 10:00"))


def test_guidance_after_three_sessions_is_over_at_once(loop):
    loop.intake = loop.at.intake()
    for number in (1, 2):
        loop.at.conclude(loop.at.session(loop.intake, number).id, "held")
    third = loop.at.session(loop.intake, 3)
    loop.at.now = third.ends_at + timedelta(hours=1)
    loop.decide(Outcome.warm_referral, CHECK)
    loop.at.conclude(third.id, "held")
    loop.say(S.withdrawn, reason=ReferralReason.mistake)
    assert loop.outcome() is Outcome.guidance
    assert loop.at.read(loop.intake).closed_at is not None
    assert "guidance_reopened adviser" not in loop.effects()


def test_who_may_be_called_and_left_no_number_is_not_handed_over_yet(loop):
    loop.receiving()
    loop.consent(ContactData.name, ContactData.telephone)
    with loop.at.act() as act:
        contact_details.change(act, loop.intake, Details("Noor", None, None))
    with pytest.raises(OutOfReachError):
        loop.say(S.sent)
    assert (loop.referral.status, loop.effects()) == (S.proposed, [])


def test_after_the_guidance_has_ended_nothing_is_decided_otherwise(loop):
    loop.intake = loop.at.intake()
    first = loop.at.session(loop.intake, 1)
    loop.at.conclude(first.id, "held", NextStep.close)
    with pytest.raises(GuidanceClosedError):
        loop.decide(Outcome.warm_referral, CHECK)


def test_a_reason_and_a_note_are_kept_with_every_change(loop):
    loop.receiving()
    loop.consent()
    loop.say(S.sent)
    loop.decide(Outcome.guidance)
    with loop.at.database.read(EVERY_REGION) as session:
        changes = session.exec(select(ReferralChange).order_by(col(ReferralChange.at))).all()
        outcomes = session.exec(select(OutcomeChange)).all()
    assert [(one.previous, one.status, one.party) for one in changes] == [
        (S.proposed, S.sent, Party.adviser),
        (S.sent, S.withdrawn, Party.adviser),
    ]
    assert changes[1].reason is ReferralReason.adviser_decided
    (outcome,) = outcomes
    assert outcome.adviser_id == loop.at.caller.id
    assert b"Zij wil" not in (outcome.note or b"")


def test_who_does_not_hold_the_case_changes_nothing(loop):
    loop.at.caller = COLLEAGUE
    with pytest.raises((NotFound, NotYoursError)):
        loop.say(S.withdrawn, reason=ReferralReason.mistake)


def test_a_session_that_is_told_of_late_closes_no_guidance_that_is_not_there(loop):
    loop.intake = loop.at.intake()
    first = loop.at.session(loop.intake, 1)
    loop.at.now = first.ends_at + timedelta(hours=1)
    loop.decide(Outcome.warm_referral, CHECK)
    loop.at.conclude(first.id, "held", NextStep.close)
    assert loop.at.read(loop.intake).closed_at is None
