import json
from dataclasses import replace
from datetime import date

import pytest

from app.catalogue import CatalogueError, Record, build, digest
from app.domain.conditions import MustConfirm, WorksIn
from app.domain.terms import Basis, Handover, Inheritance


def faults(records: list[Record]) -> list[tuple[str, str, str]]:
    with pytest.raises(CatalogueError) as caught:
        build(records)
    return [(fault.record, fault.field, fault.detail) for fault in caught.value.faults]


def test_sound_records_become_the_values_of_the_domain(records):
    catalogue = build(records())
    provision = catalogue.provisions["schoonmaak-loopbaancheck"]
    assert provision.handover is Handover.named
    assert provision.ends_on == date(2027, 1, 1)
    assert provision.conditions == (
        WorksIn(sectors=("schoonmaak",), basis=Basis.stated),
        MustConfirm(question="Bent u lid?"),
    )
    assert catalogue.sectors["schoonmaak"].occupations[0].aliases == ("poetser",)
    assert catalogue.organisations["abn-amro"].inherits is Inheritance.uncertain
    assert catalogue.municipalities["GM0599"].region == "AM11"
    assert catalogue.profiles["schoonmaker"].steps[0].learning == "basisopleiding"


def test_records_that_went_through_json_build_the_same_catalogue(records):
    once = records()
    again = [replace(record, document=json.loads(json.dumps(record.document))) for record in once]
    assert build(again) == build(once)
    assert digest(again) == digest(once)


def test_the_digest_depends_on_content_and_not_on_file_or_order(records):
    original = records()
    moved = [replace(record, file="elsewhere.yaml") for record in reversed(original)]
    assert digest(moved) == digest(original)
    renamed = [*original[:-1], replace(original[-1], document={"id": "x"})]
    assert digest(renamed) != digest(original)


def test_all_faults_are_reported_at_once_with_file_record_and_field(records, documents):
    documents["provision"]["conditions"][0]["sectors"] = ["schoonmak"]
    documents["provision"]["verified_on"] = "2026-05-12"
    documents["skill"]["colour"] = "red"
    documents["municipality"]["region"] = "AM99"
    with pytest.raises(CatalogueError) as caught:
        build(records())
    lines = str(caught.value).splitlines()
    assert (
        "provision.yaml: schoonmaak-loopbaancheck: conditions.0.sectors: "
        "unknown sector 'schoonmak'" in lines
    )
    assert "skill.yaml: schoonmaken: colour: Extra inputs are not permitted" in lines
    assert "municipality.yaml: GM0599: region: unknown region 'AM99'" in lines
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        ({"services": []}, "services"),
        ({"services": ["career_advice", "career_advice"]}, "services"),
        ({"receiver": None}, "receiver"),
        ({"handover": "signpost"}, "receiver"),
        ({"valid_from": "2027-01-01"}, "ends_on"),
        ({"verified_on": "12 mei 2026"}, "verified_on"),
        ({"verified_on": 20260512}, "verified_on"),
        ({"via_employer": "yes"}, "via_employer"),
        ({"also_building_blocks": ["career_advice"]}, "also_building_blocks"),
        ({"see_also": ["bestaat-niet"]}, "see_also"),
        ({"see_also": ["schoonmaak-loopbaancheck"]}, "see_also"),
        ({"source": {"document": "kamerbrief-1999", "section": "1"}}, "source.document"),
        ({"source": {"document": "handreiking-2026", "section": ""}}, "source.section"),
        ({"stated": ["colour"]}, "stated"),
        ({"stated": ["name", "conditions.stays_in"]}, "stated"),
        ({"stated": ["name", "conditions.must_confirm"]}, "stated"),
        ({"inferred": ["name"]}, "inferred"),
        ({"inferred": ["conditions.works_in"]}, "inferred"),
        ({"conditions": [{"kind": "must_confirm"}]}, "conditions.0.question"),
        ({"conditions": [{"kind": "works_in", "sectors": []}]}, "conditions.0.sectors"),
        ({"conditions": [{"kind": "born_in", "sectors": ["schoonmaak"]}]}, "conditions.0"),
        ({"conditions": [{"kind": "wants_into", "sectors": [], "ask_from": ["x"]}]},
         "conditions.0.ask_from"),
        ({"conditions": [{"kind": "wants_into", "sectors": [], "not_from": ["x"]}]},
         "conditions.0.not_from"),
        ({"conditions": [{"kind": "employed_by", "organisations": ["x"]}]},
         "conditions.0.organisations"),
        ({"conditions": [{"kind": "target_occupation_is", "occupations": ["x"]}]},
         "conditions.0.occupations"),
        ({"conditions": [{"kind": "years_of_service", "from_year": 0}]},
         "conditions.0.from_year"),
        ({"conditions": [{"kind": "employment_is", "allowed": ["boss"]}]},
         "conditions.0.allowed.0"),
    ],
)  # fmt: skip
def test_a_provision_that_makes_no_sense_is_refused_by_field(records, documents, spoil, field):
    documents["provision"].update(spoil)
    assert field in [where for record, where, _ in faults(records()) if record]


