"""Outside demo mode the service starts only when real people's data are safe with it."""

import base64
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from app.cli import main
from app.commands import privacy
from app.config import DEMO_ENCRYPTION_KEYS, DEMO_SIGNING_KEY
from app.db import opened
from app.domain.access import EVERY_REGION
from app.main import create_app, require_servable, warn
from app.models import AuditHead, AvailabilityWindow, PersonKey
from app.services import erasure_list
from app.services.audit import AuditHeadError
from app.services.tokens import DEMO_CALLERS
from tests.conftest import MONDAY, TestClock, filled_database, open_settings
from tests.identity import adviser
from tests.postgres import Cluster
from tests.production import ENCRYPTION_KEY, ENVIRONMENT, SIGNING_KEY, production, sign_anew
from tests.server import ROOT, ServerProcess, running
from tests.services.cases import store_cases

SHORT = base64.b64encode(os.urandom(16)).decode()
LONG = base64.b64encode(os.urandom(33)).decode()
PHRASE = base64.b64encode(b"correct horse battery staple 123").decode()
PATTERN = base64.b64encode(b"\x00\xff" * 16).decode()
ENCRYPTION, SIGNING, ISSUERS = ENVIRONMENT
MAIN = warn.__module__


def issuers(*limits: Mapping[str, object]) -> str:
    """Write issuers as an operator does, with these limits."""
    return json.dumps(
        [
            {"issuer": f"https://login{place}.example", "audience": "gidsfunctie", **each}
            for place, each in enumerate(limits)
        ]
    )


REFUSED: dict[str, tuple[Mapping[str, str | None], str]] = {
    "no issuer": ({ISSUERS: None}, "GIDS_OIDC_ISSUERS names no issuer of tokens"),
    "an empty list of issuers": ({ISSUERS: "[]"}, "GIDS_OIDC_ISSUERS names no issuer of tokens"),
    "issuers that are no JSON": (
        {ISSUERS: "https://login.example"},
        "GIDS_OIDC_ISSUERS: this is not JSON",
    ),
    "an issuer without an audience": (
        {ISSUERS: '[{"issuer": "https://login.example"}]'},
        "GIDS_OIDC_ISSUERS: Field required",
    ),
    "an issuer that may speak for a chatbot": (
        {ISSUERS: issuers({"roles": ["adviser", "chatbot"]})},
        "GIDS_OIDC_ISSUERS: write a role that a token may carry",
    ),
    "an issuer with a role nobody knows": (
        {ISSUERS: issuers({"roles": ["geheim!"]})},
        "GIDS_OIDC_ISSUERS: write a role that a token may carry",
    ),
    "two issuers that say nothing of roles": (
        {ISSUERS: issuers({}, {})},
        "GIDS_OIDC_ISSUERS: [0] could speak for another issuer: give it roles",
    ),
    "a second issuer for advisers of every union": (
        {ISSUERS: issuers({"roles": ["policy"]}, {"roles": ["adviser"]})},
        "GIDS_OIDC_ISSUERS: [1] could speak for another issuer: give it organisations",
    ),
    "a second issuer for werkcentra of every region": (
        {ISSUERS: issuers({"roles": ["policy"]}, {"roles": ["werkcentrum"]})},
        "GIDS_OIDC_ISSUERS: [1] could speak for another issuer: give it regions",
    ),
    "delivering in the name of an example": (
        {"GIDS_DELIVER": "1", "GIDS_PUBLIC_URL": "https://gids.bond.example"},
        "would name an example, so nothing is: set GIDS_MAIL_FROM, GIDS_EVENT_SOURCE",
    ),
    "demo mode left on": ({"GIDS_DEMO": "1"}, "GIDS_DEMO: with an issuer and keys of its own"),
    "demo mode left on, with one key of its own": (
        {"GIDS_DEMO": "1", SIGNING: None},
        "GIDS_DEMO: with an issuer and keys of its own",
    ),
    "no encryption key": ({ENCRYPTION: None}, f"{ENCRYPTION}: key 1 is not set, or is the demo's"),
    "the demo's encryption key": (
        {ENCRYPTION: DEMO_ENCRYPTION_KEYS.get_secret_value()},
        f"{ENCRYPTION}: key 1 is not set, or is the demo's",
    ),
    "the demo's encryption key behind a good one": (
        {ENCRYPTION: f"k1:{ENCRYPTION_KEY} {DEMO_ENCRYPTION_KEYS.get_secret_value()}"},
        f"{ENCRYPTION}: key 2 is not set, or is the demo's",
    ),
    "the demo's encryption key under another id": (
        {ENCRYPTION: DEMO_ENCRYPTION_KEYS.get_secret_value().replace("demo:", "k1:")},
        f"{ENCRYPTION}: key 1 is not set, or is the demo's",
    ),
    "no signing key": ({SIGNING: None}, f"{SIGNING} is not set, or is the demo's"),
    "the demo's signing key": (
        {SIGNING: DEMO_SIGNING_KEY.get_secret_value()},
        f"{SIGNING} is not set, or is the demo's",
    ),
    "the demo's signing key to encrypt with": (
        {ENCRYPTION: f"k1:{DEMO_SIGNING_KEY.get_secret_value()}"},
        f"{ENCRYPTION}: key 1 is not set, or is the demo's",
    ),
    "one key for both": ({SIGNING: ENCRYPTION_KEY}, f"{SIGNING} is the same as another key"),
    "one key twice": (
        {ENCRYPTION: f"k1:{ENCRYPTION_KEY} k2:{ENCRYPTION_KEY}"},
        f"{ENCRYPTION}: key 2 is the same as another key",
    ),
    "one id twice": (
        {ENCRYPTION: f"k1:{ENCRYPTION_KEY} k1:{SIGNING_KEY}"},
        f"{ENCRYPTION}: key 2 has an id that is used before",
    ),
    "a short encryption key": ({ENCRYPTION: f"k1:{SHORT}"}, "must be 32 bytes, and is 16"),
    "a short signing key": ({SIGNING: SHORT}, f"{SIGNING} must be 32 bytes, and is 16"),
    "a long signing key": ({SIGNING: LONG}, f"{SIGNING} must be 32 bytes, and is 33"),
    "a phrase to encrypt with": ({ENCRYPTION: f"k1:{PHRASE}"}, "was not made at random"),
    "a phrase to sign with": ({SIGNING: PHRASE}, f"{SIGNING} was not made at random"),
    "a pattern to sign with": ({SIGNING: PATTERN}, f"{SIGNING} was not made at random"),
    "an empty signing key": ({SIGNING: ""}, f"{SIGNING} must be 32 bytes, and is 0"),
    "a signing key that is no base64": ({SIGNING: "geheim!"}, f"{SIGNING} is not base64"),
    "an encryption key without an id": (
        {ENCRYPTION: ENCRYPTION_KEY},
        "is not written as id:base64",
    ),
}
"""What an operator gets wrong, and what the one line says of it."""


