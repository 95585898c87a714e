"""A real OpenID provider for the tests: oidc-provider from npm, with the Node of a Python wheel.

Every region has a system (a werkcentrum) that identifies itself, and there are people who log in
with a browser's steps: an authorization code with PKCE. The provider itself is
tests/oidc/provider.mjs.
"""

import hashlib
import json
import os
import re
import secrets
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from app.catalogue import load
from app.config import Issuer
from tests.npm import NODE, installed

SOURCE = Path(__file__).resolve().parent / "oidc"
SECONDS_TO_STOP = 10

AUDIENCE = "gidsfunctie"
RESOURCE = f"urn:{AUDIENCE}"
CALLBACK = "https://frontend.example/callback"
WORKBENCH = "https://gids.example"
"""Where the service is whose workbench people sign in to."""
SECRET = "secret of workbench & more: 100%"  # noqa: S105 - of a provider that lasts as long as a test
PEOPLE = {
    "anna": {"name": "Anna de Vries", "roles": ["adviser"], "organisation": "FNV"},
    "bram": {"name": "Bram Bakker", "roles": ["adviser"], "organisation": "FNV"},
    "carla": {"name": "Carla Smit", "roles": ["adviser"], "organisation": "CNV"},
    "eva": {"name": "Eva Jansen", "roles": ["catalogue-editor"]},
    "piet": {"name": "Piet Mulder", "roles": ["policy"]},
    "omar": {"name": "Omar Visser", "roles": ["operator"]},
    "niemand": {"name": "Niek Mand", "roles": ["offline_access"]},
}
"""Who can log in, with any password, and what their tokens say; the last has no role of ours."""

YEAR_2100 = 4_102_444_800
ODD_SYSTEMS: dict[str, dict[str, object]] = {
    "roles that are a number": {"roles": 7},
    "roles that are true": {"roles": True},
    "roles that are an object": {"roles": {"adviser": True}},
    "roles that are not all texts": {"roles": ["adviser", 1]},
    "roles in a list in a list": {"roles": [["adviser"]]},
    "a werkcentrum without a region": {"roles": ["werkcentrum"]},
    "a werkcentrum of two regions": {"roles": ["werkcentrum"], "region": ["AM05", "AM22"]},
    "a werkcentrum of every region": {"roles": ["werkcentrum"], "region": "*"},
    "an adviser of two unions": {"roles": ["adviser"], "organisation": ["FNV", "CNV"]},
    "not yet valid": {"roles": ["adviser"], "nbf": YEAR_2100},
    "issued in the future": {"roles": ["adviser"], "iat": YEAR_2100},
    "without an end": {"roles": ["adviser"], "exp": None},
    "of another issuer": {"roles": ["adviser"], "iss": "https://login.example"},
    "an empty subject": {"roles": ["adviser"], "sub": ""},
    "a subject that is a number": {"roles": ["adviser"], "sub": 7},
    "an audience that holds ours": {"roles": ["adviser"], "aud": f"{AUDIENCE}-test"},
}
"""What the provider says of systems of which it was told nonsense; none of it may be believed."""

NO_ROLES = "a system without roles"


class LoggedIn(NamedTuple):
    """What a login gives."""

    access_token: str
    id_token: str
    refresh_token: str


