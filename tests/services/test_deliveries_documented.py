"""What the documents promise of deliveries besides: outbox.md, desks.md and integration.md."""

import json

import pytest

from app.commands.outbox import replay
from app.domain.terms import DeskChannel, EffectKind, ReferralReason, ReferralStatus
from tests.callback_server import CallbackServer
from tests.services.rounds import Round
from tests.services.test_session_deliveries import invited

__all__ = ["invited"]

S = ReferralStatus
DESK = "loket@fonds.example"


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("answered", [True, False])
def test_a_hand_over_that_was_given_up_is_sent_again_unless_the_desk_has_answered_since(
    round_, answered
):
    round_.mail.refuse("550 5.1.1 nobody of that name", to=DESK)
    round_.hand_over()
    round_.deliver()
    assert round_.row(EffectKind.hand_over).status == "dead"
    round_.mail.accept()
    if answered:
        round_.loop.say(S.accepted)
    outside = round_.outside
    assert replay(outside.settings, lambda _: None, now=outside.clock()) == 0
    round_.deliver()
    assert len(round_.bodies(DESK)) == (0 if answered else 1)
    status = round_.row(EffectKind.hand_over).status
    assert status == ("dropped" if answered else "delivered")


@pytest.fixture
def events(round_: Round, receiver: CallbackServer) -> CallbackServer:
    """The system of a desk, to which somebody was handed over."""
    round_.hand_over(
        channel=DeskChannel.webhook, webhook_url=f"http://localhost:{receiver.port}/in"
    )
    round_.deliver()
    return receiver


def told(events: CallbackServer) -> list[str]:
    """Read the types of what came in."""
    kinds = [json.loads(request.body)["type"] for request in events.requests]
    return [one.removeprefix("nl.vanwerknaarwerk.") for one in kinds]


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_the_system_of_a_desk_is_reminded_of_what_it_has_not_answered(round_, events):
    due = round_.loop.referral.due_at
    round_.loop.time_passes(due)
    round_.outside.clock.now = due
    round_.deliver()
    assert told(events) == ["hand-over.v1", "hand-over-reminder.v1"]
    data = json.loads(events.requests[-1].body)["data"]
    assert "/overdracht/" in data["answerUrl"]
    assert "Noor" not in events.requests[-1].body.decode()


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_the_system_of_a_desk_is_told_that_a_hand_over_was_taken_back(round_, events):
    round_.loop.say(S.withdrawn, reason=ReferralReason.other_solution)
    round_.deliver()
    assert told(events) == ["hand-over.v1", "hand-over-withdrawn.v1"]
    assert "Noor" not in events.requests[-1].body.decode()


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_without_a_mail_server_letters_to_workers_wait_and_go_when_there_is_one(invited):
    invited.outside.deliver()
    rows = invited.rows(EffectKind.invitation)
    assert {row.recipient.partition(":")[0] for row in rows} == {"adviser", "worker"}
    assert {(row.status.value, row.fault) for row in rows} == {("pending", "no-mail-server")}
    invited.outside.clock.forward(minutes=1)
    invited.deliver()
    assert {row.status.value for row in invited.rows(EffectKind.invitation)} == {"delivered"}
    assert len(invited.mail.messages) == 2
