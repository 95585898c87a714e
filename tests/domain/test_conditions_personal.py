"""What each kind of condition about work and wishes says: met, unmet or unknown, and why."""

import pytest

from app.domain.conditions import (
    EmployedBy,
    EmploymentIs,
    JobLossIs,
    PurposeIs,
    StaysIn,
    TargetOccupationIs,
)
from app.domain.person import Person
from app.domain.terms import Employment, JobLoss, Purpose
from app.domain.verdicts import met, unknown, unmet
from tests.domain.builders import judged

GELDHUIS = EmployedBy(organisations=("geldhuis",))
ONLY_GELDHUIS = unmet("other_employer", "Deze voorziening is alleen voor werknemers van Geldhuis.")


@pytest.mark.parametrize(
    ("condition", "person", "finding"),
    [
        pytest.param(
            GELDHUIS,
            Person(origin="banken", organisation="geldhuis", organisation_named=True),
            met("employed_by", "U werkt bij Geldhuis."),
            id="its own employee is met",
        ),
        pytest.param(
            GELDHUIS,
            Person(origin="geld", organisation="geldhuis", organisation_named=True),
            met("employed_by", "U werkt bij Geldhuis."),
            id="its own employee who named a broader sector is met",
        ),
        pytest.param(
            GELDHUIS,
            Person(origin=None, organisation="geldhuis", organisation_named=True),
            met("employed_by", "U werkt bij Geldhuis."),
            id="its own employee whose sector was not understood is met",
        ),
        pytest.param(
            GELDHUIS,
            Person(origin="kas", organisation="geldhuis", organisation_named=True),
            unknown("employer_uncertain", "Is Geldhuis uw werkgever?"),
            id="who names it beside another sector is asked",
        ),
        pytest.param(
            EmployedBy(organisations=("geldhuis",), question="Wie betaalt uw loon?"),
            Person(origin="kas", organisation="geldhuis", organisation_named=True),
            unknown("employer_uncertain", "Wie betaalt uw loon?"),
            id="its own question is asked of who names it beside another sector",
        ),
        pytest.param(
            GELDHUIS,
            Person(origin="banken"),
            unknown("employer_unknown", "Werkt u bij Geldhuis?"),
            id="who works in its sector and named no employer is asked",
        ),
        pytest.param(
            GELDHUIS,
            Person(origin="geld"),
            unknown("employer_unknown", "Werkt u bij Geldhuis?"),
            id="who named a broader sector and no employer is asked",
        ),
        pytest.param(
            EmployedBy(organisations=("geldhuis",), question="Wie betaalt uw loon?"),
            Person(origin="banken"),
            unknown("employer_unknown", "Wie betaalt uw loon?"),
            id="its own question is asked of who named no employer",
        ),
        pytest.param(
            GELDHUIS,
            Person(origin="banken", organisation="spaarhuis", organisation_named=True),
            ONLY_GELDHUIS,
            id="an employee of another employer is refused",
        ),
        pytest.param(
            GELDHUIS,
            Person(origin="banken", organisation_named=True),
            ONLY_GELDHUIS,
            id="an employer that we do not know is another employer",
        ),
        pytest.param(
            GELDHUIS, Person(origin="kas"), ONLY_GELDHUIS, id="another sector is refused, not asked"
        ),
        pytest.param(
            GELDHUIS,
            Person(origin=None),
            ONLY_GELDHUIS,
            id="neither sector nor employer known is refused, not asked",
        ),
        pytest.param(
            EmployedBy(organisations=("kasbedrijf", "geldhuis")),
            Person(origin="banken", organisation="geldhuis", organisation_named=True),
            met("employed_by", "U werkt bij Geldhuis."),
            id="of several employers the own one is named",
        ),
        pytest.param(
            EmployedBy(organisations=("kasbedrijf", "geldhuis")),
            Person(origin="banken"),
            unknown("employer_unknown", "Werkt u bij Kasbedrijf of Geldhuis?"),
            id="of several employers one in the own sector is enough to ask",
        ),
    ],
)
def test_employed_by(condition, person, finding):
    assert judged(condition, person) == finding


EMPLOYEES = EmploymentIs(allowed=(Employment.employee,), ask=(Employment.job_seeker,))


