"""Every row of the tables 4.1 to 4.5 of the Handreiking: right for one person, refused to another.

Over the real catalogue, in the words people use.
"""

from datetime import date
from typing import NamedTuple

import pytest

from app.domain.intake import Answers, UsedProvision, examine
from app.domain.rule import Assessment
from app.domain.terms import Employment, JobLoss, Purpose
from tests.domain.builders import TODAY, answers

AGENCY = Employment.agency_worker
SELF = Employment.self_employed
SEEKER = Employment.job_seeker
THREATENED = JobLoss.threatened
GROWTH = Purpose.growth_in_sector
REFERRED, SIGNPOSTED = "referrals", "signposts"


class Row(NamedTuple):
    """A row of a table, the provision it became, and two people."""

    section: str
    sector: str
    scheme: str
    provision: str
    answered_in: str
    right_for: Answers
    refused_to: Answers
    because: str


ROWS = (
    Row(
        section="4.1",
        sector="Provincies",
        scheme="Persoonlijk Ontwikkel Budget voor Duurzame inzetbaarheid (PBDI)",
        provision="provincies-pbdi",
        answered_in=REFERRED,
        right_for=answers("provincie", purpose=GROWTH),
        refused_to=answers("waterschap", purpose=GROWTH),
        because="other_sector",
    ),
    Row(
        section="4.1",
        sector="Metalektro",
        scheme="Ontwikkelvoucher",
        provision="metalektro-ontwikkelvoucher",
        answered_in=REFERRED,
        right_for=answers("metalektro"),
        refused_to=answers("metalektro", employment=AGENCY),
        because="employment_differs",
    ),
    Row(
        section="4.1",
        sector="Glastuinbouw",
        scheme="Individueel Ontwikkelbudget",
        provision="glastuinbouw-individueel-ontwikkelbudget",
        answered_in=REFERRED,
        right_for=answers("de kassen", target_sector="kinderopvang"),
        refused_to=answers("fruitteelt", target_sector="kinderopvang"),
        because="other_sector",
    ),
    Row(
        section="4.1",
        sector="Open Teelten",
        scheme="Scholingsvouchers",
        provision="open-teelten-scholingsvouchers",
        answered_in=REFERRED,
        right_for=answers("bollenteelt", target_sector="logistiek"),
        refused_to=answers("agrarische sector", target_sector="logistiek"),
        because="sector_too_broad",
    ),
    Row(
        section="4.1",
        sector="Dierhouderij",
        scheme="Scholingsvouchers",
        provision="dierhouderij-scholingsvouchers",
        answered_in=REFERRED,
        right_for=answers("melkveehouderij", target_sector="techniek"),
        refused_to=answers("dierentuin", target_sector="techniek"),
        because="sector_unknown",
    ),
    Row(
        section="4.1",
        sector="Bouw & Infra",
        scheme="Individueel budget, duurzame inzetbaarheid",
        provision="bouw-individueel-budget-di",
        answered_in=REFERRED,
        right_for=answers("stratenmaker", purpose=GROWTH),
        refused_to=answers("stratenmaker", purpose=GROWTH, employment=SELF),
        because="employment_differs",
    ),
    Row(
        section="4.1",
        sector="Ziekenhuizen",
        scheme="Persoonlijk levensfase budget (PLB)",
        provision="ziekenhuizen-plb",
        answered_in=REFERRED,
        right_for=answers("ziekenhuis", target_sector="onderwijs"),
        refused_to=answers("umc", target_sector="onderwijs"),
        because="other_sector",
    ),
    Row(
        section="4.1",
        sector="MN",
        scheme="Individueel ontwikkelbudget",
        provision="mn-individueel-ontwikkelbudget",
        answered_in=REFERRED,
        right_for=answers("MN"),
        refused_to=answers("pensioenfonds", organisation="ABN AMRO"),
        because="other_employer",
    ),
    Row(
        section="4.2",
        sector="Bouw & Infra",
        scheme="Digitaal Skills Paspoort (DSP)",
        provision="bouw-digitaal-skills-paspoort",
        answered_in=SIGNPOSTED,
        right_for=answers("timmerman", target_sector="onderwijs"),
        refused_to=answers("timmerman", target_sector="onderwijs", employment=AGENCY),
        because="employment_differs",
    ),
    Row(
        section="4.2",
        sector="Slagersbedrijf",
        scheme="Ervaringscertificaat",
        provision="slagers-ervaringscertificaat",
        answered_in=REFERRED,
        right_for=answers("slager", purpose=GROWTH),
        refused_to=answers("vleesindustrie", purpose=GROWTH),
        because="other_sector",
    ),
    Row(
        section="4.2",
        sector="Schoonmaak",
        scheme="Ontwikkelpaden",
        provision="schoonmaak-ontwikkelpaden",
        answered_in=SIGNPOSTED,
        right_for=answers("horeca", target_sector="schoonmaak", employment=SEEKER),
        refused_to=answers("horeca", target_sector="beveiliging", employment=SEEKER),
        because="other_sector",
    ),
    Row(
        section="4.3",
        sector="Rijksoverheid",
        scheme="Loopbaanscan en Advies",
        provision="rijk-loopbaanscan",
        answered_in=REFERRED,
        right_for=answers("Belastingdienst"),
        refused_to=answers(
            "Rijkswaterstaat",
            used_provisions=(UsedProvision("rijk-loopbaanscan", date(2024, 10, 1)),),
        ),
        because="used_before",
    ),
    Row(
        section="4.3",
        sector="Schoonmaak",
        scheme="Loopbaancheck 'De Vakbeweging'",
        provision="schoonmaak-loopbaancheck",
        answered_in=REFERRED,
        right_for=answers("glazenwasser"),
        refused_to=answers("schoonmaakster", employment=SEEKER),
        because="employment_differs",
    ),
    Row(
        section="4.3",
        sector="Glastuinbouw",
        scheme="Loopbaanvoucher",
        provision="glastuinbouw-loopbaanvoucher",
        answered_in=REFERRED,
        right_for=answers("tomatenplukker"),
        refused_to=answers("tomatenplukker", employment=AGENCY),
        because="employment_differs",
    ),
    Row(
        section="4.3",
        sector="Dierhouderij",
        scheme="Loopbaancheck",
        provision="dierhouderij-loopbaancheck",
        answered_in=REFERRED,
        right_for=answers("varkenshouderij"),
        refused_to=answers("hovenier"),
        because="other_sector",
    ),
    Row(
        section="4.3",
        sector="Gemeenten",
        scheme="Leerambassadeurs",
        provision="gemeenten-leerambassadeurs",
        answered_in=REFERRED,
        right_for=answers("gemeente"),
        refused_to=answers("gemeente", target_sector="techniek"),
        because="purpose_differs",
    ),
    Row(
        section="4.3",
        sector="Agrarische sector",
        scheme="Groene Persona Test",
        provision="agrarisch-groene-persona-test",
        answered_in=SIGNPOSTED,
        right_for=answers("boerderij"),
        refused_to=answers("hovenier"),
        because="other_sector",
    ),
    Row(
        section="4.3",
        sector="Bouw & infra",
        scheme="DIA inclusief PAGO",
        provision="bouw-dia-pago",
        answered_in=REFERRED,
        right_for=answers("metselaar"),
        refused_to=answers("schildersbedrijf"),
        because="other_sector",
    ),
    Row(
        section="4.3",
        sector="Isolatie sector",
        scheme="E-learnings",
        provision="isolatie-elearnings",
        answered_in=SIGNPOSTED,
        right_for=answers("isoleerder"),
        refused_to=answers("loodgieter"),
        because="other_sector",
    ),
    Row(
        section="4.3",
        sector="Provincies",
        scheme="Talentkompas",
        provision="provincies-talentkompas",
        answered_in=SIGNPOSTED,
        right_for=answers("provincie"),
        refused_to=answers("gemeente"),
        because="other_sector",
    ),
    Row(
        section="4.3",
        sector="ABN AMRO",
        scheme="Arbeidsmarkt waarde en loopbaanscan",
        provision="abnamro-loopbaanscan",
        answered_in=REFERRED,
        right_for=answers("bank", organisation="ABN AMRO"),
        refused_to=answers("bank", organisation="ING"),
        because="other_employer",
    ),
    Row(
        section="4.4",
        sector="Rijksoverheid",
        scheme="VWNW-beleid",
        provision="rijk-vwnw-beleid",
        answered_in=REFERRED,
        right_for=answers("rijksambtenaar", job_loss=THREATENED),
        refused_to=answers("rijksambtenaar"),
        because="job_not_at_risk",
    ),
    Row(
        section="4.4",
        sector="Grafimedia",
        scheme="Mobiliteitscentrum C3",
        provision="grafimedia-c3",
        answered_in=REFERRED,
        right_for=answers("drukkerij", job_loss=JobLoss.happened, employment=SEEKER),
        refused_to=answers("drukkerij"),
        because="job_not_at_risk",
    ),
    Row(
        section="4.4",
        sector="NS",
        scheme="Compensatie bij vrijwillige verplaatsing",
        provision="ns-compensatie",
        answered_in=SIGNPOSTED,
        right_for=answers("NS", purpose=GROWTH),
        refused_to=answers("NS", target_sector="techniek"),
        because="purpose_differs",
    ),
    Row(
        section="4.4",
        sector="Metalektro",
        scheme="VWNW-begeleiding (A+O)",
        provision="metalektro-vwnw-begeleiding",
        answered_in=REFERRED,
        right_for=answers("metalektro", target_sector="metalektro", job_loss=THREATENED),
        refused_to=answers("metalektro", target_sector="metalektro"),
        because="job_not_at_risk",
    ),
    Row(
        section="4.5",
        sector="Transport & Logistiek",
        scheme="SOOB Zij-instroom",
        provision="soob-zij-instroom",
        answered_in=REFERRED,
        right_for=answers("buschauffeur", target_sector="vrachtwagenchauffeur"),
        refused_to=answers("horeca", target_sector="transportplanner"),
        because="occupation_differs",
    ),
    Row(
        section="4.5",
        sector="Techniek",
        scheme="Techniekroute",
        provision="techniekroute",
        answered_in=REFERRED,
        right_for=answers("winkel", target_sector="techniek", employment=SELF),
        refused_to=answers("winkel"),
        because="no_target",
    ),
    Row(
        section="4.5",
        sector="Bouw & Infra",
        scheme="Stichting JIJ",
        provision="stichting-jij",
        answered_in=REFERRED,
        right_for=answers("metalektro", target_sector="bouw"),
        refused_to=answers("wegenbouw", target_sector="bouw"),
        because="already_there",
    ),
    Row(
        section="4.5",
        sector="Open Teelten",
        scheme="Brancheopleiding Talentboom",
        provision="open-teelten-talentboom",
        answered_in=REFERRED,
        right_for=answers("horeca", target_sector="fruitteelt", employment=SEEKER),
        refused_to=answers("horeca", target_sector="glastuinbouw", employment=SEEKER),
        because="other_target",
    ),
    Row(
        section="4.5",
        sector="Brandweer",
        scheme="Tweede Loopbaanbeleid",
        provision="brandweer-tweede-loopbaanbeleid",
        answered_in=REFERRED,
        right_for=answers("brandwer", years_of_service=15, target_sector="onderwijs"),
        refused_to=answers("brandweer", years_of_service=13, target_sector="onderwijs"),
        because="years_not_reached",
    ),
)
EACH_ROW = pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{row.section} {row.sector}, {row.scheme}") for row in ROWS]
)


