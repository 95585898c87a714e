"""An issuer of the tests' own, and who calls with its tokens."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from app.config import Issuer

ISSUER = "https://login.example"
AUDIENCE = "gidsfunctie"
KEY = ECKey.generate_key("P-256", parameters={"kid": "tests", "use": "sig"}, auto_kid=False)
HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": "tests"}
SETTING = Issuer(
    issuer=ISSUER,
    audience=AUDIENCE,
    jwks={"keys": [KEY.as_dict(private=False)]},
    longest_token=timedelta(days=36_500),
)
AS_JSON = json.dumps([SETTING.model_dump(mode="json", exclude_none=True)])
"""For a server process: the value of GIDS_OIDC_ISSUERS."""

ALWAYS = {"iat": 1_767_225_600, "exp": 4_102_444_800}
"""From 2026 to 2100, whatever the clock of a test says."""

_LOG = re.compile(r"/regions/([^/]*)/(session-log|webhooks)")
_WERKCENTRUM = re.compile(r"AM[0-9]{2}")


@cache
def token(subject: str = "someone", *roles: str, **claims: str) -> str:
    """Make an access token; claims are further ones, such as region or organisation."""
    said: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "roles": list(roles)}
    return jwt.encode(HEADER, {**said, **ALWAYS, **claims}, KEY)


def adviser(name: str, organisation: str = "Bond") -> str:
    """Make a token of an adviser."""
    return token(name, "adviser", name=name, organisation=organisation)


def werkcentrum(region: str) -> str:
    """Make a token of the system of a werkcentrum."""
    return token(f"werkcentrum {region}", "werkcentrum", region=region)


class WhoeverMay(httpx.Auth):
    """Sends each request with a token that may do it, unless it carries one of its own."""

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]  # nothing is sent back
        if "authorization" not in request.headers:
            request.headers["authorization"] = f"Bearer {fitting(request.url.path)}"
        yield request


def fitting(path: str) -> str:
    """Choose the token of somebody who may do something here."""
    log = _LOG.search(path)
    if log is None:
        return "demo-editor" if "/desks" in path else "demo-adviser"
    return werkcentrum(log[1]) if _WERKCENTRUM.fullmatch(log[1]) else token("policy", "policy")
