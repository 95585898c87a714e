"""What conditions on years, on earlier use and on what no intake tells say, and why."""

from datetime import date

import pytest

from app.domain.conditions import ForEmployers, MustConfirm, NotUsedWithin, YearsOfService
from app.domain.person import Person
from app.domain.terms import Ask
from app.domain.verdicts import in_dutch, met, unknown, unmet
from tests.domain.builders import TODAY, judged

FIFTEENTH = YearsOfService(from_year=15)
NOT_REACHED = unmet("years_not_reached", "Deze voorziening begint in het 15e dienstjaar.")


@pytest.mark.parametrize(
    ("years", "finding"),
    [
        pytest.param(0, NOT_REACHED, id="somebody who has just begun is refused"),
        pytest.param(13, NOT_REACHED, id="somebody in the fourteenth year is refused"),
        pytest.param(
            14,
            unknown("years_uncertain", "Is uw 15e dienstjaar al begonnen?"),
            id="somebody who says fourteen years is asked",
        ),
        pytest.param(
            15, met("years_reached", "U werkt daar al 15 jaar."), id="fifteen years are met"
        ),
        pytest.param(
            40, met("years_reached", "U werkt daar al 40 jaar."), id="and so are many more"
        ),
        pytest.param(
            None,
            unknown("years_unknown", "Zit u in uw 15e dienstjaar of later?", Ask.years_of_service),
            id="years that were not told are asked",
        ),
    ],
)
def test_years_of_service(years, finding):
    assert judged(FIFTEENTH, Person(origin="kas", years_of_service=years)) == finding


@pytest.mark.parametrize(
    ("years", "code", "asks"),
    [(None, "years_unknown", Ask.years_of_service), (14, "years_uncertain", None)],
)
def test_years_of_service_are_asked_with_the_own_question(years, code, asks):
    condition = YearsOfService(from_year=15, question="Hoelang werkt u hier?")
    finding = judged(condition, Person(origin="kas", years_of_service=years))
    assert finding == unknown(code, "Hoelang werkt u hier?", asks)


FIVE_YEARS = NotUsedWithin(years=5)
NOT_USED = met(
    "not_used",
    "Voor zover wij weten gebruikte u dit niet in de laatste 5 jaar.",
    Ask.used_provisions,
)


def used_before(day: str, again: str) -> object:
    return unmet("used_before", f"U gebruikte dit op {day}. Het kan weer vanaf {again}.")


@pytest.mark.parametrize(
    ("used", "on", "finding"),
    [
        pytest.param({}, TODAY, NOT_USED, id="what was never used is met"),
        pytest.param(
            {"andere-regeling": (date(2026, 1, 1),)},
            TODAY,
            NOT_USED,
            id="the use of another provision does not count",
        ),
        pytest.param(
            {"regeling": (date(2024, 10, 1),)},
            TODAY,
            used_before("1 oktober 2024", "1 oktober 2029"),
            id="use within the period is refused until a day that is named",
        ),
        pytest.param(
            {"regeling": (TODAY,)},
            TODAY,
            used_before("23 november 2026", "23 november 2031"),
            id="use today is refused",
        ),
        pytest.param(
            {"regeling": (date(2024, 10, 1),)},
            date(2029, 9, 30),
            used_before("1 oktober 2024", "1 oktober 2029"),
            id="the last day of the period is refused",
        ),
        pytest.param(
            {"regeling": (date(2024, 10, 1),)},
            date(2029, 10, 1),
            NOT_USED,
            id="the day on which it opens again is met",
        ),
        pytest.param(
            {"regeling": (date(2024, 2, 29),)},
            date(2029, 2, 28),
            used_before("29 februari 2024", "1 maart 2029"),
            id="use on a leap day lasts until 1 March of a year without one",
        ),
        pytest.param(
            {"regeling": (date(2024, 2, 29),)},
            date(2029, 3, 1),
            NOT_USED,
            id="and on that 1 March it is met",
        ),
        pytest.param(
            {"regeling": (None,)},
            TODAY,
            unknown("use_unknown", "Wanneer gebruikte u Regeling?", Ask.day_of_use),
            id="use on a day nobody knows is asked",
        ),
        pytest.param(
            {"regeling": (None, date(2024, 10, 1), date(2020, 1, 1))},
            TODAY,
            used_before("1 oktober 2024", "1 oktober 2029"),
            id="the last known use refuses, whatever else nobody knows",
        ),
        pytest.param(
            {"regeling": (date(2020, 1, 1), None)},
            TODAY,
            unknown("use_unknown", "Wanneer gebruikte u Regeling?", Ask.day_of_use),
            id="an old use says nothing of the one on a day nobody knows",
        ),
    ],
)
def test_not_used_within(used, on, finding):
    assert judged(FIVE_YEARS, Person(origin="kas", used=used), on=on) == finding


