"""What everything that happens to a session queues for adviser and worker, and nothing personal."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from app.domain.access import EVERY_REGION
from app.domain.errors import InvalidInput
from app.domain.terms import ContactData, EffectKind, EffectStatus, Mode, Outcome, OutcomeReason
from app.models import Consent, GuidanceSession, OutboxMessage
from app.services import consents, contact_details, outcomes
from app.services.consents import ConsentGivenError
from app.services.erasure import erase
from app.services.invitations import remind_due
from app.services.outbox import to_adviser
from app.services.outcomes import Decision
from app.services.sessions import NextStep
from app.services.upkeep import upkeep
from tests.services.desk import ANNA, BRAM, VAULT, Desk, adviser, hours, local, slot, wishes
from tests.services.test_persons import KLAARTJE, TEXT, erasures

WEDNESDAY = 3
ONE = wishes(count=1)
NAMES = {to_adviser(ANNA): "Anna", to_adviser(BRAM): "Bram"}
LATE = ("Wed 25 Nov 10:00", "Thu 26 Nov 09:00", "Thu 26 Nov 10:00")
REFERRED = Decision(
    outcome=Outcome.warm_referral,
    reason=OutcomeReason.provision_found,
    note=None,
    provision_id="rijk-loopbaanscan",
)


@pytest.fixture
def wednesdays(quiet: Desk) -> Desk:
    """A desk with two advisers: Anna on Wednesdays, Bram on Thursdays."""
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 11)), adviser(BRAM, hours(4, 9, 11)))
    return quiet


def consent(desk: Desk, intake: UUID) -> Consent:
    with desk.act() as act:
        given, _ = consents.give_for_invitations(
            act, intake, None, data=[ContactData.email], text_version=TEXT
        )
        return given


def withdraw(desk: Desk, intake: UUID, consent_id: UUID) -> None:
    with desk.act() as act:
        consents.withdraw(act, intake, consent_id, desk.planning, erasures())


def messages(desk: Desk) -> list[OutboxMessage]:
    """Read what was queued about sessions, in order."""
    with desk.database.read(EVERY_REGION) as session:
        rows = session.exec(
            select(OutboxMessage)
            .where(
                col(OutboxMessage.kind).in_([EffectKind.invitation, EffectKind.session_reminder])
            )
            .order_by(col(OutboxMessage.position))
        )
        return list(rows)


def shown(message: OutboxMessage) -> str:
    """Show to whom, what, of which sequence; of a cancellation also when it would have been."""
    who = NAMES.get(message.recipient, message.recipient.partition(":")[0])
    facts = message.facts
    what = facts.get("news") or facts.get("method") or "reminder"
    place = f" {facts['mode']} {facts['startsAt'][:16]}" if "startsAt" in facts else ""
    return f"{who} {what} {facts['sequence']}{place}"


def queued_by(desk: Desk) -> set[UUID]:
    """Name what was queued until now."""
    return {one.id for one in messages(desk)}


def told(desk: Desk, before: Collection[UUID] = ()) -> list[str]:
    """Show what was queued about sessions, and was not there before."""
    return [shown(one) for one in messages(desk) if one.id not in before]


def refer(desk: Desk, intake: UUID) -> None:
    with desk.act() as act:
        outcomes.decide(act, intake, REFERRED, desk.knowledge, desk.planning)


def erase_it(desk: Desk, intake: UUID) -> None:
    with desk.act() as act:
        erase(act, intake, desk.planning, erasures())


def the_session(desk: Desk, intake: UUID) -> UUID:
    return desk.session(intake, 1).id


def fill(desk: Desk, intake: UUID) -> None:
    """Give back a place that somebody waits for, on the day after all that was free."""
    desk.close_all()
    waiting = desk.intake(scheduling=ONE)
    consent(desk, waiting)
    assert desk.agenda(waiting) == ["1 waiting"]
    desk.staff(adviser(BRAM, hours(4, 9, 10)))
    assert desk.fill() == 1


Do = Callable[[Desk, UUID], object]

WAS = "phone 2026-11-25T08:00"
TABLE: dict[str, tuple[Do, list[str]]] = {
    "booked": (
        lambda desk, one: desk.book(one, slot("2026-12-02 10:00")),
        ["Anna planned 0", "worker planned 0"],
    ),
    "filled from the waiting list": (fill, ["Bram planned 0", "worker planned 0"]),
    "moved": (
        lambda desk, one: desk.move(the_session(desk, one), slot("2026-12-02 10:00")),
        ["Anna changed 1", "worker changed 1"],
    ),
    "moved to another adviser": (
        lambda desk, one: desk.move(the_session(desk, one), slot("2026-12-03 10:00", who=BRAM)),
        [f"Anna cancel 1 {WAS}", "Bram planned 1", "worker changed 1"],
    ),
    "moved to where it is": (
        lambda desk, one: desk.move(the_session(desk, one), slot("2026-11-25 09:00")),
        [],
    ),
    "held": (lambda desk, one: desk.conclude(the_session(desk, one), "held"), []),
    "missed": (lambda desk, one: desk.conclude(the_session(desk, one), "missed"), []),
    "cancelled": (
        lambda desk, one: desk.conclude(the_session(desk, one), "cancelled"),
        [f"Anna cancel 1 {WAS}", f"worker cancel 1 {WAS}"],
    ),
    "cancelled twice": (
        lambda desk, one: [
            desk.conclude(found, "cancelled") for found in [the_session(desk, one)] * 2
        ],
        [f"Anna cancel 1 {WAS}", f"worker cancel 1 {WAS}"],
    ),
    "the guidance closed": (
        lambda desk, one: desk.conclude(
            desk.book(one, slot("2026-12-02 10:00")).id, "held", NextStep.close
        ),
        [
            "Anna planned 0",
            "worker planned 0",
            f"Anna cancel 1 {WAS}",
            f"worker cancel 1 {WAS}",
        ],
    ),
    "referred instead": (refer, [f"Anna cancel 1 {WAS}", f"worker cancel 1 {WAS}"]),
    "erased": (erase_it, [f"Anna cancel 1 {WAS}"]),
}


@pytest.mark.parametrize(("happens", "expected"), TABLE.values(), ids=list(TABLE))
def test_what_is_queued_when_a_session_is(
    happens: Do, expected: list[str], wednesdays: Desk
) -> None:
    intake = wednesdays.intake(scheduling=ONE)
    consent(wednesdays, intake)
    assert told(wednesdays) == ["Anna planned 0", "worker planned 0"]
    queued = queued_by(wednesdays)
    happens(wednesdays, intake)
    assert told(wednesdays, queued) == expected


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("happens", "expected"), TABLE.values(), ids=list(TABLE))
def test_without_consent_the_adviser_alone_hears_of_it(
    happens: Do, expected: list[str], wednesdays: Desk
) -> None:
    intake = wednesdays.intake(scheduling=ONE)
    happens(wednesdays, intake)
    others = [one for one in messages(wednesdays) if one.intake_id in {intake, None}]
    assert [shown(one) for one in others if one.recipient not in NAMES] == []
    if happens not in {fill, erase_it}:
        ours = [line for line in expected if not line.startswith("worker")]
        assert [shown(one) for one in others] == ["Anna planned 0", *ours]


def test_every_change_goes_up_by_one_and_a_session_that_waits_has_no_sequence(
    wednesdays: Desk,
) -> None:
    intake = wednesdays.intake(scheduling=ONE)
    session = the_session(wednesdays, intake)
    for place in ("2026-12-02 09:00", "2026-12-02 10:00"):
        wednesdays.move(session, slot(place))
    wednesdays.conclude(session, "cancelled")
    assert told(wednesdays) == [
        "Anna planned 0",
        "Anna changed 1",
        "Anna changed 2",
        "Anna cancel 3 phone 2026-12-02T09:00",
    ]
    queued = queued_by(wednesdays)
    wednesdays.close_all()
    waiting = wednesdays.intake(scheduling=wishes(count=2))
    wednesdays.conclude(wednesdays.session(waiting, 2).id, "cancelled")
    wednesdays.staff(adviser(ANNA, hours(WEDNESDAY, 9, 11)))
    assert told(wednesdays, queued) == []
    assert wednesdays.move(the_session(wednesdays, waiting), slot("2026-12-09 09:00")).sequence == 0
    assert told(wednesdays, queued) == ["Anna planned 0"]


def test_what_is_queued_holds_ids_and_codes_and_goes_with_the_person_but_for_a_cancellation(
    wednesdays: Desk,
) -> None:
    intake = wednesdays.intake(scheduling=ONE, motivation="Klaproos")
    with wednesdays.act() as act:
        contact_details.change(act, intake, KLAARTJE)
    consent(wednesdays, intake)
    session = wednesdays.move(the_session(wednesdays, intake), slot("2026-12-03 10:00", who=BRAM))
    rows = messages(wednesdays)
    ours = {"session": str(session.id)}
    cancelled = {
        "mode": Mode.phone.value,
        "startsAt": "2026-11-25T08:00:00+00:00",
        "endsAt": "2026-11-25T09:00:00+00:00",
    }
    assert [one.facts for one in rows] == [
        {**ours, "sequence": 0, "method": "request", "news": "planned"},
        {**ours, "sequence": 0, "method": "request", "news": "planned"},
        {**ours, "sequence": 1, "method": "cancel", **cancelled},
        {**ours, "sequence": 1, "method": "request", "news": "planned"},
        {**ours, "sequence": 1, "method": "request", "news": "changed"},
    ]
    assert [one.intake_id for one in rows] == [intake, intake, None, intake, intake]


# Consent


def test_consent_invites_to_what_is_planned_ahead_and_to_nothing_else(wednesdays: Desk) -> None:
    intake = wednesdays.intake(scheduling=wishes(count=2))
    wednesdays.now = local("2026-11-25 12:00")
    wednesdays.conclude(wednesdays.session(intake, 2).id, "cancelled")
    wednesdays.move(wednesdays.book(intake, slot("2026-12-09 09:00")).id, slot("2026-12-09 10:00"))
    queued = queued_by(wednesdays)
    given = consent(wednesdays, intake)
    assert (given.recipient, given.provision_id, given.data) == ("U zelf", None, ["email"])
    assert told(wednesdays, queued) == ["worker planned 1"]
    with pytest.raises(ConsentGivenError):
        consent(wednesdays, intake)


def test_a_withdrawn_consent_lets_go_of_what_waits_and_nothing_follows(wednesdays: Desk) -> None:
    intake, other = wednesdays.intake(scheduling=ONE), wednesdays.intake(scheduling=ONE)
    given = consent(wednesdays, intake)
    consent(wednesdays, other)
    withdraw(wednesdays, intake, given.id)
    queued = queued_by(wednesdays)
    wednesdays.move(the_session(wednesdays, intake), slot("2026-12-09 10:00"))
    dropped = [one for one in messages(wednesdays) if one.status is EffectStatus.dropped]
    assert [one.recipient for one in dropped] == [f"worker:{intake}"]
    consent(wednesdays, intake)
    assert told(wednesdays, queued) == ["Anna changed 1", "worker planned 1"]


def test_another_address_is_invited_anew_and_the_same_one_is_not(wednesdays: Desk) -> None:
    intake = wednesdays.intake(scheduling=ONE)
    steps = [
        (KLAARTJE, []),
        (KLAARTJE, []),
        (replace(KLAARTJE, name="Klaar"), []),
        (replace(KLAARTJE, email=None), []),
        (KLAARTJE, ["worker planned 0"]),
        (replace(KLAARTJE, email="k@klaver.example"), ["worker planned 0"]),
    ]
    for number, (details, expected) in enumerate(steps):
        if number == 1:
            consent(wednesdays, intake)
        queued = queued_by(wednesdays)
        with wednesdays.act() as act:
            contact_details.change(act, intake, details)
        assert told(wednesdays, queued) == expected


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_every_fault_of_a_consent_to_invitations_is_told_at_once(wednesdays: Desk) -> None:
    intake = wednesdays.intake(scheduling=ONE)
    both = [ContactData.email, ContactData.name]
    with pytest.raises(InvalidInput) as refused, wednesdays.act() as act:
        consents.give_for_invitations(
            act, intake, "rijk-loopbaanscan", data=both, text_version="2020-01"
        )
    assert [(one.pointer, one.code) for one in refused.value.faults] == [
        ("/provisionId", "not-wanted"),
        ("/data", "not-wanted"),
        ("/textVersion", "unknown"),
    ]


# Reminders


def remind(desk: Desk, at: str) -> list[str]:
    """Let the upkeep run at this Dutch wall time; show what it queued."""
    queued = queued_by(desk)
    moment = local(at)
    upkeep(desk.database, desk.planning, VAULT, lambda: moment)
    return told(desk, queued)


def test_both_are_reminded_a_day_ahead_and_once(wednesdays: Desk) -> None:
    intake = wednesdays.intake(scheduling=ONE)
    consent(wednesdays, intake)
    assert remind(wednesdays, "2026-11-24 08:59") == []
    assert remind(wednesdays, "2026-11-24 09:00") == ["Anna reminder 0", "worker reminder 0"]
    assert remind(wednesdays, "2026-11-24 09:01") == []
    wednesdays.now = local("2026-11-24 09:02")
    wednesdays.move(the_session(wednesdays, intake), slot("2026-12-02 10:00"))
    assert remind(wednesdays, "2026-12-01 09:59") == []
    assert remind(wednesdays, "2026-12-01 10:00") == ["Anna reminder 1", "worker reminder 1"]


def test_nobody_is_reminded_of_what_began_ended_or_was_invited_to_today(wednesdays: Desk) -> None:
    begun, ended, erased = [wednesdays.intake(scheduling=ONE) for _ in range(3)]
    assert wednesdays.agenda(erased) == ["1 planned Thu 26 Nov 09:00"]
    wednesdays.conclude(the_session(wednesdays, ended), "cancelled")
    erase_it(wednesdays, erased)
    assert remind(wednesdays, "2026-11-25 09:00") == []
    assert wednesdays.agenda(begun) == ["1 planned Wed 25 Nov 09:00"]
    soon = replace(wednesdays.planning, lead=timedelta(0))
    late = replace(wednesdays, now=local("2026-11-25 09:30"), planning=soon)
    places = [late.agenda(late.intake(scheduling=ONE))[0] for _ in range(3)]
    assert places == [f"1 planned {one}" for one in LATE]
    # The third was made more than a day ahead.
    assert remind(late, "2026-11-25 09:59") == []
    assert remind(late, "2026-11-25 10:00") == ["Bram reminder 0"]


REFUSE = {
    "sqlite": (
        (
            "CREATE TRIGGER refuse BEFORE UPDATE ON guidance_session WHEN NEW.id = '{id}'"
            " BEGIN SELECT RAISE(ABORT, 'no'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no'; END $$"
        ),
        (
            "CREATE TRIGGER refuse BEFORE UPDATE ON guidance_session FOR EACH ROW"
            " WHEN (NEW.id = '{id}') EXECUTE FUNCTION refuse()"
        ),
    ),
}


def test_one_that_cannot_be_reminded_of_keeps_no_other_one_waiting(
    wednesdays: Desk, engine_kind: str
) -> None:
    first, second = (wednesdays.intake(scheduling=ONE) for _ in range(2))
    unlucky = the_session(wednesdays, first).hex
    with wednesdays.database.engine.begin() as connection:
        for statement in REFUSE[engine_kind]:
            connection.exec_driver_sql(statement.format(id=unlucky))
    with pytest.raises(DBAPIError):
        remind_due(wednesdays.database, VAULT, now=local("2026-11-24 12:00"))
    assert [one.intake_id for one in messages(wednesdays)[2:]] == [second]


def test_reminders_come_soonest_first_some_at_a_time(
    wednesdays: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.invitations.BATCH", 2)
    wednesdays.staff(adviser(ANNA, hours(WEDNESDAY, 9, 12)))
    for _ in range(3):
        wednesdays.intake(scheduling=ONE)
    moment = local("2026-11-24 12:00")
    counted = [remind_due(wednesdays.database, VAULT, now=moment) for _ in range(3)]
    assert counted == [2, 1, 0]
    with wednesdays.database.read(EVERY_REGION) as session:
        reminded = [
            session.get_one(GuidanceSession, UUID(one.facts["session"])).starts_at
            for one in messages(wednesdays)[3:]
        ]
    assert reminded == [local(f"2026-11-25 {hour}:00") for hour in ("09", "10", "11")]
