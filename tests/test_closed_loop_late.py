"""The closed loop when it does not go by itself: nobody answers, mail fails, minds change."""

from datetime import UTC, datetime

import httpx

from tests.loop import (
    ANNA,
    CHECK,
    DESK,
    NOOR,
    PERSONAL,
    QUESTION,
    Loop,
    body_of,
    calendar_of,
    leaked,
    loop,
    made,
    readable,
    says,
)

__all__ = ["loop"]


def local(text: str) -> datetime:
    """Read a moment of the Dutch clock in winter."""
    return datetime.fromisoformat(f"{text}+01:00").astimezone(UTC)


def test_when_nobody_answers_the_desk_then_the_adviser_hears_and_then_sessions_are_planned(
    loop: Loop,
) -> None:
    loop.desk()
    case = loop.handed_over()
    first = loop.link()
    loop.time_passes(local("2026-11-26T08:59"))
    assert len(loop.letters(DESK)) == 1
    loop.time_passes(local("2026-11-26T09:00"))
    subject, text = loop.letter(DESK)
    assert subject.startswith("Herinnering aanvraag")
    assert "Wilt u uiterlijk maandag 30 november 2026 antwoorden?" in text
    assert [part for part in PERSONAL if part in text] == []
    assert "Kunt u deze persoon helpen?" in httpx.get(loop.link()).text

    loop.time_passes(local("2026-12-01T09:00"))
    subject, text = loop.letter(ANNA)
    assert subject == f"Intake {case.reference}: Loket Schoonmaak antwoordt niet, wilt u bellen?"
    assert "Het nummer is 070 123 45 67." in text
    assert "Is er niets gebeurd voor vrijdag 4 december 2026 om 9.00 uur?" in text
    assert case.stands() == ("sent", "desk", "2026-11-30", True)
    (waits,) = made(loop.ask("adviser", "GET", "/referrals?waits=true"))["items"]
    assert waits["intakeId"] == case.id

    loop.time_passes(local("2026-12-04T09:00"))
    assert case.stands() == ("expired", "desk", None, False)
    expired, reopened = loop.letters(ANNA)[1:]
    assert "Loket Schoonmaak gaf geen antwoord." in body_of(expired)
    assert reopened["Subject"].endswith("er komen gidsgesprekken")
    assert loop.letter(DESK)[0].startswith("Aanvraag")
    assert "Gebruik de gegevens uit deze aanvraag niet meer" in loop.letter(DESK)[1]
    late = httpx.post(first, data={"status": "accepted"})
    assert late.status_code == 409
    assert "De tijd om te antwoorden is voorbij" in late.text
    assert [part for part in PERSONAL if part in late.text] == []
    assert loop.told()[2:4] == [
        "referral_expired not_in_time",
        "outcome_changed referrals_ended guidance",
    ]
    assert [one["status"] for one in case.read()["sessions"]] == ["planned"] * 3
    assert leaked(loop, "Noor Kanarie", "06 12345678") == []


def test_who_is_not_handed_over_or_not_contacted_is_not_forgotten(loop: Loop) -> None:
    loop.desk()
    case = loop.intake()
    loop.time_passes(local("2026-12-01T09:00"))
    subject, text = loop.letter(ANNA)
    assert subject == f"Intake {case.reference}: een doorverwijzing wacht op u"
    assert "Wil de werkende dit nog? Zet de doorverwijzing dan door." in text
    assert case.stands() == ("proposed", None, None, True)

    case.consent("name", "telephone")
    case.say("sent")
    link = loop.link()
    says(link, status="accepted")
    assert case.stands() == ("accepted", "desk", "2026-12-08", False)
    loop.time_passes(local("2026-12-04T09:00"))
    subject, text = loop.letter(DESK)
    assert subject.endswith("is er al contact?")
    assert "Wilt u uiterlijk dinsdag 8 december 2026 contact opnemen met deze persoon?" in text
    loop.time_passes(local("2026-12-09T09:00"))
    subject, text = loop.letter(ANNA)
    assert (
        subject == f"Intake {case.reference}: Loket Schoonmaak meldt geen contact, wilt u bellen?"
    )
    assert "Het nummer is 070 123 45 67." in text
    loop.time_passes(local("2027-02-01T09:00"))
    assert case.stands() == ("accepted", "desk", "2026-12-08", True)
    # As nothing happens, the adviser is told again.
    assert [len(loop.letters(to)) for to in (DESK, ANNA)] == [2, 4]
    assert leaked(loop, "Noor Kanarie", "06 12345678") == []


