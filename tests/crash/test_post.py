"""The audit sees what went wrong outside: each promise of the post, broken by hand."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import pytest
from sqlmodel import SQLModel

from app.domain.terms import (
    Action,
    EffectKind,
    EffectStatus,
    LogEntryType,
    ReferralStatus,
    SubscriptionStatus,
)
from app.models import (
    AuditEntry,
    OutboxMessage,
    Referral,
    ReferralChange,
    SessionLogEntry,
    Subscription,
)
from app.services.outbox import to_desk, to_subscription
from tests.crash.books import Books
from tests.crash.desks import SEE_OTHER, DeskAnswer
from tests.crash.outbox_books import PROMISES_OF_THE_POST, Post, Put, audit_post
from tests.crash.outside import Arrival

Row = TypeVar("Row", bound=SQLModel)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
REGION, ELSEWHERE = "AM05", "AM22"
INTAKE, REFERRAL, LISTENER, FOREIGN = (UUID(int=number) for number in range(1, 5))
LETTER, CALLS = UUID(int=10), [UUID(int=11), UUID(int=12)]


class Kept(NamedTuple):
    """What is stored, and what came of it outside."""

    books: Books
    post: Post


def row(table: type[Row], **given: Any) -> Row:
    """Make one of which only this matters here."""
    return table(**given)


def message(position: int, one: UUID, recipient: str, kind: EffectKind) -> OutboxMessage:
    """Make one that was delivered."""
    return row(
        OutboxMessage,
        position=position,
        id=one,
        recipient=recipient,
        kind=kind,
        intake_id=INTAKE if kind is EffectKind.hand_over else None,
        facts={"referral": str(REFERRAL)} if kind is EffectKind.hand_over else {},
        status=EffectStatus.delivered,
        attempts=1,
        due_at=NOW,
        give_up_at=NOW,
        created_at=NOW,
        ended_at=NOW,
    )


@pytest.fixture
def kept() -> Kept:
    """Somebody who was handed over and accepted, and a werkcentrum that heard of two things."""
    desk, listener = to_desk(FOREIGN), to_subscription(LISTENER)
    outbox = [
        message(1, LETTER, desk, EffectKind.hand_over),
        *(
            message(2 + number, one, listener, EffectKind.session_log_entry)
            for number, one in enumerate(CALLS)
        ),
    ]
    entries = [
        row(
            SessionLogEntry,
            region=REGION,
            number=number,
            type=LogEntryType.intake_completed,
            at=NOW,
        )
        for number in (1, 2)
    ]
    empty: dict[str, Any] = {field.name: [] for field in fields(Books)}
    books = replace(
        Books(**empty),
        outbox=outbox,
        entries=entries,
        referrals=[row(Referral, id=REFERRAL, intake_id=INTAKE, status=ReferralStatus.accepted)],
        steps=[row(ReferralChange, referral_id=REFERRAL, status=ReferralStatus.accepted)],
        subscriptions=[
            row(Subscription, id=LISTENER, region=REGION, status=SubscriptionStatus.active, url="")
        ],
        trail=[row(AuditEntry, action=Action.hand_over_delivered, intake_id=INTAKE)],
    )
    post = Post(
        put=[Put(one.id, one.recipient, one.kind) for one in outbox],
        letters=[Arrival(LETTER, "loket@fonds.example", {})],
        calls=[
            Arrival(one, REGION, {"region": REGION, "number": entry.number, "type": entry.type})
            for one, entry in zip(CALLS, entries, strict=True)
        ],
        forged=[],
        answers=[DeskAnswer(REFERRAL, "accepted", [SEE_OTHER])],
        met=frozenset({200, SEE_OTHER}),
    )
    return Kept(books, post)


def test_nothing_is_found_where_nothing_is_broken(kept: Kept) -> None:
    assert audit_post(*kept) == {}


def test_what_comes_twice_is_no_fault(kept: Kept) -> None:
    again = [kept.post.calls[0], *kept.post.calls, kept.post.calls[0]]
    assert audit_post(kept.books, replace(kept.post, calls=again)) == {}


def still_pending(books: Books, post: Post) -> Post:
    books.outbox[0].status = EffectStatus.pending
    return post


def let_go(books: Books, post: Post) -> Post:
    books.outbox[1].status = EffectStatus.dropped
    return post


def a_letter_never_came(_books: Books, post: Post) -> Post:
    return replace(post, letters=[])


def a_call_never_came(_books: Books, post: Post) -> Post:
    return replace(post, calls=post.calls[:1])


def out_of_order(_books: Books, post: Post) -> Post:
    return replace(post, calls=post.calls[::-1])


def of_a_change_that_was_not_made(_books: Books, post: Post) -> Post:
    return replace(post, letters=[*post.letters, Arrival(FOREIGN, "loket@fonds.example", {})])


def at_another_werkcentrum(_books: Books, post: Post) -> Post:
    return replace(post, calls=[post.calls[0]._replace(place=ELSEWHERE), *post.calls[1:]])


def not_signed(_books: Books, post: Post) -> Post:
    return replace(post, forged=["msg_1"])


def with_something_else_in_it(_books: Books, post: Post) -> Post:
    return replace(post, calls=[post.calls[0], post.calls[1]._replace(told={"number": 3})])


def not_in_the_trail(books: Books, post: Post) -> Post:
    books.trail.clear()
    return post


def a_desk_spoke_in_vain(books: Books, post: Post) -> Post:
    books.steps.clear()
    return post


def a_desk_met_a_fault(_books: Books, post: Post) -> Post:
    return replace(post, met=post.met | {500})


BROKEN: tuple[tuple[Callable[[Books, Post], Post], str], ...] = (
    (still_pending, "nothing_is_left_to_deliver"),
    (let_go, "nothing_is_left_to_deliver"),
    (a_letter_never_came, "what_is_delivered_arrived"),
    (a_call_never_came, "what_is_delivered_arrived"),
    (a_call_never_came, "a_receiver_ends_equal_to_the_log"),
    (out_of_order, "each_hears_in_order"),
    (out_of_order, "a_receiver_ends_equal_to_the_log"),
    (of_a_change_that_was_not_made, "nothing_arrived_that_was_not_put"),
    (at_another_werkcentrum, "nothing_arrived_that_was_not_put"),
    (not_signed, "nothing_arrived_that_was_not_put"),
    (with_something_else_in_it, "a_receiver_ends_equal_to_the_log"),
    (not_in_the_trail, "the_trail_tells_what_went_to_a_desk"),
    (a_desk_spoke_in_vain, "what_a_desk_said_is_kept"),
    (a_desk_met_a_fault, "what_a_desk_said_is_kept"),
)


@pytest.mark.parametrize(("spoil", "promise"), BROKEN)
def test_a_broken_promise_is_found(
    kept: Kept, spoil: Callable[[Books, Post], Post], promise: str
) -> None:
    assert promise in audit_post(kept.books, spoil(kept.books, kept.post))


def test_every_promise_of_the_post_is_broken_above() -> None:
    promises: Iterator[str] = (promise.__name__ for promise in PROMISES_OF_THE_POST)
    assert set(promises) == {promise for _, promise in BROKEN}
