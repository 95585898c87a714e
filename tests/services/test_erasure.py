"""Erasure: every row of a person goes, places come free, the logs stay, and it holds after all."""

import threading
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.errors import NotFound
from app.domain.terms import (
    Action,
    ContactData,
    HolderReason,
    LogEntryType,
    Outcome,
    OutcomeReason,
)
from app.models import (
    AuditEntry,
    AuditHead,
    Intake,
    KeptAnswer,
    ProcessingEntry,
    metadata,
)
from app.services import consents, contact_details, holders, idempotency, sessions
from app.services.audit import AuditHeadError
from app.services.contact_details import Details
from app.services.erasure import (
    HANGING_ON_AN_INTAKE,
    erase,
    erase_again,
    still_there,
)
from app.services.erasure_list import read
from app.services.holders import NotYoursError
from app.services.idempotency import Answer, ErasedError
from app.services.outcomes import Decision, decide
from app.services.sealed import cipher_of
from tests.services.desk import ANNA, COLLEAGUE, Desk, adviser, hours, wishes
from tests.services.test_persons import CHECK, CLEANER, KLAARTJE, TEXT

GONE_WITH_THE_INTAKE = {table.__tablename__ for table in HANGING_ON_AN_INTAKE} | {"intake"}


@pytest.fixture
def erasures(tmp_path: Path) -> Path:
    return tmp_path / "list" / "erasures.log"


def give_back(desk: Desk, intake: UUID) -> None:
    with desk.act() as act:
        holders.give_back(act, intake, HolderReason.absence, None)


def erase_it(desk: Desk, intake: UUID, erasures: Path) -> None:
    with desk.act() as act:
        erase(act, intake, desk.planning, erasures)


def with_everything(desk: Desk, **changes: Any) -> UUID:
    """Make an intake on which everything hangs that can."""
    intake = desk.intake(motivation="Klaproos", **{**CLEANER, **changes})
    with desk.act() as act:
        contact_details.change(act, intake, KLAARTJE)
        consents.give(
            act, intake, CHECK, data=[ContactData.name], text_version=TEXT,
            knowledge=desk.knowledge,
        )  # fmt: skip
        holders.give_back(act, intake, HolderReason.absence, "Ziek")
    with desk.act() as act:
        holders.take_over(act, intake, HolderReason.other, None)
        idempotency.claim(act, operation="POST /x", key=str(intake), fingerprint="f")
        answer = Answer(201, "/v1/x", "{}")
        idempotency.keep(act, operation="POST /x", key=str(intake), answer=answer, intake_id=intake)
    return intake


def rows_about(desk: Desk, intake: UUID) -> dict[str, int]:
    """Count the rows of each table that name this intake."""
    counted: dict[str, int] = {}
    with desk.database.read(EVERY_REGION) as session:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, sa.Uuid):
                    rows = sa.select(sa.func.count()).select_from(table).where(column == intake)
                    counted[table.name] = (
                        counted.get(table.name, 0) + session.execute(rows).scalar_one()
                    )
    return {name: count for name, count in counted.items() if count}


def to_and_fro(desk: Desk, intake: UUID) -> None:
    """Let the adviser decide otherwise twice: sessions are planned and cancelled."""
    for outcome, provision in ((Outcome.guidance, None), (Outcome.warm_referral, CHECK)):
        decision = Decision(
            outcome=outcome,
            reason=OutcomeReason.worker_prefers,
            note="Klaproos",
            provision_id=provision,
        )
        with desk.act() as act:
            decide(act, intake, decision, desk.knowledge, desk.planning)


def test_every_row_of_a_person_goes_and_nothing_of_anybody_else(desk, erasures):
    intake, other = with_everything(desk), with_everything(desk)
    for one in (intake, other):
        to_and_fro(desk, one)
    guided, waiting = desk.intake(), desk.intake()
    with desk.act() as act:
        contact_details.change(act, guided, KLAARTJE)
        consents.give_for_invitations(
            act, guided, None, data=[ContactData.email], text_version=TEXT
        )
    before = {one: rows_about(desk, one) for one in (intake, other, guided, waiting)}
    with_it = {"kept_answer", "audit_entry", "outbox_message"}
    assert set(before[intake]) == GONE_WITH_THE_INTAKE | with_it
    assert before[guided]["guidance_session"] == 3
    for one in (intake, guided):
        erase_it(desk, one, erasures)
        assert set(rows_about(desk, one)) <= {"kept_answer", "audit_entry"}
    for one in (other, waiting):
        assert rows_about(desk, one) == before[one]
    assert list(read(erasures).intakes) == [intake, guided]


