"""What is sent for each effect, made from what holds when it is sent; over real SMTP and HTTP."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from app.domain.access import EVERY_REGION
from app.domain.terms import (
    Action,
    ContactData,
    DeskChannel,
    EffectKind,
    ReferralReason,
    ReferralStatus,
)
from app.models import Desk as DeskRow
from app.models import Intake
from app.services import consents, deliveries, desk_links, signatures
from app.services.erasure import erase
from app.services.messages import FailedError
from tests.callback_server import answer
from tests.services.desk import NOW, VAULT
from tests.services.dispatching import signed
from tests.services.rounds import PERSONAL, Round, take_over
from tests.services.test_persons import erasures

S = ReferralStatus


# Desks


def test_a_desk_is_mailed_what_was_consented_to_with_a_link_of_its_own(round_):
    round_.hand_over(ContactData.name)
    round_.deliver()
    (body,) = round_.bodies("loket@fonds.example")
    assert "- Naam: Noor" in body
    assert [one for one in PERSONAL[1:] if one in body] == []
    (link,) = [line for line in body.splitlines() if "/overdracht/" in line]
    token = link.rpartition("/")[2]
    assert desk_links.read(VAULT, token, NOW + timedelta(days=59)) == round_.loop.referral.id
    with pytest.raises(desk_links.LinkExpiredError):
        desk_links.read(VAULT, token, NOW + timedelta(days=60))
    row = round_.row(EffectKind.hand_over)
    assert row.status == "delivered"
    assert str(row.id) in round_.mail.messages[0]["Message-ID"]
    assert round_.actions() == [Action.hand_over_delivered]
    assert round_.loop.referral.status is S.sent


def test_a_desk_that_has_a_system_of_its_own_gets_the_same_and_has_received_it(round_, receiver):
    desk_id = round_.hand_over(
        ContactData.name,
        ContactData.answers,
        channel=DeskChannel.webhook,
        webhook_url=f"http://localhost:{receiver.port}/in",
    )
    round_.deliver()
    (request,) = receiver.requests
    event = json.loads(request.body)
    data = event.pop("data")
    row = round_.row(EffectKind.hand_over)
    assert event == {
        "specversion": "1.0",
        "id": str(row.id),
        "source": round_.outside.settings.event_source,
        "type": "nl.vanwerknaarwerk.hand-over.v1",
        "time": "2026-11-23T09:00:00Z",
        "datacontenttype": "application/json",
    }
    assert (data["name"], data["telephone"], data["question"]) == ("Noor", None, None)
    assert {"about": "Sector nu", "said": "schoonmaak"} in data["answers"]
    assert data["notice"] == "De werkgever weet hier niets van. Vertel de werkgever ook niets."
    assert data["answerUrl"].startswith("https://gidsfunctie.example/overdracht/")
    assert (data["answerBy"], data["validUntil"]) == ("2026-11-30", "2027-01-22T09:00:00Z")
    assert signed(request, signatures.secret(VAULT, desk_id, 1))
    assert round_.loop.referral.status is S.received
    assert "referral_received schoonmaak-loopbaancheck" in round_.loop.log()
    assert Action.hand_over_delivered in round_.actions()


def withdraw(round_: Round, consent_id: UUID) -> None:
    with round_.loop.at.act() as act:
        consents.withdraw(act, round_.loop.intake, consent_id, round_.loop.at.planning, erasures())


def test_who_withdraws_before_it_is_sent_is_never_handed_over(round_):
    round_.hand_over(ContactData.name)
    with round_.loop.at.act() as act:
        (consent,) = consents.list_consents(act, round_.loop.intake)
    withdraw(round_, consent.id)
    round_.deliver()
    assert round_.bodies("loket@fonds.example") == []
    assert round_.row(EffectKind.hand_over).status == "dropped"
    assert {row.status.value for row in round_.rows(EffectKind.hand_over_withdrawn)} == {"dropped"}
    assert Action.hand_over_delivered not in round_.actions()


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_consent_is_looked_at_when_it_is_sent_and_not_before(round_):
    round_.hand_over(ContactData.name)
    with round_.outside.database.write(EVERY_REGION) as session:
        session.execute(sa.text("UPDATE consent SET withdrawn_at = given_at"))
    round_.deliver()
    assert round_.mail.messages == []
    assert round_.row(EffectKind.hand_over).status == "dropped"


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_desk_that_was_given_to_another_organisation_gets_nobody_and_the_adviser_hears(round_):
    desk_id = round_.hand_over()
    with round_.outside.database.write(EVERY_REGION) as session:
        session.get_one(DeskRow, desk_id).organisation = "Een andere organisatie"
    round_.deliver()
    round_.deliver()
    row = round_.row(EffectKind.hand_over)
    assert (row.status, row.attempts, row.fault) == ("dead", 1, "other-organisation")
    assert len(round_.bodies("adviseur@bond.example")) == len(round_.mail.messages) == 1


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_desk_that_is_no_longer_active_gets_nobody_and_the_adviser_hears_so_at_once(round_):
    desk_id = round_.hand_over()
    with round_.outside.database.write(EVERY_REGION) as session:
        session.get_one(DeskRow, desk_id).active = False
    round_.deliver()
    round_.deliver()
    row = round_.row(EffectKind.hand_over)
    assert (row.status, row.attempts, row.fault) == ("dead", 1, "desk-inactive")
    (body,) = round_.bodies("adviseur@bond.example")
    assert "Wij konden ons bericht aan Loket niet bezorgen" in body
    assert len(round_.mail.messages) == 1


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_desk_that_is_no_longer_active_is_not_reminded(round_):
    desk_id = round_.hand_over()
    round_.deliver()
    due = round_.loop.referral.due_at
    with round_.outside.database.write(EVERY_REGION) as session:
        session.get_one(DeskRow, desk_id).active = False
    round_.loop.time_passes(due)
    round_.outside.clock.now = due
    round_.deliver()
    assert round_.row(EffectKind.hand_over_reminder).status == "dropped"
    assert len(round_.mail.messages) == 1


def test_of_who_was_erased_nothing_is_sent(round_):
    round_.hand_over(ContactData.name)
    with round_.loop.at.act() as act:
        erase(act, round_.loop.intake, round_.loop.at.planning, erasures())
    round_.deliver()
    assert round_.bodies("loket@fonds.example") == []
    assert round_.bodies("adviseur@bond.example") == []


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_what_was_handed_over_is_asked_back_when_it_is_withdrawn(round_):
    round_.hand_over()
    round_.deliver()
    round_.loop.say(S.withdrawn, reason=ReferralReason.other_solution)
    round_.deliver()
    body = round_.bodies("loket@fonds.example")[-1]
    assert "Gebruik de gegevens uit deze aanvraag niet meer" in body
    assert [one for one in PERSONAL if one in body] == []


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_reminder_names_nobody(round_):
    round_.hand_over(*ContactData)
    round_.deliver()
    due = round_.loop.referral.due_at
    assert due is not None
    round_.loop.time_passes(due)
    round_.outside.clock.now = due
    round_.deliver()
    body = round_.bodies("loket@fonds.example")[-1]
    assert "Iemand wacht op uw antwoord" in body
    assert "/overdracht/" in body
    assert [one for one in PERSONAL if one in body] == []


def test_a_desk_that_can_never_be_reached_is_told_to_the_adviser_at_once(round_):
    round_.hand_over()
    round_.mail.refuse("550 5.1.1 nobody of that name", to="loket@fonds.example")
    round_.deliver()
    row = round_.row(EffectKind.hand_over)
    assert (row.status, row.attempts, row.fault) == ("dead", 1, "smtp-550")
    round_.deliver()
    (body,) = round_.bodies("adviseur@bond.example")
    assert "Wij konden ons bericht aan Loket niet bezorgen" in body
    assert [one for one in PERSONAL if one in body] == []
    assert Action.hand_over_delivered not in round_.actions()


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("gave", "status", "fault"),
    [("410 Gone", "dead", "http-410"), ("503 Service Unavailable", "pending", "http-503")],
)
def test_a_system_of_a_desk_that_is_gone_is_given_up_at_once(round_, receiver, gave, status, fault):
    receiver.answer = answer(gave)
    url = f"http://localhost:{receiver.port}/in"
    round_.hand_over(channel=DeskChannel.webhook, webhook_url=url)
    round_.deliver()
    row = round_.row(EffectKind.hand_over)
    assert (row.status, row.fault) == (status, fault)
    assert len(round_.rows(EffectKind.referral_undeliverable)) == (status == "dead")
    assert round_.loop.referral.status is S.sent


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "status", "fault"),
    [
        ({"channel": DeskChannel.telephone, "telephone": "070 1"}, "dead", "by-telephone"),
        ({"email": "geen adres"}, "dead", "refused-address"),
    ],
)
def test_a_desk_that_cannot_be_written_to_any_more(round_, changes, status, fault):
    desk_id = round_.hand_over()
    with round_.outside.database.write(EVERY_REGION) as session:
        for name, value in changes.items():
            setattr(session.get_one(DeskRow, desk_id), name, value)
    round_.deliver()
    row = round_.row(EffectKind.hand_over)
    assert (row.status, row.fault) == (status, fault)


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_without_a_mail_server_a_hand_over_waits(round_):
    round_.hand_over()
    round_.outside.deliver()
    row = round_.row(EffectKind.hand_over)
    assert (row.status, row.fault) == ("pending", "no-mail-server")


# Advisers


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_an_adviser_reads_what_a_desk_said_and_that_sessions_follow(round_):
    round_.hand_over()
    round_.loop.desk_says(S.declined, reason=ReferralReason.no_capacity)
    round_.deliver()
    declined, reopened = round_.bodies("adviseur@bond.example")[:2]
    assert "De reden: Er is nu geen plek." in declined
    assert "Gesprekken met een datum:" in reopened
    assert {f"Intake {str(round_.loop.intake)[:8]}"} == {
        one["Subject"].partition(":")[0] for one in round_.mail.messages[:2]
    }
    assert [one for one in PERSONAL if one in declined + reopened] == []


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_an_invitation_stays_with_who_has_the_session(round_):
    round_.hand_over()
    round_.loop.desk_says(S.declined, reason=ReferralReason.no_capacity)
    before = [row.recipient for row in round_.rows(EffectKind.invitation)]
    take_over(round_)
    invitations = round_.rows(EffectKind.invitation)
    assert [row.recipient for row in invitations] == before
    assert {row.status for row in invitations} == {"pending"}


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_nobody_takes_an_intake_over_while_its_hand_over_is_being_given_up(round_):
    round_.hand_over()
    row, database = round_.row(EffectKind.hand_over), round_.outside.database
    failed = FailedError("smtp-550", final=True)
    free = sa.select(col(Intake.id)).where(col(Intake.id) == round_.loop.intake)
    with round_.loop.at.act() as act:
        deliveries.follow_failure(act, row, failed)
        with database.write(EVERY_REGION) as other:
            assert other.execute(free.with_for_update(skip_locked=True)).all() == []
        deliveries.follow_end(act, row, failed)
    take_over(round_)
    assert [one.status for one in round_.rows(EffectKind.referral_undeliverable)] == [
        "dropped",
        "pending",
    ]
