"""The promises that the database keeps by itself, whatever program writes to it."""

from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.models.rows import (
    INTAKE,
    OTHER_ADVISER,
    OTHER_INTAKE,
    REGION,
    planned,
    put,
    refused,
)

OVERLAP = "ex_guidance_session_adviser_overlap"
WORKER_OVERLAP = "ex_guidance_session_intake_overlap"
PLACE = "ck_guidance_session_place_fits_status"
APPEND_ONLY = "ck_session_log_entry_append_only"
GAPLESS = "ck_session_log_entry_gapless"


def add(connection: sa.Connection, intake=INTAKE, **values) -> None:
    put(connection, "guidance_session", intake_id=intake.hex, **values)


def change(connection: sa.Connection, where: str, **values) -> None:
    table = sa.table("guidance_session", *(sa.column(name) for name in (*values, "number")))
    done = connection.execute(sa.update(table).where(sa.text(where)).values(values))
    assert done.rowcount == 1


def count(connection: sa.Connection, name: str) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()


# At most three


@pytest.mark.parametrize("number", [0, 4, -1])
def test_a_session_has_number_one_two_or_three(number, connection):
    for allowed in (1, 2, 3):
        add(connection, number=allowed)
    with refused(connection, "ck_guidance_session_at_most_three"):
        add(connection, number=number)


@pytest.mark.parametrize("status", ["waiting", "planned", "held", "missed"])
def test_two_sessions_of_an_intake_never_have_one_number(status, connection):
    place = {} if status == "waiting" else planned("09:00", "10:00", status=status)
    add(connection, number=2, status="waiting")
    with refused(connection, "uq_guidance_session_intake_id_number"):
        add(connection, number=2, **place)
    add(connection, OTHER_INTAKE, number=2, **place)


def test_a_cancelled_session_gives_its_number_back(connection):
    add(connection, number=1, **planned("09:00", "10:00"))
    change(connection, "number = 1", status="cancelled")
    add(connection, number=1, **planned("11:00", "12:00"))
    change(connection, "number = 1 AND status = 'planned'", status="cancelled")
    add(connection, number=1)
    with refused(connection, "uq_guidance_session_intake_id_number"):
        add(connection, number=1)


def test_a_cancelled_session_cannot_come_back_beside_its_successor(connection):
    add(connection, number=1, status="cancelled")
    add(connection, number=1)
    with refused(connection, "uq_guidance_session_intake_id_number"):
        change(connection, "status = 'cancelled'", status="waiting")


def test_a_session_belongs_to_an_intake(connection):
    with refused(connection, "fk_guidance_session_intake_id"):
        add(connection, uuid4())


# Never two at once


OVERLAPPING = [
    ("09:00", "10:00"),
    ("09:30", "10:30"),
    ("08:30", "09:01"),
    ("08:00", "11:00"),
    ("09:15", "09:45"),
]


@pytest.mark.parametrize(("starts", "ends"), OVERLAPPING)
def test_an_adviser_is_not_in_two_sessions_at_once(starts, ends, connection):
    add(connection, **planned("09:00", "10:00"))
    with refused(connection, OVERLAP):
        add(connection, OTHER_INTAKE, **planned(starts, ends))
    add(connection, OTHER_INTAKE, **planned(starts, ends, adviser=OTHER_ADVISER))


@pytest.mark.parametrize(("starts", "ends"), OVERLAPPING)
def test_an_adviser_is_not_moved_into_two_sessions_at_once(starts, ends, connection):
    add(connection, **planned("09:00", "10:00"))
    add(connection, OTHER_INTAKE, number=2, **planned("15:00", "16:00"))
    with refused(connection, OVERLAP):
        change(connection, "number = 2", **planned(starts, ends))
    change(connection, "number = 2", **planned("10:00", "11:00"))


