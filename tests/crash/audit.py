"""What must hold afterwards: the database against itself, and against what clients were told."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from app.domain.access import NATIONWIDE
from app.models import GuidanceSession, Intake, SessionLogEntry
from tests.crash.books import Books
from tests.crash.deeds import BUSY, NOTHING, Deed
from tests.crash.outbox_books import PROMISES_OF_THE_OUTBOX
from tests.crash.persons import PROMISES_OF_PERSONS
from tests.crash.referred import PROMISES_OF_REFERRALS
from tests.crash.trail import PROMISES_OF_THE_TRAIL

TAKES_A_NUMBER = {"waiting", "planned", "held", "missed"}
TAKES_A_PLACE = {"planned", "held", "missed"}
SHOWN = 5
NOBODY = UUID(int=0)


def audit(books: Books) -> dict[str, list[str]]:
    """Return each promise that is broken, with the first few places where."""
    found = {promise.__name__: list(promise(books)) for promise in PROMISES}
    return {name: faults[:SHOWN] for name, faults in found.items() if faults}


def at_most_three_sessions(books: Books) -> Iterator[str]:
    counts = Counter(
        row.intake_id for row in books.sessions.values() if row.status in TAKES_A_PLACE
    )
    yield from (f"intake {intake} has {count}" for intake, count in counts.items() if count > 3)


def no_adviser_is_in_two_places(books: Books) -> Iterator[str]:
    yield from _overlaps(books, "adviser_id")


def no_worker_is_in_two_places(books: Books) -> Iterator[str]:
    yield from _overlaps(books, "intake_id")


def _overlaps(books: Books, whose: str) -> Iterator[str]:
    agenda = defaultdict(list)
    for row in books.sessions.values():
        if row.status in TAKES_A_PLACE:
            assert row.starts_at is not None
            assert row.ends_at is not None
            agenda[getattr(row, whose)].append((row.starts_at, row.ends_at, row.id))
    for who, taken in agenda.items():
        for one, other in combinations(sorted(taken), 2):
            if other[0] < one[1]:
                yield f"{who} has {one[2]} and {other[2]}"


def a_key_has_one_effect(books: Books) -> Iterator[str]:
    told = defaultdict(set)
    for deed in books.journal:
        if deed.key is not None and deed.done:
            told[deed.by, deed.path, deed.key].add(deed.answer["id"])
    yield from (f"{key[1:]} made {ids}" for key, ids in told.items() if len(ids) > 1)
    keys = sum(kept.operation == "POST /intakes" for kept in books.kept)
    intakes = len(books.intakes.keys() | books.erased)
    if keys != intakes:
        yield f"{intakes} intakes for {keys} keys"


def the_log_counts_without_gaps(books: Books) -> Iterator[str]:
    numbers = defaultdict(list)
    for entry in books.entries:
        numbers[entry.region].append(entry.number)
    for region, last in books.counters.items():
        if numbers[region] != list(range(1, last + 1)):
            yield f"{region} counts to {last} and has {len(numbers[region])} entries"


def the_log_tells_what_happened(books: Books) -> Iterator[str]:
    """Play back what the log tells of each intake; it must end where the tables are."""
    trails = defaultdict(list)
    for entry in books.entries:
        trails[entry.intake_pseudonym].append(entry)
    known = {intake.log_pseudonym for intake in books.intakes.values()}
    # Nothing says any more which of them was whose, so that nobody can tell.
    unknown = trails.keys() - known
    if len(unknown) != len(books.erased):
        yield f"entries of {len(unknown)} unknown intakes, {len(books.erased)} were erased"
    yield from (
        f"unknown intake {one} has a session ahead" for one in unknown if _ahead(trails[one])
    )
    rows = defaultdict(list)
    for row in books.sessions.values():
        rows[row.intake_id].append(row)
    for intake in books.intakes.values():
        asked = books.asked.get(intake.id, 0)
        fault = _fault_in_trail(intake, asked, trails[intake.log_pseudonym], rows[intake.id])
        if fault:
            yield f"intake {intake.id}: {fault}"


def _ahead(trail: list[SessionLogEntry]) -> bool:
    last = {entry.session_number: entry.type for entry in trail if entry.session_number}
    return not {"session_planned", "session_moved"}.isdisjoint(last.values())


def _fault_in_trail(
    intake: Intake, asked: int, trail: list[SessionLogEntry], rows: list[GuidanceSession]
) -> str | None:
    first = [(entry.type, entry.purpose) for entry in trail[:1]]
    if first != [("intake_completed", intake.purpose)]:
        return "does not begin with its completion"
    led = [entry.outcome for entry in trail if entry.outcome is not None]
    if led[-1] != intake.outcome:
        return f"leads to {intake.outcome}, and the log says {led[-1]}"
    if {entry.region for entry in trail} != {intake.region or NATIONWIDE}:
        return "is told in another region"
    played = _Played(asked)
    if strange := next((entry for entry in trail if not played.takes(entry)), None):
        return f"entry {strange.number} cannot follow: {strange.type} on {played.told}"
    kept = {row.number: (row.status, row.mode) for row in rows if row.status != "cancelled"}
    cancelled = Counter(row.number for row in rows if row.status == "cancelled")
    if (played.told, played.cancelled) != (kept, cancelled):
        return f"the log ends with {played.told}, the table with {kept}; cancelled {cancelled}"
    was_closed = played.closed == (intake.closed_at is not None)
    return None if was_closed else f"was closed {played.closed} times"


class _Played:
    """Where the sessions of an intake are, as its entries are played back."""

    def __init__(self, asked: int) -> None:
        self._asked = asked
        self.told: dict[int, tuple[str, str | None]] = {}
        self.cancelled: Counter[int] = Counter()
        self.closed = 0

    def takes(self, entry: SessionLogEntry) -> bool:
        """Go on with an entry; say whether it can follow."""
        number = entry.session_number or 0
        status, mode = self.told.get(number, (None, None))
        match status, entry.type.removeprefix("session_"):
            case None, "intake_completed" | "outcome_changed":
                if entry.outcome == "guidance":
                    self._ask()
            case ("waiting" | None, "planned") | ("planned", "moved"):
                self.told[number] = ("planned", entry.mode)
            case "planned", "held" | "missed" as end:
                self.told[number] = (end, mode)
            case "waiting" | "planned", "cancelled":
                del self.told[number]
                self.cancelled[number] += 1
            case None, "guidance_closed":
                self.closed += 1
            case None, about:  # of referrals, see tests.crash.referred
                return about.startswith("referral_")
            case _:
                return False
        return True

    def _ask(self) -> None:
        """Let as many sessions wait as are asked, at the numbers that are free."""
        self.closed = 0
        free = [number for number in (1, 2, 3) if number not in self.told]
        self.told |= dict.fromkeys(free[: self._asked], ("waiting", None))


def nothing_is_half_done(books: Books) -> Iterator[str]:
    """An intake opens and has its referrals or its sessions, and a kept answer its effect."""
    referred = Counter(referral.intake_id for referral in books.referrals_of_checks())
    planned = defaultdict(set)
    for row in books.sessions.values():
        planned[row.intake_id].add(row.number)
    changed = {one.intake_id for one in books.outcomes}
    for intake in books.intakes.values():
        if intake.id in changed:
            whole = True  # what it must have then is held by tests.crash.referred
        elif intake.outcome == "warm_referral":
            whole = bool(referred[intake.id]) and not planned[intake.id]
        else:
            asked = set(range(1, books.asked.get(intake.id, 0) + 1))
            whole = not referred[intake.id] and asked <= planned[intake.id]
        if not whole or intake.id not in books.asked:
            yield f"intake {intake.id} ({intake.outcome})"
    for kept in books.kept:
        if kept.status is None or (kept.body is None and kept.intake_id not in books.erased):
            yield f"the answer under {kept.key} is missing"


def what_was_acknowledged_is_kept(books: Books) -> Iterator[str]:
    for deed in books.done("intake"):
        if books.is_gone(deed):
            continue
        rows = {UUID(one["id"]) for one in deed.answer["sessions"]}
        if UUID(deed.answer["id"]) not in books.intakes or not rows <= books.sessions.keys():
            yield f"intake {deed.answer['id']}"
    kept = {one.id for one in books.referrals} | {one.id for one in books.changes}
    for deed in (*books.done("refer"), *books.done("status"), *books.done("hold")):
        if UUID(deed.answer["id"]) not in kept and not books.is_gone(deed):
            yield f"{deed.kind} {deed.answer['id']}"
    yield from _sessions_lost(books)


def _sessions_lost(books: Books) -> Iterator[str]:
    places = defaultdict(set)
    for deed in (*books.done("book"), *books.done("move"), *books.done("conclude")):
        row = books.sessions.get(UUID(deed.answer["id"]))
        if books.is_gone(deed):
            continue
        if row is None or row.number != deed.answer["number"]:
            yield f"session {deed.answer['id']}"
        elif deed.kind == "conclude":
            intake = books.intakes.get(row.intake_id)
            closed = intake is not None and intake.closed_at is not None
            if row.status != deed.body["outcome"]:
                yield f"session {row.id} was {deed.body['outcome']} and is {row.status}"
            opened = row.intake_id in books.decided_on  # perhaps after it was closed
            if deed.body["nextStep"] == "close" and not closed and not opened:
                yield f"the end of the guidance by {row.id}"
        else:
            places[row.intake_id, row.number].add((row.id, *_place_told(deed)))
    yield from _places_never_logged(books, places)


def _places_never_logged(
    books: Books, places: Mapping[tuple[UUID, int], set[Any]]
) -> Iterator[str]:
    """Every place a session was told to have was planned or moved to, and so is in the log."""
    logged = Counter(
        (entry.intake_pseudonym, entry.session_number)
        for entry in books.entries
        if entry.type in {"session_planned", "session_moved"}
    )
    for (intake, number), told in places.items():
        known = books.intakes.get(intake)
        entries = logged[known.log_pseudonym, number] if known else 0
        if entries < len(told):
            yield f"session {number} of {intake}: {len(told)} places told, {entries} logged"


def what_is_kept_was_acknowledged(books: Books) -> Iterator[str]:
    """Once everyone has an answer, nothing is there that nobody was told of."""
    if any(deed.statuses[-1] in {NOTHING, BUSY} for deed in books.journal):
        return
    told_intakes = {deed.answer["id"] for deed in books.done("intake")}
    told_sessions = {deed.answer["id"] for deed in books.done("book")}
    for deed in books.done("intake"):
        told_sessions.update(one["id"] for one in deed.answer["sessions"])
    yield from (f"intake {one}" for one in books.intakes if str(one) not in told_intakes)
    yield from (
        f"session {one.id}"
        for one in books.sessions.values()
        if str(one.id) not in told_sessions and not books.came_with_an_outcome(one)
    )


def the_last_word_stands(books: Books) -> Iterator[str]:
    """Where nobody else was at a session since its last move, it is where that move put it."""
    about = defaultdict(list)
    for deed in books.journal:
        if deed.kind in {"move", "conclude"}:
            about[UUID(deed.path.split("/")[2])].append(deed)
    for session, deeds in about.items():
        last = max(deeds, key=lambda deed: deed.started)
        alone = all(other.ended < last.started for other in deeds if other is not last)
        row = books.sessions.get(session)
        if row is None or not alone or last.kind != "move" or not last.done:
            continue
        if row.status == "planned" and (row.adviser_id, row.starts_at) != _place_told(last):
            yield f"session {session}"


def _place_told(deed: Deed) -> tuple[UUID, datetime]:
    return UUID(deed.answer["adviser"]["id"]), datetime.fromisoformat(deed.answer["startsAt"])


def every_answer_is_one_of_the_contract(books: Books) -> Iterator[str]:
    """200, 201, 204 and 409, and 404 to who may not hold the intake then, or once it was erased.

    Besides what is excused by what the test did to the service.
    """
    expected = {200, 201, 204, 409, *books.excused}
    taken = _taken_over(books)
    for deed in books.journal:
        others = [since for by, since in taken[books.intake_of(deed)] if by != deed.by.id]
        hidden = {404} if min(others, default=math.inf) < deed.ended else set()
        if not (expected | hidden).issuperset(deed.statuses) or "locked" in str(deed.answer):
            yield f"{deed.method} {deed.path}: {deed.statuses}"


def _taken_over(books: Books) -> dict[UUID | None, list[tuple[UUID, float]]]:
    """Say per intake who may have held it, and since when; once erased, it is nobody's."""
    taken: dict[UUID | None, list[tuple[UUID, float]]] = defaultdict(list)
    for deed in books.journal:
        if deed.kind == "intake" and deed.done:
            taken[UUID(deed.answer["id"])].append((deed.by.id, deed.started))
        elif deed.kind == "hold" and deed.body["holder"] == "me":
            taken[books.intake_of(deed)].append((deed.by.id, deed.started))
        elif deed.kind == "erase":
            taken[books.intake_of(deed)].append((NOBODY, deed.started))
    return taken


