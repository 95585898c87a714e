"""Letters: plain Dutch in short lines, with what the reader may know and nothing else."""

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from itertools import count, product
from pathlib import Path

import pytest

from app.domain.referrals import REASONS
from app.domain.terms import Mode, Party, ReferralReason, ReferralStatus
from app.services import letters
from app.services.letters import (
    WIDTH,
    AdviserSession,
    Answer,
    Content,
    GuidanceReopened,
    HandOver,
    HandOverReminder,
    HandOverWithdrawn,
    Late,
    News,
    ReferralAnswered,
    ReferralExpired,
    ReferralOverdue,
    Undeliverable,
    WorkerSession,
    WorkerUndeliverable,
)

LINK = "https://gidsfunctie.example/overdracht/" + "Zm9v" * 13
DAY = date(2026, 11, 30)
MOMENT, LATER = datetime(2026, 11, 30, 8, 5, tzinfo=UTC), datetime(2026, 11, 30, 9, 5, tzinfo=UTC)
DESK, ADVISER, REFERENCE = "Loopbaanloket Schoonmaak- en Glazenwassersbranche", "Anna Bos", "7F3K"
PROVISION = "Ontwikkeladvies voor medewerkers in de schoonmaak die iets anders willen gaan doen"

FULL = HandOver(
    reference=REFERENCE,
    desk=DESK,
    provision=PROVISION,
    adviser=ADVISER,
    name="Kanarienaam",
    telephone="06 12345678",
    email="kanarie@voorbeeld.example",
    question="Kanarievraag: hoe kom ik in de zorg?",
    answers=(("Beroep", "kanarieschoonmaker"), ("Opleiding", "kanarieschool")),
    checked=("U werkt in de sector kanarieschoonmaak.", "U bent kanariewerknemer."),
    to_confirm=("Valt uw werk onder de cao van de kanariebranche?",),
    link=LINK,
    answer_by=DAY,
    valid_until=MOMENT,
)
BARE = replace(
    FULL,
    adviser=None,
    name=None,
    telephone=None,
    email=None,
    question=None,
    answers=(),
    checked=(),
    to_confirm=(),
)
ABOUT_DESK = {"adviser": ADVISER, "reference": REFERENCE, "provision": PROVISION, "desk": DESK}
ACCEPTED = ReferralAnswered(
    adviser=ADVISER,
    reference=REFERENCE,
    provision=PROVISION,
    desk=DESK,
    answer=Answer.accepted,
)
DECLINED = replace(ACCEPTED, answer=Answer.declined, reason=ReferralReason.no_capacity)
MORE_TIME = replace(ACCEPTED, answer=Answer.more_time, answer_by=DAY)
OVERDUE = ReferralOverdue(
    **ABOUT_DESK, late=Late.answer, telephone="088 1234567", answer_by=DAY, expires_at=MOMENT
)
NO_CONTACT = replace(OVERDUE, late=Late.contact, expires_at=None)
NOT_SENT = replace(OVERDUE, late=Late.hand_over, telephone=None, answer_by=None, expires_at=None)
WORKER = WorkerSession(
    news=News.planned,
    adviser=ADVISER,
    mode=Mode.phone,
    starts_at=MOMENT,
    ends_at=LATER,
)


def every_letter() -> Iterator[Content]:
    yield from (FULL, BARE)
    for accepted in (False, True):
        yield HandOverReminder(
            reference=REFERENCE,
            desk=DESK,
            accepted=accepted,
            link=LINK,
            answer_by=DAY,
            valid_until=MOMENT,
        )
    yield HandOverWithdrawn(reference=REFERENCE, desk=DESK)
    yield from (ACCEPTED, MORE_TIME)
    for reason in REASONS[Party.desk][ReferralStatus.declined]:
        yield replace(DECLINED, reason=reason)
    yield from (OVERDUE, replace(OVERDUE, telephone=None), NO_CONTACT, NOT_SENT)
    yield ReferralExpired(**ABOUT_DESK)
    for telephone, withdrawn in product((None, "088 1234567"), (False, True)):
        yield Undeliverable(**ABOUT_DESK, telephone=telephone, withdrawn=withdrawn)
    yield WorkerUndeliverable(adviser=ADVISER, reference=REFERENCE)
    for planned, waiting in product((0, 1, 3), (0, 2)):
        yield GuidanceReopened(
            adviser=ADVISER, reference=REFERENCE, planned=planned, waiting=waiting
        )
    for news, mode in product(News, Mode):
        yield replace(WORKER, news=news, mode=mode)
        yield AdviserSession(
            news=news,
            adviser=ADVISER,
            reference=REFERENCE,
            mode=mode,
            starts_at=MOMENT,
            ends_at=LATER,
        )


