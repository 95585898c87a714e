"""The ten worked examples that pin the rule, over HTTP as clients send them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.catalogue import load
from app.domain.conditions import EmploymentIs
from app.domain.terms import Employment, Handover, ProvisionStatus

CLEANER = {"originSector": "schoonmaak", "employment": "employee"}
PROVINCIE_WORKER = {
    "originSector": "provincie",
    "employment": "employee",
    "purpose": "growth_in_sector",
}
LIVESTOCK_WORKER = {
    "originSector": "dierhouderij",
    "targetSector": "techniek",
    "employment": "employee",
}
METALEKTRO_WORKER = {
    "originSector": "metalektro",
    "targetSector": "metalektro",
    "employment": "employee",
    "jobLoss": "threatened",
}
JOB_SEEKER_TO_LORRY = {
    "originSector": "horeca",
    "targetSector": "vrachtwagenchauffeur",
    "employment": "job_seeker",
}
SELF_EMPLOYED_BUILDER = {
    "originSector": "bouw",
    "employment": "self_employed",
    "purpose": "orientation",
}
HOSPITAL_WORKER = {
    "originSector": "ziekenhuizen",
    "employment": "employee",
    "purpose": "orientation",
}
RIJK_WORKER = {
    "originSector": "rijksoverheid",
    "employment": "employee",
    "usedProvisions": [{"provisionId": "rijk-loopbaanscan", "usedOn": "2024-10-01"}],
}
JOB_SEEKER_FOR_VOUCHER = {"originSector": "horeca", "employment": "job_seeker"}
CIRCUS = {"originSector": "circus"}

WARM: Mapping[str, Mapping[str, Any]] = {
    "a cleaner": CLEANER,
    "an employee of a provincie who wants another role": PROVINCIE_WORKER,
    "a livestock worker who wants into techniek": LIVESTOCK_WORKER,
    "a metalektro employee whose job is threatened": METALEKTRO_WORKER,
    "a job seeker who wants to drive a lorry": JOB_SEEKER_TO_LORRY,
}
GUIDED: Mapping[str, Mapping[str, Any]] = {
    "a self-employed builder": SELF_EMPLOYED_BUILDER,
    "a hospital employee who wonders": HOSPITAL_WORKER,
    "a rijksambtenaar who used the scan": RIJK_WORKER,
    "a job seeker who asks for the voucher": JOB_SEEKER_FOR_VOUCHER,
    "somebody from the circus": CIRCUS,
}

Answer = Mapping[str, Any]


def checked(client: httpx.Client, question: Mapping[str, Any]) -> Answer:
    answer = client.post("/provision-checks", json=question)
    assert answer.status_code == 200, answer.text
    found: Answer = answer.json()
    return found


def ids(answer: Answer, where: str) -> list[str]:
    return [one["provisionId"] for one in answer[where]]


def reasons(answer: Answer, provision: str) -> list[dict[str, str]]:
    """Why a provision is refused."""
    (refusal,) = [one for one in answer["refusals"] if one["provisionId"] == provision]
    found: list[dict[str, str]] = refusal["reasons"]
    return found


def test_a_cleaner_is_referred_to_the_loopbaancheck_first(open_client):
    answer = checked(open_client, CLEANER)
    assert (answer["outcome"], answer["purpose"]) == ("warm_referral", "orientation")
    assert answer["neededServices"] == ["career_advice"]
    first = answer["referrals"][0]
    assert (first["provisionId"], first["verdict"], first["side"]) == (
        "schoonmaak-loopbaancheck",
        "available",
        "origin",
    )
    assert first["toConfirm"] == []
    assert first["reasons"] == [
        {
            "code": "works_in_sector",
            "detail": "U werkt in de sector Schoonmaak.",
        },
        {"code": "employment_fits", "detail": "U bent werknemer."},
    ]
    assert ids(answer, "signposts")[0] == "schoonmaak-ontwikkelpaden"


def test_a_cleaner_may_say_it_in_full(open_client):
    full = {**CLEANER, "purpose": "orientation", "targetSector": None}
    in_full, in_short = checked(open_client, full), checked(open_client, CLEANER)
    # Whoever said it is not asked it again; all else is the same.
    assert "purpose" in {one["code"] for one in in_short["questions"]}
    assert "purpose" not in {one["code"] for one in in_full["questions"]}
    assert {**in_full, "questions": []} == {**in_short, "questions": []}


def test_what_is_null_was_not_answered(open_client):
    left_out = dict.fromkeys(
        (
            "organisation",
            "occupation",
            "skills",
            "motivation",
            "jobLoss",
            "purpose",
            "municipality",
            "region",
            "yearsOfService",
            "usedProvisions",
            "scheduling",
        )
    )
    assert checked(open_client, {**CLEANER, **left_out}) == checked(open_client, CLEANER)


def test_a_referral_says_who_receives_and_whether_the_employer_comes_in(open_client):
    by_coach = checked(open_client, CLEANER)["referrals"][0]
    assert (by_coach["receiver"], by_coach["viaEmployer"]) == (
        "Loopbaancoach van FNV of CNV",
        False,
    )
    (through_work,) = checked(open_client, HOSPITAL_WORKER)["alsoAvailable"]
    assert (through_work["receiver"], through_work["viaEmployer"]) == (
        "Uw leidinggevende of HR van het ziekenhuis",
        True,
    )


def test_an_employer_and_a_municipality_are_shown_as_they_were_understood(open_client):
    question = {**CLEANER, "organisation": "ABN ARMO", "municipality": "Rotterdam"}
    answer = checked(open_client, question)
    assert answer["organisation"] == {
        "said": "ABN ARMO",
        "organisationId": "abn-amro",
        "name": "ABN AMRO",
        "matchedBy": "fuzzy",
        "alternatives": [],
    }
    assert answer["municipality"] == {
        "said": "Rotterdam",
        "code": "GM0599",
        "name": "Rotterdam",
        "region": "AM22",
        "matchedBy": "exact",
        "alternatives": [],
    }
    nowhere = checked(open_client, {**CLEANER, "organisation": "?!", "municipality": "?!"})
    for what in ("organisation", "municipality"):
        found = nowhere[what]
        assert (found["said"], found["name"], found["matchedBy"]) == ("?!", None, None)
    assert nowhere["region"] is None


def test_an_employee_of_a_provincie_who_wants_another_role_is_referred_to_the_budget(open_client):
    answer = checked(open_client, PROVINCIE_WORKER)
    assert answer["outcome"] == "warm_referral"
    assert ids(answer, "referrals") == ["provincies-pbdi"]
    assert ids(answer, "signposts")[0] == "provincies-talentkompas"


def test_a_livestock_worker_is_referred_on_both_sides_in_one_answer(open_client):
    answer = checked(open_client, LIVESTOCK_WORKER)
    assert (answer["outcome"], answer["purpose"]) == ("warm_referral", "other_sector")
    assert [(one["provisionId"], one["side"]) for one in answer["referrals"]] == [
        ("dierhouderij-loopbaancheck", "origin"),
        ("techniekroute", "target"),
        ("dierhouderij-scholingsvouchers", "origin"),
    ]
    assert {one["verdict"] for one in answer["referrals"]} == {"available"}


def test_a_metalektro_employee_whose_job_is_threatened_is_referred_to_guidance_and_voucher(
    open_client,
):
    answer = checked(open_client, METALEKTRO_WORKER)
    assert (answer["outcome"], answer["purpose"]) == ("warm_referral", "other_work")
    assert "social_plan" in answer["neededServices"]
    assert [(one["provisionId"], one["verdict"]) for one in answer["referrals"]] == [
        ("metalektro-vwnw-begeleiding", "available"),
        ("metalektro-ontwikkelvoucher", "available"),
    ]


def test_the_same_metalektro_employee_without_job_loss_is_refused_the_guidance(open_client):
    answer = checked(open_client, {**METALEKTRO_WORKER, "jobLoss": "none"})
    assert ids(answer, "referrals") == ["metalektro-ontwikkelvoucher"]
    assert reasons(answer, "metalektro-vwnw-begeleiding") == [
        {
            "code": "job_not_at_risk",
            "detail": "Deze voorziening is er alleen als u uw baan dreigt te verliezen"
            " of uw baan hebt verloren.",
        }
    ]


def test_a_job_seeker_who_wants_to_drive_a_lorry_is_referred_to_soob(open_client):
    answer = checked(open_client, JOB_SEEKER_TO_LORRY)
    assert answer["outcome"] == "warm_referral"
    assert [(one["provisionId"], one["verdict"]) for one in answer["referrals"]] == [
        ("soob-zij-instroom", "available")
    ]
    assert answer["target"]["sectorId"] == "beroepsgoederenvervoer"
    assert answer["target"]["matchedBy"] == "occupation"


def test_a_driver_in_the_beroepsgoederenvervoer_is_refused_soob(open_client):
    driver = {**JOB_SEEKER_TO_LORRY, "originSector": "beroepsgoederenvervoer"}
    answer = checked(open_client, {**driver, "employment": "employee"})
    assert reasons(answer, "soob-zij-instroom") == [
        {
            "code": "already_there",
            "detail": "Dit is voor mensen die van buiten komen."
            " U werkt of werkte al in de sector Beroepsgoederenvervoer over de weg.",
        }
    ]


def test_a_self_employed_builder_is_refused_every_scheme_for_employees_with_that_reason(
    open_client,
):
    answer = checked(open_client, SELF_EMPLOYED_BUILDER)
    assert answer["outcome"] == "guidance"
    for_employees = [
        one.id
        for one in load().provisions.values()
        if one.status is ProvisionStatus.current
        and any(
            isinstance(condition, EmploymentIs) and condition.allowed == (Employment.employee,)
            for condition in one.conditions
        )
    ]
    assert len(for_employees) > 25
    detail = "Deze voorziening is voor een werknemer. U bent zelfstandige."
    because = {"code": "employment_differs", "detail": detail}
    assert [one for one in for_employees if because not in reasons(answer, one)] == []
    assert reasons(answer, "bouw-dia-pago") == [because]


def test_a_hospital_employee_who_wonders_is_given_guidance_beside_the_hours(open_client):
    answer = checked(open_client, HOSPITAL_WORKER)
    assert answer["outcome"] == "guidance"
    assert answer["referrals"] == []
    assert ids(answer, "alsoAvailable") == ["ziekenhuizen-plb"]


def test_a_rijksambtenaar_who_used_the_scan_is_refused_until_a_day_that_is_named(open_client):
    answer = checked(open_client, RIJK_WORKER)
    assert answer["outcome"] == "guidance"
    assert reasons(answer, "rijk-loopbaanscan") == [
        {
            "code": "used_before",
            "detail": "U gebruikte dit op 1 oktober 2024. Het kan weer vanaf 1 oktober 2029.",
        }
    ]
    long_ago = {"usedProvisions": [{"provisionId": "rijk-loopbaanscan", "usedOn": "2021-11-23"}]}
    assert ids(checked(open_client, {**RIJK_WORKER, **long_ago}), "referrals") == [
        "rijk-loopbaanscan"
    ]


def test_the_voucher_for_a_promising_occupation_is_refused_as_ended_on_a_day_that_is_named(
    open_client,
):
    answer = checked(open_client, JOB_SEEKER_FOR_VOUCHER)
    assert reasons(answer, "h2016-scholingsvoucher-kansrijk-beroep") == [
        {"code": "ended", "detail": "Deze voorziening is beëindigd op 1 januari 2018."}
    ]


def test_the_circus_is_not_understood_and_not_guessed(open_client):
    answer = checked(open_client, CIRCUS)
    assert answer["outcome"] == "guidance"
    assert answer["origin"] == {
        "said": "circus",
        "sectorId": None,
        "name": None,
        "matchedBy": None,
        "alternatives": [],
    }
    assert (answer["referrals"], answer["alsoAvailable"]) == ([], [])
    assert {one["side"] for one in answer["signposts"]} == {None}


@pytest.mark.parametrize("question", [*WARM.values(), *GUIDED.values()], ids=[*WARM, *GUIDED])
def test_each_list_holds_only_what_it_is_for(question, open_client):
    answer = checked(open_client, question)
    warm = {
        one.id
        for one in load().provisions.values()
        if one.handover in {Handover.named, Handover.inferred}
    }
    assert set(ids(answer, "referrals")) | set(ids(answer, "alsoAvailable")) <= warm
    assert not set(ids(answer, "signposts")) & warm
    assert (answer["outcome"] == "warm_referral") == bool(answer["referrals"])


def taken_in(client: httpx.Client, question: Mapping[str, Any]) -> Answer:
    answer = client.post(
        "/intakes",
        json={**question, "municipality": "Rotterdam"},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == 201, answer.text
    intake: Answer = answer.json()
    return intake


def test_who_is_referred_gets_no_sessions(client):
    for who, question in WARM.items():
        intake = taken_in(client, question)
        assert intake["outcome"] == "warm_referral", who
        assert intake["sessions"] == [], who
        assert ids(intake, "referrals") == ids(checked(client, question), "referrals"), who
        assert {one["status"] for one in intake["referrals"]} == {"proposed"}, who


def test_the_adviser_reads_in_the_intake_what_else_was_answered(client):
    answered = {
        "occupation": "verpleegkundige",
        "motivation": "Ik wil weer met plezier naar mijn werk.",
        "employment": "employee",
        "jobLoss": "threatened",
        "yearsOfService": 12,
        "usedProvisions": [
            {"provisionId": "rijk-loopbaanscan", "usedOn": "2024-10-01"},
            {"provisionId": "ziekenhuizen-plb", "usedOn": None},
        ],
        "scheduling": {
            "notBefore": "2026-12-01T08:00:00Z",
            "modes": ["video", "phone"],
            "sessions": 2,
        },
    }
    intake = taken_in(client, {**HOSPITAL_WORKER, **answered})
    assert intake["answers"] == answered
    assert client.get(f"/intakes/{intake['id']}").json() == intake
    assert taken_in(client, CIRCUS)["answers"] == {
        "occupation": None,
        "motivation": None,
        "employment": None,
        "jobLoss": "none",
        "yearsOfService": None,
        "usedProvisions": [],
        "scheduling": {"notBefore": None, "modes": ["phone", "video", "in_person"], "sessions": 3},
    }


def test_who_is_not_referred_gets_three_sessions_a_week_apart(client):
    for who, question in GUIDED.items():
        intake = taken_in(client, question)
        assert (intake["outcome"], intake["referrals"]) == ("guidance", []), who
        sessions = intake["sessions"]
        assert [one["number"] for one in sessions] == [1, 2, 3], who
        assert {one["status"] for one in sessions} == {"planned"}, who
        starts = [datetime.fromisoformat(one["startsAt"]) for one in sessions]
        apart = [later - earlier for earlier, later in pairwise(starts)]
        assert min(apart) >= timedelta(days=7), who
        assert all(one["adviser"] for one in sessions), who