def test_an_ended_provision_needs_no_service_and_no_receiver(records, documents):
    documents["provision"].update(
        status="ended", handover="signpost", receiver=None, services=[], ends_on=None
    )
    assert build(records()).provisions["schoonmaak-loopbaancheck"].services == ()


def test_sectors_on_a_cycle_are_each_named(records, documents):
    documents["sector"]["parent"] = "facilitair"
    other = {**documents["sector"], "id": "facilitair", "parent": "schoonmaak", "occupations": []}
    found = faults([*records(), Record("sector", "facilitair", other, "sectors.yaml")])
    assert found == [
        ("schoonmaak", "parent", "the sector is its own ancestor"),
        ("facilitair", "parent", "the sector is its own ancestor"),
    ]


def test_a_sector_with_an_unknown_parent_is_refused(records, documents):
    documents["sector"]["parent"] = "nergens"
    assert faults(records()) == [("schoonmaak", "parent", "unknown sector 'nergens'")]


def test_two_sectors_do_not_share_an_occupation(records, documents):
    other = {**documents["sector"], "id": "horeca"}
    found = faults([*records(), Record("sector", "horeca", other, "sectors.yaml")])
    assert found == [
        ("horeca", "occupations.0.id", "occupation 'schoonmaker' is already in sector 'schoonmaak'")
    ]


def test_an_id_that_two_records_have_is_reported_for_both(records, documents):
    twin = Record("skill", "schoonmaken", documents["skill"], "other.yaml")
    with pytest.raises(CatalogueError) as caught:
        build([*records(), twin])
    assert [(fault.file, fault.field) for fault in caught.value.faults] == [
        ("skill.yaml", "id"),
        ("other.yaml", "id"),
    ]


def test_a_row_that_says_another_id_than_its_document_is_refused(records):
    spoiled = [
        replace(record, id="anders") if record.kind == "skill" else record for record in records()
    ]
    assert ("anders", "id", "the document has another id") in faults(spoiled)


def test_an_unknown_kind_of_record_is_refused(records):
    assert faults([*records(), Record("shop", "bakker", {"id": "bakker"}, "shops.yaml")]) == [
        ("bakker", "", "unknown kind of record 'shop'")
    ]


def test_a_record_with_a_fault_of_its_own_still_counts_as_known(records, documents):
    documents["skill"]["name"] = ""
    assert [where for _, where, _ in faults(records())] == ["name"]


def test_a_profile_needs_a_known_sector_and_known_skills(records, documents):
    documents["profile"].update(sector="nergens", useful=["schoonmaken", "toveren"])
    assert [where for _, where, _ in faults(records())] == ["sector", "useful", "useful"]


def test_adjacent_sectors_exist_and_differ(records, adjacency):
    assert faults([*records(), adjacency("schoonmaak", "zorg")]) == [
        ("schoonmaak+zorg", "b", "unknown sector 'zorg'")
    ]
    assert faults([*records(), adjacency("schoonmaak", "schoonmaak")]) == [
        ("schoonmaak+schoonmaak", "b", "a sector is not adjacent to itself")
    ]


def test_a_pair_of_sectors_is_the_same_pair_from_either_side(records, documents, adjacency):
    other = {**documents["sector"], "id": "horeca", "occupations": []}
    known = [*records(), Record("sector", "horeca", other, "sectors.yaml")]
    assert len(build([*known, adjacency("horeca", "schoonmaak")]).adjacency) == 1
    both = [adjacency("horeca", "schoonmaak"), adjacency("schoonmaak", "horeca")]
    assert len(faults([*known, *both])) == 2
