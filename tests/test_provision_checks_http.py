"""Answers that carry their proof, as clients read them."""

import json
from datetime import timedelta

import httpx
import pytest

from app.catalogue import load
from app.domain.intake import examine
from app.schemas.intake import ProvisionCheckAnswer
from app.services.findings import write_check
from tests import identity
from tests.domain.builders import TODAY, answers

LISTS = ("referrals", "signposts", "alsoAvailable", "refusals")
PEOPLE = {
    "who said one thing": {"originSector": "schoonmaak"},
    "who is not understood": {
        "originSector": "circus",
        "targetSector": "de maan",
        "organisation": "Bakkerij Jansen",
        "municipality": "Bergen",
        "skills": ["koorddansen"],
    },
    "who said everything": {
        "originSector": "brandweer",
        "targetSector": "techniek",
        "organisation": "ABN ARMO",
        "occupation": "schoonmaker",
        "skills": ["heftruck rijden", "met mensen omgaan"],
        "motivation": 'Ik zei: "ja" \\ nee\nen door',
        "employment": "employee",
        "jobLoss": "threatened",
        "purpose": "other_sector",
        "municipality": "Rotterdam",
        "yearsOfService": 14,
        "usedProvisions": [{"provisionId": "rijk-loopbaanscan", "usedOn": None}],
        "scheduling": {"sessions": 1},
    },
    "who nears an adjacent sector": {"originSector": "horeca", "skills": ["gastvrijheid"]},
}


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
def test_what_is_written_by_hand_is_what_the_contract_says(person, open_client):
    made, remembered = (open_client.post("/provision-checks", json=person) for _ in range(2))
    shown = ProvisionCheckAnswer.model_validate_json(made.content)
    assert json.loads(shown.model_dump_json(by_alias=True)) == made.json()
    assert made.headers["Content-Type"] == "application/json"
    assert remembered.content == made.content


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
def test_who_shows_a_token_is_answered_alike_by_the_route_itself(person, open_client):
    shown = {"Authorization": f"Bearer {identity.adviser('iemand')}"}
    past, through = (
        open_client.post("/provision-checks", json=person, headers=headers)
        for headers in ({}, shown)
    )
    assert (past.status_code, past.content) == (200, through.content)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"originSector":""}', b'{"originSector":"x","a":1}']
)
def test_what_is_wrong_with_a_body_is_said_by_the_route_itself(body, open_client):
    json_body = {"Content-Type": "application/json"}
    shown = {**json_body, "Authorization": f"Bearer {identity.adviser('iemand')}"}
    past, through = (
        open_client.post("/provision-checks", content=body, headers=headers)
        for headers in (json_body, shown)
    )
    assert past.status_code == through.status_code == 400
    assert past.json()["errors"] == through.json()["errors"]


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
def test_every_verdict_says_where_it_is_written_and_when_that_was_verified(person, open_client):
    answer = open_client.post("/provision-checks", json=person).json()
    real = load().provisions
    for one in (one for name in LISTS for one in answer[name]):
        provision = real[one["provisionId"]]
        source = {"document": provision.source.document, "section": provision.source.section}
        assert (one["source"], one["verifiedOn"]) == (source, provision.verified_on.isoformat())
        assert one["verifiedRecently"] is provision.verified_recently(TODAY)


def test_the_first_question_answered_is_not_asked_again(open_client: httpx.Client) -> None:
    person: dict[str, object] = {"originSector": "schoonmaak", "purpose": "orientation"}
    asked = []
    while questions := open_client.post("/provision-checks", json=person).json()["questions"]:
        first = questions[0]
        assert first["code"] not in asked
        asked.append(first["code"])
        person[first["field"]] = first["answers"][0]["value"]
    assert asked == ["employment", "job_loss"]


def test_two_who_say_the_same_in_other_words_are_told_the_same_but_for_their_words(open_client):
    def told(said: str) -> dict[str, object]:
        answer = open_client.post("/provision-checks", json={"originSector": said}).json()
        assert answer["origin"]["said"] == said
        return {name: value for name, value in answer.items() if name != "origin"}

    assert told("schoonmaak") == told("Schoonmaak")


def test_a_provision_says_whether_it_was_verified_recently_and_what_it_asks(open_client):
    answer = open_client.get("/provisions/schoonmaak-loopbaancheck").json()
    assert answer["verifiedRecently"] is True
    assert [(one["basis"], one["sentence"]) for one in answer["conditions"]] == [
        ("stated", "U werkt in de sector Schoonmaak, of werkte daar het laatst."),
        ("stated", "U bent werknemer."),
    ]


def test_a_verification_is_recent_for_a_year():
    one = load().provisions["schoonmaak-loopbaancheck"]
    assert one.verified_recently(one.verified_on + timedelta(days=365))
    assert not one.verified_recently(one.verified_on + timedelta(days=366))


def test_a_check_says_so_from_the_day_on_which_a_verification_is_no_longer_recent(knowledge):
    verified = {one.verified_on for one in knowledge.catalogue.provisions.values()}
    last = min(verified) + timedelta(days=365)
    for day in (last, last + timedelta(days=1), last):
        finding = examine(answers("schoonmaak"), knowledge, on=day)
        shown = json.loads(write_check(finding, knowledge.catalogue))
        for one in (one for name in LISTS for one in shown[name]):
            provision = knowledge.catalogue.provisions[one["provisionId"]]
            assert one["verifiedRecently"] is provision.verified_recently(day)
