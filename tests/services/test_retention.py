"""Retention: what is past its term goes, what is not stays, and a dry run touches nothing."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.domain.access import EVERY_REGION, NATIONWIDE
from app.domain.terms import Action, HandedBy, HolderReason, LogEntryType, ReferralStatus
from app.models import (
    Adviser,
    AuditEntry,
    ContactDetails,
    Intake,
    ProcessingEntry,
    Referral,
    SessionLogEntry,
)
from app.services import calendar_feed, contact_details, erasure, holders, intakes, retention
from app.services.advisers import ExceptionIn
from app.services.erasure_list import read
from app.services.retention import Count, Terms
from app.services.sessions import NextStep
from tests.services.desk import (
    ADVISER,
    ANNA,
    BRAM,
    COLLEAGUE,
    NOW,
    OTHER_REGION,
    REGION,
    VAULT,
    Desk,
    adviser,
    answers,
    hours,
    wishes,
)
from tests.services.loop import Loop
from tests.services.test_erasure import rows_about, with_everything
from tests.services.test_persons import CLEANER, KLAARTJE

TERMS = Terms(
    contact_details=timedelta(days=90),
    intakes=timedelta(days=730),
    drafts=timedelta(days=30),
    processing_log=timedelta(days=1825),
    outbox=timedelta(days=30),
)


@pytest.fixture
def erasures(tmp_path: Path) -> Path:
    return tmp_path / "erasures.log"


def due(desk: Desk, **passed: float) -> Count:
    with desk.database.read(EVERY_REGION) as session:
        return retention.count_due(session, TERMS, now=NOW + timedelta(**passed))


def run(desk: Desk, erasures: Path, terms: Terms = TERMS, **passed: float) -> Count:
    now = NOW + timedelta(**passed)
    return retention.run(desk.database, VAULT, terms, erasures, now=now)


def kept(desk: Desk) -> tuple[set[UUID], set[UUID]]:
    with desk.database.read(EVERY_REGION) as session:
        return (
            set(session.exec(select(Intake.id))),
            set(session.exec(select(ContactDetails.intake_id))),
        )


def told(desk: Desk) -> Counter[tuple[str, UUID | None]]:
    with desk.database.read(EVERY_REGION) as session:
        return Counter(
            (action, intake)
            for action, intake in session.exec(select(AuditEntry.action, AuditEntry.intake_id))
        )


def test_each_class_goes_after_its_own_term_and_not_a_moment_before(desk, erasures):
    one, other = with_everything(desk), with_everything(desk)
    assert run(desk, erasures, days=90) == Count(0, 0, 0)
    assert kept(desk) == ({one, other}, {one, other})
    assert due(desk, days=90, seconds=1) == Count(2, 0, 0)
    assert run(desk, erasures, days=90, seconds=1) == Count(2, 0, 0)
    assert kept(desk) == ({one, other}, set())
    assert run(desk, erasures, days=730) == Count(0, 0, 0)
    assert due(desk, days=730, seconds=1) == Count(0, 2, 0, advisers=1)
    assert run(desk, erasures, days=730, seconds=1) == Count(0, 2, 0, advisers=1)
    assert kept(desk) == (set(), set())
    for intake in (one, other):
        assert set(rows_about(desk, intake)) <= {"kept_answer", "audit_entry"}
        assert told(desk)[Action.contact_details_expired, intake] == 1
        assert told(desk)[Action.intake_expired, intake] == 1
    assert set(read(erasures).intakes) == {one, other}
    expired = NOW + timedelta(days=90, seconds=1)
    assert read(erasures).contact_details == {one: expired, other: expired}


def test_letting_contact_details_go_does_not_make_a_case_younger(desk, erasures):
    intake = with_everything(desk)
    touched = desk.read(intake).touched_at
    run(desk, erasures, days=91)
    assert desk.read(intake).touched_at == touched == NOW


def test_what_is_touched_stays_as_long_again(desk, erasures):
    intake = with_everything(desk)
    with replace(desk, now=NOW + timedelta(days=60)).act() as act:
        contact_details.change(act, intake, KLAARTJE)
    assert run(desk, erasures, days=150) == Count(0, 0, 0)
    assert run(desk, erasures, days=151) == Count(1, 0, 0)


def test_contact_details_of_an_intake_that_goes_are_counted_with_it(desk, erasures):
    with_everything(desk)
    assert due(desk, days=731) == Count(0, 1, 0, advisers=1)
    assert run(desk, erasures, days=731) == Count(0, 1, 0, advisers=1)


def test_a_term_of_contact_details_that_is_longer_than_that_of_intakes_does_no_harm(desk, erasures):
    with_everything(desk)
    long = replace(TERMS, contact_details=timedelta(days=9999))
    assert run(desk, erasures, long, days=731) == Count(0, 1, 0, advisers=1)


def test_who_has_a_session_to_come_is_never_past_a_term(desk, quiet, erasures):
    planned = quiet.intake()
    short = replace(TERMS, contact_details=timedelta(seconds=1), intakes=timedelta(seconds=2))
    with quiet.act() as act:
        contact_details.change(act, planned, KLAARTJE)
    with desk.database.write(EVERY_REGION) as session:
        session.execute(
            sa.text(
                "UPDATE guidance_session SET status = 'planned', region = 'AM01', mode = 'phone',"
                " starts_at = :starts, ends_at = :ends, adviser_id = (SELECT id FROM adviser"
                " ORDER BY id LIMIT 1) WHERE number = 1"
            ).bindparams(
                sa.bindparam("starts", NOW + timedelta(days=7), type_=sa.DateTime(timezone=True)),
                sa.bindparam(
                    "ends", NOW + timedelta(days=7, hours=1), type_=sa.DateTime(timezone=True)
                ),
            )
        )
        session.execute(
            sa.text("UPDATE guidance_session SET status = 'cancelled' WHERE number > 1")
        )
    assert run(desk, erasures, short, days=6) == Count(0, 0, 0)
    assert run(desk, erasures, short, days=7) == Count(0, 1, 0, advisers=1)


@pytest.mark.parametrize("handed", [HandedBy.desk, HandedBy.by_hand, HandedBy.employer])
def test_contact_details_stay_for_a_desk_and_not_for_who_goes_through_their_employer(
    quiet, erasures, handed
):
    loop = Loop(quiet)
    loop.receiving()
    loop.consent()
    loop.say(ReferralStatus.sent)
    with quiet.database.write(EVERY_REGION) as session:
        session.execute(sa.update(Referral).values(handed=handed, status="in_contact"))
    gone = handed is HandedBy.employer
    assert due(quiet, days=90, seconds=1) == Count(int(gone), 0, 0)
    assert run(quiet, erasures, days=90, seconds=1) == Count(int(gone), 0, 0)
    run(quiet, erasures, days=730, seconds=1)
    assert quiet.log()[-1].type is LogEntryType.referral_withdrawn


def test_who_waits_and_is_forgotten_for_a_whole_term_goes_as_after_guidance_that_ended(
    quiet, erasures
):
    waits, younger, referred = (
        quiet.intake(), replace(quiet, now=NOW + timedelta(days=1)).intake(),
        quiet.intake(**CLEANER),
    )  # fmt: skip
    with quiet.act() as act:
        contact_details.change(act, waits, KLAARTJE)
    # They must be told of a place, so their details stay as long as they wait.
    assert run(quiet, erasures, days=730) == Count(0, 0, 0)
    assert kept(quiet) == ({waits, younger, referred}, {waits})
    pseudonym, before = quiet.read(waits).log_pseudonym, len(quiet.log())
    assert due(quiet, days=730, seconds=1) == Count(0, 2, 0)
    assert run(quiet, erasures, days=730, seconds=1) == Count(0, 2, 0)
    assert kept(quiet) == ({younger}, set())
    assert set(rows_about(quiet, waits)) == {"audit_entry"}
    assert [
        (one.type, one.session_number, one.intake_pseudonym) for one in quiet.log()[before:]
    ] == [
        *((LogEntryType.session_cancelled, number, pseudonym) for number in (1, 2, 3)),
        (LogEntryType.guidance_closed, None, pseudonym),
    ]
    assert set(read(erasures).intakes) == {waits, referred}
    assert told(quiet)[Action.intake_expired, waits] == 1
    # The place that then comes goes to who still waits.
    quiet.staff(adviser(ANNA, hours(1, 9, 10)))
    assert quiet.fill() > 0
    assert quiet.agenda(younger)[0].startswith("1 planned")


def test_guidance_of_every_region_and_of_none_ends_some_at_a_time(quiet, erasures, monkeypatch):
    monkeypatch.setattr(retention, "OPEN_BATCH", 2)
    regions = [REGION] * 3 + [OTHER_REGION, None]
    for region in regions:
        quiet.intake(region=region)
    assert run(quiet, erasures, days=731) == Count(0, len(regions), 0, advisers=1)
    assert kept(quiet) == (set(), set())
    with quiet.database.read(EVERY_REGION) as session:
        ended = session.exec(
            select(SessionLogEntry.region).where(
                SessionLogEntry.type == LogEntryType.guidance_closed
            )
        )
        assert sorted(ended) == sorted([REGION] * 3 + [OTHER_REGION, NATIONWIDE])


def test_saying_again_how_a_session_ended_does_not_make_a_case_younger(quiet, erasures):
    quiet.staff(adviser(ANNA, hours(1, 9, 10)))
    intake = quiet.intake(scheduling=wishes(count=1))
    ended = quiet.session(intake, 1).id
    first, again = (replace(quiet, now=NOW + timedelta(days=days)) for days in (8, 100))
    first.conclude(ended, "held")
    again.conclude(ended, "held")
    assert quiet.read(intake).touched_at == first.now
    assert told(quiet)[Action.session_concluded, intake] == 1
    assert told(quiet)[Action.intake_read, intake] == 1
    again.conclude(ended, "held", NextStep.close)
    assert quiet.read(intake).touched_at == again.now
    assert told(quiet)[Action.session_concluded, intake] == 2


def names(desk: Desk) -> set[UUID]:
    with desk.database.read(EVERY_REGION) as session:
        return set(session.exec(select(Adviser.id).where(col(Adviser.demo).is_(False))))


def test_the_name_of_an_adviser_goes_when_nothing_refers_to_them_any_more(quiet, erasures):
    """Not as long as there is a case they held, a session they have, or an hour they are there."""
    by_hand = replace(quiet, now=NOW + timedelta(days=1))
    quiet.staff(
        adviser(ANNA, hours(1, 9, 10)),
        adviser(BRAM, exceptions=[ExceptionIn(on=date(2026, 12, 1), available=False)]),
    )
    first = by_hand.intake(**CLEANER)
    with by_hand.act() as act:
        holders.give_back(act, first, HolderReason.absence, None)
    with replace(by_hand, caller=COLLEAGUE).act() as act:
        holders.take_over(act, first, HolderReason.other, None)
    everybody = {ANNA, BRAM, ADVISER.id, COLLEAGUE.id}
    assert names(quiet) == everybody
    assert run(quiet, erasures, days=730).advisers == 0
    guided = replace(quiet, caller=COLLEAGUE, now=NOW + timedelta(days=2)).intake()
    assert ANNA in {one.adviser_id for one in quiet.sessions(guided)}
    quiet.close_all()
    assert due(quiet, days=731, seconds=1) == Count(0, 1, 0, advisers=2)
    assert run(quiet, erasures, days=731, seconds=1) == Count(0, 1, 0, advisers=2)
    assert names(quiet) == {ANNA, COLLEAGUE.id}
    # Who comes back is known by name again.
    back = by_hand.intake(**CLEANER)
    assert by_hand.view(back).holder == ADVISER.name
    assert run(quiet, erasures, days=9999).advisers == 3
    assert names(quiet) == set()


def test_who_has_a_feed_stays_and_who_comes_back_gets_no_address_they_had(quiet, erasures):
    def renewed(**passed: float) -> str:
        with replace(quiet, now=NOW + timedelta(**passed)).act() as act:
            return calendar_feed.renew(act)

    had = {renewed(), renewed(), renewed(hours=1)}
    assert len(had) == 3
    assert (due(quiet).advisers, run(quiet, erasures).advisers) == (0, 0)
    assert names(quiet) == {ADVISER.id}
    with quiet.act() as act:
        calendar_feed.end(act)
    assert (due(quiet).advisers, run(quiet, erasures).advisers) == (1, 1)
    assert renewed(days=1) not in had


def test_who_holds_their_first_case_while_names_go_keeps_their_name(quiet, erasures):
    """The run comes when the case is stored and not committed yet."""
    began, count = threading.Event(), []
    with quiet.act() as act:
        holders.know_adviser(act)

    def later() -> None:
        began.set()
        count.append(run(quiet, erasures).advisers)

    thread = threading.Thread(target=later)
    with quiet.act() as act:
        holders.know_adviser(act)
        thread.start()
        assert began.wait(30)
        if quiet.database.engine.dialect.name == "postgresql":
            thread.join()  # the run waits for nobody there
        view = intakes.create_intake(act, answers(**CLEANER), quiet.knowledge, quiet.planning)
    thread.join()
    assert count == [0]
    assert quiet.view(view.intake.id).holder == ADVISER.name


def test_the_processing_log_is_forgotten_after_its_term_alone(desk, erasures):
    intake = desk.intake(**CLEANER)
    terms = replace(TERMS, processing_log=timedelta(days=10))
    assert run(desk, erasures, terms, days=10).processing_log == 0
    assert run(desk, erasures, terms, days=11).processing_log == 1
    with desk.database.read(EVERY_REGION) as session:
        assert session.exec(select(ProcessingEntry)).all() == []
    assert kept(desk)[0] == {intake}


def test_a_dry_run_touches_nothing(desk, erasures):
    intake = with_everything(desk)
    before = kept(desk), told(desk), rows_about(desk, intake)
    assert due(desk, days=9999).intakes == 1
    assert (kept(desk), told(desk), rows_about(desk, intake)) == before
    assert not erasures.exists()


def test_the_oldest_goes_first_and_a_batch_that_fails_leaves_those_before_it_done(
    desk, erasures, monkeypatch
):
    monkeypatch.setattr(retention, "BATCH", 2)
    ages = [3, 5, 1, 4, 2]
    intakes = {age: replace(desk, now=NOW - timedelta(days=age)).intake(**CLEANER) for age in ages}
    erased: list[UUID] = []
    really = erasure.remove

    def remove(act, batch, path) -> None:
        erased.extend(one.id for one in batch)
        if len(erased) > 4:
            raise ZeroDivisionError
        really(act, batch, path)

    monkeypatch.setattr(retention, "remove", remove)
    with pytest.raises(ZeroDivisionError):
        run(desk, erasures, days=731)
    assert erased == [intakes[age] for age in (5, 4, 3, 2, 1)]
    assert kept(desk)[0] == {intakes[1]}
    monkeypatch.setattr(retention, "remove", really)
    assert run(desk, erasures, days=731).intakes == 1