def serve(database_url: str, **settings: str | None) -> subprocess.CompletedProcess[str]:
    """Try to serve; what is not refused would be killed in the end."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "GIDS_DATABASE_URL": database_url,
        **ENVIRONMENT,
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "serve"],
        env={name: value for name, value in environment.items() if value is not None},
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def secrets_in(told: str) -> list[str]:
    """Find what should not have been told: keys and tokens, whole or in part."""
    keys = [SHORT, LONG, PHRASE, PATTERN, ENCRYPTION_KEY, SIGNING_KEY]
    keys += [one.get_secret_value() for one in (DEMO_SIGNING_KEY, DEMO_ENCRYPTION_KEYS)]
    return [key for key in (*keys, "geheim!", "eyJ") if key[:12] in told]


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str]]]:
    """Run `gids serve` with some settings; say its exit code and all that it wrote."""
    # Without a database: what is not refused stops there, and is not served.
    monkeypatch.setenv("GIDS_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")

    def run(**settings: str | None) -> tuple[int, str]:
        for name, value in {**ENVIRONMENT, **settings}.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        code = main(["serve"])
        written = capsys.readouterr()
        return code, written.out + written.err

    handlers, level = logging.root.handlers[:], logging.root.level
    yield run
    logging.root.handlers, logging.root.level = handlers, level


@pytest.mark.parametrize(("settings", "says"), REFUSED.values(), ids=list(REFUSED))
def test_what_is_not_safe_is_refused_in_one_line_that_tells_no_secret(
    told: Callable[..., tuple[int, str]], settings: Mapping[str, str | None], says: str
) -> None:
    code, written = told(**settings)
    assert code == 2
    assert says in written
    assert written.startswith("gids: ")
    assert written.count("\n") == 1
    assert secrets_in(written) == []


@pytest.mark.parametrize("demo", [{}, {"GIDS_DEMO": "1"}], ids=["production", "demo"])
def test_what_is_safe_is_not_refused(
    told: Callable[..., tuple[int, str]], demo: dict[str, str]
) -> None:
    keys = dict.fromkeys(ENVIRONMENT, None) if demo else {}
    code, written = told(**keys, **demo)
    assert (code, "there is no database at" in written) == (2, True), written


def test_nothing_is_served_on_a_role_that_looks_past_row_security(
    request: pytest.FixtureRequest, cluster: Cluster, tmp_path: Path
) -> None:
    name = sa.make_url(filled_database("postgresql", request, tmp_path)).database
    assert name
    role = f"r{uuid4().hex}"
    with cluster.as_superuser() as superuser:
        superuser.execute(f"CREATE ROLE {role} LOGIN BYPASSRLS IN ROLE gids")
        try:
            done = serve(cluster.dsn(name, role))
        finally:
            superuser.execute(f"DROP ROLE {role}")
    assert done.returncode == 2
    assert done.stderr.startswith("gids: the role of the database looks past row security")
    assert done.stderr.count("\n") == 1
    assert secrets_in(done.stdout + done.stderr) == []


@pytest.mark.parametrize("engine_kind", ["sqlite", "postgresql"])
def test_nothing_is_served_when_the_head_of_the_audit_log_is_gone_or_of_another_key(
    engine_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    own = open_settings(filled_database(engine_kind, request, tmp_path))
    other = own.model_copy(update={"signing_key": SecretStr(SIGNING_KEY)})
    with opened(own) as database:
        require_servable(own, database)
        with pytest.raises(AuditHeadError):
            require_servable(other, database)
        with database.write(EVERY_REGION) as session:
            session.execute(sa.delete(AuditHead))
        with pytest.raises(AuditHeadError):
            require_servable(own, database)


def test_nothing_is_served_when_the_audit_log_was_signed_with_another_key(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    done = serve(filled_database("sqlite", request, tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("gids: the head of the audit log is gone, was changed, or was")
    assert done.stderr.count("\n") == 1
    assert secrets_in(done.stdout + done.stderr) == []


def test_what_is_to_be_mended_soon_is_told_at_the_start_until_it_is_and_stops_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    erasures = tmp_path / "erasures.log"
    settings = open_settings(filled_database("sqlite", request, tmp_path))
    settings = settings.model_copy(update={"erasure_list": erasures})

    def told() -> list[tuple[str, str]]:
        caplog.clear()
        with running(create_app(settings, clock=TestClock())) as address:
            assert httpx.get(f"{address}/v1/sectors").is_success
        return [(one.levelname, one.getMessage()) for one in caplog.records if one.name == MAIN]

    assert told() == []
    with opened(settings) as database:
        store_cases(database, 2, oldest=MONDAY, apart=timedelta(minutes=1))
        with database.write(EVERY_REGION) as session:
            session.execute(sa.delete(PersonKey))  # they are of no vault, and so not to be served
            session.execute(sa.delete(AvailabilityWindow))
    back = UUID(int=2)
    erasure_list.add(erasures, [UUID(int=1 << 100), back], at=MONDAY)
    (level, backup), (_, hours) = found = told()
    assert (level, "gids erasures replay" in backup) == ("ERROR", True)
    assert "gids advisers import" in hours
    assert str(back) not in str(found)
    privacy.replay_erasures(settings, [], lambda _: None, now=MONDAY)
    assert told() == [("WARNING", hours)]


def test_an_erasure_list_that_cannot_be_read_is_told_at_the_start_and_stops_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = open_settings(filled_database("sqlite", request, tmp_path))
    with running(create_app(settings.model_copy(update={"erasure_list": tmp_path}))) as address:
        assert httpx.get(f"{address}/v1/sectors").is_success
    told = [(one.levelname, one.getMessage()) for one in caplog.records if one.name == MAIN]
    assert told == [
        ("ERROR", "the erasure list cannot be read, so nothing can be erased or let go")
    ]


class Production(ServerProcess):
    """The service outside demo mode."""

    def __init__(self, database_url: str) -> None:
        super().__init__(database_url, GIDS_DEMO="0", GIDS_LOG_LEVEL="DEBUG", **ENVIRONMENT)


def test_with_everything_right_it_serves_those_who_may_and_tells_no_secret(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = filled_database("sqlite", request, tmp_path)
    sign_anew(production(url))
    service = Production(url)
    log = tmp_path / "log"
    with log.open("wb") as written:
        service.start(written)
        try:
            answers = ask_around(service.url)
        finally:
            service.stop()
    assert answers == {
        "an adviser": [200, 200],
        "nobody": [200, 401],
        **{token: [401, 401] for token in DEMO_CALLERS},
    }
    lines = log.read_text()
    assert lines.count('"message":"request"') >= 2 * len(answers)
    examples = "GIDS_PUBLIC_URL, GIDS_CONTACT_URL, GIDS_CONTACT_EMAIL, GIDS_REGISTER_URL"
    assert f"people are sent to an example: set {examples}" in lines
    assert "there is no mail server, so letters wait" in lines
    assert secrets_in(lines) == []
    assert [one for one in DEMO_CALLERS if one in lines] == []


def ask_around(url: str) -> dict[str, list[int]]:
    """Ask something open and something of an adviser, as everybody."""
    tokens = {"an adviser": adviser("anna"), "nobody": None} | {one: one for one in DEMO_CALLERS}
    answers = {}
    for who, token in tokens.items():
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        paths = ("sectors", "intakes")
        with httpx.Client(headers=headers, timeout=30) as client:
            answers[who] = [client.get(f"{url}/{path}").status_code for path in paths]
    return answers
