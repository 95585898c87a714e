"""The provisions as they are published, read from the package."""

import re

import pytest

from app.catalogue import load, read_files
from app.catalogue.records import ProvisionRecord
from app.domain.conditions import EmploymentIs, WorksIn
from app.domain.terms import Employment, Handover, ProvisionStatus, Service

IDS = [
    "provincies-pbdi",
    "metalektro-ontwikkelvoucher",
    "glastuinbouw-individueel-ontwikkelbudget",
    "open-teelten-scholingsvouchers",
    "dierhouderij-scholingsvouchers",
    "dierhouderij-ontwikkelscan",
    "bouw-individueel-budget-di",
    "ziekenhuizen-plb",
    "mn-individueel-ontwikkelbudget",
    "bouw-digitaal-skills-paspoort",
    "slagers-ervaringscertificaat",
    "schoonmaak-ontwikkelpaden",
    "rijk-loopbaanscan",
    "schoonmaak-loopbaancheck",
    "glastuinbouw-loopbaanvoucher",
    "dierhouderij-loopbaancheck",
    "gemeenten-leerambassadeurs",
    "agrarisch-groene-persona-test",
    "bouw-dia-pago",
    "isolatie-elearnings",
    "provincies-talentkompas",
    "abnamro-loopbaanscan",
    "rijk-vwnw-beleid",
    "grafimedia-c3",
    "ns-compensatie",
    "metalektro-vwnw-begeleiding",
    "soob-zij-instroom",
    "techniekroute",
    "stichting-jij",
    "open-teelten-talentboom",
    "brandweer-tweede-loopbaanbeleid",
    "leeroverzicht",
    "competentnl",
    "platform-naar-werk",
    "werknl-vacaturebank",
    "digitaal-platform-gepland",
    "ontwikkelpaden-sectoraal",
    "skillspaspoort-generiek",
    "ervaringscertificaat-generiek",
    "basisvaardigheden-cursus",
    "sociaal-plan-generiek",
    "leerambassadeurs-generiek",
    "interne-mobiliteit-instrumenten",
    "persoonlijk-leerbudget",
    "subsidies-fiscaal-scholing",
    "werkcentrum",
    "gidsfunctie-overheid",
    "gidsfunctie-vakbond",
    "werkgeversservicepunt",
    "uwv-gemeente-faciliteiten",
    "zij-instroom-generiek",
    "loopbaan-apk-ser",
    "rmt",
    "h2016-scholingsvoucher-kansrijk-beroep",
    "h2016-brug-ww",
    "h2016-esf-di",
    "h2016-actieplan-50plus",
    "h2016-tweede-loopbaanadvies",
    "h2016-no-risk",
    "h2016-tel-mee-met-taal",
    "h2016-doorstart",
    "h2016-uwv-persoonlijke-dienstverlening",
    "h2016-ww-langdurige-zorg",
    "h2016-aanpak-jeugdwerkloosheid",
    "h2016-programma-di",
    "h2016-sectorplan-transport",
    "h2016-klein-metaal-onderzoek",
    "h2016-jeugdzorg-experimenten",
    "h2016-betonreparateurs",
    "h2016-grafimedia-sectorplan",
    "h2016-twente-werkt",
    "h2016-metaal-techniek-45plus",
    "h2016-schouders-onder-scholing",
    "h2016-esf-informeel-leren",
    "h2016-generieke-cao-instrumenten",
]
PUBLIC_DOORS = {
    "werkcentrum",
    "gidsfunctie-overheid",
    "uwv-gemeente-faciliteiten",
    "leeroverzicht",
    "competentnl",
    "werknl-vacaturebank",
    "platform-naar-werk",
}
WARM = {Handover.named, Handover.inferred}


@pytest.fixture(scope="module")
def provisions():
    return load().provisions


def test_every_provision_of_the_sources_is_there_and_no_other(provisions):
    assert sorted(provisions) == sorted(IDS)
    assert len(IDS) == 75


def test_all_22_schemes_of_2016_have_ended(provisions):
    of_2016 = [one for one in provisions.values() if one.source.document == "kamerbrief-2016"]
    assert len(of_2016) == 22
    assert {one.status for one in of_2016} == {ProvisionStatus.ended}
    assert {one.id for one in of_2016} == {name for name in IDS if name.startswith("h2016-")}


def test_a_scheme_of_2016_without_a_known_end_says_that_it_is_of_2016(provisions):
    endless = [
        one
        for one in provisions.values()
        if one.source.document == "kamerbrief-2016" and one.ends_on is None
    ]
    assert endless
    assert [one.id for one in endless if "uit 2016" not in one.summary] == []


def test_every_record_cites_a_known_document_and_a_section(provisions):
    known = {record.id for record in read_files() if record.kind == "source"}
    assert {one.source.document for one in provisions.values()} <= known
    assert [one.id for one in provisions.values() if not one.source.section.strip()] == []


def test_every_condition_is_listed_as_stated_or_inferred():
    for record in read_files():
        if record.kind == "provision":
            written = ProvisionRecord.model_validate(record.document)
            kinds = {f"conditions.{condition.kind}" for condition in written.conditions}
            told = {*written.stated, *written.inferred}
            assert kinds == {name for name in told if name.startswith("conditions.")}, record.id


def test_what_a_worker_reads_has_short_sentences(provisions):
    texts = [one.summary for one in provisions.values()]
    questions = [
        condition.question
        for one in provisions.values()
        for condition in one.conditions
        if condition.question is not None
    ]
    sentences = [part for text in texts + questions for part in re.split(r"(?<=[.!?])\s", text)]
    assert [part for part in sentences if len(part.split()) > 25] == []
    assert [text for text in texts if len(re.findall(r"[.!?](?:\s|$)", text)) > 3] == []
    assert [question for question in questions if not question.endswith("?")] == []


def test_public_doors_and_generic_possibilities_are_never_warm(provisions):
    doors = PUBLIC_DOORS | {name for name in IDS if name.endswith("-generiek")}
    assert {provisions[name].handover for name in doors} == {Handover.signpost}


def test_only_current_provisions_are_warm(provisions):
    warm = {one.status for one in provisions.values() if one.handover in WARM}
    assert warm == {ProvisionStatus.current}


def test_a_scheme_for_employees_is_closed_to_agency_workers_and_self_employed(provisions):
    outside = {Employment.agency_worker, Employment.self_employed}
    for one in provisions.values():
        origin_side = any(isinstance(condition, WorksIn) for condition in one.conditions)
        if origin_side and one.handover in WARM:
            (rule,) = [c for c in one.conditions if isinstance(c, EmploymentIs)]
            assert outside.isdisjoint(rule.allowed + rule.ask), one.id


def test_a_scheme_through_the_employer_says_so(provisions):
    through = {one.id for one in provisions.values() if one.via_employer and one.handover in WARM}
    assert through == {
        "provincies-pbdi",
        "ziekenhuizen-plb",
        "mn-individueel-ontwikkelbudget",
        "slagers-ervaringscertificaat",
        "gemeenten-leerambassadeurs",
        "rijk-vwnw-beleid",
        "brandweer-tweede-loopbaanbeleid",
    }


def test_hours_for_schooling_are_no_advice(provisions):
    assert provisions["ziekenhuizen-plb"].services == (Service.training,)
