"""What is sent of sessions and of the session log; over real SMTP and HTTP."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.domain.access import EVERY_REGION
from app.domain.terms import (
    Action,
    ContactData,
)
from app.models import Adviser, Subscription
from app.services import consents, contact_details, signatures
from app.services.contact_details import Details
from app.services.erasure import erase
from app.services.invitations import remind_due
from tests.services.desk import NOW, VAULT, wishes
from tests.services.dispatching import signed
from tests.services.rounds import PERSONAL, Round
from tests.services.test_persons import erasures

# Sessions


@pytest.fixture
def invited(round_: Round) -> Round:
    """An intake with one session, whose worker consents to invitations."""
    at = round_.loop.at
    round_.loop.intake = intake = at.intake(
        scheduling=wishes(count=1, not_before=NOW + timedelta(days=7))
    )
    with at.act() as act:
        contact_details.change(act, intake, Details(*PERSONAL))
        consents.give_for_invitations(
            act, intake, None, data=[ContactData.email], text_version="2026-11"
        )
    with at.database.write(EVERY_REGION) as session:
        who = at.session(intake, 1).adviser_id
        session.get_one(Adviser, who).email = "gids@bond.example"
    return round_


def calendars(round_: Round, to: str) -> list[tuple[str, str]]:
    """Read what somebody was sent for their calendar: what is to be done, and the subject."""
    sent = [one for one in round_.mail.messages if one["To"] == to]
    return [
        (str(part.get_param("method")), one["Subject"])
        for one in sent
        for part in one.walk()
        if part.get_content_type() == "text/calendar"
    ]


def test_adviser_and_worker_are_invited_and_told_that_it_is_off(invited):
    at, worker = invited.loop.at, PERSONAL[2]
    invited.deliver()
    at.conclude(at.session(invited.loop.intake, 1).id, "cancelled")
    invited.deliver()
    intake = str(invited.loop.intake)[:8]
    assert calendars(invited, "gids@bond.example") == [
        ("REQUEST", f"Intake {intake}: gidsgesprek gepland"),
        ("CANCEL", f"Intake {intake}: gidsgesprek gaat niet door"),
    ]
    assert calendars(invited, worker) == [
        ("REQUEST", "Uw gidsgesprek is gepland"),
        ("CANCEL", "Uw gidsgesprek gaat niet door"),
    ]
    assert invited.actions() == [Action.invitation_delivered] * 2
    assert [one for one in PERSONAL if one in "".join(invited.bodies("gids@bond.example"))] == []


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_an_invitation_to_what_is_off_already_is_not_sent_and_that_it_is_off_is(invited):
    at = invited.loop.at
    at.conclude(at.session(invited.loop.intake, 1).id, "cancelled")
    invited.deliver()
    for to in ("gids@bond.example", PERSONAL[2]):
        assert [method for method, _ in calendars(invited, to)] == ["CANCEL"]


@pytest.mark.parametrize("off", [False, True], ids=["planned", "called off"])
def test_nobody_hears_of_a_session_whose_time_has_passed(invited, off):
    at = invited.loop.at
    session = at.session(invited.loop.intake, 1)
    if off:
        invited.deliver()
        at.conclude(session.id, "cancelled")
    sent = len(invited.mail.messages)
    invited.outside.clock.now = session.starts_at
    invited.deliver()
    assert len(invited.mail.messages) == sent
    assert invited.outside.statuses()[-2:] == ["dropped"] * 2


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_worker_who_wants_no_messages_any_more_gets_none(invited):
    with invited.outside.database.write(EVERY_REGION) as session:
        session.execute(sa.text("UPDATE consent SET withdrawn_at = given_at"))
    invited.deliver()
    assert calendars(invited, PERSONAL[2]) == []
    assert [method for method, _ in calendars(invited, "gids@bond.example")] == ["REQUEST"]


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_an_adviser_hears_that_it_is_off_also_when_the_worker_is_erased(invited):
    invited.deliver()
    with invited.loop.at.act() as act:
        erase(act, invited.loop.intake, invited.loop.at.planning, erasures())
    invited.deliver()
    assert calendars(invited, "gids@bond.example")[-1] == (
        "CANCEL",
        "Intake (gewist): gidsgesprek gaat niet door",
    )
    assert len(calendars(invited, PERSONAL[2])) == 1


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_both_are_reminded_of_what_is_still_to_come(invited):
    at = invited.loop.at
    starts_at = at.session(invited.loop.intake, 1).starts_at
    assert starts_at is not None
    invited.deliver()
    eve = starts_at - timedelta(hours=23)
    remind_due(at.database, VAULT, now=eve)
    invited.outside.clock.now = eve
    invited.deliver()
    assert "U hebt binnenkort een gidsgesprek" in invited.bodies(PERSONAL[2])[-1]
    assert "U hebt binnenkort een gidsgesprek" in invited.bodies("gids@bond.example")[-1]


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_the_log_names_a_webhook_and_of_a_person_only_what_they_are(invited, receiver, caplog):
    caplog.set_level("INFO", "app.services.dispatch")
    invited.deliver()
    (one,) = invited.outside.subscribe(receiver)
    invited.outside.put([one])
    invited.deliver()
    told = [vars(each)["recipient"] for each in caplog.records]
    assert told == ["adviser", "worker", f"subscription:{one}"]


# Werkcentra


def test_an_entry_of_the_log_is_sent_as_an_event_signed_with_both_secrets(round_, receiver):
    (one,) = round_.outside.subscribe(receiver)
    with round_.outside.database.write(EVERY_REGION) as session:
        row = session.get_one(Subscription, one)
        row.generation, row.previous_until = 2, NOW + timedelta(hours=1)
    round_.loop.at.intake()
    round_.deliver()
    first, *_ = receiver.requests
    event = json.loads(first.body)
    entry = round_.loop.at.log()[-len(receiver.requests)]
    assert event["data"] == {"region": "AM01", "number": entry.number, "type": entry.type.value}
    assert [json.loads(each.body)["data"]["number"] for each in receiver.requests] == [
        one.number for one in round_.loop.at.log()[-len(receiver.requests) :]
    ]
    assert signed(first, signatures.secret(VAULT, one, 2))
    assert signed(first, signatures.secret(VAULT, one, 1))
    round_.outside.clock.forward(hours=1)
    round_.outside.put([one])
    round_.deliver()
    assert signed(receiver.requests[-1], signatures.secret(VAULT, one, 2))
    assert not signed(receiver.requests[-1], signatures.secret(VAULT, one, 1))
