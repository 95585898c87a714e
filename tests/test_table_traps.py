"""Where a reader of the Handreiking could go wrong, over the real catalogue."""

from datetime import date

import pytest

from app.domain.intake import UsedProvision, examine
from app.domain.rule import ProvisionCheck
from app.domain.terms import Employment, JobLoss, MatchedBy, Outcome, Purpose, Side
from app.domain.verdicts import Reason
from tests.domain.builders import TODAY, answers

AGENCY = Employment.agency_worker
SEEKER = Employment.job_seeker
GROWTH = Purpose.growth_in_sector
THREATENED = JobLoss.threatened
LISTS = ("referrals", "signposts", "also_available", "refusals")


def said_of(found: ProvisionCheck, provision: str) -> tuple[str, list[str]]:
    """Where the answer has the provision, and the codes of what is in the way."""
    ((where, one),) = [
        (where, one)
        for where in LISTS
        for one in getattr(found, where)
        if one.provision.id == provision
    ]
    in_the_way = one.reasons if where == "refusals" else one.to_confirm
    return where, [reason.code for reason in in_the_way]


@pytest.mark.parametrize(
    ("person", "provision", "where", "in_the_way"),
    [
        pytest.param(
            answers("metalektro", target_sector="horeca", job_loss=THREATENED),
            "metalektro-vwnw-begeleiding",
            "referrals",
            ["destination_uncertain"],
            id="metalektro leaving the sector: ask the fund",
        ),
        pytest.param(
            answers("metalektro", target_sector="techniek", job_loss=THREATENED),
            "metalektro-vwnw-begeleiding",
            "referrals",
            ["destination_uncertain"],
            id="metalektro staying in some technical work: ask the fund",
        ),
        pytest.param(
            answers("installatietechniek", job_loss=THREATENED),
            "metalektro-vwnw-begeleiding",
            "refusals",
            ["other_sector"],
            id="klein-metaal is not metalektro",
        ),
        pytest.param(
            answers("brandweer"),
            "brandweer-tweede-loopbaanbeleid",
            "referrals",
            ["years_unknown"],
            id="a firefighter who tells no years is asked",
        ),
        pytest.param(
            answers("brandweer", years_of_service=10),
            "brandweer-tweede-loopbaanbeleid",
            "refusals",
            ["years_not_reached"],
            id="a firefighter in the tenth year is refused",
        ),
        pytest.param(
            answers("brandweer", years_of_service=14),
            "brandweer-tweede-loopbaanbeleid",
            "referrals",
            ["years_uncertain"],
            id="a firefighter who says fourteen years is asked",
        ),
        pytest.param(
            answers("brandweer", years_of_service=15),
            "brandweer-tweede-loopbaanbeleid",
            "referrals",
            [],
            id="a firefighter with fifteen years is referred",
        ),
        pytest.param(
            answers("horeca", target_sector="brandweer", years_of_service=15),
            "brandweer-tweede-loopbaanbeleid",
            "refusals",
            ["other_sector"],
            id="the second career is for who leaves the fire brigade, not for who joins it",
        ),
        pytest.param(
            answers("slachthuis", purpose=GROWTH),
            "slagers-ervaringscertificaat",
            "refusals",
            ["other_sector"],
            id="the meat industry is no butcher's shop",
        ),
        pytest.param(
            answers("Erasmus MC", purpose=GROWTH),
            "ziekenhuizen-plb",
            "refusals",
            ["other_sector"],
            id="a university hospital has a cao of its own",
        ),
        pytest.param(
            answers("zorg", organisation="Erasmus MC", purpose=GROWTH),
            "ziekenhuizen-plb",
            "refusals",
            ["other_sector"],
            id="a university hospital named beside a broad sector too",
        ),
        pytest.param(
            answers("bank", organisation="ING"),
            "abnamro-loopbaanscan",
            "refusals",
            ["other_employer"],
            id="an employee of ING gets no scan of ABN AMRO",
        ),
        pytest.param(
            answers("bank"),
            "abnamro-loopbaanscan",
            "referrals",
            ["employer_unknown"],
            id="an employee of some bank is asked whether it is ABN AMRO",
        ),
        pytest.param(
            answers("hoveniersbedrijf"),
            "agrarisch-groene-persona-test",
            "refusals",
            ["other_sector"],
            id="a gardener is no farm worker",
        ),
        pytest.param(
            answers("glastuinbouw"),
            "agrarisch-groene-persona-test",
            "signposts",
            [],
            id="greenhouses lie below the agrarische sector",
        ),
        pytest.param(
            answers("open teelten"),
            "agrarisch-groene-persona-test",
            "signposts",
            [],
            id="open fields lie below the agrarische sector",
        ),
        pytest.param(
            answers("dierhouderij"),
            "agrarisch-groene-persona-test",
            "signposts",
            [],
            id="livestock lies below the agrarische sector",
        ),
        pytest.param(
            answers("loonwerk"),
            "agrarisch-groene-persona-test",
            "signposts",
            ["sector_uncertain"],
            id="a contract farm worker is asked under which cao",
        ),
        pytest.param(
            answers("agrarische sector"),
            "glastuinbouw-loopbaanvoucher",
            "refusals",
            ["sector_too_broad"],
            id="never upwards: the agrarische sector has no voucher of the greenhouses",
        ),
        pytest.param(
            answers("schoonmaak", employment=AGENCY),
            "schoonmaak-loopbaancheck",
            "refusals",
            ["employment_differs"],
            id="a cleaner of an agency is refused",
        ),
        pytest.param(
            answers("buschauffeur", target_sector="vrachtwagenchauffeur"),
            "soob-zij-instroom",
            "referrals",
            [],
            id="a bus driver is a new lorry driver",
        ),
        pytest.param(
            answers("magazijn", target_sector="vrachtwagenchauffeur"),
            "soob-zij-instroom",
            "referrals",
            ["origin_near"],
            id="a warehouse worker is asked whether he drives already",
        ),
        pytest.param(
            answers("horeca", target_sector="kiepwagenchauffeur"),
            "soob-zij-instroom",
            "referrals",
            [],
            id="a tipper driver is a lorry driver",
        ),
        pytest.param(
            answers("horeca", target_sector="magazijnmedewerker"),
            "soob-zij-instroom",
            "refusals",
            ["occupation_differs"],
            id="a warehouse is not driving",
        ),
        pytest.param(
            answers("horeca", target_sector="transport"),
            "soob-zij-instroom",
            "referrals",
            ["occupation_unknown"],
            id="transport alone may be driving",
        ),
        pytest.param(
            answers("metalektro", target_sector="bouw"),
            "stichting-jij",
            "referrals",
            [],
            id="metalektro comes from outside the building sector",
        ),
        pytest.param(
            answers("metalektro", target_sector="bouw"),
            "techniekroute",
            "refusals",
            ["already_there"],
            id="metalektro is inside the technical sectors already",
        ),
        pytest.param(
            answers("schilder", target_sector="metalektro"),
            "techniekroute",
            "referrals",
            ["origin_near"],
            id="a painter may be inside the six technical sectors, which are not named",
        ),
        pytest.param(
            answers("drukkerij", job_loss=JobLoss.happened),
            "grafimedia-c3",
            "referrals",
            ["must_confirm"],
            id="C3 is on the internet: ask whether there is a person",
        ),
        pytest.param(
            answers("rijksambtenaar", job_loss=JobLoss.happened, employment=SEEKER),
            "rijk-vwnw-beleid",
            "referrals",
            ["employment_uncertain"],
            id="somebody who has left the Rijk is asked whether its policy still holds",
        ),
        pytest.param(
            answers("horeca", target_sector="bollenteelt"),
            "open-teelten-talentboom",
            "referrals",
            ["must_confirm"],
            id="Talentboom needs an employer under the cao first",
        ),
        pytest.param(
            answers("NS", purpose=GROWTH, job_loss=THREATENED),
            "ns-compensatie",
            "refusals",
            ["job_at_risk"],
            id="the compensation of NS is for who chooses to move",
        ),
        pytest.param(
            answers("metselaar"),
            "bouw-individueel-budget-di",
            "also_available",
            ["must_confirm"],
            id="the building budget follows a DIA, and pays no orientation",
        ),
        pytest.param(
            answers(
                "provincie",
                purpose=GROWTH,
                used_provisions=(UsedProvision("provincies-pbdi", date(2025, 1, 1)),),
            ),
            "provincies-pbdi",
            "referrals",
            ["used_before"],
            id="a budget that was used may have something left",
        ),
        pytest.param(
            answers("provincie", purpose=GROWTH, organisation="Belastingdienst"),
            "rijk-loopbaanscan",
            "refusals",
            ["other_sector"],
            id="an employer in another sector than the one said does not open its schemes",
        ),
        pytest.param(
            answers("provincie", purpose=GROWTH, organisation="Belastingdienst"),
            "provincies-pbdi",
            "referrals",
            ["employer_elsewhere"],
            id="an employer in another sector than the one said is asked about",
        ),
        pytest.param(
            answers("bank", organisation="ABN ARMO"),
            "abnamro-loopbaanscan",
            "referrals",
            ["employer_uncertain"],
            id="an employer that was guessed is asked about",
        ),
        pytest.param(
            answers(
                "post", target_sector="vrachtwagenchauffeur", occupation="vrachtwagenchauffeur"
            ),
            "soob-zij-instroom",
            "refusals",
            ["occupation_present"],
            id="who drives a lorry for the post is no new lorry driver",
        ),
        pytest.param(
            answers("overheid", organisation="Belastingdienst"),
            "rijk-loopbaanscan",
            "referrals",
            [],
            id="an employer makes a broad sector precise",
        ),
        pytest.param(
            answers("achter een bureau", organisation="Belastingdienst"),
            "rijk-loopbaanscan",
            "referrals",
            [],
            id="an employer tells the sector that was not understood",
        ),
    ],
)
def test_a_trap(person, provision, where, in_the_way, knowledge):
    found = examine(person, knowledge, on=TODAY).check
    assert said_of(found, provision) == (where, in_the_way)


