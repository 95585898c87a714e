"""What must hold of the trail: the audit log and the processing log beside what was done."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from uuid import UUID

from app.domain.access import DESK, SYSTEM
from app.domain.terms import OF_NO_PERSON, Action
from app.models import AuditEntry, HolderChange
from app.services.activities import place_of
from app.services.audit import Verified
from app.services.processing_log import PURPOSE
from tests.crash.books import Books
from tests.crash.deeds import BUSY, NOTHING

CONSENTING = (Action.consent_given, Action.consent_withdrawn)
WITHOUT_A_TOKEN = (SYSTEM.actor, DESK.actor)
"""The service itself, and whoever holds a link to a hand-over."""

CHANGES_OF_HOLDER = (Action.holder_changed, Action.intake_given_back)
DONE = {
    "intake": (Action.intake_created,),
    "book": (Action.session_booked,),
    "move": (Action.session_moved,),
    "conclude": (Action.session_concluded,),
    "refer": (Action.referral_added,),
    "hold": CHANGES_OF_HOLDER,
    "details": (Action.contact_details_changed,),
    "consent": (Action.consent_given,),
    "status": (Action.referral_changed, Action.intake_read),
    "withdraw": (Action.consent_withdrawn,),
    "erase": (Action.intake_erased,),
}
"""What the trail says of a deed; `intake_read` when it was asked again and changed nothing."""

DONE_ONCE = {"conclude", "withdraw", "erase"}
"""What one person does and another one finds done: it is in the log once, whoever it was."""

BY_NOBODY = "waiting_list"
"""Why a session is planned that nobody chose a place for."""


def the_audit_log_is_whole(books: Books) -> Iterator[str]:
    if not isinstance(books.verified, Verified):
        yield f"entry {books.verified.number} {books.verified.what}"
    numbers = [entry.number for entry in books.trail]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"{len(numbers)} entries are not numbered from 1 on"


def every_deed_left_its_trail(books: Books) -> Iterator[str]:
    """Who was told that something was done, is in the log as having done so, as often.

    Once everyone had an answer each time, neither is anything there that nobody was told of.
    A key that comes again is somebody reading the intake; so is a move to where a session is.
    """
    told: Counter[tuple[str, UUID | None]] = Counter()
    effects: dict[tuple[str | None, UUID | None, str], set[str]] = defaultdict(set)
    ended = {
        books.intake_of(deed) for deed in books.done("conclude") if deed.body["nextStep"] == "close"
    } | books.decided_on
    for deed in books.journal:
        if deed.done:
            intake = books.intake_of(deed)
            told[deed.by.actor, intake] += 1
            if deed.body.get("outcome") == "cancelled" and intake in ended:
                continue  # the end of the guidance, or a referral, may have cancelled it already
            if deed.kind in DONE_ONCE:
                effects[None, intake, deed.kind].add(deed.path)
            elif "id" in deed.answer and deed.kind != "move":
                effects[deed.by.actor, intake, deed.kind].add(deed.answer["id"])
    # What follows on a deed is logged in the same moment: a referral that ends opens an intake.
    moments = {
        (entry.actor, entry.intake_id, entry.at)
        for entry in books.trail
        if not _is_by_nobody(entry) and entry.action not in OF_NO_PERSON
    }
    logged = Counter((actor, intake) for actor, intake, _ in moments)
    entries = Counter(
        (actor, entry.intake_id, entry.action)
        for entry in books.trail
        for actor in (entry.actor, None)
    )
    for (actor, intake, kind), ids in effects.items():
        if sum(entries[actor, intake, action] for action in DONE[kind]) < len(ids):
            yield f"{actor} was told of {kind} {ids} of {intake}, and the log is not"
    all_told = not any({NOTHING, BUSY} & {*deed.statuses} for deed in books.journal)
    for who in told.keys() | logged.keys():
        if logged[who] < told[who] or (all_told and logged[who] > told[who]):
            count = told[who]
            yield f"{who} was told of {count} deeds, and {logged[who]} are logged"


def nothing_is_in_the_trail_that_was_not_done(books: Books) -> Iterator[str]:
    """What the log says was changed was changed, and what was changed is in the log."""
    logged = Counter((entry.intake_id, entry.action) for entry in books.trail)
    stored: Counter[tuple[UUID | None, Action]] = Counter()
    stored.update((intake, Action.intake_created) for intake in books.intakes.keys() | books.erased)
    stored.update((intake, Action.intake_erased) for intake in books.erased)
    for consent in books.consents.values():
        stored[consent.intake_id, Action.consent_given] += 1
        stored[consent.intake_id, Action.consent_withdrawn] += consent.withdrawn_at is not None
    taken, given_back = CHANGES_OF_HOLDER
    stored.update((one.intake_id, taken if one.holder_id else given_back) for one in books.changes)
    stored.update((one.intake_id, Action.referral_added) for one in books.referrals)
    stored.subtract((one.intake_id, Action.referral_added) for one in books.referrals_of_checks())
    decided = (one for one in books.referrals if books.came_with_an_outcome(one))
    stored.subtract((one.intake_id, Action.referral_added) for one in decided)
    stored.update((one.intake_id, Action.referral_changed) for one in books.steps)
    stored.update((one.intake_id, Action.outcome_changed) for one in books.outcomes)
    forgotten = {
        *CHANGES_OF_HOLDER,
        *CONSENTING,
        Action.referral_added,
        Action.referral_changed,
        Action.outcome_changed,
    }
    for action in (Action.intake_created, Action.intake_erased, *forgotten):
        about = {one for one, done in (*logged, *stored) if done is action}
        if action in forgotten:  # of who was erased there are no rows to compare with
            about -= books.erased
        for intake in about:
            if logged[intake, action] != stored[intake, action]:
                counts = stored[intake, action], logged[intake, action]
                yield f"{action} of {intake}: {counts[0]} stored, {counts[1]} logged"
    yield from _places_without_a_trail(books)
    yield from _ends_without_a_trail(books)


def _places_without_a_trail(books: Books) -> Iterator[str]:
    """The session log and the audit log tell of the same places given."""
    intake_of = {one.log_pseudonym: one.id for one in books.intakes.values()}
    given = Counter(
        intake_of.get(entry.intake_pseudonym)
        for entry in books.entries
        if entry.type in {"session_planned", "session_moved"}
    )
    giving = {Action.session_booked, Action.session_planned, Action.session_moved}
    # The session log does not know any more whose were those of who was erased.
    logged = Counter(
        None if entry.intake_id in books.erased else entry.intake_id
        for entry in books.trail
        if entry.action in giving
    )
    for intake in given.keys() | logged.keys():
        if given[intake] != logged[intake]:
            yield f"{intake} was given {given[intake]} places, and {logged[intake]} are logged"


def _ends_without_a_trail(books: Books) -> Iterator[str]:
    """A session is held or missed once; saying it again is in the audit log alone, if at all."""
    ended: Counter[tuple[UUID | None, str | None]] = Counter(
        (row.intake_id, row.status.value)
        for row in books.sessions.values()
        if row.status in {"held", "missed"}
    )
    logged = Counter(
        (entry.intake_id, entry.reason)
        for entry in books.trail
        if entry.action is Action.session_concluded and entry.reason != "cancelled"
    )
    for who in ended.keys() | logged.keys():
        if who[0] in books.erased:
            continue
        if ended[who] > logged[who] or (logged[who] and not ended[who]):
            yield f"{who}: {ended[who]} sessions, {logged[who]} logged"


def only_who_holds_an_intake_changes_it(books: Books) -> Iterator[str]:
    """Play back who held an intake; nobody else changed it, and it ends with who holds it.

    But who holds sessions may change the intakes of these, and that is not played back; nor is
    what was erased, for who held it went with it.
    """
    free = {row.adviser_id for row in books.sessions.values()}
    known = {deed.by.actor: deed.by.id for deed in books.journal}
    changes: dict[UUID, list[HolderChange]] = defaultdict(list)
    for one in books.changes:
        changes[one.intake_id].append(one)
    holders: dict[UUID, UUID | None] = {}
    for entry in (one for one in books.trail if one.intake_id not in books.erased):
        intake, who = entry.intake_id, known.get(entry.actor)
        if intake is None or entry.action is Action.intake_read or _is_by_nobody(entry):
            continue
        if entry.action is Action.intake_created:
            holders[intake] = who
        elif entry.action in CHANGES_OF_HOLDER:
            change = _change_of(entry, who, changes[intake])
            if change is None or change.previous_id != holders.get(intake):
                yield f"entry {entry.number} does not follow on who held {intake}"
            holders[intake] = change.holder_id if change else None
        elif holders.get(intake) != who and who not in free:
            yield f"entry {entry.number}: {entry.actor} did not hold {intake}"
    for row in books.intakes.values():
        if row.holder_id != holders.get(row.id):
            yield f"intake {row.id} is held by somebody else than the log says"


def _is_by_nobody(entry: AuditEntry) -> bool:
    return entry.reason == BY_NOBODY or entry.actor in WITHOUT_A_TOKEN


def _change_of(
    entry: AuditEntry, who: UUID | None, changes: list[HolderChange]
) -> HolderChange | None:
    fitting = (
        one for one in changes if one.at == entry.at and who in {one.previous_id, one.holder_id}
    )
    return next(fitting, None)


def the_processing_log_tells_the_same(books: Books) -> Iterator[str]:
    """Of every person as many lines of each activity as the audit log has."""
    lines: Counter[tuple[str | None, str]] = Counter(
        (one.data_subject_id, one.activity) for one in books.processed
    )
    logged: Counter[tuple[str | None, str]] = Counter(
        (books.vault.pseudonym(PURPOSE, str(entry.intake_id)), place_of(entry.action))
        for entry in books.trail
        if entry.action not in OF_NO_PERSON
    )
    for about in lines.keys() | logged.keys():
        if lines[about] != logged[about]:
            yield f"{about}: {lines[about]} lines, {logged[about]} in the audit log"


PROMISES_OF_THE_TRAIL: tuple[Callable[[Books], Iterator[str]], ...] = (
    the_audit_log_is_whole,
    every_deed_left_its_trail,
    nothing_is_in_the_trail_that_was_not_done,
    only_who_holds_an_intake_changes_it,
    the_processing_log_tells_the_same,
)
