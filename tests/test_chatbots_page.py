"""The programs of docs/chatbots.md do what the page says, beside a real service."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.domain.terms import Ask

PAGE = (Path(__file__).parent.parent / "docs" / "chatbots.md").read_text()
FOUND = "Loopbaancheck \u2018De Vakbeweging\u2019"
CHAT, WITH_MCP = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def talk(program: str, client: httpx.Client, *typed: str, more: int = 20) -> str:
    """Run a program of the page as somebody would who types this, and return what it showed."""
    done = subprocess.run(  # noqa: S603  # our own arguments, no shell
        [sys.executable, "-c", program, str(client.base_url).removesuffix("/v1/")],
        input="\n".join((*typed, *[""] * more)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def as_typed(client: httpx.Client, field: str, value: str) -> list[str]:
    """What somebody types who knows this one answer alone."""
    check = client.post("/provision-checks", json={"originSector": "schoonmaak"}).json()
    questions = [one for one in check["questions"] if one["field"]]
    (place,) = [place for place, one in enumerate(questions) if one["field"] == field]
    values = [one["value"] for one in questions[place]["answers"]]
    return ["schoonmaak", *[""] * place, str(values.index(value) + 1)]


def test_the_conversation_finds_and_cites(open_client: httpx.Client) -> None:
    shown = talk(CHAT, open_client, *as_typed(open_client, "employment", "employee"))
    assert "Hoe werkt u nu?\n  1. ik ben werknemer" in shown
    assert f"- {FOUND}: U werkt in de sector Schoonmaak. U bent werknemer." in shown
    assert "Bron: handreiking-2026, 4.3, rij Schoonmaak; nagekeken op 2026-05-12" in shown


@pytest.mark.parametrize("unknown", ["", "weet ik niet", "?"])
def test_the_conversation_tells_nothing_unconfirmed_as_a_fact(
    open_client: httpx.Client, unknown: str
) -> None:
    shown = talk(CHAT, open_client, "schoonmaak", *[unknown] * 20)
    name, left = shown[shown.index(f"- {FOUND}") :].splitlines()[:2]
    assert name == f"- {FOUND}: U werkt in de sector Schoonmaak."
    assert left.startswith("  Dit kan, als dit klopt: ")


def test_who_does_not_know_their_employer_is_not_taken_to_have_another(
    open_client: httpx.Client,
) -> None:
    shown = talk(CHAT, open_client, "bij de bank", *["weet ik niet"] * 20)
    assert "ABN AMRO" in shown


def test_the_conversation_does_not_offer_what_an_answer_rules_out(
    open_client: httpx.Client,
) -> None:
    shown = talk(CHAT, open_client, *as_typed(open_client, "employment", "self_employed"))
    assert FOUND not in shown
    assert "Bron: handreiking-2026" in shown


def answering(client: httpx.Client, origin: str, **answers: str) -> list[str]:
    """What somebody types who answers these questions, by their code, and no others."""
    said: dict[str, object] = {"originSector": origin}
    typed, asked = [origin], set()
    while True:
        questions = client.post("/provision-checks", json=said).json()["questions"]
        left = [one for one in questions if one["field"] and one["code"] not in asked]
        if not left:
            return typed
        first = left[0]
        asked.add(first["code"])
        typed.append(answers.get(first["code"], ""))
        if first["code"] == "used_provisions" and typed[-1]:
            said["usedProvisions"] = [{"provisionId": first["answers"][0]["value"]}]


def test_the_conversation_asks_when_a_provision_was_used(open_client: httpx.Client) -> None:
    person = answering(open_client, "rijk", used_provisions="1", day_of_use="2024-10-01")
    shown = talk(CHAT, open_client, *person)
    assert "Wanneer gebruikte u Loopbaanscan en Advies (Rijksoverheid)?" in shown
    assert "- Loopbaanscan en Advies" not in shown


@pytest.mark.parametrize("answer", ["weet ik niet", "2024-02-30", "99"])
def test_the_conversation_goes_on_after_any_answer(open_client: httpx.Client, answer: str) -> None:
    everything = dict.fromkeys(Ask, answer) | {"used_provisions": "1"}
    for origin in ("provincies", "brandweer", "bank"):
        shown = talk(CHAT, open_client, *answering(open_client, origin, **everything))
        assert "Bron: handreiking-2026" in shown


@pytest.mark.parametrize("typed", [(), ("schoonmaak",)])
def test_whoever_ends_the_input_ends_the_conversation(
    open_client: httpx.Client, typed: tuple[str, ...]
) -> None:
    assert talk(CHAT, open_client, *typed, more=0).rstrip().endswith(">")


def test_the_conversation_says_which_answer_it_goes_on_without(open_client: httpx.Client) -> None:
    person = answering(open_client, "brandweer", years_of_service="heel lang")
    refused = "Dat past niet bij deze vraag. We gaan verder zonder dit antwoord."
    assert refused in talk(CHAT, open_client, *person)
    assert refused not in talk(CHAT, open_client, *answering(open_client, "brandweer"))


def test_no_line_of_the_conversation_promises_a_reason_and_gives_none(
    open_client: httpx.Client,
) -> None:
    shown = talk(CHAT, open_client, "dierentuin")
    found = [line for line in shown.splitlines() if line.startswith("- ")]
    assert found
    assert not [line for line in found if line.endswith((":", " "))]


def test_the_conversation_tells_what_no_field_takes(open_client: httpx.Client) -> None:
    person = answering(open_client, "bouw")
    shown = talk(CHAT, open_client, *person)
    assert "Nog niet duidelijk: Heeft u al een DIA gehad" in shown


def test_the_conversation_over_mcp_finds_and_asks(open_client: httpx.Client) -> None:
    shown = talk(WITH_MCP, open_client).splitlines()
    assert shown[0] == f"{FOUND} handreiking-2026 2026-05-12"
    assert shown[-1].endswith("?")


def test_the_settings_of_a_program_are_json() -> None:
    (settings,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert json.loads(settings)["mcpServers"]["gidsfunctie"]["url"].endswith("/mcp")
