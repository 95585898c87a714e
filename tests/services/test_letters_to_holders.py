"""Who reads what of a referral when a case goes from one adviser to another, over real SMTP."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import EffectKind, HolderReason, ReferralReason, ReferralStatus
from app.models import Adviser, OutboxMessage
from app.services import holders, outbox
from app.services.acts import acting
from app.services.erasure import erase_again
from app.services.processing_log import new_trace
from tests.services.desk import ADVISER, COLLEAGUE, VAULT
from tests.services.rounds import Round, give_back, take_over
from tests.services.test_persons import erasures

S = ReferralStatus


def declined(round_: Round) -> None:
    round_.loop.desk_says(S.declined, reason=ReferralReason.no_capacity)


def deliver(round_: Round) -> None:
    round_.deliver()


def of_nobody_for_long(round_: Round) -> None:
    """Let a term of the outbox pass."""
    with round_.outside.database.write(EVERY_REGION) as session:
        last = session.exec(select(OutboxMessage.ended_at).order_by(col(OutboxMessage.ended_at)))
        ended = [one for one in last if one is not None]
        outbox.forget_before(session, max(ended) + timedelta(days=31), 100)


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_what_an_adviser_without_an_address_was_to_read_is_given_up_and_can_be_seen(round_):
    without_address(round_)
    round_.hand_over()
    declined(round_)
    round_.deliver()
    row = round_.row(EffectKind.referral_answered)
    assert (row.status, row.fault) == ("dead", "no-address")
    assert {one.fault for one in round_.rows(EffectKind.invitation)} == {"no-address"}


def without_address(round_: Round) -> None:
    with round_.outside.database.write(EVERY_REGION) as session:
        for adviser in session.exec(select(Adviser)):
            adviser.email = None


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_the_address_in_a_token_is_kept_as_soon_as_something_is_changed_with_it(round_):
    round_.hand_over()
    without_address(round_)
    at = round_.loop.at
    round_.loop.at = replace(at, caller=replace(ADVISER, email="anna@bond.example"))
    round_.loop.say(S.received)
    round_.loop.at = at
    declined(round_)
    round_.deliver()
    assert len(round_.bodies("anna@bond.example")) > 1


@pytest.mark.parametrize(
    "steps",
    [
        (declined, take_over),
        (declined, give_back, take_over),
        (declined, give_back, deliver, take_over),
        (declined, give_back, deliver, of_nobody_for_long, take_over),
        (give_back, declined, take_over),
        (give_back, declined, deliver, take_over),
    ],
)
def test_what_nobody_was_sent_goes_to_who_took_the_intake_over(round_, steps):
    round_.hand_over()
    for step in steps:
        step(round_)
    round_.deliver()
    assert round_.bodies("adviseur@bond.example") == []
    said, reopened, *more = round_.bodies("collega@bond.example")
    assert "De reden: Er is nu geen plek." in said
    assert "Gesprekken met een datum:" in reopened
    assert more == []
    for kind in (EffectKind.referral_answered, EffectKind.guidance_reopened):
        assert [row.status for row in round_.rows(kind)] == ["dropped", "delivered"]


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_what_was_read_already_is_told_to_nobody_again(round_):
    round_.hand_over()
    declined(round_)
    round_.deliver()
    give_back(round_)
    take_over(round_)
    round_.deliver()
    assert round_.bodies("collega@bond.example") == []


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_what_is_passed_on_twice_is_read_once(round_):
    round_.hand_over()
    give_back(round_)
    declined(round_)
    round_.deliver()
    take_over(round_)
    with replace(round_.loop.at, caller=COLLEAGUE).act() as act:
        holders.give_back(act, round_.loop.intake, HolderReason.absence, None)
    round_.deliver()
    with round_.loop.at.act() as act:
        holders.take_over(act, round_.loop.intake, HolderReason.absence, None)
    round_.deliver()
    assert round_.bodies("collega@bond.example") == []
    assert len(round_.bodies("adviseur@bond.example")) == 2


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_who_takes_an_intake_over_reads_of_a_long_wait_once_and_as_it_is_now(round_):
    """Nobody holds it; its desk is late, and the clock says so again and again."""
    round_.hand_over()
    round_.deliver()
    round_.loop.desk_says(S.accepted)
    give_back(round_)
    for _ in range(3):
        now = round_.loop.referral.due_at
        round_.loop.time_passes(now)
        round_.outside.clock.now = now
        round_.deliver()
    waiting = round_.rows(EffectKind.referral_overdue)
    assert [(one.status, one.fault) for one in waiting] == [("dead", "nobody")] * 2
    take_over(round_)
    round_.deliver()
    accepted, late = round_.bodies("collega@bond.example")
    assert "neemt" in accepted
    assert "wilt u bellen" in round_.mail.messages[-1]["Subject"]
    assert late


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_that_a_desk_cannot_be_reached_is_told_to_who_takes_the_intake_over(round_):
    round_.hand_over()
    give_back(round_)
    round_.mail.refuse("550 5.1.1 nobody of that name", to="loket@fonds.example")
    round_.deliver()
    take_over(round_)
    round_.deliver()
    (body,) = round_.bodies("collega@bond.example")
    assert "Wij konden ons bericht aan Loket niet bezorgen" in body


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_who_gave_an_intake_back_reads_no_more_of_it(round_):
    round_.hand_over()
    declined(round_)
    give_back(round_)
    round_.deliver()
    assert round_.bodies("adviseur@bond.example") == []
    for kind in (EffectKind.referral_answered, EffectKind.guidance_reopened):
        assert (round_.row(kind).status, round_.row(kind).fault) == ("dead", "nobody")


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_what_waits_for_nobody_goes_when_the_person_is_forgotten(round_):
    round_.hand_over()
    give_back(round_)
    declined(round_)
    round_.deliver()
    with acting(round_.outside.database, SYSTEM, VAULT, new_trace(), now=round_.loop.at.now) as act:
        loop = round_.loop
        assert erase_again(act, loop.intake, act.now, loop.at.planning, erasures())
    assert round_.rows(EffectKind.referral_answered) == []