@pytest.mark.parametrize(
    ("condition", "employment", "finding"),
    [
        pytest.param(
            EMPLOYEES,
            Employment.employee,
            met("employment_fits", "U bent werknemer."),
            id="an employee is met",
        ),
        pytest.param(
            EmploymentIs(allowed=(Employment.employee, Employment.agency_worker)),
            Employment.agency_worker,
            met("employment_fits", "U bent uitzendkracht."),
            id="an agency worker is met where that is allowed",
        ),
        pytest.param(
            EMPLOYEES,
            Employment.agency_worker,
            unmet(
                "employment_differs",
                "Deze voorziening is voor een werknemer. U bent uitzendkracht.",
            ),
            id="an agency worker is refused a scheme for employees",
        ),
        pytest.param(
            EmploymentIs(allowed=(Employment.employee, Employment.agency_worker)),
            Employment.self_employed,
            unmet(
                "employment_differs",
                "Deze voorziening is voor een werknemer of uitzendkracht. U bent zelfstandige.",
            ),
            id="a self-employed person is refused, and all who are allowed are named",
        ),
        pytest.param(
            EMPLOYEES,
            Employment.job_seeker,
            unknown("employment_uncertain", "Geldt de voorziening ook nu u werkzoekende bent?"),
            id="a job seeker is asked where the provider decides",
        ),
        pytest.param(
            EmploymentIs(
                allowed=(Employment.employee,),
                ask=(Employment.job_seeker,),
                question="Is er een sociaal plan?",
            ),
            Employment.job_seeker,
            unknown("employment_uncertain", "Is er een sociaal plan?"),
            id="a job seeker is asked the own question",
        ),
        pytest.param(
            EmploymentIs(allowed=(Employment.employee,)),
            Employment.job_seeker,
            unmet(
                "employment_differs",
                "Deze voorziening is voor een werknemer. U bent werkzoekende.",
            ),
            id="a job seeker is refused where nothing is asked",
        ),
        pytest.param(
            EMPLOYEES,
            None,
            unknown("employment_unknown", "Bent u werknemer?"),
            id="an employment that was not told is asked",
        ),
        pytest.param(
            EmploymentIs(allowed=(Employment.employee,), question="Hebt u een contract?"),
            None,
            unknown("employment_unknown", "Hebt u een contract?"),
            id="an employment that was not told is asked with the own question",
        ),
    ],
)
def test_employment_is(condition, employment, finding):
    assert judged(condition, Person(origin="kas", employment=employment)) == finding


LOST = JobLossIs(allowed=(JobLoss.threatened, JobLoss.happened))


@pytest.mark.parametrize(
    ("condition", "job_loss", "finding"),
    [
        pytest.param(
            LOST,
            JobLoss.threatened,
            met("job_at_risk", "U verliest uw baan, of dat dreigt."),
            id="a job that is about to be lost is met",
        ),
        pytest.param(
            LOST,
            JobLoss.happened,
            met("job_at_risk", "U verliest uw baan, of dat dreigt."),
            id="a job that is lost is met",
        ),
        pytest.param(
            LOST,
            JobLoss.none,
            unmet(
                "job_not_at_risk",
                "Deze voorziening is er alleen als u uw baan dreigt te verliezen "
                "of uw baan hebt verloren.",
            ),
            id="a safe job is refused",
        ),
        pytest.param(
            JobLossIs(allowed=(JobLoss.none,)),
            JobLoss.none,
            met("job_not_at_risk", "Uw baan is niet in gevaar."),
            id="a safe job is met where it must be safe",
        ),
        pytest.param(
            JobLossIs(allowed=(JobLoss.none,)),
            JobLoss.happened,
            unmet("job_at_risk", "Deze voorziening is er alleen als u uw baan houdt."),
            id="a lost job is refused where it must be safe",
        ),
        pytest.param(
            JobLossIs(allowed=(JobLoss.threatened,)),
            JobLoss.happened,
            unmet(
                "job_at_risk", "Deze voorziening is er alleen als u uw baan dreigt te verliezen."
            ),
            id="a lost job is refused where it must still be there",
        ),
    ],
)
def test_job_loss_is(condition, job_loss, finding):
    assert judged(condition, Person(origin="kas", job_loss=job_loss)) == finding


