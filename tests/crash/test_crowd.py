"""Many at once: what is promised holds whoever else is at work, and nobody is turned away."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from app.db import Database
from tests.crash.audit import audit
from tests.crash.books import Books, read_books
from tests.crash.crowd import Reader, Worker, in_threads, tally
from tests.crash.deeds import Deed, InHand, Mix
from tests.crash.mutants import DROPS
from tests.crash.processes import ServiceProcess
from tests.crash.staff import HOT

THREADS = 16
ATTEMPTS = 2240
"""More than the two thousand that are promised, so that there are enough of each kind."""

MIX = Mix(HOT)

ATTEMPTS_AT_A_MUTANT = 128
ROUNDS_AT_A_MUTANT = 8
PUSHING = Mix(HOT, deeds={"intake": 3, "book": 9, "move": 2, "conclude": 1}, recent=1)
"""Everybody wants a session for the same worker."""

AT_IT = {
    "late_region_lock": Mix(
        HOT[:1], without_region=0, deeds={"intake": 1, "book": 9}, recent=1, early=1
    ),
    "no_intake_lock": Mix(
        HOT, deeds={"intake": 2, "book": 6, "move": 4, "conclude": 2, "hold": 6}, recent=1
    ),
}
"""Who would rather want one more session each, or the worker themselves."""


def at_work(
    services: Sequence[ServiceProcess], attempts: int, mix: Mix
) -> tuple[list[Deed], Reader]:
    """Let sixteen get in each other's way, while a werkcentrum reads along."""
    hand = InHand()
    addresses = [services[number % len(services)].url for number in range(THREADS)]
    workers = [Worker(address, seed, mix, hand) for seed, address in enumerate(addresses)]
    reader = Reader(services[-1].url, mix.regions)
    done = threading.Event()
    with in_threads(partial(reader.read, done)):
        try:
            share = attempts // THREADS
            with in_threads(*(partial(worker.work, iter(range(share))) for worker in workers)):
                pass
        finally:
            done.set()
    return [deed for worker in workers for deed in worker.journal], reader


def books_of(
    database: Database, services: Sequence[ServiceProcess], journal: list[Deed], reader: Reader
) -> Books:
    for service in services:
        service.stop()
    log = "".join(service.log.read_text() for service in services)
    return read_books(database, journal, seen=reader.seen, log=log)


def test_two_thousand_attempts_of_sixteen_break_no_promise(few_places, start, engine_kind):
    services = start(processes=2 if engine_kind == "postgresql" else 1)
    journal, reader = at_work(services, ATTEMPTS, MIX)
    books = books_of(few_places, services, journal, reader)
    assert audit(books) == {}
    assert len(journal) >= ATTEMPTS
    met = tally(journal)
    assert met["intake 201"] > len(books.intakes), "no key came twice"
    assert met["book 409 slot-not-free"] > 50
    assert met["book 409 three-sessions"] > 20
    assert met["move 409 slot-not-free"] > 50
    assert met["conclude 409 session-not-allowed"] > 20
    assert met["book 201"] > 50
    assert met["move 200"] > 50
    assert met["conclude 200"] > 50
    assert met["refer 201"] > 10
    assert met["refer 409 already-referred"] > 5
    assert met["hold 200"] > 20
    assert met["book 404 not-found"] + met["move 404 not-found"] > 20
    assert met["details 200"] > 10
    assert met["consent 201"] > 10
    assert met["consent 409 consent-given"] > 5
    assert met["withdraw 200"] > 10
    assert met["erase 204"] > 10
    assert met["status 200"] > 50
    assert met["status 409 referral-not-allowed"] > 20
    assert met["outcome 200"] > 20


@pytest.mark.parametrize(
    ("engine_kind", "change", "without", "broken"),
    [
        ("postgresql", "late_region_lock", {"three sessions"}, {"at_most_three_sessions"}),
        ("postgresql", "no_adviser_lock", {"overlap"}, {"no_adviser_is_in_two_places"}),
        ("postgresql", "no_region_lock", {"gapless"}, {"the_log_counts_without_gaps"}),
        ("postgresql", "no_turn_at_the_trail", {"trail"}, {"the_audit_log_is_whole"}),
        (
            "postgresql",
            "no_intake_lock",
            set(),
            {"only_who_holds_an_intake_changes_it"},
        ),
        ("postgresql", "key_remembered_afterwards", set(), {"a_key_has_one_effect"}),
        ("sqlite", "key_remembered_afterwards", set(), {"a_key_has_one_effect"}),
        (
            "sqlite",
            "no_transactions",
            {"three sessions", "overlap", "gapless"},
            {
                "at_most_three_sessions",
                "no_adviser_is_in_two_places",
                "the_log_tells_what_happened",
            },
        ),
        (
            "sqlite",
            "deferred_transactions",
            set(),
            {"every_answer_is_one_of_the_contract", "the_server_had_nothing_to_complain_of"},
        ),
    ],
    indirect=["engine_kind"],
)
def test_a_service_without_its_guard_is_caught(
    few_places, start, engine_kind, change, without, broken
):
    with few_places.engine.begin() as connection:
        for guard in without:
            for statement in DROPS[engine_kind][guard]:
                connection.exec_driver_sql(statement)
    services = start(change, GIDS_LOCK_TIMEOUT="PT2S")
    found: set[str] = set()
    for crowd in range(ROUNDS_AT_A_MUTANT):
        mix = replace(AT_IT.get(change, PUSHING), name=str(crowd))
        journal, reader = at_work(services, ATTEMPTS_AT_A_MUTANT, mix)
        log = "".join(service.log.read_text() for service in services)
        found |= audit(read_books(few_places, journal, seen=reader.seen, log=log)).keys()
        if broken <= found:
            return
    assert broken <= found