def refusal(found, provision) -> Assessment | None:
    return next((one for one in found.refusals if one.provision.id == provision), None)


def test_the_tables_have_thirty_rows_and_none_is_left_out(catalogue):
    assert [sum(row.section == f"4.{number}" for row in ROWS) for number in range(1, 6)] == [
        8,
        3,
        10,
        4,
        5,
    ]
    in_tables = {one.id for one in catalogue.provisions.values() if ", rij " in one.source.section}
    # A tool inside the vouchers of 4.1, and the language of the passport of 4.2: without a row.
    assert in_tables - {row.provision for row in ROWS} == {
        "dierhouderij-ontwikkelscan",
        "competentnl",
    }


@EACH_ROW
def test_the_record_cites_its_row(row, catalogue):
    section = catalogue.provisions[row.provision].source.section
    assert section.startswith(row.section)
    assert f"rij {row.sector}" in section


@EACH_ROW
def test_a_row_is_the_right_answer_for_somebody(row, knowledge):
    found = examine(row.right_for, knowledge, on=TODAY).check
    assert row.provision in [one.provision.id for one in getattr(found, row.answered_in)]


@EACH_ROW
def test_a_row_is_refused_to_somebody_else_with_the_reason(row, knowledge):
    found = examine(row.refused_to, knowledge, on=TODAY).check
    refused = refusal(found, row.provision)
    assert refused is not None
    assert row.because in [reason.code for reason in refused.reasons]