def test_every_table_that_leans_on_an_intake_is_emptied_with_it():
    leaning = {
        table.name
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "intake"
    }
    # A key is there before its intake when there was a draft, so it refers to nothing.
    assert leaning | {"person_key"} == GONE_WITH_THE_INTAKE - {"intake"}


def test_the_logs_tell_of_the_erasure_and_stay(desk, erasures):
    intake = desk.intake()
    pseudonym = desk.read(intake).log_pseudonym
    before = len(desk.log())
    erase_it(desk, intake, erasures)
    with desk.database.read(EVERY_REGION) as session:
        entries = session.exec(
            select(AuditEntry)
            .where(AuditEntry.intake_id == intake)
            .order_by(col(AuditEntry.number))
        ).all()
        names = set(session.exec(select(ProcessingEntry.name)))
    assert [(one.action, one.actor, one.reason) for one in entries][-1] == (
        Action.intake_erased, desk.caller.actor, None,
    )  # fmt: skip
    assert {"Intake vastleggen", "Intake wissen op verzoek"} <= names
    told = [(one.type, one.session_number) for one in desk.log()[before:]]
    assert told == [
        (LogEntryType.session_cancelled, 1),
        (LogEntryType.session_cancelled, 2),
        (LogEntryType.session_cancelled, 3),
        (LogEntryType.guidance_closed, None),
    ]
    assert {one.intake_pseudonym for one in desk.log()} == {pseudonym}


def test_a_referral_leaves_no_end_of_guidance_in_the_log(desk, erasures):
    intake = desk.intake(**CLEANER)
    before = desk.told()
    erase_it(desk, intake, erasures)
    assert desk.told() == before


def test_the_place_of_an_erased_person_goes_to_who_waits(quiet, erasures):
    quiet.staff(adviser(ANNA, hours(1, 9, 10, valid_until=date(2026, 11, 30))))
    first, second = (quiet.intake(scheduling=wishes(count=1)) for _ in range(2))
    assert quiet.agenda(first) == ["1 planned Mon 30 Nov 09:00"]
    assert quiet.agenda(second) == ["1 waiting"]
    erase_it(quiet, first, erasures)
    assert quiet.agenda(second) == ["1 planned Mon 30 Nov 09:00"]


def test_only_who_holds_an_intake_erases_it(desk, erasures):
    intake = desk.intake()
    colleague = replace(desk, caller=COLLEAGUE)
    with pytest.raises(NotFound):
        erase_it(colleague, intake, erasures)
    give_back(desk, intake)
    for who in (desk, colleague):
        with pytest.raises(NotYoursError):
            erase_it(who, intake, erasures)
    assert read(erasures).intakes == {}
    with colleague.act() as act:
        holders.take_over(act, intake, HolderReason.absence, None)
    erase_it(colleague, intake, erasures)
    with pytest.raises(NotFound):
        erase_it(colleague, intake, erasures)


def test_who_has_a_session_of_it_does_not_erase_what_somebody_else_holds(desk, erasures):
    intake = desk.intake()
    (first, *_) = desk.sessions(intake)
    with_a_session = replace(desk, caller=replace(COLLEAGUE, id=first.adviser_id))
    with pytest.raises(NotYoursError, match="Only who holds an intake"):
        erase_it(with_a_session, intake, erasures)
    with pytest.raises(NotYoursError, match="Only who holds an intake"):
        give_back(with_a_session, intake)


def test_what_is_refused_after_all_does_not_stand_on_the_list(desk, erasures):
    intake = with_everything(desk)
    everything = desk.database.engine.execution_options(sees=EVERY_REGION)
    with everything.begin() as connection:
        connection.execute(sa.update(AuditHead).values(signature=bytes(32)))
    with pytest.raises(AuditHeadError):
        erase_it(desk, intake, erasures)
    assert "intake" in rows_about(desk, intake)
    assert read(erasures).intakes == {}


