"""Webhook subscriptions: who hears what, how many there are, and what a pause and a secret do."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.domain.access import EVERY_REGION, Caller
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.terms import EffectKind, EffectStatus, Role, SubscriptionStatus
from app.egress import Egress
from app.models import AuditEntry, Intake, OutboxMessage, ProcessingEntry, Subscription
from app.services import audit, intakes, subscriptions
from app.services.acts import Act, acting
from app.services.outbox import to_subscription
from app.services.processing_log import new_trace
from app.services.subscriptions import (
    DeliveryDroppedError,
    TooManyWebhooksError,
    WebhookExistsError,
    WebhookNotActiveError,
)
from tests.services.desk import NOW, OTHER_REGION, REGION, VAULT, Desk, answers, wishes

HOST = "hooks.example"
EGRESS = Egress(
    {REGION: [HOST], OTHER_REGION: [HOST]}, timeout=timedelta(seconds=1), clock=lambda: NOW
)
ONE_SESSION = {"scheduling": wishes(count=1)}
THREADS = 8


def url(name: object = "gids") -> str:
    return f"https://{HOST}/{name}"


def act_of(desk: Desk, region: str = REGION) -> AbstractContextManager[Act]:
    """Open an act of the werkcentrum of a region."""
    caller = Caller(uuid4(), f"werkcentrum {region}", frozenset({Role.werkcentrum}), region=region)
    return acting(desk.database, caller, VAULT, new_trace(), now=desk.now, region=region)


def subscribed(desk: Desk, region: str = REGION, name: object = "gids") -> UUID:
    with act_of(desk, region) as act:
        return subscriptions.subscribe(act, region, url(name), EGRESS).id


def changed(desk: Desk, which: UUID, *, paused: bool, name: object = "gids") -> Subscription:
    with act_of(desk) as act:
        return subscriptions.change(act, REGION, which, url(name), paused=paused, egress=EGRESS)


def ended(desk: Desk, which: UUID) -> None:
    """Let a subscription end, as a dispatcher does after a 410."""
    with desk.database.write(EVERY_REGION) as session:
        found = session.get_one(Subscription, which)
        found.status, found.ended_at = SubscriptionStatus.ended, desk.now


def messages(desk: Desk, which: UUID) -> list[OutboxMessage]:
    """Read what was put to send to a subscription, in order."""
    with desk.database.read(EVERY_REGION) as session:
        statement = select(OutboxMessage).where(
            col(OutboxMessage.recipient) == to_subscription(which)
        )
        return list(session.exec(statement.order_by(col(OutboxMessage.position))))


def heard(desk: Desk, which: UUID) -> list[str]:
    return [f"{one.facts.get('number')} {one.status}" for one in messages(desk, which)]


def mark(desk: Desk, message: UUID, status: EffectStatus) -> None:
    """Let a message have gone wrong, or well, after some attempts."""
    left = None if status is EffectStatus.pending else desk.now
    values = {"status": status, "ended_at": left, "attempts": 10, "fault": "http-503"}
    with desk.database.write(EVERY_REGION) as session:
        session.execute(
            sa.update(OutboxMessage).where(col(OutboxMessage.id) == message).values(values)
        )


# Who hears what


def test_each_active_subscription_of_the_region_hears_each_entry_and_no_other_does(desk):
    first, second = (subscribed(desk, name=name) for name in (1, 2))
    elsewhere = subscribed(desk, OTHER_REGION)
    paused, gone = (subscribed(desk, name=name) for name in (3, 4))
    changed(desk, paused, paused=True, name=3)
    ended(desk, gone)
    desk.intake(**ONE_SESSION)
    for which in (first, second):
        assert heard(desk, which) == ["1 pending", "2 pending"]
    assert [heard(desk, which) for which in (elsewhere, paused, gone)] == [[], [], []]
    one = messages(desk, first)[0]
    assert (one.kind, one.region, one.intake_id) == (EffectKind.session_log_entry, REGION, None)
    assert one.facts == {"number": 1, "type": "intake_completed"}
    assert (one.attempts, one.due_at, one.created_at) == (0, NOW, NOW)


def test_nobody_hears_of_what_was_rolled_back(desk):
    which = subscribed(desk)
    with pytest.raises(TypeError):
        replace(desk, planning=replace(desk.planning, gap=None)).intake()
    assert messages(desk, which) == []


def test_what_happened_before_is_not_heard(desk):
    desk.intake(**ONE_SESSION)
    which = subscribed(desk)
    desk.intake(**ONE_SESSION)
    assert heard(desk, which) == ["3 pending", "4 pending"]


def test_a_pause_drops_what_waits_and_after_it_only_what_is_new_is_heard(desk):
    which, other = subscribed(desk, name=1), subscribed(desk, name=2)
    desk.intake(**ONE_SESSION)
    mark(desk, messages(desk, which)[0].id, EffectStatus.delivered)
    for _ in range(2):
        assert changed(desk, which, paused=True, name=1).status is SubscriptionStatus.paused
    desk.intake(**ONE_SESSION)
    assert heard(desk, which) == ["1 delivered", "2 dropped"]
    assert heard(desk, other) == [f"{number} pending" for number in (1, 2, 3, 4)]
    for _ in range(2):
        assert changed(desk, which, paused=False, name=1).status is SubscriptionStatus.active
    desk.intake(**ONE_SESSION)
    assert heard(desk, which) == ["1 delivered", "2 dropped", "5 pending", "6 pending"]


def test_what_waits_goes_to_the_new_address(desk):
    which = subscribed(desk)
    desk.intake(**ONE_SESSION)
    assert changed(desk, which, paused=False, name="new").url == url("new")
    assert heard(desk, which) == ["1 pending", "2 pending"]


def test_what_waits_goes_with_a_subscription_that_is_deleted(desk):
    which = subscribed(desk)
    desk.intake(**ONE_SESSION)
    with act_of(desk) as act:
        subscriptions.unsubscribe(act, REGION, which)
    assert heard(desk, which) == ["1 dropped", "2 dropped"]
    with pytest.raises(NotFound), act_of(desk) as act:
        subscriptions.unsubscribe(act, REGION, which)


def until_it_waits_for_a_lock(desk: Desk, thread: threading.Thread) -> None:
    """Return once somebody waits for a lock; on SQLite one that writes waits for its turn."""
    if desk.database.engine.dialect.name == "sqlite":
        return
    waits = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with desk.database.engine.connect() as connection:
        while thread.is_alive() and not connection.execute(waits).scalar():
            thread.join(0.01)


def test_a_pause_that_comes_right_before_a_commit_drops_what_that_brings(desk):
    which = subscribed(desk)
    pause = threading.Thread(target=lambda: changed(desk, which, paused=True))

    def pausing() -> None:
        pause.start()
        until_it_waits_for_a_lock(desk, pause)

    with desk.act() as act:
        act.at_last.append(pausing)  # what is heard has been put to send
        intakes.create_intake(act, answers(**ONE_SESSION), desk.knowledge, desk.planning)
    pause.join()
    assert heard(desk, which) == ["1 dropped", "2 dropped"]


# How many there are


def at_once(desk: Desk, names: list[str]) -> list[str]:
    """Subscribe from several threads; return how each attempt ended."""
    ready = threading.Barrier(len(names))

    def attempt(name: str) -> str:
        ready.wait()
        try:
            subscribed(desk, name=name)
        except Conflict as refused:
            return refused.slug
        return "made"

    with ThreadPoolExecutor(len(names)) as threads:
        return sorted(threads.map(attempt, names))


def count(desk: Desk) -> int:
    with desk.database.read(EVERY_REGION) as session:
        return len(session.exec(select(Subscription.id)).all())


def test_of_eight_at_once_only_those_for_whom_there_is_room_are_made(desk):
    for number in range(subscriptions.MOST - 3):
        subscribed(desk, name=number)
    outcomes = at_once(desk, [f"new-{number}" for number in range(THREADS)])
    assert outcomes == ["made"] * 3 + ["ten-webhooks"] * (THREADS - 3)
    assert count(desk) == subscriptions.MOST


def test_of_eight_at_once_to_one_address_one_is_made(desk):
    assert at_once(desk, ["same"] * THREADS) == ["made"] + ["webhook-exists"] * (THREADS - 1)
    assert count(desk) == 1


def test_one_that_has_ended_takes_no_room_until_it_comes_back(desk):
    gone = subscribed(desk, name="gone")
    ended(desk, gone)
    made = [subscribed(desk, name=number) for number in range(subscriptions.MOST)]
    for attempt in (lambda: subscribed(desk), lambda: changed(desk, gone, paused=False)):
        with pytest.raises(TooManyWebhooksError):
            attempt()
    ended(desk, made[0])
    back = changed(desk, gone, paused=True)
    assert (back.status, back.ended_at) == (SubscriptionStatus.paused, None)


def test_an_address_can_be_had_again_once_it_has_ended_and_elsewhere(desk):
    first = subscribed(desk)
    subscribed(desk, OTHER_REGION)
    other = subscribed(desk, name="other")
    with pytest.raises(WebhookExistsError):
        changed(desk, other, paused=False)
    ended(desk, first)
    changed(desk, other, paused=False)
    with pytest.raises(WebhookExistsError):
        changed(desk, first, paused=False)


# Secrets


def test_a_secret_is_of_one_subscription_and_the_one_before_it_holds_for_a_day(desk):
    which, other = subscribed(desk, name=1), subscribed(desk, name=2)
    shown = []
    for generation in (2, 3, 4):  # the one before it holds beside it, and no older one
        with act_of(desk) as act:
            renewed = subscriptions.renew_secret(act, REGION, which)
            shown.append(subscriptions.secret_of(act, renewed))
        assert renewed.generation == generation
        assert renewed.previous_until == desk.now + timedelta(hours=24)
        desk.now += timedelta(hours=1)
    with act_of(desk) as act:
        first = subscriptions.secret_of(act, subscriptions.find(act.session, REGION, other))
    assert len({first, *shown}) == 4


# Sending again


def test_a_test_is_sent_after_what_waits_and_known_by_its_id(desk):
    which = subscribed(desk)
    desk.intake(**ONE_SESSION)
    with act_of(desk) as act:
        made = subscriptions.send_test(act, REGION, which)
    *_, last = messages(desk, which)
    assert heard(desk, which) == ["1 pending", "2 pending", "None pending"]
    assert (last.id, last.kind, last.facts) == (made, EffectKind.webhook_test, {})


def again(desk: Desk, which: UUID, message: UUID) -> OutboxMessage:
    with act_of(desk) as act:
        return subscriptions.send_again(act, REGION, which, message)


@pytest.mark.parametrize("status", [EffectStatus.dead, EffectStatus.delivered])
def test_what_was_given_up_or_delivered_is_sent_again_as_new(status, desk):
    which = subscribed(desk)
    desk.intake(**ONE_SESSION)
    message = messages(desk, which)[0].id
    mark(desk, message, status)
    desk.now += timedelta(days=4)
    for _ in range(2):
        found = again(desk, which, message)
        assert (found.status, found.attempts, found.fault) == (EffectStatus.pending, 0, None)
        assert (found.due_at, found.ended_at, found.id) == (desk.now, None, message)


def test_what_waits_goes_on_waiting_as_it_did(desk):
    which = subscribed(desk)
    desk.intake(**ONE_SESSION)
    message = messages(desk, which)[0].id
    mark(desk, message, EffectStatus.pending)
    found = again(desk, which, message)
    assert (found.attempts, found.fault, found.due_at) == (10, "http-503", NOW)


def test_what_was_dropped_is_not_sent_again(desk):
    which = subscribed(desk)
    desk.intake(**ONE_SESSION)
    message = messages(desk, which)[0].id
    changed(desk, which, paused=True)
    changed(desk, which, paused=False)
    with pytest.raises(DeliveryDroppedError):
        again(desk, which, message)


@pytest.mark.parametrize("how", ["paused", "ended"])
def test_to_one_that_is_not_active_nothing_is_sent(how, desk):
    which = subscribed(desk)
    desk.intake(**ONE_SESSION)
    message = messages(desk, which)[0].id
    mark(desk, message, EffectStatus.dead)
    if how == "paused":
        changed(desk, which, paused=True)
    else:
        ended(desk, which)
    with pytest.raises(WebhookNotActiveError):
        again(desk, which, message)
    with pytest.raises(WebhookNotActiveError), act_of(desk) as act:
        subscriptions.send_test(act, REGION, which)
    assert heard(desk, which)[0] == "1 dead"


# Whose they are


def uses(desk: Desk, which: UUID, message: UUID) -> list[Callable[[Act], object]]:
    """List everything that can be asked of a subscription from another region."""
    region = OTHER_REGION
    return [
        lambda act: subscriptions.find(act.session, region, which),
        lambda act: subscriptions.change(act, region, which, url(), paused=True, egress=EGRESS),
        lambda act: subscriptions.unsubscribe(act, region, which),
        lambda act: subscriptions.renew_secret(act, region, which),
        lambda act: subscriptions.send_test(act, region, which),
        lambda act: subscriptions.send_again(act, region, which, message),
        lambda act: subscriptions.list_deliveries(
            act.session, region, which, status=None, after=None, limit=9
        ),
    ]


def test_another_regions_subscription_is_not_there_whatever_is_shown(desk):
    which = subscribed(desk)
    desk.intake(**ONE_SESSION)
    message = messages(desk, which)[0].id
    own = subscribed(desk, OTHER_REGION)
    for use in uses(desk, which, message):
        for act in (act_of(desk, OTHER_REGION), desk.act()):  # an adviser's is shown every region
            with pytest.raises(NotFound), act as opened:
                use(opened)
    with pytest.raises(NotFound), act_of(desk, OTHER_REGION) as act:
        subscriptions.send_again(act, OTHER_REGION, own, message)
    with pytest.raises(InvalidInput), act_of(desk, OTHER_REGION) as act:
        subscriptions.list_subscriptions(act.session, OTHER_REGION, after=which, limit=9)
    assert heard(desk, which) == ["1 pending", "2 pending"]


def test_an_act_in_a_region_is_shown_that_region_alone_until_its_trail_is_written(desk):
    desk.intake(**ONE_SESSION)
    subscribed(desk, OTHER_REGION)
    with act_of(desk) as act:
        subscriptions.subscribe(act, REGION, url(), EGRESS)
        act.session.flush()
        shown = [len(act.session.exec(select(it)).all()) for it in (Intake, Subscription)]
    kept = [1, 2] if desk.database.engine.dialect.name == "sqlite" else [0, 1]
    assert shown == kept  # SQLite has one guard, the queries
    with desk.database.read(EVERY_REGION) as session:
        assert isinstance(audit.verify(session, VAULT), audit.Verified)


def test_every_change_is_in_the_audit_log_and_of_no_person(desk):
    which = subscribed(desk)
    changed(desk, which, paused=False, name="new")
    with act_of(desk) as act:
        subscriptions.renew_secret(act, REGION, which)
        message = subscriptions.send_test(act, REGION, which)
    mark(desk, message, EffectStatus.dead)
    again(desk, which, message)
    with act_of(desk) as act:
        subscriptions.unsubscribe(act, REGION, which)
    with desk.database.read(EVERY_REGION) as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.number))).all()
        assert session.exec(select(ProcessingEntry)).all() == []
    told = ["created", "changed", "secret", "test", "replay", "deleted"]
    assert [one.reason for one in entries] == [f"{deed} {which.hex}" for deed in told]
    assert {(one.action, one.actor, one.intake_id) for one in entries} == {
        ("subscription_changed", f"werkcentrum {REGION}", None)
    }
