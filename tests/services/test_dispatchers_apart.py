"""Dispatchers that begin, end, die and come late; and what each leaves to the others."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.domain.access import EVERY_REGION
from app.domain.terms import EffectKind, EffectStatus
from app.models import OutboxMessage
from app.services import deliveries, dispatch, outbox
from app.services.outbox import Effect, to_desk, to_subscription
from tests.callback_server import CallbackServer, answer
from tests.services.dispatching import REGION, Outside, arrived

AWAY = answer("503 Service Unavailable")
GONE = answer("410 Gone")
BACK = answer("204 No Content")
LEASE = timedelta(seconds=30)


# Several dispatchers


def test_what_a_dispatcher_that_died_had_in_hand_is_delivered_when_its_lease_ends(
    outside, receiver
):
    (one,) = outside.subscribe(receiver)
    outside.put([one], each=2)
    dead = outside.dispatcher()
    in_hand = dead._take()
    assert in_hand is not None
    outside.clock.forward(seconds=29)
    outside.deliver()
    assert receiver.requests == []
    outside.clock.forward(seconds=1)
    outside.deliver()
    assert arrived(receiver) == outside.ids(one)


def test_who_comes_late_does_not_mark_what_another_one_took_over(outside, receiver):
    (one,) = outside.subscribe(receiver)
    outside.put([one], each=2)
    slow = outside.dispatcher()
    in_hand = slow._take()
    outside.clock.forward(seconds=30)
    receiver.answer = AWAY
    outside.deliver()
    before = outside.rows(one)
    assert before[0].attempts == 2
    assert slow._mark(in_hand, EffectStatus.delivered, go_on=True) is None
    assert outside.rows(one) == before


def lock(outside: Outside, position: int) -> Any:
    """Hold a row as another transaction would."""
    session = outside.database.write(EVERY_REGION)
    held = session.__enter__()
    held.exec(
        select(OutboxMessage).where(col(OutboxMessage.position) == position).with_for_update()
    ).one()
    return session


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_what_follows_a_row_that_somebody_holds_does_not_go_before_it(outside, receiver, other):
    one, two = outside.subscribe(receiver, other)
    outside.put([one, two], each=2)
    holder = lock(outside, outside.rows(one)[0].position)
    try:
        outside.deliver()
        assert receiver.requests == []
        assert arrived(other) == outside.ids(two)
    finally:
        holder.__exit__(None, None, None)
    outside.deliver()
    assert arrived(receiver) == outside.ids(one)


def test_who_had_to_wait_to_mark_leases_what_comes_next_from_then(outside, receiver, monkeypatch):
    """Else another one takes it as well."""
    (one,) = outside.subscribe(receiver)
    outside.put([one], each=2)
    follow = deliveries.follow_delivery

    def wait(*given: Any) -> None:
        outside.clock.forward(seconds=31)
        follow(*given)

    monkeypatch.setattr(deliveries, "follow_delivery", wait)
    first = outside.dispatcher()
    message = first._take()
    in_hand = first._mark(message, EffectStatus.delivered, go_on=True)
    assert in_hand is not None
    assert in_hand.leased_until == outside.clock() + LEASE
    assert outside.dispatcher()._take() is None


def test_a_slow_recipient_gives_the_others_their_turn_after_some_seconds(outside, receiver, other):
    one, two = sorted(outside.subscribe(receiver, other))
    servers = dict(zip((one, two), (receiver, other), strict=True))
    outside.put([one], each=4)
    outside.put([two])
    taken: list[str] = []

    def take_long(server: CallbackServer, connection: Any) -> None:
        taken.append(server.requests[-1].line.split()[1][1:])
        outside.clock.forward(seconds=3)
        connection.sendall(BACK)

    for server in servers.values():
        server.answer = take_long
    outside.deliver()
    assert taken == [str(each) for each in (one, one, two, one, one)]


def write(outside: Outside) -> None:
    """Put a letter to send, which is wanted no longer."""
    desk = uuid4()
    letter = Effect(
        recipient=to_desk(desk), kind=EffectKind.hand_over_withdrawn, facts={"referral": str(desk)}
    )
    with outside.database.write(EVERY_REGION) as session:
        outbox.put(session, [letter], now=outside.clock())


def test_who_calls_no_werkcentra_takes_only_what_goes_to_others(outside, receiver):
    (one,) = outside.subscribe(receiver)
    outside.put([one])
    write(outside)
    outside.dispatcher().deliver_due(calls=False)
    assert [row.status for row in outside.rows()] == ["pending", "dropped"]
    assert receiver.requests == []
    outside.deliver()
    assert outside.statuses(one) == ["delivered"]


def test_slow_werkcentra_keep_no_letter_waiting(outside, receiver, other):
    """There are as many as there are threads, and each would keep one."""
    outside.put(outside.subscribe(receiver, other))
    goes_on = threading.Event()
    came = threading.Semaphore(0)

    def wait(_server: CallbackServer, connection: Any) -> None:
        came.release()
        assert goes_on.wait(10)
        connection.sendall(BACK)

    receiver.answer = other.answer = wait
    dispatcher = outside.dispatcher(delivery_poll=timedelta(milliseconds=5), delivery_threads=2)
    taken = threading.Event()
    attempt = dispatcher._attempt

    def note(message: OutboxMessage) -> Any:
        if message.kind is EffectKind.hand_over_withdrawn:
            taken.set()
        return attempt(message)

    dispatcher._attempt = note
    dispatcher.start()
    try:
        assert came.acquire(timeout=10)
        write(outside)
        assert taken.wait(10)
        assert not came.acquire(blocking=False)
    finally:
        goes_on.set()
        dispatcher.stop()


def test_dispatchers_that_begin_at_once_take_different_recipients(outside, receiver, other):
    one, two = outside.subscribe(receiver, other)
    outside.put([one, two], each=2)
    taken = [outside.dispatcher()._take() for _ in range(3)]
    assert {row.recipient for row in taken[:2]} == {to_subscription(one), to_subscription(two)}
    assert taken[2] is None


# Running


def test_it_ends_when_what_is_in_hand_is_delivered_and_takes_nothing_more(outside, receiver):
    (one,) = outside.subscribe(receiver)
    outside.put([one], each=3)
    came, goes_on = threading.Event(), threading.Event()

    def wait(_server: CallbackServer, connection: Any) -> None:
        came.set()
        assert goes_on.wait(10)
        connection.sendall(BACK)

    receiver.answer = wait
    dispatcher = outside.dispatcher(delivery_threads=1)
    dispatcher.start()
    assert came.wait(10)
    ends = threading.Thread(target=dispatcher.stop)
    ends.start()
    assert dispatcher._stopping.wait(10)
    goes_on.set()
    ends.join(10)
    assert outside.statuses(one) == ["delivered", "pending", "pending"]
    assert [row.leased_until for row in outside.rows(one)] == [None] * 3


def test_it_goes_on_when_the_database_is_back(outside, receiver, monkeypatch):
    (one,) = outside.subscribe(receiver)
    outside.put([one], each=2)
    marked, away = dispatch._mark_if_ours, iter([True, True, False])

    def mark(*given: Any) -> bool:
        if next(away, False):
            raise sa.exc.OperationalError("UPDATE", {}, Exception("the database is away"))
        return marked(*given)

    monkeypatch.setattr(dispatch, "_mark_if_ours", mark)
    outside.dispatcher(delivery_poll=timedelta(milliseconds=1)).deliver_due()
    assert arrived(receiver) == outside.ids(one)
    assert outside.statuses(one) == ["delivered"] * 2


def test_nothing_of_a_person_goes_out_when_the_trail_cannot_tell_of_it(outside, receiver, desk):
    intake = desk.intake()
    (one,) = outside.subscribe(receiver)
    with desk.act() as act:
        act.effects.append(
            Effect(
                recipient=to_subscription(one),
                kind=EffectKind.webhook_test,
                region=REGION,
                intake_id=intake,
                facts={},
            )
        )
    with outside.database.write(EVERY_REGION) as session:
        session.execute(sa.text("UPDATE audit_head SET signature = hash"))
    outside.deliver()
    assert receiver.requests == []
    row = outside.rows(one)[-1]
    assert (row.status, row.fault) == ("pending", "audit-log")


def test_a_message_that_cannot_be_made_holds_up_nobody_else(outside, receiver, other):
    one, two = outside.subscribe(receiver, other)
    outside.put([one, two])
    with outside.database.write(EVERY_REGION) as session:
        session.execute(
            sa.update(OutboxMessage)
            .where(col(OutboxMessage.recipient) == to_subscription(one))
            .values(kind=EffectKind.session_log_entry)
        )
    outside.deliver()
    assert [(row.status.value, row.fault) for row in outside.rows(one)] == [("pending", "internal")]
    assert outside.statuses(two) == ["delivered"]
