"""docs/configuration.md tells every setting as it is, and no document names another."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from pydantic import AnyHttpUrl
from pydantic.fields import FieldInfo

from app.config import PREFIX, InvalidSettingError, Settings, load_settings
from app.main import NoIdentityError, create_app
from app.services.advisers import AdvisersIn

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "configuration.md").read_text()
ROW = re.compile(r"^\| `(GIDS_\w+)` \| (.+?) \| `(.+?)` \| (.+?) \|$", re.MULTILINE)
SHOWN = {name: (unit, default, meaning) for name, unit, default, meaning in ROW.findall(PAGE)}
SETTINGS = {PREFIX + name.upper(): name for name in Settings.model_fields}
OPERATIONS = ["Makefile", "Dockerfile", "compose.yaml", "pyproject.toml"]


@pytest.fixture(autouse=True)
def no_settings_of_our_own(monkeypatch):
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def test_every_setting_is_on_the_page_once_and_in_order():
    assert [name for name, *_ in ROW.findall(PAGE)] == list(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_page_gives_a_setting_the_meaning_it_has_in_the_code(name):
    assert SHOWN[name][2] == Settings.model_fields[SETTINGS[name]].description


@pytest.mark.parametrize("name", SETTINGS)
def test_the_default_as_it_is_shown_can_be_set_and_is_the_default(name, monkeypatch):
    field = Settings.model_fields[SETTINGS[name]]
    monkeypatch.setenv(name, SHOWN[name][1])
    assert getattr(Settings(), SETTINGS[name]) == field.default


def parts_of_the_unit(field: FieldInfo) -> Iterator[str]:
    """What the unit has to say: how the value is written, and its bounds."""
    if isinstance(field.default, bool):
        yield "yes or no"
    if isinstance(field.default, timedelta):
        yield "duration"
    for bound in field.metadata:
        for kind in ("ge", "gt", "le"):
            limit = getattr(bound, kind, None)
            if isinstance(limit, timedelta):
                yield "more than zero" if kind == "gt" else at_least(limit)
            elif limit is not None:
                yield str(limit)
        choices = re.fullmatch(r"\^\(([A-Z|]+)\)\$", getattr(bound, "pattern", ""))
        yield from choices[1].split("|") if choices else ()


def at_least(bound: timedelta) -> str:
    return f"{bound // timedelta(milliseconds=1)} millisecond or more" if bound else "zero or more"


@pytest.mark.parametrize("name", SETTINGS)
def test_the_unit_says_how_a_value_is_written_and_its_bounds(name):
    unit = SHOWN[name][0]
    missing = [
        part
        for part in parts_of_the_unit(Settings.model_fields[SETTINGS[name]])
        if not re.search(rf"\b{part}\b", unit)
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GIDS_LOCK_TIMEOUT", "10 geheim", "PT10S is ten seconds"),
        ("GIDS_LOCK_TIMEOUT", "10", "PT10S is ten seconds"),
        ("GIDS_LOCK_TIMEOUT", "PT0S", "greater than or equal to 1000 microseconds"),
        ("GIDS_LOCK_TIMEOUT", "PT0.0009S", "greater than or equal to 1000 microseconds"),
        ("GIDS_WAITING_POLL", "PT0S", "greater than 0 seconds"),
        ("GIDS_DEMO", "geheim", "write 1 or 0"),
        ("GIDS_PORT", "geheim", "valid integer"),
        ("GIDS_PUBLIC_URL", "geheim", "valid URL"),
        ("GIDS_PUBLIC_URL", "https://bond.example/x?geheim=1", "without ? and #"),
        ("GIDS_REGISTER_URL", "https://bond.example/avg?id=geheim", "without ? and #"),
        ("GIDS_REGISTER_URL", "https://bond.example/avg#geheim", "without ? and #"),
        ("GIDS_REGISTER_URL", "https://bond.example/avg?", "without ? and #"),
        ("GIDS_REGISTER_URL", "https://bond.example/avg#", "without ? and #"),
        ("GIDS_OIDC_ISSUERS", "[" * 100_000, "not JSON"),
        ("GIDS_LOG_LEVEL", "geheim", "DEBUG|INFO"),
        ("GIDS_CALLBACK_HOSTS", '{"am22": ["geheim.example"]}', "AM[0-9]{2}|desks"),
        ("GIDS_CALLBACK_HOSTS", '{"desk": ["geheim.example"]}', "AM[0-9]{2}|desks"),
        ("GIDS_CALLBACK_HOSTS", '{"AM22 geheim": []}', "AM[0-9]{2}|desks"),
    ],
)
def test_a_value_that_cannot_be_is_told_by_its_variable_and_not_repeated(
    name, value, told, monkeypatch
):
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettingError, match=rf"^{name}: ") as refused:
        load_settings()
    assert told in str(refused.value)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("name", ["GIDS_CORS_ORIGINS", "GIDS_OIDC_ISSUERS"])
def test_a_list_that_is_empty_names_nobody(name, monkeypatch):
    monkeypatch.setenv(name, "")
    assert getattr(load_settings(), SETTINGS[name]) == ()


def test_addresses_that_lead_nowhere_are_told_until_each_is_set(monkeypatch):
    places = {
        "GIDS_PUBLIC_URL": "https://bond.example/x",
        "GIDS_CONTACT_URL": "https://bond.example/x",
        "GIDS_CONTACT_EMAIL": "a@bond.example",
        "GIDS_REGISTER_URL": "https://bond.example/x",
        "GIDS_MAIL_FROM": "gids@bond.example",
        "GIDS_EVENT_SOURCE": "urn:nld:kvknr:12345678:systeem:gids",
    }
    assert Settings().still_examples == list(places)
    for name, value in places.items():
        monkeypatch.setenv(name, value)
    assert load_settings().still_examples == []
    monkeypatch.setenv("GIDS_CONTACT_EMAIL", "geheim")
    with pytest.raises(InvalidSettingError, match=r"^GIDS_CONTACT_EMAIL: "):
        load_settings()


def test_each_api_document_says_whom_to_ask_about_its_own_service():
    for union in ("een", "twee"):
        url, email = AnyHttpUrl(f"https://{union}.example/wie"), f"api@{union}.example"
        settings = Settings(demo=True, contact_url=url, contact_email=email)
        contact = create_app(settings).document()["info"]["contact"]
        assert (contact["url"], contact["email"]) == (f"https://{union}.example/wie", email)


def test_no_document_names_a_setting_that_does_not_exist():
    documents = [ROOT / name for name in (*OPERATIONS, "README.md", "CONTRIBUTING.md")]
    documents += (ROOT / "docs").rglob("*.md")
    named = {
        name
        for document in documents
        for name in re.findall(r"\bGIDS_[A-Z_]+", document.read_text())
    }
    assert named - set(SETTINGS) == set()
    assert "GIDS_DATABASE_URL" in named


def test_the_file_of_advisers_on_the_page_can_be_imported():
    example = re.search(r"^```yaml\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert example is not None
    content = AdvisersIn.model_validate(yaml.safe_load(example[1]))
    assert [len(one.windows) for one in content.advisers] == [2]


def test_the_service_is_not_in_demo_mode_unless_told_and_then_does_not_start():
    with pytest.raises(NoIdentityError, match="GIDS_DEMO"):
        create_app(Settings())
