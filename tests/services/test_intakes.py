"""Intakes: kept with what was found, followed by referrals or sessions, and listed in pages."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.domain.access import EVERY_REGION
from app.domain.errors import InvalidInput, NotFound
from app.domain.intake import UsedProvision
from app.domain.terms import Employment, Outcome, Purpose
from app.models import Intake, Referral
from app.routers.answers import intake_answer
from app.services.intakes import list_intakes
from app.services.referrals import (
    AlreadyReferredError,
    GuidanceGoesOnError,
    NoReceiverError,
    RefusedProvisionError,
)
from app.services.sealed import ANSWERS, cipher_of, seal_content
from tests.services.desk import OTHER_REGION, REGION, Desk, answers, local, wishes

CLEANER: dict[str, Any] = {"origin_sector": "schoonmaak", "employment": Employment.employee}
NURSE: dict[str, Any] = {
    "origin_sector": "ziekenhuizen",
    "employment": Employment.employee,
    "purpose": Purpose.orientation,
}


# Keeping


def test_what_was_answered_is_kept_as_it_was_said(desk):
    said: dict[str, Any] = {
        "origin_sector": "  De Kassen ",
        "organisation": "bij de buren",
        "occupation": "plukker",
        "skills": ("oogsten", "iets anders"),
        "motivation": "liever met mensen",
        "employment": Employment.agency_worker,
        "years_of_service": 11,
        "used_provisions": (UsedProvision("rijk-loopbaanscan", date(2024, 10, 1)),),
        "scheduling": wishes(count=2, not_before=local("2026-12-01 09:00")),
    }
    kept = desk.view(desk.intake(**said))
    again = ANSWERS.validate_python(kept.content.answers)
    assert asdict(again) == asdict(answers(**said))


@pytest.mark.parametrize(
    "unknown_then",
    [{"verifiedRecently"}, {"source", "verifiedOn", "verifiedRecently"}],
    ids=["whether it was verified recently", "any proof"],
)
def test_what_was_kept_before_provisions_carried_their_proof_can_still_be_read(desk, unknown_then):
    intake = desk.intake(**CLEANER)
    content = desk.view(intake).content
    lists = ("signposts", "alsoAvailable", "refusals")
    for one in (one for name in lists for one in content.finding[name]):
        for name in unknown_then:
            del one[name]
    with desk.act() as act:
        cipher = cipher_of(act.session, act.vault, intake)
        act.session.get_one(Intake, intake).content = seal_content(cipher, intake, content)
    shown = intake_answer(desk.view(intake))
    proven = [*shown.signposts, *shown.also_available, *shown.refusals]
    assert {one.verified_recently for one in proven} == {None}
    known = {one.verified_on is not None for one in proven}
    assert known == {"verifiedOn" not in unknown_then}


def test_a_referred_intake_has_referrals_in_order_and_no_sessions(desk):
    intake = desk.intake(**CLEANER)
    view = desk.view(intake)
    assert view.intake.outcome is Outcome.warm_referral
    referrals = [one.referral for one in view.referrals]
    assert referrals[0].provision_id == "schoonmaak-loopbaancheck"
    assert [one.rank for one in referrals] == list(range(len(referrals)))
    assert view.sessions == []
    assert desk.told() == ["1 intake_completed"]


def test_an_intake_with_guidance_has_sessions_and_no_referrals(desk):
    view = desk.view(desk.intake())
    assert view.intake.outcome is Outcome.guidance
    assert view.referrals == []
    assert [row.number for row, _ in view.sessions] == [1, 2, 3]
    assert all(name for _, name in view.sessions)


def test_the_municipality_gives_the_region(desk):
    kept = desk.read(desk.intake(region=None, municipality="Rotterdam"))
    rotterdam = next(
        one for one in desk.knowledge.catalogue.municipalities.values() if one.name == "Rotterdam"
    )
    assert kept.region == rotterdam.region
    assert desk.told(rotterdam.region)[0] == "1 intake_completed"


def test_an_intake_without_a_region_is_told_in_the_log_of_the_country(desk):
    desk.intake(region=None)
    desk.intake(region=None, municipality="Lutjebroek aan de Zee")
    assert [one.type for one in desk.log("NL01")].count("intake_completed") == 2


def test_what_is_invalid_leaves_nothing(desk):
    with pytest.raises(InvalidInput):
        desk.intake(region="AM99")
    with desk.database.read(EVERY_REGION) as session:
        assert session.exec(select(Intake)).all() == []
    assert desk.log("AM99") == []


@pytest.mark.parametrize(
    ("moment", "open_again"),
    [("2029-10-01 00:30", True), ("2029-09-30 23:59", False)],
)
def test_the_day_of_an_intake_is_the_day_in_the_netherlands(moment, open_again, desk):
    desk.now = local(moment)
    intake = desk.intake(
        origin_sector="rijksoverheid",
        employment=Employment.employee,
        used_provisions=(UsedProvision("rijk-loopbaanscan", date(2024, 10, 1)),),
    )
    refused = {one["provisionId"] for one in desk.view(intake).content.finding["refusals"]}
    assert ("rijk-loopbaanscan" in refused) is not open_again


# Referring


def test_what_is_open_beside_the_question_can_be_referred_to_during_guidance(desk):
    intake = desk.intake(**NURSE)
    log = desk.told()
    referral = desk.refer(intake, "ziekenhuizen-plb")
    assert (referral.rank, referral.provision_id) == (0, "ziekenhuizen-plb")
    assert desk.read(intake).outcome is Outcome.guidance
    assert len(desk.agenda(intake)) == 3
    assert desk.told() == log


def test_why_a_provision_is_open_repeats_what_was_said_and_is_sealed(desk):
    banker = {
        "origin_sector": "bank",
        "organisation": "ABN AMRO",
        "employment": Employment.employee,
        "purpose": Purpose.orientation,
    }
    checked = desk.intake(**banker)
    added = desk.without_provisions().intake(**{**NURSE, "employment": None})
    desk.refer(added, "ziekenhuizen-plb")
    grounds = [one.grounds for intake in (checked, added) for one in desk.view(intake).referrals]
    said = {reason["detail"] for one in grounds for reason in one.reasons}
    asked = {reason["question"] for one in grounds for reason in one.to_confirm}
    assert "U werkt bij ABN AMRO." in said
    assert asked
    with desk.database.read(EVERY_REGION) as session:
        rows = [str(row) for row in session.execute(sa.text("SELECT * FROM referral"))]
        contents = session.exec(select(Referral.content)).all()
    rows += [one.decode(errors="replace") for one in contents]
    assert {words for words in said | asked if any(words in row for row in rows)} == set()


def test_a_later_referral_comes_after_the_first_ones(desk):
    before = desk.without_provisions()
    intake = before.intake(**NURSE)
    open_now = desk.view(desk.intake(**NURSE)).content.finding["alsoAvailable"]
    ids = [one["provisionId"] for one in open_now]
    assert [desk.refer(intake, one).rank for one in ids] == list(range(len(ids)))


def test_nobody_is_referred_to_one_provision_twice(desk):
    referred = desk.intake(**CLEANER)
    with pytest.raises(AlreadyReferredError):
        desk.refer(referred, "schoonmaak-loopbaancheck")
    guided = desk.intake(**NURSE)
    desk.refer(guided, "ziekenhuizen-plb")
    with pytest.raises(AlreadyReferredError):
        desk.refer(guided, "ziekenhuizen-plb")


def test_nobody_is_referred_to_what_is_not_for_them(desk):
    with pytest.raises(RefusedProvisionError):
        desk.refer(desk.intake(**CLEANER), "ziekenhuizen-plb")


def test_nobody_is_referred_to_a_signpost(desk):
    with pytest.raises(NoReceiverError):
        desk.refer(desk.intake(**CLEANER), "schoonmaak-ontwikkelpaden")


def test_who_has_sessions_is_not_referred_to_what_answers_the_question(desk):
    intake = desk.without_provisions().intake(**CLEANER)
    with pytest.raises(GuidanceGoesOnError):
        desk.refer(intake, "schoonmaak-loopbaancheck")
    assert len(desk.agenda(intake)) == 3
    with desk.database.read(EVERY_REGION) as session:
        assert session.exec(select(Referral)).all() == []


def test_a_referral_needs_an_intake_and_a_provision_that_exist(desk):
    with pytest.raises(NotFound):
        desk.refer(uuid4(), "schoonmaak-loopbaancheck")
    intake = desk.intake(**CLEANER)
    with pytest.raises(InvalidInput) as caught:
        desk.refer(intake, "bestaat-niet")
    assert [fault.pointer for fault in caught.value.faults] == ["/provisionId"]


# Listing


def pages(
    desk: Desk,
    limit: int,
    *,
    meanwhile: Callable[[], object] = lambda: None,
    region: str | None = None,
    outcome: Outcome | None = None,
) -> list[UUID]:
    """Walk through the list, newest first; do something else after every page."""
    found: list[UUID] = []
    while True:
        with desk.act() as act:
            after = found[-1] if found else None
            page, cursor = list_intakes(
                act, after=after, limit=limit, region=region, outcome=outcome, held_by=None
            )
        found += [one.intake.id for one in page]
        assert cursor in {None, *found[-1:]}
        if cursor is None:
            return found
        meanwhile()


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_every_intake_is_listed_once_newest_first(limit, quiet):
    made = [
        replace(quiet, now=quiet.now + timedelta(minutes=minutes)).intake()
        for minutes in (0, 0, 0, 1, 2, 2, 3)
    ]
    found = pages(quiet, limit)
    assert sorted(found) == sorted(made)
    moments = [quiet.read(one).created_at for one in found]
    assert moments == sorted(moments, reverse=True)
    assert found == pages(quiet, 50)


def test_what_comes_in_meanwhile_moves_no_page(quiet):
    made = [replace(quiet, now=quiet.now + timedelta(minutes=one)).intake() for one in range(5)]
    later = replace(quiet, now=quiet.now + timedelta(hours=1))
    found = pages(quiet, 2, meanwhile=later.intake)
    assert found == made[::-1]


def test_a_list_can_be_of_one_region_or_outcome(quiet):
    here = quiet.intake()
    there = quiet.intake(region=OTHER_REGION)
    referred = quiet.intake(**CLEANER)
    assert pages(quiet, 1, region=OTHER_REGION) == [there]
    assert pages(quiet, 1, outcome=Outcome.warm_referral) == [referred]
    assert sorted(pages(quiet, 1, region=REGION)) == sorted([here, referred])
    assert pages(quiet, 1, region=OTHER_REGION, outcome=Outcome.warm_referral) == []


def test_a_page_after_an_intake_that_does_not_exist_is_refused(quiet):
    with quiet.act() as act, pytest.raises(InvalidInput):
        list_intakes(act, after=uuid4(), limit=1, region=None, outcome=None, held_by=None)
