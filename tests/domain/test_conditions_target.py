"""What conditions on the sector one wants into say: met, unmet or unknown, and why."""

import pytest

from app.domain.conditions import WantsInto, WorksInOrWantsInto
from app.domain.person import Person
from app.domain.terms import Ask
from app.domain.verdicts import Finding, met, unknown, unmet
from tests.domain.builders import judged

VRACHT = WantsInto(sectors=("vracht",))
VERVOER = WantsInto(sectors=("wegvervoer",), not_from=("vracht",), ask_from=("wegvervoer",))
ANYWHERE = WantsInto()
OUTSIDERS = "Dit is voor mensen die van buiten komen. U werkt of werkte al in de sector {}."


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
            unknown("target_uncertain", "Hoort Pakketten bij de sector Wegvervoer?"),
            id="a target that inherits uncertainly is asked about",
        ),
        pytest.param(
            WantsInto(sectors=("wegvervoer",), question="Rijdt u nu al?"),
            Person(origin="geld", target="post"),
            unknown("target_uncertain", "Hoort Post bij de sector Wegvervoer?"),
            id="the own question is about the origin and never about the target",
        ),
        pytest.param(
            WantsInto(sectors=("groen",)),
            Person(origin="geld", target="kassa"),
            unmet("other_target", "Deze voorziening is voor de sector Groen. U wilt naar Kassa."),
            id="a target that does not inherit is refused",
        ),
        pytest.param(
            VRACHT,
            Person(origin="geld", target="wegvervoer"),
            unmet(
                "target_too_broad",
                "Deze voorziening is alleen voor de sector Vracht. U noemde Wegvervoer, "
                "dat is breder. Naar welk deel daarvan wilt u?",
                Ask.target_sector,
            ),
            id="a broader target is refused",
        ),
        pytest.param(
            VRACHT,
            Person(origin="geld", target="post"),
            unmet("other_target", "Deze voorziening is voor de sector Vracht. U wilt naar Post."),
            id="another target is refused",
        ),
        pytest.param(
            VRACHT,
            Person(origin="geld"),
            unmet("no_target", "U noemde geen sector waar u naartoe wilt.", Ask.target_sector),
            id="without a target it is refused",
        ),
        pytest.param(
            VRACHT,
            Person(origin="geld", target_named=True),
            unmet("target_unknown", "Wij weten niet naar welke sector u wilt.", Ask.target_sector),
            id="a target that was not understood is refused",
        ),
        pytest.param(
            VRACHT,
            Person(origin="vracht", target="geld"),
            unmet("other_target", "Deze voorziening is voor de sector Vracht. U wilt naar Geld."),
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
            unknown("origin_near", "Werkt u nu al in de sector Groen?"),
            id="who may or may not be inside already is asked",
        ),
        pytest.param(
            VRACHT,
            Person(origin="wegvervoer", target="vracht"),
            unknown("origin_near", "Werkt u nu al in de sector Vracht?", Ask.origin_sector),
            id="who named a broader sector may be inside already and is asked",
        ),
        pytest.param(
            VRACHT,
            Person(origin=None, target="vracht"),
            unknown("origin_unknown", "Werkt u nu al in de sector Vracht?", Ask.origin_sector),
            id="an origin that was not understood is asked about",
        ),
        pytest.param(
            WantsInto(sectors=("vracht",), question="Rijdt u nu al?"),
            Person(origin=None, target="vracht"),
            unknown("origin_unknown", "Rijdt u nu al?", Ask.origin_sector),
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
            unknown("origin_near", "Werkt u nu al in de sector Vracht?"),
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
            unmet("already_there", "U werkt of werkte al in de sector waar u naartoe wilt."),
            id="the own line of the tree is not another sector",
        ),
        pytest.param(
            ANYWHERE,
            Person(origin="geld"),
            unmet("no_target", "U noemde geen sector waar u naartoe wilt.", Ask.target_sector),
            id="any other sector still needs a target",
        ),
    ],
)
def test_wants_into(condition, person, finding):
    assert judged(condition, person) == finding


EITHER = WorksInOrWantsInto(sectors=("groen",))
WORKS_IN_KAS = met("works_in_sector", "U werkt in de sector Kas.")


@pytest.mark.parametrize(
    ("person", "finding"),
    [
        pytest.param(Person(origin="kas"), WORKS_IN_KAS, id="who works there is met"),
        pytest.param(
            Person(origin="geld", target="kas"), wants("Kas"), id="who wants into it is met"
        ),
        pytest.param(
            Person(origin="kas", target="rozen"), WORKS_IN_KAS, id="working there is named first"
        ),
        pytest.param(
            Person(origin="loonwerk", target="kas"),
            wants("Kas"),
            id="a certain target wins from an uncertain origin",
        ),
        pytest.param(
            Person(origin="loonwerk", target="geld"),
            unknown("sector_uncertain", "Valt uw werk onder de cao van Groen?"),
            id="an uncertain origin is asked",
        ),
        pytest.param(
            Person(origin="kas", organisation="geldhuis", target="geld"),
            unknown("employer_elsewhere", "Werkt u in de sector Kas?"),
            id="an employer in another line of the tree makes one ask",
        ),
        pytest.param(
            Person(origin="kas", organisation="geldhuis", target="rozen"),
            wants("Rozen"),
            id="a certain target wins from an employer elsewhere",
        ),
        pytest.param(
            Person(origin="geld", target="loonwerk"),
            unknown("target_uncertain", "Hoort Loonwerk bij de sector Groen?"),
            id="an uncertain target is asked",
        ),
        pytest.param(
            Person(origin="geld", target="banken"),
            unmet("other_sector", "Deze voorziening is voor de sector Groen. Uw sector is Geld."),
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
