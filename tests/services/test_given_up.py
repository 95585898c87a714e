"""What is given up, comes late or overtakes somebody's end, and who hears so; over real SMTP."""

import logging
from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.domain.access import EVERY_REGION
from app.domain.terms import (
    Action,
    ContactData,
    DeskChannel,
    EffectKind,
    ReferralReason,
    ReferralStatus,
)
from app.mail import Smtp
from app.models import AuditEntry, ProcessingEntry
from app.services import contact_details, outbox
from app.services.contact_details import Details
from app.services.erasure import erase
from tests.services.rounds import PERSONAL, Round, give_back, take_over
from tests.services.test_persons import erasures
from tests.services.test_session_deliveries import invited

__all__ = ["invited"]

S = ReferralStatus
NOBODY_THERE = "550 5.1.1 nobody of that name"
ADVISER, DESK = "adviseur@bond.example", "loket@fonds.example"


def withdraw_in_vain(round_: Round) -> None:
    """Hand over and take back; the desk will not hear of that."""
    round_.hand_over()
    round_.deliver()
    round_.loop.say(S.withdrawn, reason=ReferralReason.other_solution)
    round_.mail.refuse(NOBODY_THERE, to=DESK)


def erased(round_: Round) -> None:
    with round_.loop.at.act() as act:
        erase(act, round_.loop.intake, round_.loop.at.planning, erasures())


def when_sending(monkeypatch: pytest.MonkeyPatch, do: Callable[[], None]) -> None:
    """Let this happen between the moment that a server takes a message and that it is marked."""
    send = Smtp.send

    def overtaken(self: Smtp, message: EmailMessage) -> None:
        send(self, message)
        do()

    monkeypatch.setattr(Smtp, "send", overtaken)


# A desk that should throw something away


def test_that_a_desk_does_not_know_that_it_ended_is_told_to_the_adviser(round_):
    withdraw_in_vain(round_)
    round_.deliver()
    round_.deliver()
    *_, body = round_.bodies(ADVISER)
    assert "Wij konden Loket niet laten weten dat deze aanvraag niet meer geldt" in body
    assert "Vraag of het loket de gegevens weggooit" in " ".join(body.split())
    assert [one for one in PERSONAL if one in body] == []


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_who_takes_the_intake_over_hears_what_a_desk_still_has(round_):
    withdraw_in_vain(round_)
    give_back(round_)
    round_.deliver()
    take_over(round_)
    round_.deliver()
    assert round_.bodies(ADVISER) == []
    *_, body = round_.bodies("collega@bond.example")
    assert "Vraag of het loket de gegevens weggooit" in " ".join(body.split())


