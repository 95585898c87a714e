"""The audit sees what it is for: each promise, broken by hand in a database that kept them all."""

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from app.config import Settings
from app.db import Database
from app.main import create_app
from tests.conftest import open_settings
from tests.crash.audit import audit
from tests.crash.books import Books, read_books
from tests.crash.crowd import Reader, Worker, in_threads
from tests.crash.deeds import Deed, InHand, Mix
from tests.crash.staff import HOT, replace_staff, staff
from tests.server import running

WORKERS = 8
ATTEMPTS = 24
MIX = Mix(
    HOT,
    deeds={
        "intake": 3,
        "book": 3,
        "move": 5,
        "conclude": 3,
        "refer": 2,
        "hold": 2,
        "details": 2,
        "consent": 2,
        "withdraw": 1,
        "erase": 1,
        "status": 3,
        "outcome": 1,
    },
    close=0.3,
    recent=6,
)
ALONE = Mix(HOT, deeds={"intake": 1, "move": 3})
"""What somebody asks of whose sessions nobody else knows."""
STAYING = Mix(HOT, deeds={**dict.fromkeys(MIX.deeds, 1), "erase": 0}, close=0.3)
WANTED = {*STAYING.deeds, "held", "missed"} - {"erase"}
"""What is left of each kind, whatever the others erased."""

UNGUARDED = (
    "PRAGMA foreign_keys = OFF",
    "PRAGMA ignore_check_constraints = ON",
    "DROP INDEX uq_guidance_session_intake_id_number",
    "DROP INDEX uq_consent_intake_id_provision_id",
    "DROP INDEX uq_consent_intake_id_invitations",
    "DROP INDEX uq_referral_intake_id_provision_id",
)
SAME_TIME = (
    "guidance_session SET starts_at = '2026-12-01 09:00:00', ends_at = '2026-12-01 10:00:00'"
)
NIL = "00000000-0000-0000-0000-000000000000"
ERASED = "(SELECT intake_id FROM audit_entry WHERE action = 'intake_erased')"


CHANGES_OF_REFERRALS = (
    (
        "referral SET status = 'expired' WHERE status = 'proposed'",
        "a_referral_stands_where_its_steps_lead",
    ),
    (
        "intake SET outcome = 'guidance' WHERE outcome = 'warm_referral'",
        "nobody_falls_between_two_stools",
    ),
    (
        "session_log_entry SET type = 'referral_expired' WHERE type = 'referral_sent'",
        "the_log_tells_the_same_of_referrals",
    ),
    (
        "outcome_change SET intake_id = (SELECT min(id) FROM intake)",
        "the_log_tells_the_same_of_referrals",
    ),
    ("consent SET provision_id = 'elsewhere'", "nobody_is_handed_over_without_consent"),
    (
        "referral SET status = 'sent', intake_id = (SELECT min(id) FROM intake)",
        "there_is_one_open_referral_to_a_provision",
    ),
)
CHANGES_OF_THE_OUTBOX = tuple(
    (f"outbox_message SET {change} WHERE intake_id IS NOT NULL", promise)
    for change, promise in (
        (
            "kind = 'hand_over', facts = '{\"referral\": \"{uuid}\"}'".replace("{uuid}", NIL),
            "every_hand_over_has_its_message",
        ),
        ("kind = 'guidance_reopened'", "every_reopening_has_its_message"),
        ("kind = 'session_reminder'", "every_place_has_its_invitation"),
        (
            "facts = replace(facts, 'session\": \"', 'session\": \"0')",
            "every_message_is_about_what_is_there",
        ),
    )
)


def until_there_is_something_of_each_kind(worker: Worker) -> Iterator[int]:
    """Count the attempts that a worker needs until there is something of each kind to break."""
    for number in range(50 * ATTEMPTS):
        done = [deed for deed in worker.journal if deed.done]
        ends = {deed.body["outcome"] for deed in done if deed.kind == "conclude"}
        if number >= ATTEMPTS and ends | {deed.kind for deed in done} >= WANTED:
            return
        yield number