@pytest.mark.parametrize(("starts", "ends"), OVERLAPPING)
def test_a_worker_is_not_in_two_sessions_at_once(starts, ends, connection):
    add(connection, **planned("09:00", "10:00"))
    with refused(connection, WORKER_OVERLAP):
        add(connection, number=2, **planned(starts, ends, adviser=OTHER_ADVISER))
    add(connection, number=2, **planned("15:00", "16:00", adviser=OTHER_ADVISER))
    with refused(connection, WORKER_OVERLAP):
        change(connection, "number = 2", **planned(starts, ends, adviser=OTHER_ADVISER))


@pytest.mark.parametrize("status", ["held", "missed"])
def test_a_session_that_was_held_or_missed_keeps_its_time(status, connection):
    add(connection, **planned("09:00", "10:00", status=status))
    with refused(connection, OVERLAP):
        add(connection, OTHER_INTAKE, **planned("09:30", "10:30"))


def test_sessions_that_touch_do_not_overlap(connection):
    add(connection, number=1, **planned("10:00", "11:00"))
    add(connection, number=2, **planned("09:00", "10:00"))
    add(connection, number=3, **planned("11:00", "12:00"))
    assert count(connection, "guidance_session") == 3


def test_a_cancelled_session_keeps_no_time(connection):
    add(connection, number=1, **planned("09:00", "10:00", status="cancelled"))
    add(connection, OTHER_INTAKE, number=2, **planned("09:00", "10:00"))
    add(connection, number=3, **planned("09:00", "10:00", status="cancelled"))
    with refused(connection, OVERLAP):
        change(connection, "number = 3", status="planned")


def test_a_session_may_be_moved_into_its_own_time(connection):
    add(connection, **planned("09:00", "10:00"))
    change(connection, "number = 1", **planned("09:30", "10:30"))


# A place when it is planned, none while it waits


@pytest.mark.parametrize("missing", ["adviser_id", "region", "mode", "starts_at", "ends_at"])
@pytest.mark.parametrize("status", ["planned", "held", "missed"])
def test_a_session_that_is_planned_has_a_whole_place(status, missing, connection):
    whole = planned("09:00", "10:00", status=status)
    with refused(connection, PLACE):
        add(connection, **{**whole, missing: None})
    add(connection, **whole)


@pytest.mark.parametrize("kept", ["adviser_id", "region", "mode", "starts_at", "ends_at"])
def test_a_session_that_waits_has_no_place(kept, connection):
    with refused(connection, PLACE):
        add(connection, **{kept: planned("09:00", "10:00")[kept]})
    add(connection)


def test_a_session_ends_after_it_starts(connection):
    with refused(connection, "ck_guidance_session_starts_before_ends"):
        add(connection, **planned("10:00", "10:00"))


# The session log


def log(connection: sa.Connection, number: int, **values) -> None:
    put(connection, "session_log_entry", number=number, **values)


@pytest.mark.parametrize("number", [0, 2, 5, -1])
def test_a_log_begins_at_one(number, connection):
    with refused(connection, GAPLESS):
        log(connection, number)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_log_has_no_gap_and_no_repeat(number, connection):
    log(connection, 1)
    log(connection, 2)
    with refused(connection, GAPLESS):
        log(connection, number)
    log(connection, 3)


def test_every_region_has_a_log_of_its_own(connection):
    put(connection, "session_log_counter", region="AM02")
    log(connection, 1)
    log(connection, 2)
    log(connection, 1, region="AM02")
    assert count(connection, "session_log_entry") == 3