@pytest.mark.parametrize(
    ("purpose", "finding"),
    [
        pytest.param(
            Purpose.orientation,
            met("purpose_fits", "De voorziening past bij uw vraag."),
            id="the first purpose is met",
        ),
        pytest.param(
            Purpose.other_work,
            met("purpose_fits", "De voorziening past bij uw vraag."),
            id="the second purpose is met",
        ),
        pytest.param(
            Purpose.other_sector,
            unmet(
                "purpose_differs",
                "Deze voorziening is bedoeld voor: weten waar u staat of ander werk vinden.",
            ),
            id="another purpose is refused",
        ),
        pytest.param(
            None,
            met("purpose_fits", "De voorziening past bij uw vraag."),
            id="a purpose that was not told is derived first",
        ),
    ],
)
def test_purpose_is(purpose, finding):
    condition = PurposeIs(allowed=(Purpose.orientation, Purpose.other_work))
    assert judged(condition, Person(origin="kas", purpose=purpose)) == finding


def test_every_purpose_has_words_of_its_own():
    condition = PurposeIs(allowed=(Purpose.growth_in_sector, Purpose.other_sector))
    assert judged(condition, Person(origin="kas")).reason.detail == (
        "Deze voorziening is bedoeld voor: verder komen in uw eigen sector "
        "of naar een andere sector gaan."
    )


STAYS = StaysIn(sectors=("kas",))
STAYS_OR_ASKS = StaysIn(sectors=("kas",), ask=True)
STAYING = met("stays_in_sector", "U blijft in Kas.")
WHERE_TO = unknown("destination_uncertain", "Wilt u in Kas blijven werken?")
LEAVING = unmet("leaves_sector", "Deze voorziening is voor wie in Kas blijft.")


@pytest.mark.parametrize(
    ("condition", "person", "finding"),
    [
        pytest.param(STAYS, Person(origin="kas", target="kas"), STAYING, id="who stays is met"),
        pytest.param(
            STAYS,
            Person(origin="kas", target="rozen"),
            STAYING,
            id="a target below it stays inside",
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", purpose=Purpose.growth_in_sector),
            STAYING,
            id="who wants to grow in the own sector stays",
        ),
        pytest.param(
            STAYS, Person(origin="kas", target="geld"), LEAVING, id="who leaves is refused"
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", target="geld", purpose=Purpose.growth_in_sector),
            LEAVING,
            id="the target says more than the purpose",
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", purpose=Purpose.other_sector),
            LEAVING,
            id="who wants another sector, no matter which, is refused",
        ),
        pytest.param(
            STAYS_OR_ASKS,
            Person(origin="kas", target="geld"),
            WHERE_TO,
            id="who leaves is asked where the provider decides",
        ),
        pytest.param(
            STAYS_OR_ASKS,
            Person(origin="kas", target="rozen"),
            STAYING,
            id="who stays is met where the provider decides on who leaves",
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", target="groen"),
            WHERE_TO,
            id="a broader target may be inside and is asked",
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", purpose=Purpose.other_work),
            WHERE_TO,
            id="who looks for other work, no matter where, is asked",
        ),
        pytest.param(
            STAYS, Person(origin="kas", target_named=True), WHERE_TO, id="a lost target is asked"
        ),
        pytest.param(
            StaysIn(sectors=("kas",), question="Waar gaat u heen?"),
            Person(origin="kas"),
            unknown("destination_uncertain", "Waar gaat u heen?"),
            id="a condition asks its own question",
        ),
    ],
)
def test_stays_in(condition, person, finding):
    assert judged(condition, person) == finding


DRIVERS = TargetOccupationIs(occupations=("vrachtrijder", "tankrijder"))


@pytest.mark.parametrize(
    ("condition", "wanted", "finding"),
    [
        pytest.param(
            DRIVERS,
            "tankrijder",
            met("occupation_fits", "U wilt tankrijder worden."),
            id="one of the occupations is met",
        ),
        pytest.param(
            DRIVERS,
            "bijrijder",
            unmet(
                "occupation_differs",
                "Deze voorziening is voor wie vrachtrijder of tankrijder wil worden.",
            ),
            id="another occupation is refused",
        ),
        pytest.param(
            DRIVERS,
            None,
            unknown("occupation_unknown", "Wilt u vrachtrijder of tankrijder worden?"),
            id="an occupation that was not told is asked",
        ),
        pytest.param(
            TargetOccupationIs(occupations=("vrachtrijder",), question="Wilt u rijden?"),
            None,
            unknown("occupation_unknown", "Wilt u rijden?"),
            id="an occupation that was not told is asked with the own question",
        ),
    ],
)
def test_target_occupation_is(condition, wanted, finding):
    person = Person(origin="kas", target="vracht", target_occupation=wanted)
    assert judged(condition, person) == finding
