"""What a restored backup brings back of a person who stays: let go again, and no more than that."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import Action, ContactData
from app.models import AuditEntry, Consent, ContactDetails, Intake
from app.services import consents, contact_details
from app.services.contact_details import Details
from app.services.erasure import (
    consents_still_there,
    details_still_there,
    forget_again,
    withdraw_again,
)
from app.services.erasure_list import read
from tests.services.desk import NOW, Desk
from tests.services.test_erasure import erase_it, rows_about, with_everything
from tests.services.test_persons import CHECK, TEXT


@pytest.fixture
def erasures(tmp_path: Path) -> Path:
    return tmp_path / "list" / "erasures.log"


def let_go(desk: Desk, intake: UUID, erasures: Path) -> None:
    """Remove the contact details, and withdraw the one consent."""
    with desk.act() as act:
        (consent,) = consents.list_consents(act, intake)
        contact_details.remove(act, intake, erasures)
        consents.withdraw(act, intake, consent.id, desk.planning, erasures)


def parts(desk: Desk, intake: UUID) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Read what can be let go of a person while their intake stays, as it is stored."""
    with desk.database.read(EVERY_REGION) as session:
        details = session.get(ContactDetails, intake)
        (consent,) = session.exec(select(Consent).where(Consent.intake_id == intake))
        return details.model_dump() if details else None, consent.model_dump()


def test_without_the_list_nothing_is_let_go(desk, erasures):
    intake = with_everything(desk)
    erasures.mkdir(parents=True)
    before = rows_about(desk, intake), desk.log(), parts(desk, intake)
    for what in (erase_it, let_go):
        with pytest.raises(IsADirectoryError):
            what(desk, intake, erasures)
    with pytest.raises(IsADirectoryError), desk.act() as act:
        consents.withdraw(act, intake, before[2][1]["id"], desk.planning, erasures)
    assert (rows_about(desk, intake), desk.log(), parts(desk, intake)) == before


def replay(desk: Desk, erasures: Path) -> tuple[int, int]:
    """Let go again what is on the list, and say how much was there."""
    listed, details, withdrawn = read(erasures), 0, 0
    for one in list(details_still_there(desk.database, listed.contact_details)):
        with replace(desk, caller=SYSTEM).act() as act:
            details += forget_again(act, one, listed.contact_details[one], erasures)
    for one in list(consents_still_there(desk.database, listed.consents)):
        with replace(desk, caller=SYSTEM).act() as act:
            withdrawn += withdraw_again(act, one, listed.consents[one], desk.planning, erasures)
    return details, withdrawn


def test_what_a_restored_backup_brought_back_of_a_person_is_let_go_again(desk, erasures):
    intake, other = with_everything(desk), with_everything(desk)
    others = parts(desk, other)
    details, consent = parts(desk, intake)
    assert details is not None
    later = replace(desk, now=NOW + timedelta(hours=1))
    let_go(later, intake, erasures)
    gone = parts(desk, intake)
    assert gone == (None, consent | {"withdrawn_at": later.now})
    assert replay(desk, erasures) == (0, 0)

    with desk.database.write(EVERY_REGION) as session:
        session.add(ContactDetails(**details))
        session.merge(Consent(**consent))
        session.get_one(Intake, intake).touched_at = NOW
    much_later = replace(desk, now=NOW + timedelta(days=9))
    assert replay(much_later, erasures) == (1, 1)
    assert replay(much_later, erasures) == (0, 0)
    assert parts(desk, intake) == gone
    assert desk.read(intake).touched_at == NOW
    assert parts(desk, other) == others
    with desk.database.read(EVERY_REGION) as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc())).all()
    assert {(one.actor, one.action, one.reason, one.intake_id) for one in entries[:2]} == {
        ("system", Action.contact_details_changed, "replay", intake),
        ("system", Action.consent_withdrawn, "replay", intake),
    }


def test_details_and_a_consent_that_were_given_again_outlive_a_replay(desk, erasures):
    intake = with_everything(desk)
    let_go(desk, intake, erasures)
    later = replace(desk, now=NOW + timedelta(microseconds=1))
    again = Details("Klaver", None, None)
    with later.act() as act:
        contact_details.change(act, intake, again)
        second, _ = consents.give(
            act, intake, CHECK, data=[ContactData.name], text_version=TEXT,
            knowledge=desk.knowledge,
        )  # fmt: skip
    assert list(details_still_there(desk.database, {intake: NOW})) == []
    with replace(later, caller=SYSTEM).act() as act:
        assert not forget_again(act, intake, NOW, erasures)
    assert replay(later, erasures) == (0, 0)
    with later.act() as act:
        assert contact_details.read(act, intake) == again
        assert consents.list_consents(act, intake)[-1].withdrawn_at is None
        contact_details.remove(act, intake, erasures)
    assert read(erasures).contact_details == {intake: later.now}
    assert second.id not in read(erasures).consents


def test_a_removal_by_a_host_whose_clock_is_behind_is_done_again_as_well(desk, erasures):
    intake = with_everything(desk)
    details, consent = parts(desk, intake)
    assert details is not None
    let_go(replace(desk, now=NOW - timedelta(seconds=5)), intake, erasures)
    with desk.database.write(EVERY_REGION) as session:
        session.add(ContactDetails(**details))
        session.merge(Consent(**consent))
    assert replay(desk, erasures) == (1, 1)
    assert parts(desk, intake)[1]["withdrawn_at"] == NOW


def test_what_is_let_go_and_not_committed_is_let_go_by_a_replay(desk, erasures):
    intake = with_everything(desk)
    (_, consent) = parts(desk, intake)

    def let_go_and_fail() -> None:
        with desk.act() as act:
            contact_details.remove(act, intake, erasures)
            consents.withdraw(act, intake, consent["id"], desk.planning, erasures)
            act.at_last.append(partial(divmod, 1, 0))

    with pytest.raises(ZeroDivisionError):
        let_go_and_fail()
    assert replay(desk, erasures) == (1, 1)
    assert parts(desk, intake) == (None, consent | {"withdrawn_at": NOW})