def test_a_leap_day_keeps_its_day_in_the_next_leap_year():
    person = Person(origin="kas", used={"regeling": (date(2024, 2, 29),)})
    finding = judged(NotUsedWithin(years=4), person, on=date(2028, 2, 28))
    assert finding == used_before("29 februari 2024", "29 februari 2028")


@pytest.mark.parametrize(
    ("condition", "used_on", "finding"),
    [
        pytest.param(
            NotUsedWithin(years=5, ask=True),
            date(2025, 1, 1),
            unknown("used_before", "U gebruikte dit eerder. Kan het nog?"),
            id="a budget that may not be spent yet is asked about",
        ),
        pytest.param(
            NotUsedWithin(years=5, ask=True, question="Hoeveel is er over?"),
            date(2025, 1, 1),
            unknown("used_before", "Hoeveel is er over?"),
            id="a budget is asked about with its own question",
        ),
        pytest.param(
            NotUsedWithin(years=5, ask=True), date(2020, 1, 1), NOT_USED, id="an old use is met"
        ),
        pytest.param(
            NotUsedWithin(years=5, ask=True, question="Hoeveel is er over?"),
            None,
            unknown("use_unknown", "Wanneer gebruikte u Regeling?", Ask.day_of_use),
            id="the own question is about what follows from the day, so it does not ask the day",
        ),
    ],
)
def test_an_earlier_use_that_is_asked_about(condition, used_on, finding):
    assert judged(condition, Person(origin="kas", used={"regeling": (used_on,)})) == finding


def test_what_no_intake_tells_is_always_asked():
    condition = MustConfirm(question="Hebt u al een gesprek gehad?")
    finding = judged(condition, Person(origin="kas"))
    assert finding == unknown("must_confirm", "Hebt u al een gesprek gehad?")


def test_what_is_for_employers_is_refused_to_everyone():
    for person in (Person(origin="kas"), Person(origin=None)):
        assert judged(ForEmployers(), person) == unmet(
            "for_employers", "Deze voorziening is voor werkgevers, niet voor werkenden."
        )


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2018, 1, 1), "1 januari 2018"),
        (date(2024, 2, 29), "29 februari 2024"),
        (date(2026, 3, 9), "9 maart 2026"),
        (date(2026, 4, 30), "30 april 2026"),
        (date(2026, 5, 12), "12 mei 2026"),
        (date(2026, 6, 1), "1 juni 2026"),
        (date(2026, 7, 1), "1 juli 2026"),
        (date(2026, 8, 31), "31 augustus 2026"),
        (date(2026, 9, 2), "2 september 2026"),
        (date(2029, 10, 1), "1 oktober 2029"),
        (date(2026, 11, 23), "23 november 2026"),
        (date(2026, 12, 31), "31 december 2026"),
    ],
)
def test_a_day_is_written_as_a_dutch_reader_would(day, words):
    assert in_dutch(day) == words
