"""Advisers brought in from a file, with faults told by their place in it."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import select

from app.domain.access import EVERY_REGION
from app.domain.terms import Mode
from app.models import Adviser, AvailabilityException, AvailabilityWindow
from app.services import calendar_feed, holders
from app.services.advisers import AdviserIn, AdvisersIn, ExceptionIn, demo_advisers
from tests.services.desk import ADVISER, ANNA, BRAM, NOW, Desk, adviser, hours, wishes
from tests.services.test_persons import CLEANER

WEDNESDAY = 3
AWAY = ExceptionIn(on=date(2026, 11, 25), available=False)


def everything(desk: Desk) -> list[list[str]]:
    with desk.database.read(EVERY_REGION) as session:
        return [
            sorted(map(repr, session.exec(select(table)).all()))
            for table in (Adviser, AvailabilityWindow, AvailabilityException)
        ]


def test_bringing_in_the_same_again_changes_nothing(quiet):
    anna = adviser(ANNA, hours(WEDNESDAY, 9, 12), exceptions=[AWAY])
    quiet.staff(anna)
    before = everything(quiet)
    quiet.staff(anna)
    assert everything(quiet) == before


def test_what_is_no_longer_in_the_file_is_gone_and_sessions_stay(quiet):
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 12), exceptions=[AWAY]))
    intake = quiet.intake(scheduling=wishes(count=1))
    agenda = quiet.agenda(intake)
    assert agenda == ["1 planned Wed 02 Dec 09:00"]
    quiet.staff(adviser(ANNA))
    assert everything(quiet)[1:] == [[], []]
    assert quiet.agenda(intake) == agenda


def test_an_adviser_who_is_not_in_the_file_keeps_their_hours(quiet):
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 12)))
    quiet.staff(adviser(BRAM, hours(WEDNESDAY, 9, 12)))
    with quiet.database.read(EVERY_REGION) as session:
        found = session.exec(select(AvailabilityWindow.adviser_id)).all()
    assert sorted(found) == sorted([ANNA, BRAM])


def test_an_address_and_a_feed_stay_until_the_file_says_otherwise(quiet):
    def kept() -> tuple[str, str | None, int]:
        with quiet.database.read(EVERY_REGION) as session:
            anna = session.get_one(Adviser, ADVISER.id)
            return anna.name, anna.email, anna.feed_generation

    seconds = (NOW - calendar_feed.FIRST) // timedelta(seconds=1)

    with replace(quiet, caller=replace(ADVISER, email="a@bond.example")).act() as act:
        calendar_feed.renew(act)
    assert kept() == ("Adviseur aan tafel", "a@bond.example", seconds)
    quiet.staff(AdviserIn(id=ADVISER.id, name="Anna"))
    assert kept() == ("Anna", "a@bond.example", seconds)
    quiet.staff(AdviserIn(id=ADVISER.id, name="Anna", email="anna@bond.example"))
    with replace(quiet, caller=replace(ADVISER, email="a@bond.example")).act() as act:
        calendar_feed.renew(act)
    assert kept() == ("Anna", "anna@bond.example", seconds + 1)
    with pytest.raises(ValidationError, match="must be an e-mail address"):
        AdviserIn(id=ADVISER.id, name="Anna", email="anna")


def known_email(desk: Desk) -> str | None:
    with desk.database.read(EVERY_REGION) as session:
        return session.get_one(Adviser, ADVISER.id).email


def test_the_address_of_the_last_token_is_kept_as_long_as_none_was_imported(quiet):
    """Who came from a file without one, or with a token without one, gets their letters too."""
    quiet.staff(AdviserIn(id=ADVISER.id, name="Anna"))
    for token, kept in (
        (None, None),
        ("anna@bond.example", "anna@bond.example"),
        ("a@elders.example", "a@elders.example"),
        (None, "a@elders.example"),
    ):
        replace(quiet, caller=replace(ADVISER, email=token)).intake(**CLEANER)
        assert known_email(quiet) == kept
    quiet.staff(AdviserIn(id=ADVISER.id, name="Anna", email="a@elders.example"))
    replace(quiet, caller=replace(ADVISER, email="anna@bond.example")).intake(**CLEANER)
    assert known_email(quiet) == "a@elders.example"


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_keeping_an_address_waits_for_nobody_who_plans_and_nobody_for_it(quiet):
    quiet.staff(AdviserIn(id=ADVISER.id, name="Anna"))
    anna = replace(quiet, caller=replace(ADVISER, email="anna@bond.example"))
    planned_with = select(Adviser.id).where(Adviser.id == ADVISER.id)
    with quiet.database.write(EVERY_REGION) as planner:
        planner.exec(planned_with.with_for_update(key_share=True)).one()
        anna.intake(**CLEANER)
    assert known_email(quiet) is None
    with anna.act() as act:
        holders.know_adviser(act)
        with quiet.database.write(EVERY_REGION) as planner:
            planner.exec(planned_with.with_for_update(key_share=True, nowait=True)).one()
    assert known_email(quiet) == "anna@bond.example"


def test_an_absence_and_extra_hours_change_the_places(quiet):
    extra = ExceptionIn(
        on=date(2026, 12, 25),
        available=True,
        starts=time(20),
        ends=time(21),
        region="AM01",
        mode=Mode.phone,
    )
    until = date(2026, 11, 25)
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 12, valid_until=until), exceptions=[AWAY, extra]))
    intake = quiet.intake(scheduling=wishes(count=1))
    assert quiet.agenda(intake) == ["1 planned Fri 25 Dec 20:00"]


def test_the_demo_has_advisers_for_every_region_that_are_marked_as_made_up(desk):
    regions = desk.knowledge.catalogue.regions
    with desk.database.read(EVERY_REGION) as session:
        found = session.exec(select(Adviser)).all()
        served = set(session.exec(select(AvailabilityWindow.region)).all())
    assert served == set(regions)
    assert len(found) == 2 * len(regions) + 2
    assert all(one.demo and one.name.startswith("Demo-adviseur") for one in found)
    assert len({one.email for one in found if one.email.endswith(".example")}) == len(found)
    assert {one.id for one in found} == {one.id for one in demo_advisers(regions.values())}


# Faults


WINDOW = {"region": "AM01", "mode": "phone", "weekday": 1, "starts": "09:00", "ends": "17:00"}
EXTRA = {
    "on": "2026-12-01",
    "available": True,
    "starts": "09:00",
    "ends": "12:00",
    "region": "AM01",
    "mode": "phone",
}


@pytest.mark.parametrize(
    ("kind", "content", "where"),
    [
        pytest.param("windows", {**WINDOW, "weekday": 0}, (), id="a day before Monday"),
        pytest.param("windows", {**WINDOW, "weekday": 8}, (), id="a day after Sunday"),
        pytest.param("windows", {**WINDOW, "ends": "09:00"}, (), id="no time at all"),
        pytest.param("windows", {**WINDOW, "starts": "18:00"}, (), id="over midnight"),
        pytest.param("windows", {**WINDOW, "region": "Rijnmond"}, ("region",), id="no code"),
        pytest.param("windows", {**WINDOW, "mode": "chat"}, ("mode",), id="another way"),
        pytest.param("windows", {**WINDOW, "ends": 1020}, ("ends",), id="17:00 without quotes"),
        pytest.param("windows", {**WINDOW, "ends": "17:00Z"}, ("ends",), id="a time zone"),
        pytest.param("windows", {**WINDOW, "colour": "red"}, ("colour",), id="a name too many"),
        pytest.param(
            "windows",
            {**WINDOW, "valid_from": "2026-12-02", "valid_until": "2026-12-01"},
            (),
            id="an end before the start",
        ),
        pytest.param("exceptions", {**EXTRA, "region": None}, (), id="extra hours nowhere"),
        pytest.param("exceptions", {**EXTRA, "starts": None}, (), id="extra hours without start"),
        pytest.param("exceptions", {**EXTRA, "available": False}, (), id="away in one region"),
        pytest.param(
            "exceptions",
            {"on": "2026-12-01", "available": False, "ends": "12:00"},
            (),
            id="away until",
        ),
    ],
)
def test_hours_that_cannot_be_planned_are_told_with_their_place(kind, content, where):
    good = {"windows": WINDOW, "exceptions": EXTRA}[kind]
    anna: dict[str, Any] = {"id": str(ANNA), "name": "Anna", kind: [good]}
    bram = {"id": str(BRAM), "name": "Bram", kind: [good, content]}
    AdvisersIn.model_validate({"advisers": [anna]})
    with pytest.raises(ValidationError) as caught:
        AdvisersIn.model_validate({"advisers": [anna, bram]})
    assert [fault["loc"] for fault in caught.value.errors()] == [("advisers", 1, kind, 1, *where)]