@pytest.fixture(scope="module")
def worked(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Deed], Reader]:
    """A database in which a few have worked, what they were told and what a reader saw."""
    path = tmp_path_factory.mktemp("worked") / "gids.db"
    shutil.copyfile(sqlite_template, path)
    settings = open_settings(f"sqlite:///{path}")
    database = Database(settings)
    replace_staff(database, staff({1: HOT, 2: HOT}))
    hand, done = InHand(), threading.Event()
    with running(create_app(settings)) as address:
        workers = [Worker(f"{address}/v1", seed, MIX, hand) for seed in range(WORKERS)]
        reader = Reader(f"{address}/v1", HOT)
        with in_threads(partial(reader.read, done)):
            try:
                with in_threads(*(partial(one.work, iter(range(ATTEMPTS))) for one in workers)):
                    pass
                workers.append(Worker(f"{address}/v1", WORKERS, ALONE, InHand()))
                workers[-1].work(iter(range(ATTEMPTS)))
                workers.append(Worker(f"{address}/v1", WORKERS + 1, STAYING, InHand()))
                workers[-1].work(until_there_is_something_of_each_kind(workers[-1]))
            finally:
                done.set()
    database.dispose()
    return path, [deed for worker in workers for deed in worker.journal], reader


@pytest.fixture
def copy(worked: tuple[Path, list[Deed], Reader], tmp_path: Path) -> Iterator[Database]:
    """A copy to break something in."""
    path = tmp_path / "gids.db"
    for file in worked[0].parent.glob("gids.db*"):
        shutil.copyfile(file, tmp_path / file.name)
    database = Database(Settings(database_url=f"sqlite:///{path}"))
    yield database
    database.dispose()


def books(database: Database, worked: tuple[Path, list[Deed], Reader]) -> Books:
    _, journal, reader = worked
    return read_books(database, journal, seen=reader.seen)