class OpenIdProvider:
    """A provider of tokens; after a restart it is at the same address, with new keys."""

    def __init__(self, packages: Path, regions: Iterable[str]) -> None:
        self._packages = packages
        self._systems: dict[str, dict[str, object]] = {
            f"werkcentrum-{region}": {"roles": ["werkcentrum"], "region": region}
            for region in regions
        }
        # An id is sent in a header, encoded: it takes no spaces.
        self._systems |= {_id_of(name): claims for name, claims in ODD_SYSTEMS.items()}
        self._systems[_id_of(NO_ROLES)] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self.issuer = ""

    @property
    def setting(self) -> Issuer:
        """The issuer as an operator configures it: found by discovery."""
        return Issuer(issuer=self.issuer, audience=AUDIENCE)

    @property
    def workbench(self) -> Issuer:
        """The same, with what people sign in to the workbench with."""
        return Issuer(
            issuer=self.issuer,
            audience=AUDIENCE,
            client_id="workbench",
            client_secret=SecretStr(SECRET),
            scopes="openid gids",
            resource=RESOURCE,
            name="Bond",
        )

    def start(self) -> None:
        """Start it, the first time at a free port, and wait until it listens."""
        listens, ready = os.pipe()
        argument = {
            "port": urlsplit(self.issuer).port or 0,
            "ready": ready,
            "audience": AUDIENCE,
            "systems": self._systems,
            "people": PEOPLE,
            "callback": f"{WORKBENCH}/sign-in/callback",
        }
        self._process = subprocess.Popen(  # noqa: S603  # our own arguments, no shell
            [NODE, SOURCE / "provider.mjs", json.dumps(argument)],
            cwd=self._packages,
            stdin=subprocess.PIPE,  # it ends when this does, however we end
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(ready,),
        )
        os.close(ready)
        with os.fdopen(listens) as told:
            self.issuer = told.read()
        if not self.issuer:
            message = f"the OpenID provider did not start (exit code {self._process.wait()})"
            raise RuntimeError(message)

    def stop(self) -> None:
        """End it; nobody listens any more."""
        if self._process is not None:
            self._process.communicate(timeout=SECONDS_TO_STOP)
            self._process = None

    def token_of_werkcentrum(self, region: str) -> str:
        """Let the system of a werkcentrum identify itself (client credentials)."""
        return self.token_of_system(f"werkcentrum-{region}")

    def token_of_system(self, name: str, resource: str = RESOURCE) -> str:
        """Let a system identify itself, and ask for a token to use somewhere."""
        client = _id_of(name)
        answer = httpx.post(
            f"{self.issuer}/token",
            auth=(client, f"secret-of-{client}"),
            data={"grant_type": "client_credentials", "resource": resource, "scope": "gids"},
        )
        token: str = _ok(answer).json()["access_token"]
        return token

    def log_in(self, login: str) -> LoggedIn:
        """Let a person log in and agree, as their browser would (authorization code with PKCE)."""
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe()
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        question = {
            "client_id": "frontend",
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid gids",
            "resource": RESOURCE,
            "state": state,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        with httpx.Client(base_url=self.issuer) as browser:
            answer = _follow(browser, browser.get("/auth", params=question))
            for form in (
                {"prompt": "login", "login": login, "password": "any"},
                {"prompt": "consent"},
            ):
                answer = _follow(browser, browser.post(_submit(answer), data=form))
            given = parse_qs(urlsplit(answer.headers["Location"]).query)
            assert given["state"] == [state]
            tokens = _ok(
                browser.post(
                    "/token",
                    data={
                        "grant_type": "authorization_code",
                        "client_id": "frontend",
                        "code": given["code"][0],
                        "redirect_uri": CALLBACK,
                        "code_verifier": verifier,
                    },
                )
            ).json()
        return LoggedIn(*(tokens[name] for name in LoggedIn._fields))

    def public_keys(self) -> list[dict[str, str]]:
        """Give the keys it publishes."""
        keys: list[dict[str, str]] = _ok(httpx.get(f"{self.issuer}/jwks")).json()["keys"]
        return keys


def _id_of(system: str) -> str:
    return system.replace(" ", "-")


def _follow(browser: httpx.Client, answer: httpx.Response) -> httpx.Response:
    """Follow redirects as long as they stay at the provider."""
    while answer.is_redirect:
        target = urljoin(str(answer.url), answer.headers["Location"])
        if not target.startswith(f"{browser.base_url}"):
            return answer
        answer = browser.get(target)
    return _ok(answer)


def _submit(page: httpx.Response) -> str:
    """Give the address to which the form of a page is sent."""
    form = re.search(r'<form[^>]* action="([^"]+)"', page.text)
    assert form, "the provider shows no form"
    return form[1]


def _ok(answer: httpx.Response) -> httpx.Response:
    assert answer.is_success, f"the provider answers {answer.status_code}: {answer.text}"
    return answer


@contextmanager
def provider(regions: Iterable[str]) -> Iterator[OpenIdProvider]:
    """Start a provider with a system for each of these regions, and end it."""
    provider = OpenIdProvider(installed(SOURCE), regions)
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()


@pytest.fixture(scope="session")
def openid() -> Iterator[OpenIdProvider]:
    """One provider per test process, with a system for every region."""
    with provider(load().regions) as one:
        yield one