def test_a_desk_that_was_not_told_of_an_erasure_is_logged_and_never_forgotten(round_, caplog):
    round_.hand_over()
    round_.deliver()
    erased(round_)
    round_.mail.refuse(NOBODY_THERE, to=DESK)
    round_.deliver()
    row = round_.row(EffectKind.hand_over_withdrawn)
    assert (row.status, row.fault, row.intake_id) == ("dead", "smtp-550", None)
    (line,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert (line.position, line.fault) == (row.position, "smtp-550")
    with round_.outside.database.write(EVERY_REGION) as session:
        outbox.forget_before(session, round_.outside.clock() + timedelta(days=3650), 100)
    assert round_.rows(EffectKind.hand_over_withdrawn) == [row]


# A worker whose mailbox takes nothing


def test_that_a_worker_has_no_such_address_is_told_once_to_who_holds_the_intake(invited):
    worker = PERSONAL[2]
    invited.mail.refuse(NOBODY_THERE, to=worker)
    invited.deliver()
    invited.deliver()
    (body,) = [one for one in invited.bodies(ADVISER) if "gidsgesprekken niet bezorgen" in one]
    assert [one for one in PERSONAL if one in body] == []
    invited.mail.accept()
    assert invited.bodies(worker) == []


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_several_letters_to_one_wrong_address_are_told_of_once_and_another_address_anew(invited):
    at, intake = invited.loop.at, invited.loop.intake
    at.conclude(at.session(intake, 1).id, "cancelled")
    invited.mail.refuse(NOBODY_THERE, to=PERSONAL[2])
    waiting = [row for row in invited.outside.rows() if row.recipient.startswith("worker:")]
    assert len(waiting) == 2
    with invited.outside.database.write(EVERY_REGION) as session:
        session.execute(sa.text("UPDATE guidance_session SET status = 'planned'"))
    invited.deliver()
    dead = [row for row in invited.outside.rows() if row.recipient.startswith("worker:")]
    assert [row.status.value for row in dead] == ["dead"] * 2
    assert len(invited.rows(EffectKind.worker_undeliverable)) == 1
    at.now = invited.outside.clock.now = at.now + timedelta(hours=1)
    wrong = "noor@elders.example"
    with at.act() as act:
        contact_details.change(act, intake, Details("Noor", None, wrong))
    invited.mail.refuse(NOBODY_THERE, to=wrong)
    invited.deliver()
    assert len(invited.rows(EffectKind.worker_undeliverable)) == 2


# No mail server


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_without_a_mail_server_every_letter_waits_for_one(invited):
    invited.outside.deliver()
    rows = invited.outside.rows()
    assert {row.recipient.partition(":")[0] for row in rows} == {"adviser", "worker"}
    firsts = {row.recipient: row for row in reversed(rows)}.values()
    assert {(row.status.value, row.fault) for row in firsts} == {("pending", "no-mail-server")}
    invited.outside.clock.forward(minutes=6)
    invited.deliver()
    assert len(invited.bodies(PERSONAL[2])) == 1
    assert len(invited.bodies("gids@bond.example")) == 1


# A hand-over that comes late, or overtakes an erasure


@pytest.mark.parametrize("system", [False, True], ids=["by e-mail", "a system of its own"])
def test_the_time_for_an_answer_runs_from_when_the_desk_has_it(round_, receiver, system):
    desk: dict[str, object] = {"answer_within": 1}
    if system:
        url = f"http://localhost:{receiver.port}/in"
        desk |= {"channel": DeskChannel.webhook, "webhook_url": url}
    round_.hand_over(ContactData.name, **desk)
    assert round_.loop.referral.answer_by == date(2026, 11, 24)
    round_.outside.clock.forward(hours=50)
    round_.deliver()
    referral = round_.loop.referral
    assert referral.answer_by == date(2026, 11, 26)
    assert referral.due_at > round_.outside.clock() + timedelta(days=1)
    assert referral.escalated_at is None
    if system:
        assert b'"answerBy":"2026-11-26"' in receiver.requests[0].body
        assert referral.status is S.received
    else:
        (body,) = round_.bodies(DESK)
        assert "donderdag 26 november 2026 antwoorden" in " ".join(body.split())


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_the_day_that_a_desk_asked_for_stays(round_):
    round_.hand_over()
    round_.loop.desk_says(S.received, answer_by=date(2026, 11, 25))
    round_.outside.clock.forward(hours=26)
    round_.deliver()
    assert round_.loop.referral.answer_by == date(2026, 11, 25)


def test_what_an_erasure_overtakes_is_in_the_trail(round_, monkeypatch):
    round_.hand_over()
    intake = round_.loop.intake
    when_sending(monkeypatch, lambda: erased(round_))
    round_.deliver()
    assert round_.mail.messages[0]["To"] == DESK
    with round_.outside.database.read(EVERY_REGION) as session:
        told = session.exec(
            select(AuditEntry.action)
            .where(col(AuditEntry.intake_id) == intake)
            .order_by(col(AuditEntry.number))
        ).all()
        assert told[-2:] == [Action.intake_erased, Action.hand_over_delivered]
        last = select(ProcessingEntry.data_subject_id).order_by(col(ProcessingEntry.started_at))
        assert len(set(session.exec(last).all()[-2:])) == 1


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_an_invitation_that_an_erasure_overtakes_is_in_the_trail(invited, monkeypatch):
    def overtake() -> None:
        if invited.mail.messages[-1]["To"] == PERSONAL[2]:
            erased(invited)

    when_sending(monkeypatch, overtake)
    invited.deliver()
    assert Action.invitation_delivered in invited.actions()