def test_nothing_is_found_where_nothing_is_broken(copy, worked):
    found = audit(books(copy, worked))
    assert found == {}


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        (
            "guidance_session SET intake_id = (SELECT min(intake_id) FROM guidance_session)",
            "at_most_three_sessions",
        ),
        (SAME_TIME, "no_adviser_is_in_two_places"),
        (SAME_TIME, "no_worker_is_in_two_places"),
        ("kept_answer SET operation = 'forgotten'", "a_key_has_one_effect"),
        ("session_log_counter SET last_number = 1", "the_log_counts_without_gaps"),
        (
            "session_log_entry SET type = 'session_cancelled' WHERE type = 'session_moved'",
            "the_log_tells_what_happened",
        ),
        ("intake SET outcome = 'warm_referral'", "nothing_is_half_done"),
        ("kept_answer SET body = NULL", "nothing_is_half_done"),
        (
            "intake SET id = lower(hex(randomblob(16))) WHERE outcome = 'warm_referral'",
            "what_was_acknowledged_is_kept",
        ),
        (
            "guidance_session SET status = 'missed' WHERE status = 'held'",
            "what_was_acknowledged_is_kept",
        ),
        ("intake SET closed_at = NULL", "the_log_tells_what_happened"),
        (
            "session_log_entry SET type = 'session_held' WHERE type LIKE 'session_%ed'",
            "what_was_acknowledged_is_kept",
        ),
        (
            "guidance_session SET id = lower(hex(randomblob(16)))",
            "what_is_kept_was_acknowledged",
        ),
        ("guidance_session SET adviser_id = NULL", "the_last_word_stands"),
        (
            "session_log_entry SET type = 'session_held' WHERE number = 1",
            "a_reader_of_the_log_misses_nothing",
        ),
        ("person_key SET wrapped = zeroblob(60)", "nothing_is_half_done"),
        ("referral SET id = lower(hex(randomblob(16)))", "what_was_acknowledged_is_kept"),
        ("holder_change SET id = lower(hex(randomblob(16)))", "what_was_acknowledged_is_kept"),
        ("audit_entry SET reason = 'absence' WHERE number = 1", "the_audit_log_is_whole"),
        ("audit_head SET number = number + 1", "the_audit_log_is_whole"),
        (
            "audit_entry SET action = 'intake_read' WHERE action = 'session_concluded'",
            "every_deed_left_its_trail",
        ),
        (
            "audit_entry SET actor = 'demo adviser-2' WHERE action = 'referral_added'",
            "every_deed_left_its_trail",
        ),
        (
            "audit_entry SET action = 'referral_added' WHERE number = 1",
            "nothing_is_in_the_trail_that_was_not_done",
        ),
        (
            "audit_entry SET action = 'intake_read' WHERE reason = 'waiting_list'",
            "nothing_is_in_the_trail_that_was_not_done",
        ),
        (
            "guidance_session SET status = 'held' WHERE status = 'missed'",
            "nothing_is_in_the_trail_that_was_not_done",
        ),
        (
            "referral SET created_at = '2026-01-01 00:00:00'",
            "nothing_is_in_the_trail_that_was_not_done",
        ),
        ("intake SET holder_id = NULL", "only_who_holds_an_intake_changes_it"),
        ("holder_change SET holder_id = previous_id", "only_who_holds_an_intake_changes_it"),
        (
            "audit_entry SET actor = 'demo adviser-2' WHERE action = 'session_moved'",
            "only_who_holds_an_intake_changes_it",
        ),
        (
            "processing_entry SET activity = 'https://register.example'",
            "the_processing_log_tells_the_same",
        ),
        (
            "processing_entry SET data_subject_id = lower(hex(randomblob(32)))",
            "the_processing_log_tells_the_same",
        ),
        *(
            (
                f"{table} SET {column} = {ERASED} WHERE rowid = (SELECT max(rowid) FROM {table})",  # noqa: S608 - names of ours
                "who_was_erased_is_nowhere",
            )
            for table, column in (
                ("intake", "id"),
                ("person_key", "intake_id"),
                ("referral", "intake_id"),
                ("kept_answer", "intake_id"),
            )
        ),
        (
            "audit_entry SET action = 'intake_read' WHERE action = 'intake_erased'",
            "who_was_erased_is_nowhere",
        ),
        (
            "audit_entry SET action = 'intake_erased' WHERE action = 'intake_created'",
            "who_was_erased_is_nowhere",
        ),
        (
            "contact_details SET content = zeroblob(60)",
            "how_someone_is_reached_opens_as_it_was_told",
        ),
        (
            "contact_details SET intake_id = lower(hex(randomblob(16)))",
            "how_someone_is_reached_opens_as_it_was_told",
        ),
        ("consent SET withdrawn_at = NULL", "a_consent_holds_until_it_is_withdrawn_and_not_after"),
        (
            "consent SET withdrawn_at = given_at WHERE withdrawn_at IS NULL",
            "a_consent_holds_until_it_is_withdrawn_and_not_after",
        ),
        (
            "consent SET id = lower(hex(randomblob(16)))",
            "a_consent_holds_until_it_is_withdrawn_and_not_after",
        ),
        (
            "audit_entry SET action = 'intake_read' WHERE action = 'consent_withdrawn'",
            "nothing_is_in_the_trail_that_was_not_done",
        ),
        (
            "session_log_entry SET intake_pseudonym = lower(hex(randomblob(16))) WHERE number = 1",
            "the_log_tells_what_happened",
        ),
        *CHANGES_OF_REFERRALS,
        *CHANGES_OF_THE_OUTBOX,
    ],
)
def test_a_broken_promise_is_found(copy, worked, change, promise):
    with copy.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        for setting in UNGUARDED:
            connection.exec_driver_sql(setting)
        triggers = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        for (trigger,) in triggers.all():
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.exec_driver_sql(f"UPDATE {change}")
    found = audit(books(copy, worked))
    assert promise in found


def test_a_status_that_no_contract_names_is_found(copy, worked):
    _, journal, _ = worked
    journal[0].statuses.append(500)
    try:
        assert "every_answer_is_one_of_the_contract" in audit(books(copy, worked))
    finally:
        journal[0].statuses.pop()