def written(content: Content) -> str:
    letter = letters.write(content)
    return f"{letter.subject}\n{letter.body}"


@pytest.mark.parametrize("content", list(every_letter()), ids=count())
def test_a_letter_has_one_subject_and_short_lines_and_is_filled_in(content: Content) -> None:
    letter = letters.write(content)
    assert letter.subject
    assert letter.subject == letter.subject.strip()
    assert letter.subject.isprintable()
    lines = letter.body.split("\n")
    assert [line for line in lines if len(line) > WIDTH and line != LINK] == []
    assert lines[0].startswith(("Beste ", "Goedendag,"))
    assert lines[0].endswith(",")
    assert letter.body.endswith("\n\nde gidsfunctie\n")
    assert "\n\n\n" not in letter.body
    assert [line for line in lines if line != line.rstrip()] == []
    found = re.search(r"[{}%<]|None|undefined|True|False|  +\S", letter.body.replace("\n  ", "\n"))
    assert found is None, found
    assert not re.search(r"\b(je|jij|jou|jouw|jullie)\b", written(content), re.IGNORECASE)


def test_every_template_is_that_of_a_letter() -> None:
    folder = Path(letters.__file__).parent.parent / "letters"
    assert {one.template for one in every_letter()} == {file.name for file in folder.iterdir()}


# What a desk reads


def test_a_hand_over_tells_who_what_and_how_to_answer() -> None:
    text = " ".join(written(FULL).split())
    for part in (
        "Aanvraag 7F3K: kunt u iemand helpen?",
        f"Beste medewerker van {DESK},",
        f"{ADVISER} vraagt u om iemand te helpen. Het gaat om: {PROVISION}.",
        "Wilt u uiterlijk maandag 30 november 2026 antwoorden?",
        "- Naam: Kanarienaam - Telefoon: 06 12345678 - E-mail: kanarie@voorbeeld.example",
        "> Kanarievraag: hoe kom ik in de zorg?",
        "- Beroep: kanarieschoonmaker - Opleiding: kanarieschool",
        "- U werkt in de sector kanarieschoonmaak. - U bent kanariewerknemer.",
        "- Valt uw werk onder de cao van de kanariebranche?",
        "Vertel de werkgever ook niets.",
        f" {LINK} ",
        "De link werkt tot maandag 30 november 2026 om 9.05 uur.",
    ):
        assert part in text


CONSENTED = ("name", "telephone", "email", "question", "answers", "checked", "to_confirm")


@pytest.mark.parametrize("given", [(), *((one,) for one in CONSENTED)])
def test_a_desk_reads_only_what_was_consented_to(given: tuple[str, ...]) -> None:
    content = replace(BARE, **{one: getattr(FULL, one) for one in given})
    text = written(content)
    for one in CONSENTED:
        value = getattr(FULL, one)
        words = [value] if isinstance(value, str) else re.findall(r"kanarie\w+", str(value))
        assert {word in text for word in words} == {one in given}


def test_words_of_others_cannot_pass_for_ours() -> None:
    said = "Ik zoek werk.\n\nOpen deze link.\n\nhttps://kwaad.example\n\n- Naam: Piet\x1b[2J\u202e"
    hostile = replace(
        FULL,
        name="Kwaad\r\n\r\nOpen deze link.\n\nhttps://kwaad.example {{ link }} {% raw %}",
        question=said,
        checked=("Ja\n\nhttps://kwaad.example",),
        desk="Loket\nhttps://kwaad.example",
    )
    ours = written(replace(FULL, question="x")).splitlines()
    lines = written(hostile).splitlines()
    bad = [line for line in lines if "kwaad.example" in line]
    assert bad == [
        "Beste medewerker van Loket https://kwaad.example,",
        "- Naam: Kwaad Open deze link. https://kwaad.example {{ link }} {% raw %}",
        "> https://kwaad.example",
        "- Ja https://kwaad.example",
    ]
    assert [line for line in lines if line.startswith("> ")] == [
        "> Ik zoek werk.",
        "> Open deze link.",
        "> https://kwaad.example",
        "> - Naam: Piet[2J",
    ]
    assert lines.count(LINK) == ours.count(LINK) == 1
    assert all(line.isprintable() for line in lines)


