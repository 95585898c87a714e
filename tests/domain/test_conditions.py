"""What a condition on the sector one works in says: met, unmet or unknown, and why."""

import pytest

from app.domain.conditions import WorksIn
from app.domain.judging import judge
from app.domain.person import Person
from app.domain.terms import Ask, Employment, Purpose
from app.domain.verdicts import Case, Finding, met, unknown, unmet
from tests.domain.builders import SMALL, TODAY, judged

GROEN = WorksIn(sectors=("groen",))
KAS = WorksIn(sectors=("kas",))
ELSEWHERE = unknown("employer_elsewhere", "Werkt u in de sector Kas?")
UNDER_GROEN = unknown("sector_uncertain", "Valt uw werk onder de cao van Groen?")
NOT_GROEN = "Deze voorziening is voor de sector Groen. Uw sector is {}."
TOO_BROAD = (
    "Deze voorziening is alleen voor de sector {}. U noemde {}, dat is breder. "
    "In welk deel daarvan werkt u?"
)


def works_in(name: str) -> Finding:
    return met("works_in_sector", f"U werkt in de sector {name}.")


@pytest.mark.parametrize(
    ("condition", "person", "finding"),
    [
        pytest.param(
            GROEN, Person(origin="groen"), works_in("Groen"), id="the sector itself is met"
        ),
        pytest.param(
            GROEN,
            Person(origin="kas"),
            works_in("Kas"),
            id="what lies below inherits, so it is met",
        ),
        pytest.param(
            GROEN, Person(origin="rozen"), works_in("Rozen"), id="two levels down is met as well"
        ),
        pytest.param(
            WorksIn(sectors=("geld", "kas")),
            Person(origin="rozen"),
            works_in("Rozen"),
            id="one of several sectors is enough",
        ),
        pytest.param(
            GROEN, Person(origin="loonwerk"), UNDER_GROEN, id="uncertain inheritance is asked"
        ),
        pytest.param(
            GROEN,
            Person(origin="maaien"),
            UNDER_GROEN,
            id="one uncertain step on the way down is asked too",
        ),
        pytest.param(
            WorksIn(sectors=("groen",), question="Onder welke cao valt u?"),
            Person(origin="loonwerk"),
            unknown("sector_uncertain", "Onder welke cao valt u?"),
            id="a condition asks its own question",
        ),
        pytest.param(
            WorksIn(sectors=("geld", "groen")),
            Person(origin="loonwerk"),
            unknown("sector_uncertain", "Valt uw werk onder de cao van Geld of Groen?"),
            id="uncertain in one of several sectors is asked",
        ),
        pytest.param(
            WorksIn(sectors=("groen", "loonwerk")),
            Person(origin="maaien"),
            works_in("Maaien"),
            id="certain in one sector wins from uncertain in another",
        ),
        pytest.param(
            GROEN,
            Person(origin="tuinwinkel"),
            unmet("other_sector", NOT_GROEN.format("Tuinwinkel")),
            id="a sector that does not inherit is refused",
        ),
        pytest.param(
            GROEN,
            Person(origin="kassa"),
            unmet("other_sector", NOT_GROEN.format("Kassa")),
            id="and so is what lies below a sector that does not inherit",
        ),
        pytest.param(
            GROEN,
            Person(origin="geld"),
            unmet("other_sector", NOT_GROEN.format("Geld")),
            id="another sector is refused",
        ),
        pytest.param(
            KAS,
            Person(origin="loonwerk"),
            unmet("other_sector", "Deze voorziening is voor de sector Kas. Uw sector is Loonwerk."),
            id="never sideways: a sister sector is refused",
        ),
        pytest.param(
            KAS,
            Person(origin="groen"),
            unmet("sector_too_broad", TOO_BROAD.format("Kas", "Groen"), Ask.origin_sector),
            id="never upwards: a broader sector is refused and told to say more",
        ),
        pytest.param(
            WorksIn(sectors=("geld", "kas")),
            Person(origin="groen"),
            unmet("sector_too_broad", TOO_BROAD.format("Geld of Kas", "Groen"), Ask.origin_sector),
            id="broader than one of several sectors is told to say more too",
        ),
        pytest.param(
            KAS,
            Person(origin=None),
            unmet(
                "sector_unknown",
                "Deze voorziening is voor de sector Kas. Wij weten niet in welke sector u werkt.",
                Ask.origin_sector,
            ),
            id="a sector that was not understood is refused",
        ),
        pytest.param(
            KAS,
            Person(origin="kas", organisation="kasbedrijf"),
            works_in("Kas"),
            id="an employer under the cao of its sector changes nothing",
        ),
        pytest.param(
            KAS,
            Person(origin="kas", organisation="kasholding"),
            unknown("sector_uncertain", "Valt uw werk onder de cao van Kas?"),
            id="an employer whose cao is uncertain is asked about",
        ),
        pytest.param(
            KAS,
            Person(origin="kas", organisation="kasvrij"),
            unmet(
                "employer_outside_cao",
                "Deze voorziening is voor de sector Kas. Kasvrij valt daar niet onder.",
            ),
            id="an employer outside the cao of its sector is refused",
        ),
        pytest.param(
            GROEN,
            Person(origin="loonwerk", organisation="loonbedrijf"),
            UNDER_GROEN,
            id="an employer does not make an uncertain sector certain",
        ),
        pytest.param(
            GROEN,
            Person(origin="loonwerk", organisation="loonvrij"),
            unmet(
                "employer_outside_cao",
                "Deze voorziening is voor de sector Groen. Loonvrij valt daar niet onder.",
            ),
            id="an employer outside the cao of an uncertain sector is refused",
        ),
        pytest.param(
            KAS,
            Person(origin="rozen", organisation="kasvrij"),
            works_in("Rozen"),
            id="an employer of a broader sector than the one said decides nothing",
        ),
        pytest.param(
            KAS,
            Person(origin="kas", organisation="geldhuis"),
            ELSEWHERE,
            id="an employer in another line of the tree makes one ask",
        ),
        pytest.param(
            GROEN,
            Person(origin="kas", organisation="loonbedrijf"),
            ELSEWHERE,
            id="an employer in a sister sector lies elsewhere too",
        ),
        pytest.param(
            WorksIn(sectors=("kas",), question="Onder welke cao valt u?"),
            Person(origin="kas", organisation="geldhuis"),
            ELSEWHERE,
            id="an employer elsewhere is asked about in the words of the sector said",
        ),
        pytest.param(
            GROEN,
            Person(origin="loonwerk", organisation="kasbedrijf"),
            unknown("employer_elsewhere", "Werkt u in de sector Loonwerk?"),
            id="an employer elsewhere goes before a sector that inherits uncertainly",
        ),
        pytest.param(
            WorksIn(sectors=("geld",)),
            Person(origin="kas", organisation="geldhuis"),
            unmet("other_sector", "Deze voorziening is voor de sector Geld. Uw sector is Kas."),
            id="an employer elsewhere opens nothing of its own sector",
        ),
        pytest.param(
            KAS,
            Person(origin="kas", organisation="geldhuis", organisation_guessed=True),
            works_in("Kas"),
            id="a guessed employer elsewhere says nothing",
        ),
        pytest.param(
            KAS,
            Person(origin="kas", organisation="kasvrij", organisation_guessed=True),
            works_in("Kas"),
            id="a guessed employer outside the cao of its sector says nothing",
        ),
        pytest.param(
            KAS,
            Person(origin="kas", organisation="kasholding", organisation_guessed=True),
            works_in("Kas"),
            id="a guessed employer whose cao is uncertain says nothing",
        ),
        pytest.param(
            KAS,
            Person(origin="kas", employment=Employment.job_seeker),
            met("works_in_sector", "U werkte het laatst in de sector Kas."),
            id="a job seeker worked there last",
        ),
        pytest.param(
            KAS,
            Person(origin="kas", employment=Employment.self_employed),
            works_in("Kas"),
            id="whoever else works there",
        ),
        pytest.param(
            WorksIn(sectors=("geld",)),
            Person(origin="kas", organisation="kasvrij"),
            unmet("other_sector", "Deze voorziening is voor de sector Geld. Uw sector is Kas."),
            id="an employer outside its cao is told of its sector where that is why",
        ),
        pytest.param(
            KAS,
            Person(origin="geld", organisation="geldhuis"),
            unmet("other_sector", "Deze voorziening is voor de sector Kas. Uw sector is Geld."),
            id="an uncertain employer does not open another sector",
        ),
    ],
)
def test_works_in(condition, person, finding):
    assert judged(condition, person) == finding


def test_a_kind_of_condition_without_a_rule_is_an_error_of_ours():
    case = Case(Person(origin="kas"), "regeling", SMALL, TODAY)
    with pytest.raises(TypeError, match="no rule for Purpose in regeling"):
        judge(Purpose.orientation, case)  # type: ignore[arg-type]  # that is the point
