"""Makes access tokens: good ones, and every kind of bad one. Nothing here checks anything."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws
from joserfc.jwk import ECKey, Key, KeyParameters, OKPKey, RSAKey
from joserfc.util import urlsafe_b64encode

from app.config import Issuer

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NOW = int(MONDAY.timestamp())
"""When every token here is shown."""
ISSUER = "https://login.example/realms/bond"
OTHER_ISSUER = "https://login.other.example"
AUDIENCE = "gidsfunctie"

RSA = RSAKey.generate_key(2048, KeyParameters(kid="rsa"))
EC256 = ECKey.generate_key("P-256", KeyParameters(kid="ec-256"))
EC384 = ECKey.generate_key("P-384", KeyParameters(kid="ec-384"))
ED = OKPKey.generate_key("Ed25519", KeyParameters(kid="ed"))
STRANGER = RSAKey.generate_key(2048, KeyParameters(kid="rsa"))
"""Not a key of any issuer, though it takes the id of one."""
OF_THE_OTHER = ECKey.generate_key("P-256", KeyParameters(kid="other"))
_SHORT = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused
SHORT = RSAKey(_SHORT, _SHORT, KeyParameters(kid="short"))


def published(*keys: Key) -> dict[str, Any]:
    """Give the JWK set an issuer publishes for these keys."""
    return {"keys": [dict(key.as_dict(private=False)) for key in keys]}


def issuer(**settings: Any) -> Issuer:
    """Give the settings of the issuer of these tokens."""
    jwks = published(RSA, EC256, EC384, ED, SHORT)
    values = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": jwks, **settings}
    return Issuer(**values)


LIMITS: Mapping[str, Any] = {
    "roles": ["adviser", "werkcentrum", "policy", "catalogue-editor", "operator"],
    "organisations": ["FNV"],
    "regions": ["AM22"],
}
"""What this issuer may say where there is another."""


def other_issuer(**settings: Any) -> Issuer:
    """Give the settings of a second issuer, with a key of its own, for another union."""
    limits = {"roles": ["adviser"], "organisations": ["CNV"]}
    values = {"issuer": OTHER_ISSUER, "audience": AUDIENCE, "jwks": published(OF_THE_OTHER)}
    return Issuer(**{**values, **limits, **settings})


def claims(**changes: object) -> dict[str, object]:
    """Give the claims of an adviser, with changes; `...` leaves a claim out."""
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "248289761001",
        "iat": NOW - 60,
        "exp": NOW + 240,
        "jti": "b3a1",
        "roles": ["adviser"],
        "organisation": "FNV",
        "name": "Anna de Vries",
        **changes,
    }
    return {name: value for name, value in said.items() if value is not ...}


def encoded(part: object) -> str:
    """Write a part of a token: an object as JSON, a text as it is."""
    text = part if isinstance(part, str) else json.dumps(part)
    return urlsafe_b64encode(text.encode()).decode()


def signed(
    said: object = None,
    *,
    key: Key = RSA,
    alg: str = "RS256",
    sign: Callable[[bytes], bytes] | None = None,
    header: Mapping[str, object] | str | None = None,
    **more: object,
) -> str:
    """Sign claims; `header` replaces the whole header, `more` some of it, `...` leaves it out."""
    if header is None:
        values = {"alg": alg, "typ": "at+jwt", "kid": key.kid, **more}
        header = {name: value for name, value in values.items() if value is not ...}
    message = f"{encoded(header)}.{encoded(claims() if said is None else said)}"
    by = sign or (lambda text: jws.JWSRegistry.algorithms[alg].sign(text, key))
    return f"{message}.{urlsafe_b64encode(by(message.encode())).decode()}"