def test_metalektro_is_asked_what_the_fund_must_answer(knowledge):
    leaving = answers("metalektro", target_sector="horeca", job_loss=THREATENED)
    found = examine(leaving, knowledge, on=TODAY).check
    (vwnw,) = [one for one in found.referrals if one.provision.id == "metalektro-vwnw-begeleiding"]
    question = "Betaalt A+O ook als u buiten de Metalektro gaat werken?"
    assert vwnw.to_confirm == (Reason("destination_uncertain", question),)


def test_an_employer_that_tells_the_sector_is_shown_as_how_it_was_understood(knowledge):
    origin = examine(answers("zorg", organisation="Erasmus MC"), knowledge, on=TODAY).origin
    assert (origin.said, origin.sector, origin.matched_by) == (
        "zorg",
        "umc",
        MatchedBy.organisation,
    )
    assert "umc" not in origin.alternatives


def test_a_guessed_employer_does_not_tell_the_sector(knowledge):
    finding = examine(answers("circus", organisation="Belastingdeinst"), knowledge, on=TODAY)
    assert finding.organisation is not None
    assert finding.organisation.matched_by is MatchedBy.fuzzy
    assert finding.origin.sector is None


def test_a_window_cleaner_who_leaves_sees_the_paths_of_the_own_sector_as_origin(knowledge):
    found = examine(answers("glazenwasser", target_sector="ouderenzorg"), knowledge, on=TODAY).check
    (paths,) = [one for one in found.signposts if one.provision.id == "schoonmaak-ontwikkelpaden"]
    assert paths.side is Side.origin


@pytest.mark.parametrize(
    "door",
    [
        "leeroverzicht",
        "competentnl",
        "platform-naar-werk",
        "werknl-vacaturebank",
        "werkcentrum",
        "gidsfunctie-overheid",
        "uwv-gemeente-faciliteiten",
        "skillspaspoort-generiek",
        "ervaringscertificaat-generiek",
    ],
)
@pytest.mark.parametrize("employment", Employment)
def test_a_door_for_everyone_stands_open_and_costs_nobody_the_sessions(door, employment, knowledge):
    person = answers("onderwijs", employment=employment)
    found = examine(person, knowledge, on=TODAY).check
    assert found.outcome is Outcome.guidance
    assert said_of(found, door) == ("signposts", [])
