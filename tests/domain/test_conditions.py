"""What each kind of condition about sectors says: met, unmet or unknown, and why."""

import pytest

from app.domain.conditions import WantsInto, WorksIn, WorksInOrWantsInto
from app.domain.judging import judge
from app.domain.person import Person
from app.domain.terms import Purpose
from app.domain.verdicts import Case, Finding, met, unknown, unmet
from tests.domain.builders import SMALL, TODAY, judged

GROEN = WorksIn(sectors=("groen",))
KAS = WorksIn(sectors=("kas",))
UNDER_GROEN = unknown("sector_uncertain", "Valt uw werk onder de cao van Groen?")
NOT_GROEN = "Deze voorziening is voor Groen. U werkt in {}."
TOO_BROAD = (
    "Deze voorziening is alleen voor {}. U noemde {}, dat is breder. "
    "Vraag in welke sector het precies is."
)


def works_in(name: str) -> Finding:
    return met("works_in_sector", f"U werkt in {name}, of werkte daar het laatst.")


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
            unmet("other_sector", "Deze voorziening is voor Kas. U werkt in Loonwerk."),
            id="never sideways: a sister sector is refused",
        ),
        pytest.param(
            KAS,
            Person(origin="groen"),
            unmet("sector_too_broad", TOO_BROAD.format("Kas", "Groen")),
            id="never upwards: a broader sector is refused and told to say more",
        ),
        pytest.param(
            WorksIn(sectors=("geld", "kas")),
            Person(origin="groen"),
            unmet("sector_too_broad", TOO_BROAD.format("Geld of Kas", "Groen")),
            id="broader than one of several sectors is told to say more too",
        ),
        pytest.param(
            KAS,
            Person(origin=None),
            unmet("sector_unknown", "Deze voorziening is voor Kas. Wij herkennen uw sector niet."),
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
                "Deze voorziening is voor Kas. Kasvrij valt daar niet onder.",
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
                "Deze voorziening is voor Groen. Loonvrij valt daar niet onder.",
            ),
            id="an employer outside the cao of an uncertain sector is refused",
        ),
        pytest.param(
            KAS,
            Person(origin="rozen", organisation="kasvrij"),
            works_in("Rozen"),
            id="an employer of another sector than the one said decides nothing",
        ),
        pytest.param(
            WorksIn(sectors=("geld",)),
            Person(origin="kas", organisation="kasvrij"),
            unmet("other_sector", "Deze voorziening is voor Geld. U werkt in Kas."),
            id="an employer outside its cao is told of its sector where that is why",
        ),
        pytest.param(
            KAS,
            Person(origin="geld", organisation="geldhuis"),
            unmet("other_sector", "Deze voorziening is voor Kas. U werkt in Geld."),
            id="an uncertain employer does not open another sector",
        ),
    ],
)
def test_works_in(condition, person, finding):
    assert judged(condition, person) == finding


VRACHT = WantsInto(sectors=("vracht",))
VERVOER = WantsInto(sectors=("wegvervoer",), not_from=("vracht",), ask_from=("wegvervoer",))
ANYWHERE = WantsInto()
OUTSIDERS = "Dit is voor mensen die van buiten komen. U werkt al in {}."


def wants(name: str) -> Finding:
    return met("wants_into_sector", f"U wilt naar {name}.")