def a_reader_of_the_log_misses_nothing(books: Books) -> Iterator[str]:
    for region, seen in books.seen.items():
        stored = [(entry.number, entry.type) for entry in books.entries if entry.region == region]
        if [(entry["number"], entry["type"]) for entry in seen] != stored:
            yield f"{region}: {len(seen)} entries seen, {len(stored)} stored"


def the_server_had_nothing_to_complain_of(books: Books) -> Iterator[str]:
    """It writes warnings and errors only, and a lock that failed is one of them."""
    yield from books.log.splitlines()


PROMISES: tuple[Callable[[Books], Iterator[str]], ...] = (
    at_most_three_sessions,
    no_adviser_is_in_two_places,
    no_worker_is_in_two_places,
    a_key_has_one_effect,
    the_log_counts_without_gaps,
    the_log_tells_what_happened,
    nothing_is_half_done,
    what_was_acknowledged_is_kept,
    what_is_kept_was_acknowledged,
    the_last_word_stands,
    every_answer_is_one_of_the_contract,
    a_reader_of_the_log_misses_nothing,
    the_server_had_nothing_to_complain_of,
    *PROMISES_OF_THE_TRAIL,
    *PROMISES_OF_PERSONS,
    *PROMISES_OF_REFERRALS,
    *PROMISES_OF_THE_OUTBOX,
)
