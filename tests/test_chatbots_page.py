"""The programs of docs/chatbots.md do what the page says, beside a real service."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx

PAGE = (Path(__file__).parent.parent / "docs" / "chatbots.md").read_text()
FOUND = "Loopbaancheck \u2018De Vakbeweging\u2019"
CHAT, WITH_MCP = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def talk(program: str, client: httpx.Client, *typed: str) -> str:
    """Run a program of the page as somebody would who types this, and return what it showed."""
    done = subprocess.run(  # noqa: S603  # our own arguments, no shell
        [sys.executable, "-c", program, str(client.base_url).removesuffix("/v1/")],
        input="\n".join((*typed, *[""] * 20)),
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
    assert "Hoe werkt u nu?\n  1. werknemer" in shown
    assert f"- {FOUND}: U werkt in de sector Schoonmaak. U bent werknemer." in shown
    assert "Bron: handreiking-2026, 4.3, rij Schoonmaak; nagekeken op 2026-05-12" in shown


def test_the_conversation_does_not_offer_what_an_answer_rules_out(
    open_client: httpx.Client,
) -> None:
    shown = talk(CHAT, open_client, *as_typed(open_client, "employment", "self_employed"))
    assert FOUND not in shown
    assert "Bron: handreiking-2026" in shown


def test_the_conversation_over_mcp_finds_and_asks(open_client: httpx.Client) -> None:
    shown = talk(WITH_MCP, open_client).splitlines()
    assert shown[0] == f"{FOUND} handreiking-2026 2026-05-12"
    assert shown[-1].endswith("?")


def test_the_settings_of_a_program_are_json() -> None:
    (settings,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert json.loads(settings)["mcpServers"]["gidsfunctie"]["url"].endswith("/mcp")
