"""What conditions on the employer and on how one is employed say, and why."""

import pytest

from app.domain.conditions import EmployedBy, EmploymentIs
from app.domain.person import Person
from app.domain.terms import Ask, Employment
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
            Person(
                origin="banken",
                organisation="geldhuis",
                organisation_named=True,
                organisation_guessed=True,
            ),
            unknown("employer_uncertain", "Is Geldhuis uw werkgever?", Ask.organisation),
            id="a guessed employer is asked about",
        ),
        pytest.param(
            EmployedBy(organisations=("geldhuis", "spaarhuis"), question="Wie betaalt uw loon?"),
            Person(
                origin="kas",
                organisation="spaarhuis",
                organisation_named=True,
                organisation_guessed=True,
            ),
            unknown("employer_uncertain", "Is Spaarhuis uw werkgever?", Ask.organisation),
            id="a guess is asked about by its name, whatever the own question",
        ),
        pytest.param(
            GELDHUIS,
            Person(
                origin="banken",
                organisation="spaarhuis",
                organisation_named=True,
                organisation_guessed=True,
            ),
            ONLY_GELDHUIS,
            id="a guess of another employer is refused",
        ),
        pytest.param(
            GELDHUIS,
            Person(origin="banken"),
            unknown("employer_unknown", "Werkt u bij Geldhuis?", Ask.organisation),
            id="who works in its sector and named no employer is asked",
        ),
        pytest.param(
            GELDHUIS,
            Person(origin="geld"),
            unknown("employer_unknown", "Werkt u bij Geldhuis?", Ask.organisation),
            id="who named a broader sector and no employer is asked",
        ),
        pytest.param(
            EmployedBy(organisations=("geldhuis",), question="Wie betaalt uw loon?"),
            Person(origin="banken"),
            unknown("employer_unknown", "Wie betaalt uw loon?", Ask.organisation),
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
            unknown("employer_unknown", "Werkt u bij Kasbedrijf of Geldhuis?", Ask.organisation),
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
            unknown("employment_unknown", "Bent u werknemer?", Ask.employment),
            id="an employment that was not told is asked",
        ),
        pytest.param(
            EmploymentIs(allowed=(Employment.employee,), question="Hebt u een contract?"),
            None,
            unknown("employment_unknown", "Hebt u een contract?", Ask.employment),
            id="an employment that was not told is asked with the own question",
        ),
    ],
)
def test_employment_is(condition, employment, finding):
    assert judged(condition, Person(origin="kas", employment=employment)) == finding