def test_an_adviser_decides_otherwise_both_ways_and_everybody_hears_of_it(loop: Loop) -> None:
    loop.desk()
    case = loop.handed_over()
    case.consent("email", provision=None)
    loop.settle()
    decision = {
        "outcome": "guidance",
        "reason": "worker_prefers",
        "note": f"Wil praten: {QUESTION}",
    }
    decided = made(case.ask("PUT", "/outcome", decision))
    assert decided["outcome"] == "guidance"
    assert [one["status"] for one in decided["sessions"]] == ["planned"] * 3
    assert case.stands()[0] == "withdrawn"
    assert "U hoeft niets meer te doen." in loop.letter(DESK)[1]
    assert loop.letters(ANNA) == []
    agenda = calendar_of(loop.letters(NOOR))
    assert len(agenda.planned) == 3

    decision = {"outcome": "warm_referral", "reason": "provision_found", "provisionId": CHECK}
    decided = made(case.ask("PUT", "/outcome", decision))
    assert decided["outcome"] == "warm_referral"
    assert [one["status"] for one in decided["sessions"]] == ["cancelled"] * 3
    assert calendar_of(loop.letters(NOOR)[3:], agenda).planned == {}
    assert loop.letter(NOOR)[0] == "Uw gidsgesprek gaat niet door"
    assert case.stands()[0] == "proposed"
    case.say("sent")
    assert loop.letter(DESK)[0].endswith("kunt u iemand helpen?")
    assert loop.told()[1:] == [
        "referral_sent",
        "referral_withdrawn adviser_decided",
        "outcome_changed worker_prefers guidance",
        *["session_planned"] * 3,
        *["session_cancelled"] * 3,
        "outcome_changed provision_found warm_referral",
        "referral_sent",
    ]
    assert leaked(loop, "Noor Kanarie", "06 12345678") == []


def test_an_adviser_is_asked_to_call_a_desk_whose_mail_is_refused(loop: Loop) -> None:
    loop.desk()
    loop.mail.refuse("550 5.1.1 no such mailbox", to=DESK)
    case = loop.handed_over()
    subject, text = loop.letter(ANNA)
    assert subject == f"Intake {case.reference}: ons bericht aan Loket Schoonmaak kwam niet aan"
    assert "Het nummer is 070 123 45 67." in text
    assert loop.letters(DESK) == []
    assert leaked(loop) == []
    case.say("accepted", note="Gebeld")
    assert case.stands()[0] == "accepted"


def test_of_a_worker_who_withdraws_consent_before_it_is_delivered_nothing_goes_out(
    loop: Loop,
) -> None:
    loop.desk()
    loop.mail.refuse("451 4.3.0 later", to=DESK)
    first = loop.handed_over()
    loop.settle()
    second = loop.intake(motivation="Iets met vogels")
    consent = second.consent("name", "question")
    second.say("sent")
    made(second.ask("PUT", f"/consents/{consent}/withdrawal"))
    assert second.stands()[0] == "withdrawn"
    assert second.read()["outcome"] == "guidance"
    loop.mail.accept()
    loop.clock.forward(seconds=10)
    (letter,) = loop.letters(DESK)
    assert first.referral["id"][:8] in letter["Subject"]
    assert "vogels" not in "".join(map(readable, loop.mail.messages))
    assert made(second.ask("GET", "/personal-data"))["sent"] == []
