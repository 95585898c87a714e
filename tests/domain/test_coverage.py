"""What the sectors have arranged: what the sources say must show, and each rule by itself."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain.catalogue import Catalogue
from app.domain.conditions import EmployedBy, ForEmployers, WantsInto, WorksIn, WorksInOrWantsInto
from app.domain.coverage import Cell, CoverageKind, CoverageStatus, Row, coverage
from app.domain.terms import Basis, BuildingBlock, ProvisionStatus
from tests.domain.builders import ORGANISATIONS, SECTORS, TODAY, catalogue_of, provision

KAS = WorksIn(sectors=("kas",), basis=Basis.stated)
ACCESS = BuildingBlock.access
ARRANGED, UNCERTAIN = CoverageStatus.arranged, CoverageStatus.uncertain
NONE_KNOWN = CoverageStatus.none_known


def rows_of(catalogue: Catalogue, on: date = TODAY, within: str | None = None) -> dict[str, Row]:
    return {row.id: row for row in coverage(catalogue, on, within)}


def cell(row: Row, block: BuildingBlock = ACCESS) -> Cell:
    return next(one for one in row.cells if one.building_block is block)


def statuses(catalogue: Catalogue, on: date = TODAY) -> dict[str, CoverageStatus]:
    """Say of each row what it has of the access to provisions, where it has any."""
    found = {name: cell(row).status for name, row in rows_of(catalogue, on).items()}
    return {name: status for name, status in found.items() if status is not NONE_KNOWN}


# Handreiking, chapter 4: sector or employer, section, and what its row names.
STATED = [
    ("provincies", BuildingBlock.career_training, "provincies-pbdi"),
    ("metalektro", BuildingBlock.career_training, "metalektro-ontwikkelvoucher"),
    ("glastuinbouw", BuildingBlock.career_training, "glastuinbouw-individueel-ontwikkelbudget"),
    ("ziekenhuizen", BuildingBlock.career_training, "ziekenhuizen-plb"),
    ("mn", BuildingBlock.career_training, "mn-individueel-ontwikkelbudget"),
    ("bouw-infra", BuildingBlock.career_training, "bouw-digitaal-skills-paspoort"),
    ("slagersbedrijf", BuildingBlock.career_training, "slagers-ervaringscertificaat"),
    ("rijksoverheid", BuildingBlock.career_advice, "rijk-loopbaanscan"),
    ("schoonmaak", BuildingBlock.career_advice, "schoonmaak-loopbaancheck"),
    ("agrarische-sector", BuildingBlock.career_advice, "agrarisch-groene-persona-test"),
    ("abn-amro", BuildingBlock.career_advice, "abnamro-loopbaanscan"),
    ("grafimedia", BuildingBlock.social_plan_mobility, "grafimedia-c3"),
    ("ns", BuildingBlock.social_plan_mobility, "ns-compensatie"),
    ("transport-logistiek", BuildingBlock.side_entry, "soob-zij-instroom"),
    ("open-teelten", BuildingBlock.side_entry, "open-teelten-talentboom"),
    ("gemeenten", BuildingBlock.access, "gemeenten-leerambassadeurs"),
]


@pytest.mark.parametrize(("who", "block", "what"), STATED, ids=str)
def test_what_a_row_of_the_handreiking_names_is_arranged(
    catalogue: Catalogue, who: str, block: BuildingBlock, what: str
) -> None:
    found = cell(rows_of(catalogue)[who], block)
    assert found.status is ARRANGED
    (named,) = [one for one in found.arrangements if one.provision.id == what]
    assert (named.status, named.inherited) == (ARRANGED, False)


def test_what_nobody_names_is_not_known_to_be_there(catalogue: Catalogue) -> None:
    rows = rows_of(catalogue)
    for sector in ("horeca", "detailhandel", "kinderopvang", "uitzendbranche"):
        assert {one.status for one in rows[sector].cells} == {NONE_KNOWN}
    assert cell(rows["banken"], BuildingBlock.career_advice).status is NONE_KNOWN


def test_the_schemes_of_2016_are_ended_and_cover_nothing(catalogue: Catalogue) -> None:
    found = cell(rows_of(catalogue)["jeugdzorg"], BuildingBlock.social_plan_mobility)
    assert found.status is CoverageStatus.ended
    for row in coverage(catalogue, TODAY):
        for one in (one for each in row.cells for one in each.arrangements):
            gone = one.provision.id.startswith("h2016-")
            assert (one.status is CoverageStatus.ended) is gone


def test_what_we_read_into_a_source_is_uncertain(catalogue: Catalogue) -> None:
    rows = rows_of(catalogue)
    paths = cell(rows["schoonmaak"], BuildingBlock.side_entry)
    assert [(one.provision.id, one.status) for one in paths.arrangements] == [
        ("schoonmaak-ontwikkelpaden", UNCERTAIN)
    ]
    second = cell(rows["brandweer"], BuildingBlock.career_advice)
    assert second.status is UNCERTAIN  # the source names it for another building block


def test_every_sector_and_every_employer_with_its_own_has_a_row(catalogue: Catalogue) -> None:
    rows = list(coverage(catalogue, TODAY))
    sectors = [row.id for row in rows if row.kind is CoverageKind.sector]
    assert sectors == list(catalogue.sectors)
    employers = {row.id for row in rows if row.kind is CoverageKind.employer}
    assert employers == {"ns", "abn-amro", "mn"}
    assert all([one.building_block for one in row.cells] == list(BuildingBlock) for row in rows)


def test_it_holds_down_the_tree_and_never_up_or_aside() -> None:
    groen = WorksIn(sectors=("groen",), basis=Basis.stated)
    found = catalogue_of(provision("alles", groen))
    assert statuses(found) == {
        "groen": ARRANGED,
        "kas": ARRANGED,
        "rozen": ARRANGED,
        "loonwerk": UNCERTAIN,
        "maaien": UNCERTAIN,
    }
    assert [one.inherited for one in cell(rows_of(found)["groen"]).arrangements] == [False]
    assert [one.inherited for one in cell(rows_of(found)["rozen"]).arrangements] == [True]
    assert statuses(catalogue_of(provision("een", KAS))) == {"kas": ARRANGED, "rozen": ARRANGED}


def test_what_an_employer_has_is_not_of_its_sector() -> None:
    own = provision("eigen", EmployedBy(organisations=("kasholding",), basis=Basis.stated))
    found = catalogue_of(own, provision("van-de-sector", KAS))
    holding = cell(rows_of(found)["kasholding"])
    assert [(one.provision.id, one.status, one.inherited) for one in holding.arrangements] == [
        ("eigen", ARRANGED, False),
        ("van-de-sector", UNCERTAIN, True),
    ]
    assert [one.provision.id for one in cell(rows_of(found)["kas"]).arrangements] == [
        "van-de-sector"
    ]
    apart = provision("los", EmployedBy(organisations=("kasvrij",), basis=Basis.stated))
    free = rows_of(catalogue_of(apart, provision("van-de-sector", KAS)))["kasvrij"]
    assert [one.provision.id for one in cell(free).arrangements] == ["los"]


def test_what_is_for_everybody_or_for_employers_is_no_arrangement_of_a_sector() -> None:
    found = catalogue_of(
        provision("voor-iedereen"),
        provision("overal-heen", WantsInto(basis=Basis.stated)),
        provision("voor-bazen", KAS, ForEmployers(basis=Basis.stated)),
    )
    assert statuses(found) == {}


@pytest.mark.parametrize("kind", [WorksIn, WantsInto, WorksInOrWantsInto])
def test_it_counts_for_whichever_sector_it_names(
    kind: type[WorksIn | WantsInto | WorksInOrWantsInto],
) -> None:
    for basis, status in ((Basis.stated, ARRANGED), (Basis.inferred, UNCERTAIN)):
        found = catalogue_of(provision("een", kind(sectors=("banken",), basis=basis)))
        assert statuses(found) == {"banken": status}


def test_the_days_of_a_provision_say_what_it_is() -> None:
    one = provision("een", KAS, valid_from=TODAY, ends_on=TODAY + timedelta(days=2))
    expected = {-1: "planned", 0: "arranged", 1: "arranged", 2: "ended"}
    for days, status in expected.items():
        found = statuses(catalogue_of(one), TODAY + timedelta(days=days))
        assert found["kas"] == status
    for status in (ProvisionStatus.planned, ProvisionStatus.proposal):
        planned = replace(one, status=status)
        assert statuses(catalogue_of(planned))["kas"] is CoverageStatus.planned
    never = replace(one, status=ProvisionStatus.ended, ends_on=None)
    assert statuses(catalogue_of(never))["kas"] is CoverageStatus.ended


def test_a_cell_says_the_best_of_what_is_in_it() -> None:
    worst_first = (
        provision("oud", KAS, status=ProvisionStatus.ended),
        provision("straks", KAS, status=ProvisionStatus.planned),
        provision("wellicht", replace(KAS, basis=Basis.inferred)),
        provision("nu", KAS),
    )
    found = cell(rows_of(catalogue_of(*worst_first))["kas"])
    assert [one.provision.id for one in found.arrangements] == ["nu", "wellicht", "straks", "oud"]
    for best in range(4):
        held = catalogue_of(*worst_first[: 4 - best])
        assert statuses(held)["kas"] is list(CoverageStatus)[best]


def test_one_provision_stands_once_in_a_cell_at_its_surest() -> None:
    either = (
        replace(KAS, basis=Basis.inferred),
        WantsInto(sectors=("groen",), basis=Basis.inferred),
        WantsInto(sectors=("kas",), basis=Basis.stated),
    )
    (one,) = cell(rows_of(catalogue_of(provision("een", *either)))["kas"]).arrangements
    assert (one.status, one.inherited) == (ARRANGED, False)


def test_a_second_building_block_counts_when_the_source_states_it() -> None:
    two = replace(provision("een", KAS), also_building_blocks=(BuildingBlock.side_entry,))
    read_into = cell(rows_of(catalogue_of(two))["kas"], BuildingBlock.side_entry)
    assert read_into.status is UNCERTAIN
    said = replace(two, stated=("also_building_blocks",))
    stated = cell(rows_of(catalogue_of(said))["kas"], BuildingBlock.side_entry)
    assert stated.status is ARRANGED


def test_within_a_sector_is_what_lies_below_it_with_what_it_has_from_above() -> None:
    own = provision("eigen", EmployedBy(organisations=("kasholding",), basis=Basis.stated))
    groen = WorksIn(sectors=("groen",), basis=Basis.stated)
    found = catalogue_of(own, provision("alles", groen))
    rows = rows_of(found, within="kas")
    assert list(rows) == ["kas", "rozen", "kasholding"]
    everything = rows_of(found)
    assert all(everything[name] == row for name, row in rows.items())
    assert set(everything) == {one.id for one in SECTORS} | {"kasholding"}
    assert {one.id for one in ORGANISATIONS} & set(everything) == {"kasholding"}