def test_a_region_without_a_counter_has_no_log(connection):
    with refused(connection, "fk_session_log_entry_region"):
        log(connection, 1, region="AM02")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE session_log_entry SET type = 'session_missed'",
        "UPDATE session_log_entry SET number = 2",
        "UPDATE session_log_entry SET mode = NULL WHERE number = 1",
        "DELETE FROM session_log_entry",
        "DELETE FROM session_log_entry WHERE number = 1",
    ],
)
def test_what_is_in_the_log_stays_as_it_is(statement, connection):
    log(connection, 1)
    with refused(connection, APPEND_ONLY):
        connection.execute(sa.text(statement))
    assert count(connection, "session_log_entry") == 1


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("also", ["", " CASCADE"])
def test_the_log_cannot_be_emptied_at_one_stroke(also, connection):
    log(connection, 1)
    with refused(connection, APPEND_ONLY):
        connection.execute(sa.text(f"TRUNCATE session_log_entry{also}"))


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_an_entry_cannot_be_replaced(connection):
    log(connection, 1)
    again = "INSERT OR REPLACE INTO session_log_entry SELECT * FROM session_log_entry"
    with refused(connection, GAPLESS):
        connection.execute(sa.text(again))


def test_a_counter_is_not_negative(connection):
    with refused(connection, "ck_session_log_counter_not_negative"):
        put(connection, "session_log_counter", region="AM02", last_number=-1)


# The rest


def test_one_row_says_which_catalogue_holds(connection):
    assert count(connection, "catalogue_state") == 1
    with refused(connection, "pk_catalogue_state"):
        put(connection, "catalogue_state", id=1)
    with refused(connection, "ck_catalogue_state_single_row"):
        put(connection, "catalogue_state", id=2)


def test_an_intake_is_referred_to_a_provision_once(connection):
    put(connection, "referral", intake_id=INTAKE.hex)
    put(connection, "referral", intake_id=OTHER_INTAKE.hex)
    with refused(connection, "uq_referral_intake_id_provision_id"):
        put(connection, "referral", intake_id=INTAKE.hex)


def test_an_intake_is_referred_again_where_the_referral_before_has_ended(connection):
    for status in ("completed", "declined", "expired", "withdrawn"):
        put(connection, "referral", intake_id=INTAKE.hex, status=status)
    put(connection, "referral", intake_id=INTAKE.hex, status="in_contact")
    with refused(connection, "uq_referral_intake_id_provision_id"):
        put(connection, "referral", intake_id=INTAKE.hex, status="sent")


def test_two_intakes_never_share_a_pseudonym(connection):
    pseudonym = uuid4().hex
    put(connection, "intake", log_pseudonym=pseudonym)
    with refused(connection, "uq_intake_log_pseudonym"):
        put(connection, "intake", log_pseudonym=pseudonym)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("weekday", {"weekday": 0}),
        ("weekday", {"weekday": 8}),
        ("starts_before_ends", {"starts": "17:00:00.000000"}),
        ("valid_in_order", {"valid_from": "2026-12-02", "valid_until": "2026-12-01"}),
    ],
)
def test_weekly_hours_are_part_of_a_day_of_the_week(constraint, values, connection):
    put(connection, "availability_window")
    with refused(connection, f"ck_availability_window_{constraint}"):
        put(connection, "availability_window", **values)


HOURS = {"starts": "09:00:00.000000", "ends": "12:00:00.000000"}
EXTRA = {"available": True, "region": REGION, "mode": "phone", **HOURS}


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("both_or_no_hours", {"starts": HOURS["starts"]}),
        ("starts_before_ends", {"starts": HOURS["ends"], "ends": HOURS["starts"]}),
        ("extra_hours_are_whole", {**EXTRA, "region": None}),
        ("extra_hours_are_whole", {**EXTRA, "mode": None}),
        ("extra_hours_are_whole", {**EXTRA, "starts": None, "ends": None}),
        ("absence_is_everywhere", {"region": REGION}),
        ("absence_is_everywhere", {"mode": "phone"}),
    ],
)
def test_an_exception_is_an_absence_or_whole_extra_hours(constraint, values, connection):
    put(connection, "availability_exception", **HOURS)
    put(connection, "availability_exception", **EXTRA)
    with refused(connection, f"ck_availability_exception_{constraint}"):
        put(connection, "availability_exception", **values)
