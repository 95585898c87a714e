"""Contact details, consents and insight: kept apart, sealed, and for who may only."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.config import Settings
from app.domain.access import EVERY_REGION
from app.domain.consent import CONSENT_TEXTS, DATA, DATA_NAMES
from app.domain.errors import InvalidInput, NotFound
from app.domain.terms import Action, ConsentPurpose, ContactData, Employment, HolderReason
from app.models import AuditEntry, Consent, ContactDetails
from app.services import consents, contact_details, holders, personal_data
from app.services.consents import ConsentGivenError, NotReferredError, ThroughEmployerError
from app.services.contact_details import Details
from app.services.holders import NotYoursError
from app.services.personal_data import PersonalData
from app.services.retention import Terms
from app.vault import VaultError
from tests.services.desk import ANNA, COLLEAGUE, NOW, Desk, adviser, hours, slot

STRANGER = replace(COLLEAGUE, id=uuid4(), actor="https://login.example stranger", organisation="X")
KLAARTJE = Details("Klaartje Klaver", "06 12345678", "klaartje@klaver.example")
TERMS = Terms.of(Settings())
TEXT = "2026-11"
CLEANER = {"origin_sector": "schoonmaak", "employment": Employment.employee}
CHECK = "schoonmaak-loopbaancheck"


def erasures() -> Path:
    """The list of whoever names no other (tests/conftest.py)."""
    return Path(os.environ["GIDS_ERASURE_LIST"])


def as_colleague(desk: Desk) -> Desk:
    return replace(desk, caller=COLLEAGUE)


def as_stranger(desk: Desk) -> Desk:
    return replace(desk, caller=STRANGER)


def change(desk: Desk, intake: UUID, details: Details = KLAARTJE) -> Details:
    with desk.act() as act:
        return contact_details.change(act, intake, details)


def read(desk: Desk, intake: UUID) -> Details:
    with desk.act() as act:
        return contact_details.read(act, intake)


def give_back(desk: Desk, intake: UUID) -> None:
    with desk.act() as act:
        holders.give_back(act, intake, HolderReason.absence, "Ziek")


def consent(
    desk: Desk,
    intake: UUID,
    provision: str = CHECK,
    data: tuple[ContactData, ...] = (ContactData.email, ContactData.name),
    text: str = TEXT,
) -> Consent:
    with desk.act() as act:
        found, _ = consents.give(
            act, intake, provision, data=data, text_version=text, knowledge=desk.knowledge
        )
        return found


def withdraw(desk: Desk, intake: UUID, consent_id: UUID) -> Consent:
    with desk.act() as act:
        return consents.withdraw(act, intake, consent_id, desk.planning, erasures())


def listed(desk: Desk, intake: UUID) -> list[Consent]:
    with desk.act() as act:
        return consents.list_consents(act, intake)


def gather(desk: Desk, intake: UUID) -> PersonalData:
    with desk.act() as act:
        return personal_data.gather(act, intake, TERMS)


def told(desk: Desk) -> list[str]:
    with desk.database.read(EVERY_REGION) as session:
        return list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.number))))


# How somebody can be reached


def test_contact_details_are_kept_replaced_and_forgotten(desk):
    intake = desk.intake()
    with pytest.raises(NotFound):
        read(desk, intake)
    change(desk, intake)
    assert read(desk, intake) == KLAARTJE
    change(desk, intake, Details(None, "010-1234567", None))
    assert read(desk, intake) == Details(None, "010-1234567", None)
    for _ in range(2):
        with desk.act() as act:
            contact_details.remove(act, intake, erasures())
    with pytest.raises(NotFound):
        read(desk, intake)
    assert told(desk)[-5:] == [
        Action.contact_details_changed, Action.personal_data_read,
        Action.contact_details_changed, Action.personal_data_read,
        Action.contact_details_changed,
    ]  # fmt: skip


def test_contact_details_are_sealed_and_open_for_their_own_person_only(desk):
    one, other = desk.intake(), desk.intake()
    change(desk, one)
    change(desk, other)
    with desk.database.write(EVERY_REGION) as session:
        kept = session.get_one(ContactDetails, one)
        assert not any(
            said.encode() in kept.content for said in ("Klaver", "12345678", "klaver.example")
        )
        session.get_one(ContactDetails, other).content = kept.content
    assert read(desk, one) == KLAARTJE
    with pytest.raises(VaultError):
        read(desk, other)


def test_a_colleague_reads_what_waits_and_changes_it_after_taking_it_over(desk):
    intake = desk.intake()
    change(desk, intake)
    colleague = as_colleague(desk)
    for asked in (read, change):
        with pytest.raises(NotFound):
            asked(colleague, intake)
    give_back(desk, intake)
    assert read(colleague, intake) == KLAARTJE
    with pytest.raises(NotYoursError):
        change(colleague, intake)
    with pytest.raises(NotYoursError), colleague.act() as act:
        contact_details.remove(act, intake, erasures())
    with pytest.raises(NotFound):
        read(as_stranger(desk), intake)
    with colleague.act() as act:
        holders.take_over(act, intake, HolderReason.workload, None)
    change(colleague, intake)


def test_changing_contact_details_makes_a_case_younger_and_reading_them_does_not(desk):
    intake = desk.intake()
    later = replace(desk, now=NOW + timedelta(days=3))
    change(later, intake)
    read(replace(desk, now=NOW + timedelta(days=9)), intake)
    assert desk.read(intake).touched_at == later.now


# Consent


@pytest.fixture
def referred(desk: Desk) -> UUID:
    return desk.intake(**CLEANER)


def test_a_consent_says_who_receives_what_in_which_words_and_since_when(desk, referred):
    given = consent(desk, referred)
    assert listed(desk, referred) == [given]
    assert (given.provision_id, given.recipient) == (CHECK, "Loopbaancoach van FNV of CNV")
    assert (given.purpose, given.data) == (ConsentPurpose.hand_over, ["name", "email"])
    assert given.text_version == TEXT
    assert (given.given_at, given.withdrawn_at) == (desk.now, None)
    assert told(desk)[-2:] == [Action.consent_given, Action.intake_read]


def test_without_a_receiver_the_provider_is_named_and_without_one_the_provision(desk, referred):
    catalogue = desk.knowledge.catalogue
    known = catalogue.provisions[CHECK]
    for nameless, expected in (
        (replace(known, receiver=None), "FNV en CNV"),
        (replace(known, receiver=None, provider=None), known.name),
    ):
        knowledge = replace(
            desk.knowledge, catalogue=replace(catalogue, provisions={CHECK: nameless})
        )
        given = consent(replace(desk, knowledge=knowledge), referred)
        assert given.recipient == expected
        withdraw(desk, referred, given.id)


def test_a_consent_is_withdrawn_once_and_can_then_be_given_anew(desk, referred):
    first = consent(desk, referred)
    with pytest.raises(ConsentGivenError):
        consent(desk, referred, data=(ContactData.question,))
    later = replace(desk, now=NOW + timedelta(hours=1))
    assert withdraw(later, referred, first.id).withdrawn_at == later.now
    again = replace(desk, now=NOW + timedelta(hours=2))
    assert withdraw(again, referred, first.id).withdrawn_at == later.now
    second = consent(again, referred, data=(ContactData.question,))
    assert [one.id for one in listed(desk, referred)] == [first.id, second.id]
    assert told(desk).count(Action.consent_withdrawn) == 1


def test_a_clock_that_is_behind_does_not_stop_a_withdrawal(desk, referred):
    given = consent(desk, referred)
    behind = replace(desk, now=NOW - timedelta(seconds=5))
    assert withdraw(behind, referred, given.id).withdrawn_at == given.given_at


def test_consent_is_for_where_somebody_is_referred_and_never_for_an_employer(desk, referred):
    with pytest.raises(NotReferredError):
        consent(desk, referred, "rijk-loopbaanscan")
    (employer, *_) = [
        one.id for one in desk.knowledge.catalogue.provisions.values() if one.via_employer
    ]
    with pytest.raises(ThroughEmployerError):
        consent(desk, referred, employer)
    assert listed(desk, referred) == []


def test_every_fault_of_a_consent_is_told_at_once(desk, referred):
    with pytest.raises(InvalidInput) as caught:
        consent(desk, referred, "geheim", text="1999-01")
    pointers = [(fault.pointer, fault.code) for fault in caught.value.faults]
    assert pointers == [("/provisionId", "unknown"), ("/textVersion", "unknown")]


def test_a_consent_is_found_under_its_own_intake_only(desk, referred):
    given = consent(desk, referred)
    other = desk.intake(**CLEANER)
    for who, intake in ((desk, other), (as_colleague(desk), referred)):
        with pytest.raises(NotFound):
            withdraw(who, intake, given.id)
    give_back(desk, referred)
    colleague = as_colleague(desk)
    assert [one.id for one in listed(colleague, referred)] == [given.id]
    for asked in (consent, lambda who, intake: withdraw(who, intake, given.id)):
        with pytest.raises(NotYoursError):
            asked(colleague, referred)


def test_each_text_names_who_receives_and_what_and_that_it_can_be_withdrawn():
    assert set(DATA_NAMES) == set(ContactData)
    assert set(CONSENT_TEXTS) == set(DATA) == set(ConsentPurpose)
    for purpose, versions in CONSENT_TEXTS.items():
        data = ", ".join(DATA_NAMES[one] for one in DATA[purpose])
        for text in versions.values():
            read_out = text.format(recipient="de loopbaancoach", data=data)
            assert ("de loopbaancoach" in read_out) == (purpose is ConsentPurpose.hand_over)
            assert data in read_out
            assert "intrekken" in read_out


# Insight


def test_insight_shows_all_that_is_held_and_since_when_it_is_touched(desk):
    intake = desk.intake(motivation="Ik wil naar buiten", **CLEANER)
    change(desk, intake)
    given = consent(desk, intake)
    give_back(desk, intake)
    with as_colleague(desk).act() as act:
        holders.take_over(act, intake, HolderReason.workload, "Ik heb tijd")
    held = gather(as_colleague(desk), intake)
    assert held.view.content.answers["motivation"] == "Ik wil naar buiten"
    assert held.contact_details == KLAARTJE
    assert [one.id for one in held.consents] == [given.id]
    assert {one.note for one in held.holder_changes} == {"Ziek", "Ik heb tijd"}
    assert [(one.region, one.number, one.type) for one in held.session_log] == [
        ("AM01", 1, "intake_completed")
    ]
    assert sorted(one.name for one in held.processing) == [
        "Contactgegevens wijzigen", "Intake overnemen", "Intake teruggeven",
        "Intake vastleggen", "Toestemming vastleggen",
    ]  # fmt: skip
    assert held.contact_details_due == NOW + TERMS.contact_details
    assert held.intake_due == NOW + TERMS.intakes
    again = gather(as_colleague(desk), intake)
    assert "Alle gegevens van een werkende inzien" in {one.name for one in again.processing}


def test_insight_shows_nothing_of_somebody_else(desk):
    one, other = desk.intake(motivation="Klaproos"), desk.intake(motivation="Distel")
    change(desk, other)
    held = gather(desk, one)
    assert "Distel" not in str(held.view.content)
    assert (held.contact_details, held.contact_details_due) == (None, None)
    assert {entry.intake_pseudonym for entry in held.session_log} == {desk.read(one).log_pseudonym}
    with pytest.raises(NotFound):
        gather(as_colleague(desk), one)


def test_as_long_as_a_session_is_planned_nothing_has_a_last_day(quiet):
    """Who waits keeps their details as long as the intake: they must be told of a place."""
    intake = quiet.intake()
    change(quiet, intake)

    def due(passed: timedelta = timedelta(0)) -> tuple[datetime | None, datetime | None]:
        held = gather(replace(quiet, now=NOW + passed), intake)
        return held.contact_details_due, held.intake_due

    assert due() == (NOW + TERMS.intakes, NOW + TERMS.intakes)
    with quiet.database.write(EVERY_REGION) as session:
        session.execute(sa.text("UPDATE guidance_session SET status = 'cancelled'"))
    assert due() == (NOW + TERMS.contact_details, NOW + TERMS.intakes)
    quiet.staff(adviser(ANNA, hours(1, 9, 10)))
    quiet.book(intake, slot("2026-11-30 09:00"))
    assert due() == (None, None)
    assert due(timedelta(days=8)) == (NOW + TERMS.contact_details, NOW + TERMS.intakes)