@pytest.mark.parametrize(
    ("condition", "person", "finding"),
    [
        pytest.param(
            VRACHT,
            Person(origin="geld", target="vracht"),
            wants("Vracht"),
            id="who comes from elsewhere into the sector is met",
        ),
        pytest.param(
            WantsInto(sectors=("wegvervoer",)),
            Person(origin="geld", target="vracht"),
            wants("Vracht"),
            id="a target below the sector is met",
        ),
        pytest.param(
            WantsInto(sectors=("wegvervoer",)),
            Person(origin="geld", target="pakketten"),
            unknown("target_uncertain", "Geldt de instroom van Wegvervoer ook voor Pakketten?"),
            id="a target that inherits uncertainly is asked about",
        ),
        pytest.param(
            WantsInto(sectors=("wegvervoer",), question="Rijdt u nu al?"),
            Person(origin="geld", target="post"),
            unknown("target_uncertain", "Geldt de instroom van Wegvervoer ook voor Post?"),
            id="the own question is about the origin and never about the target",
        ),
        pytest.param(
            WantsInto(sectors=("groen",)),
            Person(origin="geld", target="kassa"),
            unmet("other_target", "Deze voorziening is voor Groen. U wilt naar Kassa."),
            id="a target that does not inherit is refused",
        ),
        pytest.param(
            VRACHT,
            Person(origin="geld", target="wegvervoer"),
            unmet(
                "target_too_broad",
                "Deze voorziening is alleen voor Vracht. U noemde Wegvervoer, dat is breder.",
            ),
            id="a broader target is refused",
        ),
        pytest.param(
            VRACHT,
            Person(origin="geld", target="post"),
            unmet("other_target", "Deze voorziening is voor Vracht. U wilt naar Post."),
            id="another target is refused",
        ),
        pytest.param(
            VRACHT,
            Person(origin="geld"),
            unmet("no_target", "U noemde geen sector waar u naartoe wilt."),
            id="without a target it is refused",
        ),
        pytest.param(
            VRACHT,
            Person(origin="geld", target_named=True),
            unmet("target_unknown", "Wij herkennen niet naar welke sector u wilt."),
            id="a target that was not understood is refused",
        ),
        pytest.param(
            VRACHT,
            Person(origin="vracht", target="geld"),
            unmet("other_target", "Deze voorziening is voor Vracht. U wilt naar Geld."),
            id="who leaves the sector hears that it is for another target",
        ),
        pytest.param(
            VRACHT,
            Person(origin="vracht", target="vracht"),
            unmet("already_there", OUTSIDERS.format("Vracht")),
            id="who works in the sector already is refused",
        ),
        pytest.param(
            WantsInto(sectors=("groen",)),
            Person(origin="rozen", target="kas"),
            unmet("already_there", OUTSIDERS.format("Rozen")),
            id="who works below the sector already is refused",
        ),
        pytest.param(
            WantsInto(sectors=("groen",)),
            Person(origin="maaien", target="kas"),
            unknown("origin_near", "Werkt u nu al in Groen?"),
            id="who may or may not be inside already is asked",
        ),
        pytest.param(
            VRACHT,
            Person(origin="wegvervoer", target="vracht"),
            unknown("origin_near", "Werkt u nu al in Vracht?"),
            id="who named a broader sector may be inside already and is asked",
        ),
        pytest.param(
            VRACHT,
            Person(origin=None, target="vracht"),
            unknown("origin_unknown", "Werkt u nu al in Vracht?"),
            id="an origin that was not understood is asked about",
        ),
        pytest.param(
            WantsInto(sectors=("vracht",), question="Rijdt u nu al?"),
            Person(origin=None, target="vracht"),
            unknown("origin_unknown", "Rijdt u nu al?"),
            id="a condition asks its own question about an unknown origin",
        ),
        pytest.param(
            VERVOER,
            Person(origin="vracht", target="vracht"),
            unmet("already_there", OUTSIDERS.format("Vracht")),
            id="who comes from a sector it is not for is refused",
        ),
        pytest.param(
            VERVOER,
            Person(origin="opslag", target="vracht"),
            unknown("origin_near", "Werkt u nu al in Vracht?"),
            id="who comes from a sector that is asked about is asked",
        ),
        pytest.param(
            VERVOER,
            Person(origin="geld", target="opslag"),
            wants("Opslag"),
            id="who comes from neither is met",
        ),
        pytest.param(
            ANYWHERE,
            Person(origin="geld", target="kas"),
            wants("Kas"),
            id="any other sector is met when no sector is named",
        ),
        pytest.param(
            ANYWHERE,
            Person(origin=None, target="kas"),
            wants("Kas"),
            id="any sector is met when the origin was not understood",
        ),
        pytest.param(
            ANYWHERE,
            Person(origin="rozen", target="groen"),
            unmet("already_there", "U werkt al in de sector waar u naartoe wilt."),
            id="the own line of the tree is not another sector",
        ),
        pytest.param(
            ANYWHERE,
            Person(origin="geld"),
            unmet("no_target", "U noemde geen sector waar u naartoe wilt."),
            id="any other sector still needs a target",
        ),
    ],
)
def test_wants_into(condition, person, finding):
    assert judged(condition, person) == finding


EITHER = WorksInOrWantsInto(sectors=("groen",))


@pytest.mark.parametrize(
    ("person", "finding"),
    [
        pytest.param(Person(origin="kas"), works_in("Kas"), id="who works there is met"),
        pytest.param(
            Person(origin="geld", target="kas"), wants("Kas"), id="who wants into it is met"
        ),
        pytest.param(
            Person(origin="kas", target="rozen"), works_in("Kas"), id="working there is named first"
        ),
        pytest.param(
            Person(origin="loonwerk", target="kas"),
            wants("Kas"),
            id="a certain target wins from an uncertain origin",
        ),
        pytest.param(
            Person(origin="loonwerk", target="geld"), UNDER_GROEN, id="an uncertain origin is asked"
        ),
        pytest.param(
            Person(origin="geld", target="loonwerk"),
            unknown("target_uncertain", "Geldt de instroom van Groen ook voor Loonwerk?"),
            id="an uncertain target is asked",
        ),
        pytest.param(
            Person(origin="geld", target="banken"),
            unmet("other_sector", NOT_GROEN.format("Geld")),
            id="neither side is refused, and the origin is named",
        ),
    ],
)
def test_works_in_or_wants_into(person, finding):
    assert judged(EITHER, person) == finding


def test_either_side_asks_its_own_question_about_the_origin():
    condition = WorksInOrWantsInto(sectors=("groen",), question="Onder welke cao valt u?")
    finding = judged(condition, Person(origin="loonwerk"))
    assert finding == unknown("sector_uncertain", "Onder welke cao valt u?")


def test_a_kind_of_condition_without_a_rule_is_an_error_of_ours():
    case = Case(Person(origin="kas"), "regeling", SMALL, TODAY)
    with pytest.raises(TypeError, match="no rule for Purpose in regeling"):
        judge(Purpose.orientation, case)  # type: ignore[arg-type]  # that is the point