def test_a_subject_stays_one_line_whatever_it_holds() -> None:
    letter = letters.write(
        ReferralExpired(**ABOUT_DESK | {"desk": "Loket\r\n\r\nBcc: x\x00\u2028y"})
    )
    assert letter.subject == "Intake 7F3K: de doorverwijzing naar Loket Bcc: x y is gestopt"


# What an adviser reads, and a worker


def test_an_adviser_reads_nothing_of_the_worker() -> None:
    """There is no place for it: their letters are made of these values alone."""
    to_adviser = [one for one in every_letter() if one.template.startswith(("ref", "und", "gui"))]
    to_adviser += [
        one for one in every_letter() if isinstance(one, AdviserSession | WorkerUndeliverable)
    ]
    names = {field.name for one in to_adviser for field in fields(one)}
    assert names == {
        *("adviser", "reference", "provision", "desk", "telephone"),
        *("answer", "reason", "answer_by", "expires_at", "planned", "waiting"),
        *("news", "mode", "starts_at", "ends_at", "late", "withdrawn"),
    }
    for one in to_adviser:
        assert "Intake 7F3K" in letters.write(one).subject


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (ACCEPTED, f"{DESK} neemt deze persoon over."),
        (DECLINED, "De reden: Er is nu geen plek."),
        (MORE_TIME, "Het loket antwoordt uiterlijk maandag 30 november 2026."),
    ],
    ids=lambda one: getattr(one, "answer", None),
)
def test_an_adviser_reads_what_a_desk_answered(content: Content, told: str) -> None:
    assert told in " ".join(written(content).split())


def test_a_decline_without_its_reason_is_not_written() -> None:
    with pytest.raises(TypeError, match="a letter cannot hold NoneType"):
        letters.write(replace(DECLINED, reason=None))


def test_an_adviser_is_asked_to_call_a_desk_that_is_silent() -> None:
    text = " ".join(written(OVERDUE).split())
    assert "Wilt u het loket bellen? Het nummer is 088 1234567. Leg daarna" in text
    assert "Is er niets gebeurd voor maandag 30 november 2026 om 9.05 uur?" in text


@pytest.mark.parametrize(
    ("starts_at", "told"),
    [
        (datetime(2026, 3, 27, 8, tzinfo=UTC), "vrijdag 27 maart 2026 om 9.00 uur"),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "zondag 29 maart 2026 om 1.59 uur"),
        (datetime(2026, 3, 29, 1, tzinfo=UTC), "zondag 29 maart 2026 om 3.00 uur"),
        (datetime(2026, 3, 30, 7, tzinfo=UTC), "maandag 30 maart 2026 om 9.00 uur"),
        (datetime(2026, 10, 23, 7, tzinfo=UTC), "vrijdag 23 oktober 2026 om 9.00 uur"),
        (datetime(2026, 10, 26, 8, tzinfo=UTC), "maandag 26 oktober 2026 om 9.00 uur"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "vrijdag 1 januari 2027 om 0.30 uur"),
    ],
)
def test_a_session_is_told_in_the_time_of_the_netherlands(starts_at: datetime, told: str) -> None:
    content = replace(WORKER, starts_at=starts_at, ends_at=starts_at.replace(minute=45))
    assert f"- Wanneer: {told} (tot " in written(content)


@pytest.mark.parametrize(
    ("news", "subject", "file"),
    [
        (News.planned, "Uw gidsgesprek is gepland", "zet u de afspraak in uw agenda"),
        (News.changed, "Uw gidsgesprek is verzet", "zet u de afspraak in uw agenda"),
        (News.cancelled, "Uw gidsgesprek gaat niet door", "haalt u de afspraak uit uw agenda"),
        (News.reminder, "Denkt u aan uw gidsgesprek?", None),
    ],
)
def test_a_worker_reads_what_is_new(news: News, subject: str, file: str | None) -> None:
    letter = letters.write(replace(WORKER, news=news))
    assert letter.subject == subject
    assert letter.body.startswith("Goedendag,\n")
    assert "- Hoe: een gesprek aan de telefoon\n- Met: Anna Bos\n" in letter.body
    assert ("Anna Bos belt u op dat moment." in letter.body) == (news is not News.cancelled)
    assert ("bijlage" in letter.body) == (file is not None)
    assert file is None or f"Met de bijlage {file}." in letter.body
