"""The dispatcher: at least once, in order per recipient, and nobody waits for somebody else's."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.commands.outbox import replay
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import EffectKind, SubscriptionStatus
from app.models import AuditEntry, OutboxMessage, Subscription
from app.services import deliveries, dispatch
from app.services.acts import acting
from app.services.dispatch import WAITS, due_after
from app.services.outbox import PATIENCE, Effect, to_subscription
from app.services.processing_log import new_trace
from tests.callback_server import CallbackServer, answer
from tests.services.desk import NOW, VAULT
from tests.services.dispatching import REGION, Outside, arrived

AWAY = answer("503 Service Unavailable")
GONE = answer("410 Gone")
BACK = answer("204 No Content")
LEASE = timedelta(seconds=30)


def status_of(outside: Outside, subscription: object) -> SubscriptionStatus:
    with outside.database.read(EVERY_REGION) as session:
        return session.get_one(Subscription, subscription).status


# Order


def test_each_recipient_gets_everything_once_and_in_order(outside, receiver, other):
    one, two = outside.subscribe(receiver, other)
    outside.put([one, two, one], each=4)
    outside.deliver()
    assert arrived(receiver) == outside.ids(one)
    assert arrived(other) == outside.ids(two)
    assert set(outside.statuses()) == {"delivered"}
    assert {row.attempts for row in outside.rows()} == {1}
    outside.deliver()
    assert (len(receiver.requests), len(other.requests)) == (8, 4)


def test_what_fails_keeps_what_comes_after_it_waiting_and_nobody_else(outside, receiver, other):
    one, two = outside.subscribe(receiver, other)
    outside.put([one, two], each=3)
    receiver.answer = AWAY
    outside.deliver()
    first, *after = outside.rows(one)
    assert arrived(receiver) == [str(first.id)]
    assert (first.status, first.attempts, first.fault) == ("pending", 1, "http-503")
    assert {(row.status.value, row.attempts) for row in after} == {("pending", 0)}
    assert outside.statuses(two) == ["delivered"] * 3
    receiver.answer = BACK
    outside.deliver()  # not yet
    assert len(receiver.requests) == 1
    outside.clock.forward(seconds=5.6)
    outside.deliver()
    assert arrived(receiver)[1:] == outside.ids(one)
    assert outside.rows(one)[0].fault is None


def test_no_recipient_keeps_the_dispatcher_to_itself(outside, receiver, other, monkeypatch):
    monkeypatch.setattr(dispatch, "LONGEST_STREAK", 2)
    one, two = sorted(outside.subscribe(receiver, other))
    outside.put([one], each=6)
    outside.put([two], each=1)
    taken: list[str] = []

    def note(server: CallbackServer, connection: Any) -> None:
        taken.append(server.requests[-1].line.split()[1])
        connection.sendall(BACK)

    receiver.answer = other.answer = note
    outside.deliver()
    assert taken.index(f"/{two}") == 2


def test_a_transaction_that_is_undone_leaves_nothing_to_do(outside, receiver):
    (one,) = outside.subscribe(receiver)
    effect = Effect(
        recipient=to_subscription(one), kind=EffectKind.webhook_test, region=REGION, facts={}
    )

    def fail() -> None:
        raise ZeroDivisionError

    def do_and_fail() -> None:
        with acting(outside.database, SYSTEM, VAULT, new_trace(), now=NOW) as act:
            act.effects.append(effect)
            act.at_last.append(fail)  # when the effect is stored already

    with pytest.raises(ZeroDivisionError):
        do_and_fail()
    assert outside.rows() == []
    outside.deliver()
    assert receiver.requests == []


# Trying again


def test_a_receiver_that_is_down_for_seventy_hours_gets_everything_in_order(outside, receiver):
    (one,) = outside.subscribe(receiver)
    outside.put([one], each=5)
    receiver.answer = AWAY
    back = outside.clock() + timedelta(hours=70)
    while (due := outside.rows(one)[0].due_at) < back:
        outside.clock.now = due
        outside.deliver()
    assert set(outside.statuses(one)) == {"pending"}
    tries = len(receiver.requests)
    assert 6 <= tries <= 9
    receiver.answer = BACK
    outside.clock.now = max(back, due)
    outside.deliver()
    assert arrived(receiver)[tries:] == outside.ids(one)
    assert outside.statuses(one) == ["delivered"] * 5


def go_on(outside: Outside, until: datetime) -> None:
    """Deliver whatever falls due, up to a moment."""
    while (pending := [row for row in outside.rows() if row.status == "pending"]) and (
        due := max(outside.clock(), pending[0].due_at)
    ) <= until:
        outside.clock.now = due
        outside.deliver()
    outside.clock.now = until


def test_after_ten_attempts_a_message_is_given_up_and_the_next_has_its_turn(outside, receiver):
    (one,) = outside.subscribe(receiver)
    outside.put([one])
    began = outside.clock()
    outside.clock.forward(hours=1)
    outside.put([one])
    receiver.answer = AWAY
    go_on(outside, began + PATIENCE)
    dead, following = outside.rows(one)
    assert arrived(receiver)[:10] == [str(dead.id)] * 10
    assert set(arrived(receiver)[10:]) == {str(following.id)}
    assert (dead.status, dead.attempts, dead.fault) == ("dead", 10, "http-503")
    assert dead.ended_at == began + PATIENCE
    assert following.status == "pending"
    receiver.answer = BACK
    outside.clock.forward(minutes=31)
    outside.deliver()
    assert outside.statuses(one) == ["dead", "delivered"]


@pytest.mark.parametrize("asked", [(), ("Retry-After: 86400",)])
def test_what_waits_behind_what_is_given_up_is_not_tried_for_three_days_as_well(
    outside, receiver, asked
):
    (one,) = outside.subscribe(receiver)
    began = outside.clock()
    for _ in range(4):
        outside.put([one])
        outside.clock.forward(hours=1)
    receiver.answer = answer("503 Service Unavailable", *asked)
    go_on(outside, began + PATIENCE + timedelta(hours=3))
    rows = outside.rows(one)
    assert [row.status.value for row in rows] == ["dead"] * 4
    assert all(row.attempts >= 1 for row in rows)
    assert [row.ended_at - row.created_at for row in rows] == [PATIENCE] * 4
    outside.put([one])
    receiver.answer = BACK
    outside.deliver()
    assert outside.statuses(one)[-1] == "delivered"


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_who_comes_back_after_its_time_is_tried_once_at_least(outside, receiver):
    (one,) = outside.subscribe(receiver)
    outside.put([one], each=2)
    outside.clock.forward(days=5)
    outside.deliver()
    assert outside.statuses(one) == ["delivered"] * 2


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_what_is_sent_again_has_all_its_attempts_to_come(outside, receiver):
    (one,) = outside.subscribe(receiver)
    outside.put([one])
    receiver.answer = AWAY
    go_on(outside, outside.clock() + PATIENCE)
    again = outside.clock()
    assert replay(outside.settings, lambda _: None, now=again) == 0
    go_on(outside, again + PATIENCE - timedelta(minutes=1))
    assert (outside.statuses(one), outside.rows(one)[0].attempts) == (["pending"], 9)


def test_what_kills_each_dispatcher_that_takes_it_is_given_up_after_ten_attempts(outside, receiver):
    (one,) = outside.subscribe(receiver)
    outside.put([one], each=2)
    taken = 0
    began = outside.clock()
    while outside.dispatcher()._take() is not None and taken < 10:
        taken += 1
        row = outside.rows(one)[0]
        assert (row.attempts, row.status) == (taken, "pending")
        outside.clock.now = max(row.due_at, row.leased_until)
    assert taken == 10
    assert outside.clock() - began > timedelta(days=3)
    outside.clock.forward(days=1)
    outside.deliver()
    dead, following = outside.rows(one)
    assert (dead.status, dead.attempts, dead.fault) == ("dead", 10, "interrupted")
    assert arrived(receiver) == [str(following.id)]


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_what_fails_once_it_is_sent_is_sent_no_more_than_ten_times(outside, receiver, monkeypatch):
    def fail(*_: object) -> None:
        raise KeyError

    (one,) = outside.subscribe(receiver)
    outside.put([one])
    monkeypatch.setattr(deliveries, "follow_delivery", fail)
    for _ in range(10):
        with pytest.raises(KeyError):
            outside.deliver()
        outside.deliver()  # not again when its lease ends
        outside.clock.now = outside.rows(one)[0].due_at + LEASE
    outside.deliver()
    assert len(receiver.requests) == 10
    assert outside.rows(one)[0].fault == "interrupted"


@pytest.mark.parametrize("attempts", range(1, 10))
def test_each_wait_is_that_of_the_table_and_up_to_a_tenth_more(attempts):
    never = NOW + timedelta(days=30)
    moments = {due_after(attempts, now=NOW, give_up_at=never) for _ in range(200)}
    waits = {at - NOW for at in moments if at}
    least, most = WAITS[attempts - 1], WAITS[attempts - 1] * 1.1
    assert all(least <= wait <= most for wait in waits)
    assert len(waits) > 100
    assert max(waits) - min(waits) > (most - least) / 2


def test_the_waits_come_to_three_days_and_then_there_are_no_more():
    assert sum(WAITS, timedelta()) == PATIENCE == timedelta(hours=75, minutes=35, seconds=5)
    assert due_after(10, now=NOW, give_up_at=NOW + PATIENCE) is None
    assert due_after(9, now=NOW, give_up_at=NOW) is None
    assert due_after(9, now=NOW, give_up_at=NOW + LEASE) == NOW + LEASE


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("7200", timedelta(hours=2), timedelta(hours=2)),
        ("Mon, 23 Nov 2026 12:00:00 GMT", timedelta(hours=3), timedelta(hours=3)),
        ("99999999", timedelta(hours=24), timedelta(hours=24)),
        ("1", timedelta(seconds=5), timedelta(seconds=5.5)),
        ("soon", timedelta(seconds=5), timedelta(seconds=5.5)),
    ],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_receiver_that_asks_for_more_time_gets_it(outside, receiver, status, asked, least, most):
    (one,) = outside.subscribe(receiver)
    outside.put([one])
    receiver.answer = answer(status, f"Retry-After: {asked}")
    outside.deliver()
    (row,) = outside.rows()
    assert row.fault == f"http-{status[:3]}"
    assert least <= row.due_at - outside.clock() <= most


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (answer("301 Moved Permanently", "Location: http://localhost/"), "http-301"),
        (answer("404 Not Found"), "http-404"),
        (answer("500 Internal Server Error"), "http-500"),
        (b"nonsense\r\n\r\n", "protocol"),
    ],
)
@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_whatever_is_not_success_is_tried_again(outside, receiver, given, fault):
    (one,) = outside.subscribe(receiver)
    outside.put([one])
    receiver.answer = given
    outside.deliver()
    (row,) = outside.rows()
    assert (row.status, row.attempts, row.fault) == ("pending", 1, fault)


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_an_address_that_may_not_be_called_is_tried_again_as_that_can_be_mended(outside, receiver):
    (one,) = outside.subscribe(receiver)
    outside.put([one])
    with outside.database.write(EVERY_REGION) as session:
        session.get_one(Subscription, one).url = "https://elsewhere.example/"
    outside.deliver()
    (row,) = outside.rows()
    assert (row.status, row.fault) == ("pending", "refused-host")


# The end of a subscription


def test_a_receiver_that_says_it_is_gone_gets_nothing_more(outside, receiver, other):
    one, two = outside.subscribe(receiver, other)
    outside.put([one, two], each=3)
    receiver.answer = GONE
    outside.deliver()
    assert len(receiver.requests) == 1
    assert outside.statuses(one) == ["dead", "dropped", "dropped"]
    assert outside.rows(one)[0].fault == "http-410"
    assert outside.statuses(two) == ["delivered"] * 3
    assert status_of(outside, one) == "ended"
    outside.put([one])
    outside.clock.forward(days=5)
    outside.deliver()
    assert outside.statuses(one)[-1] == "dropped"
    assert len(receiver.requests) == 1
    with outside.database.read(EVERY_REGION) as session:
        told = session.exec(select(AuditEntry.reason).where(AuditEntry.actor == "system")).all()
    assert told == [f"gone {one.hex}"]


@pytest.mark.parametrize("attempts", [0, 9], ids=["tried once", "tried for the last time"])
def test_an_address_that_says_it_is_gone_ends_nothing_when_another_took_its_place(
    outside, receiver, other, attempts
):
    (one,) = outside.subscribe(receiver)
    outside.put([one], each=3)
    first = outside.rows(one)[0]

    def move(_server: CallbackServer, connection: Any) -> None:
        with outside.database.write(EVERY_REGION) as session:
            session.get_one(Subscription, one).url = f"http://localhost:{other.port}/"
        connection.sendall(GONE)

    receiver.answer = move
    with outside.database.write(EVERY_REGION) as session:
        session.get_one(OutboxMessage, first.position).attempts = attempts
    outside.deliver()
    given_up = attempts == 9
    assert (outside.statuses(one)[0], outside.rows(one)[0].fault) == (
        "dead" if given_up else "pending",
        "http-410",
    )
    outside.clock.forward(seconds=5.6)
    outside.deliver()
    assert status_of(outside, one) == "active"
    assert arrived(other) == outside.ids(one)[given_up:]
    assert set(outside.statuses(one)[given_up:]) == {"delivered"}
    assert len(receiver.requests) == 1


def test_a_subscription_that_was_paused_meanwhile_gets_nothing(outside, receiver):
    (one,) = outside.subscribe(receiver)
    outside.put([one])
    with outside.database.write(EVERY_REGION) as session:
        session.get_one(Subscription, one).status = SubscriptionStatus.paused
    outside.deliver()
    assert receiver.requests == []
    assert [(row.status.value, row.attempts) for row in outside.rows()] == [("dropped", 0)]
