"""What must hold of the outbox: what is put in it beside what happened, and what arrived outside.

What arrived is compared with a ledger that the database keeps itself, by a trigger: every message
that was ever committed, also one that went when somebody was erased.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import (
    Action,
    EffectKind,
    EffectStatus,
    HandedBy,
    OutcomeReason,
    Party,
    ReferralStatus,
    SessionStatus,
)
from app.models import OutboxMessage
from app.services.outbox import to_adviser, to_desk, to_subscription
from tests.crash.books import Books
from tests.crash.desks import Clerk, DeskAnswer
from tests.crash.outside import Arrival, Outside

CALLED_BACK = (ReferralStatus.withdrawn, ReferralStatus.expired)
TOLD = (ReferralStatus.received, ReferralStatus.accepted, ReferralStatus.declined)
"""What an adviser hears of when a desk says it."""

UNANSWERED = (ReferralStatus.sent, ReferralStatus.received)
LEDGER = {
    "sqlite": (
        (
            "CREATE TABLE ledger (serial INTEGER PRIMARY KEY AUTOINCREMENT, position BIGINT,"
            " id TEXT, recipient TEXT, kind TEXT)"
        ),
        (
            "CREATE TRIGGER ledger AFTER INSERT ON outbox_message BEGIN"
            " INSERT INTO ledger (position, id, recipient, kind)"
            " VALUES (NEW.position, NEW.id, NEW.recipient, NEW.kind); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE TABLE ledger (serial BIGSERIAL, position BIGINT, id UUID, recipient TEXT,"
            " kind TEXT)"
        ),
        (
            "CREATE FUNCTION ledger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO ledger (position, id, recipient, kind)"
            " VALUES (NEW.position, NEW.id, NEW.recipient, NEW.kind); RETURN NULL; END $$"
        ),
        (
            "CREATE TRIGGER ledger AFTER INSERT ON outbox_message"
            " FOR EACH ROW EXECUTE FUNCTION ledger()"
        ),
    ),
}


class Put(NamedTuple):
    """A message that was put in the outbox for good."""

    id: UUID
    recipient: str
    kind: str


@dataclass
class Post:
    """What was put in the outbox, in order, what arrived, and what desks said on receiving it."""

    put: Sequence[Put]
    letters: Sequence[Arrival]
    calls: Sequence[Arrival]
    forged: Sequence[str]
    answers: Sequence[DeskAnswer]
    met: frozenset[int]

    def heard(self) -> dict[str, list[Arrival]]:
        """Say what each recipient got first, in the order in which it came."""
        whose = {one.id: one.recipient for one in self.put}
        heard: dict[str, dict[UUID, Arrival]] = defaultdict(dict)
        for arrivals in (self.letters, self.calls):
            for one in arrivals:
                heard[whose.get(one.id, "nobody")].setdefault(one.id, one)
        return {recipient: list(each.values()) for recipient, each in heard.items()}


def keep_a_ledger(database: Database) -> None:
    """Let the database note every message that is put in the outbox, in the same transaction."""
    with database.engine.begin() as connection:
        for statement in LEDGER[database.engine.dialect.name]:
            connection.exec_driver_sql(statement)


def still_to_deliver(database: Database) -> list[str]:
    """Tell of each message that waits what it is, how often it was tried, and what came of it."""
    asked = sa.text(
        "SELECT recipient, kind, attempts, fault FROM outbox_message"
        " WHERE status = 'pending' ORDER BY position"
    )
    with database.read(EVERY_REGION) as session:
        return [
            f"{row.kind} to a {row.recipient.partition(':')[0]}, {row.attempts} times: {row.fault}"
            for row in session.execute(asked)
        ]


def put_so_far(database: Database) -> Counter[str]:
    """Count what was put in the outbox, per kind."""
    with database.read(EVERY_REGION) as session:
        return Counter(session.scalars(sa.text("SELECT kind FROM ledger")))


def read_post(database: Database, outside: Outside, clerks: Sequence[Clerk] = ()) -> Post:
    """Read what was put, and what came of it, when nobody delivers any more."""
    asked = sa.text("SELECT id, recipient, kind FROM ledger ORDER BY serial")
    with database.read(EVERY_REGION) as session:
        put = [Put(UUID(str(one.id)), one.recipient, one.kind) for one in session.execute(asked)]
    answers = [answer for clerk in clerks for answer in clerk.answers]
    met = frozenset(status for clerk in clerks for status in clerk.met)
    return Post(put, outside.letters, outside.calls, outside.forged, answers, met)


# Beside what happened


def every_hand_over_has_its_message(books: Books) -> Iterator[str]:
    """A desk is told of what is handed to it and taken back, and an adviser of what it said."""
    desk_of = {
        row.id: to_desk(row.desk_id)
        for row in books.referrals
        if row.handed is HandedBy.desk and row.desk_id is not None
    }
    due: Counter[tuple[str, EffectKind, UUID]] = Counter()
    for step in books.steps:
        if (desk := desk_of.get(step.referral_id)) is None:
            continue
        if step.status is ReferralStatus.sent:
            due[desk, EffectKind.hand_over, step.referral_id] += 1
        elif step.party is not Party.desk and step.status in CALLED_BACK:
            due[desk, EffectKind.hand_over_withdrawn, step.referral_id] += 1
    kinds = {EffectKind.hand_over, EffectKind.hand_over_withdrawn}
    put = Counter(
        (row.recipient, row.kind, UUID(row.facts["referral"]))
        for row in books.outbox
        if row.kind in kinds and row.intake_id is not None
    )
    yield from _differences(due, put)
    said = Counter(
        (step.intake_id, step.referral_id, step.status.value)
        for step in books.steps
        if step.party is Party.desk and step.status in TOLD
    )
    told = Counter(
        (row.intake_id, UUID(row.facts["referral"]), row.facts["status"])
        for row in _to_holders(books, EffectKind.referral_answered)
    )
    yield from _differences(said, told, nobody_held=_were_held_by_nobody(books))


def every_reopening_has_its_message(books: Books) -> Iterator[str]:
    ended = OutcomeReason.referrals_ended
    due = Counter((one.intake_id,) for one in books.outcomes if one.reason is ended)
    put = Counter((row.intake_id,) for row in _to_holders(books, EffectKind.guidance_reopened))
    yield from _differences(due, put, nobody_held=_were_held_by_nobody(books))


def _to_holders(books: Books, kind: EffectKind) -> list[OutboxMessage]:
    """Give what holders were told; not what was taken back, and put anew for the next holder."""
    rows = [row for row in books.outbox if row.kind is kind]
    anew = {(row.intake_id, row.created_at) for row in rows}
    gone = EffectStatus.dropped
    return [
        row for row in rows if row.status is not gone or (row.intake_id, row.ended_at) not in anew
    ]


def _were_held_by_nobody(books: Books) -> set[UUID]:
    """Name the intakes that had no adviser to tell for a while."""
    return {one.intake_id for one in books.changes if one.holder_id is None}


def _differences(
    due: Mapping[Any, int], put: Mapping[Any, int], nobody_held: Collection[UUID] = ()
) -> Iterator[str]:
    for what in due.keys() | put.keys():
        wanted, found = due.get(what, 0), put.get(what, 0)
        if found != wanted and not (what[0] in nobody_held and found < wanted):
            yield f"{what}: {wanted} due, {found} put"


def every_place_has_its_invitation(books: Books) -> Iterator[str]:
    """An adviser is invited to each place that is given, and hears when theirs is no longer so."""
    intake_of = {one.log_pseudonym: one.id for one in books.intakes.values()}
    given = Counter(
        intake_of[entry.intake_pseudonym]
        for entry in books.entries
        if entry.intake_pseudonym in intake_of
        and entry.type in {"session_planned", "session_moved"}
    )
    rows = [row for row in books.outbox if row.kind is EffectKind.invitation]
    to_advisers = [row for row in rows if row.recipient.startswith("adviser:")]
    invited = Counter(
        row.intake_id for row in to_advisers if row.facts["method"] == "request" and row.intake_id
    )
    for intake in given.keys() | invited.keys():
        if given[intake] != invited[intake]:
            yield f"{intake} was given {given[intake]} places, {invited[intake]} invitations"
    off = Counter(
        (UUID(row.facts["session"]), row.facts["sequence"], row.recipient)
        for row in to_advisers
        if row.facts["method"] == "cancel"
    )
    for one in books.sessions.values():
        if one.status is SessionStatus.cancelled and one.adviser_id is not None:
            key = (one.id, one.sequence, to_adviser(one.adviser_id))
            if off[key] != 1:
                yield f"session {one.id} is off, which was put {off[key]} times"
        elif one.adviser_id and off[one.id, one.sequence, to_adviser(one.adviser_id)]:
            yield f"session {one.id} is on, and its adviser hears that it is off"


def every_message_is_about_what_is_there(books: Books) -> Iterator[str]:
    """Nothing is put for what was rolled back."""
    referrals = {None, *(str(row.id) for row in books.referrals)}
    sessions = {None, *map(str, books.sessions)}
    logged = {(entry.region, entry.number) for entry in books.entries}
    for row in books.outbox:
        if row.kind is EffectKind.session_log_entry:
            if (row.region, row.facts["number"]) not in logged:
                yield f"message {row.position} tells of an entry that is not there"
        elif row.intake_id is None:
            continue  # of somebody who was erased meanwhile
        elif row.intake_id not in books.intakes:
            yield f"message {row.position} is about an intake that is not there"
        elif row.facts.get("referral") not in referrals:
            yield f"message {row.position} is about a referral that is not there"
        elif row.facts.get("session") not in sessions:
            yield f"message {row.position} is about a session that is not there"


def a_subscription_is_put_every_entry_in_order(books: Books) -> Iterator[str]:
    """Who subscribed before anything was logged is to hear all of it; each once."""
    told = defaultdict(list)
    for row in books.outbox:
        if row.kind is EffectKind.session_log_entry:
            told[row.recipient].append((row.facts["number"], row.facts["type"]))
    for one in books.subscriptions:
        log = [(entry.number, entry.type) for entry in books.entries if entry.region == one.region]
        if told[to_subscription(one.id)] != log:
            numbers = [number for number, _ in told[to_subscription(one.id)]]
            yield f"{one.region}: {len(log)} entries, put {numbers}"


PROMISES_OF_THE_OUTBOX: tuple[Callable[[Books], Iterator[str]], ...] = (
    every_hand_over_has_its_message,
    every_reopening_has_its_message,
    every_place_has_its_invitation,
    every_message_is_about_what_is_there,
    a_subscription_is_put_every_entry_in_order,
)


# Outside


def nothing_is_left_to_deliver(books: Books, _post: Post) -> Iterator[str]:
    """All healthy, so all of it was delivered, or let go as it was wanted no longer."""
    status_of = {str(row.id): row.status for row in books.referrals}
    held_by_another = {one.intake_id for one in books.changes}
    for row in books.outbox:
        if row.status not in {EffectStatus.delivered, EffectStatus.dropped}:
            yield f"message {row.position} is {row.status} ({row.fault})"
        elif row.kind is EffectKind.guidance_reopened and row.intake_id in held_by_another:
            continue  # let go, as its adviser holds the intake no longer
        elif row.status is EffectStatus.dropped and _is_wanted(row, status_of):
            yield f"message {row.position}, {row.kind}, was let go"


def _is_wanted(row: OutboxMessage, status_of: Mapping[str, ReferralStatus]) -> bool:
    if row.kind is EffectKind.hand_over:
        return status_of.get(row.facts["referral"]) in UNANSWERED
    return row.kind in {EffectKind.session_log_entry, EffectKind.guidance_reopened}


def what_is_delivered_arrived(books: Books, post: Post) -> Iterator[str]:
    arrived = {one.id for one in (*post.letters, *post.calls)}
    for row in books.outbox:
        if row.status is EffectStatus.delivered and row.id not in arrived:
            yield f"message {row.position}, {row.kind} to {row.recipient}, never arrived"


def nothing_arrived_that_was_not_put(books: Books, post: Post) -> Iterator[str]:
    """No message of a change that was rolled back, none to somebody else, none by somebody else."""
    put = {one.id: one for one in post.put}
    region_of = {to_subscription(one.id): one.region for one in books.subscriptions}
    for one in (*post.letters, *post.calls):
        if one.id not in put:
            yield f"{one.id} at {one.place}"
        elif region_of.get(put[one.id].recipient, one.place) != one.place:
            yield f"{one.id} for {put[one.id].recipient} arrived at {one.place}"
    yield from (f"{one} is not signed" for one in post.forged)


def each_hears_in_order(_books: Books, post: Post) -> Iterator[str]:
    """What came first from each message came in the order in which they were put."""
    place = {one.id: number for number, one in enumerate(post.put)}
    for recipient, arrivals in post.heard().items():
        order = [place.get(one.id, -1) for one in arrivals]
        if order != sorted(order):
            yield f"{recipient} heard {order}"


def a_receiver_ends_equal_to_the_log(books: Books, post: Post) -> Iterator[str]:
    """Who de-duplicates by id has the session log, in its order."""
    heard = post.heard()
    for one in books.subscriptions:
        told = [arrival.told for arrival in heard.get(to_subscription(one.id), [])]
        log = [
            {"region": one.region, "number": entry.number, "type": entry.type}
            for entry in books.entries
            if entry.region == one.region
        ]
        if told != log:
            yield f"{one.region}: {len(log)} entries, {len(told)} were told"


def the_trail_tells_what_went_to_a_desk(books: Books, _post: Post) -> Iterator[str]:
    delivered = Counter(
        row.intake_id
        for row in books.outbox
        if row.kind is EffectKind.hand_over and row.status is EffectStatus.delivered
    )
    told = Action.hand_over_delivered
    logged = Counter(entry.intake_id for entry in books.trail if entry.action is told)
    for intake, count in delivered.items():
        if intake is not None and logged[intake] < count:
            yield f"{intake}: {count} were delivered, {logged[intake]} are logged"


def what_a_desk_said_is_kept(books: Books, post: Post) -> Iterator[str]:
    kept = {(one.referral_id, one.status.value) for one in books.steps}
    there = {row.id for row in books.referrals}
    for one in post.answers:
        if one.done and one.referral in there and (one.referral, one.said) not in kept:
            yield f"a desk said {one.said} of {one.referral}"
    unexpected = post.met - {200, 303, 404, 409, *books.excused}
    yield from (f"a desk was answered {status}" for status in unexpected)


PROMISES_OF_THE_POST: tuple[Callable[[Books, Post], Iterator[str]], ...] = (
    nothing_is_left_to_deliver,
    what_is_delivered_arrived,
    nothing_arrived_that_was_not_put,
    each_hears_in_order,
    a_receiver_ends_equal_to_the_log,
    the_trail_tells_what_went_to_a_desk,
    what_a_desk_said_is_kept,
)


def audit_post(books: Books, post: Post) -> dict[str, list[str]]:
    """Return each promise that was not kept outside, with the first few places where."""
    found = {promise.__name__: list(promise(books, post)) for promise in PROMISES_OF_THE_POST}
    return {name: faults[:5] for name, faults in found.items() if faults}


def came_twice(post: Post) -> list[UUID]:
    """Name what arrived more often than once, as can be after a crash only."""
    counts = Counter(one.id for one in (*post.letters, *post.calls))
    return [one for one, count in counts.items() if count > 1]