def test_what_is_not_committed_stands_on_the_list_and_is_erased_by_a_replay(desk, erasures):
    intake = with_everything(desk)

    def erase_and_fail() -> None:
        with desk.act() as act:
            erase(act, intake, desk.planning, erasures)
            act.at_last.append(partial(divmod, 1, 0))

    with pytest.raises(ZeroDivisionError):
        erase_and_fail()
    listed = read(erasures).intakes
    assert list(still_there(desk.database, listed)) == [intake]
    with replace(desk, caller=SYSTEM).act() as act:
        assert erase_again(act, intake, act.now, desk.planning, erasures)
        assert not erase_again(act, UUID(int=7), act.now, desk.planning, erasures)
    assert list(still_there(desk.database, listed)) == []
    assert "intake" not in rows_about(desk, intake)


def test_a_replay_ends_what_a_restored_backup_had_planned_and_says_why_it_erased(desk, erasures):
    intake = desk.intake()
    with replace(desk, caller=SYSTEM).act() as act:
        assert erase_again(act, intake, act.now, desk.planning, erasures)
    assert desk.told()[-1].endswith("guidance_closed")
    with desk.database.read(EVERY_REGION) as session:
        last = session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc())).first()
    assert last is not None
    assert (last.actor, last.action, last.reason) == ("system", Action.intake_erased, "replay")


def test_a_key_used_for_an_erased_person_does_nothing_again_and_shows_nothing(desk, erasures):
    intake = with_everything(desk)
    with desk.database.read(EVERY_REGION) as session:
        kept = session.exec(select(KeptAnswer).where(KeptAnswer.intake_id == intake)).one()
        assert kept.body is not None
    erase_it(desk, intake, erasures)
    with desk.database.read(EVERY_REGION) as session:
        kept = session.exec(select(KeptAnswer).where(KeptAnswer.intake_id == intake)).one()
        assert (kept.body, kept.location) == (None, None)
    with pytest.raises(ErasedError), desk.act() as act:
        idempotency.claim(act, operation="POST /x", key=str(intake), fingerprint="f")


CHANGES: dict[str, Any] = {
    "contact details": lambda act, one, _: contact_details.change(act, one, KLAARTJE),
    "a consent": lambda act, one, desk: consents.give(
        act, one, CHECK, data=[ContactData.name], text_version=TEXT, knowledge=desk.knowledge
    ),
    "giving it back": lambda act, one, _: holders.give_back(act, one, HolderReason.absence, "Ziek"),
    "the same erasure": lambda act, one, desk: erase(act, one, desk.planning, Path("/dev/null")),
    "a session": lambda act, one, desk: sessions.book(act, one, "x", desk.planning),
}


@pytest.mark.parametrize("change", CHANGES)
def test_who_changes_a_case_while_it_is_erased_finds_nothing(change, desk, erasures):
    """The change comes when the rows are gone and the erasure is not committed yet."""
    intake = desk.intake(**CLEANER)
    began, came = threading.Event(), []

    def later() -> None:
        began.set()
        try:
            with desk.act() as act:
                CHANGES[change](act, intake, desk)
        except Exception as error:  # noqa: BLE001 - compared below
            came.append(error)

    thread = threading.Thread(target=later)
    with desk.act() as act:
        erase(act, intake, desk.planning, erasures)
        thread.start()
        assert began.wait(30)
    thread.join()
    assert [type(error) for error in came] == [NotFound]
    with desk.database.read(EVERY_REGION) as session:
        assert session.get(Intake, intake) is None


def test_an_erasure_that_comes_while_a_case_is_changed_takes_the_change_along(desk, erasures):
    intake = desk.intake(**CLEANER)
    began = threading.Event()

    def later() -> None:
        began.set()
        erase_it(desk, intake, erasures)

    thread = threading.Thread(target=later)
    with desk.act() as act:
        contact_details.change(act, intake, Details("Klaver", None, None))
        thread.start()
        assert began.wait(30)
    thread.join()
    assert set(rows_about(desk, intake)) == {"audit_entry"}


def test_what_an_erased_person_said_is_closed_at_once(desk: Desk, erasures: Path) -> None:
    intake = with_everything(desk)
    with desk.act() as act:
        cipher_of(act.session, act.vault, intake)
        erase(act, intake, desk.planning, erasures)
        with pytest.raises(NotFound):
            cipher_of(act.session, act.vault, intake)
