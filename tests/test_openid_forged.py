"""Tokens that a real OpenID provider issued and that must not hold, or that were tampered with."""

import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from app.main import create_app
from tests.oidc_provider import NO_ROLES, ODD_SYSTEMS, LoggedIn, OpenIdProvider, provider
from tests.server import running
from tests.services.forge import encoded
from tests.test_openid_http import bearer, for_real

PATHS = ("/intakes", "/sectors", "/regions/AM22/session-log")
"""One for advisers, one that is open to who shows nothing, one for a werkcentrum."""

ENOUGH = 25
CHANGING = {"date", "x-request-id"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[OpenIdProvider]:
    """A provider that is started anew, and so has other keys, in the middle of a test."""
    with provider(["AM22"]) as one:
        yield one


class Clock:
    """The time of the machine, which is the provider's, and how far we are ahead of it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def real_client(
    sqlite_template: Path, tmp_path: Path, issuer: OpenIdProvider, clock: Clock
) -> Iterator[httpx.Client]:
    path = tmp_path / "gids.db"
    path.write_bytes(sqlite_template.read_bytes())
    settings = for_real(f"sqlite:///{path}", tmp_path, issuer.setting)
    with (
        running(create_app(settings, clock=clock)) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30) as client,
    ):
        yield client


def told(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], str]:
    """Say all that an answer tells, less what differs between any two answers."""
    headers = [pair for pair in answer.headers.multi_items() if pair[0] not in CHANGING]
    return answer.status_code, headers, answer.text.replace(answer.headers["X-Request-Id"], "")


def check_all_are_refused_alike(client: httpx.Client, tokens: Mapping[str, str]) -> None:
    """Hold that none of these is anybody, and that all are told the same, which is nothing."""
    # Beside what is no token at all, nothing can be learnt about one that is nearly good.
    nonsense = told(client.get("/intakes", headers=bearer("x")))
    status, headers, body = nonsense
    assert status == 401
    assert ("www-authenticate", 'Bearer realm="gidsfunctie", error="invalid_token"') in headers
    assert json.loads(body)["detail"] == "Send a valid access token: Authorization: Bearer <token>."
    assert {
        f"{name}, at {path}"
        for name, token in tokens.items()
        for path in PATHS
        if told(client.get(path, headers=bearer(token))) != nonsense
    } == set()


def issued(issuer: OpenIdProvider, login: LoggedIn) -> dict[str, str]:
    """Give what the provider issued as it is, and is no token for us."""
    return {
        "an ID token": login.id_token,
        "a refresh token": login.refresh_token,
        "a token for another service": issuer.token_of_system("werkcentrum-AM22", "urn:loonstrook"),
        "an opaque token": issuer.token_of_system("werkcentrum-AM22", "urn:opaque"),
        **{name: issuer.token_of_system(name) for name in ODD_SYSTEMS},
    }


def tampered(issuer: OpenIdProvider, login: LoggedIn) -> dict[str, str]:
    """Change what the provider issued, in every way that is known to have worked somewhere."""
    whole = login.access_token
    head, body, signature = whole.split(".")
    header, claims = (json.loads(urlsafe_b64decode(part.encode())) for part in (head, body))
    keys = {key["kty"]: key for key in issuer.public_keys()}
    public = ECKey.import_key({**keys["EC"]})
    system = issuer.token_of_werkcentrum("AM22")
    raw = urlsafe_b64decode(signature.encode())
    own = ECKey.generate_key("P-256")
    reordered = dict(reversed(claims.items()))

    def said(**changes: object) -> str:
        return f"{head}.{encoded({**claims, **changes})}.{signature}"

    def headed(by: str = signature, **changes: object) -> str:
        kept = {name: one for name, one in {**header, **changes}.items() if one is not ...}
        return f"{encoded(kept)}.{body}.{by}"

    def signed_with(alg: str, key: bytes | ECKey, **changes: object) -> str:
        unsigned = headed("", alg=alg, **changes)
        message = unsigned[:-1].encode()
        if isinstance(key, bytes):
            return unsigned + urlsafe_b64encode(hmac.digest(key, message, "sha256")).decode()
        by = jws.JWSRegistry.algorithms[alg].sign(message, key)
        return unsigned + urlsafe_b64encode(by).decode()

    def by(signature: bytes) -> str:
        return f"{head}.{body}.{urlsafe_b64encode(signature).decode()}"

    return {
        "another role": said(roles=["operator"]),
        "a role more": said(roles=["adviser", "policy"]),
        "another subject": said(sub="bram"),
        "another union": said(organisation="CNV"),
        "a later end": said(exp=claims["exp"] + 3600),
        "another issuer": said(iss="https://login.example"),
        "the claims in another order": f"{head}.{encoded(reordered)}.{signature}",
        "the claims of another token": f"{head}.{system.split('.')[1]}.{signature}",
        "the signature of another token": f"{head}.{body}.{system.split('.')[2]}",
        "the signature of the ID token": f"{head}.{body}.{login.id_token.split('.')[2]}",
        "the header of the ID token": f"{login.id_token.split('.')[0]}.{body}.{signature}",
        "an ID token that says it is none": ".".join(
            [
                encoded({"alg": "RS256", "typ": "at+jwt", "kid": keys["RSA"]["kid"]}),
                *login.id_token.split(".")[1:],
            ]
        ),
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "half a signature": by(raw[:32]),
        "a signature less a byte": by(raw[:-1]),
        "a signature and a byte": by(raw + b"\1"),
        "a signature with a bit changed": by(bytes([raw[0] ^ 1]) + raw[1:]),
        "a signature of zeros": by(bytes(64)),
        "a signature with its halves changed": by(raw[32:] + raw[:32]),
        "none": headed("", alg="none"),
        "none in odd case": headed("", alg="nOnE"),
        "none with a signature": headed(alg="none"),
        "HS256 with the public key as PEM": signed_with("HS256", public.as_pem(private=False)),
        "HS256 with the public key as JWK": signed_with("HS256", json.dumps(keys["EC"]).encode()),
        "HS256 with the secret of a system": signed_with("HS256", b"secret-of-werkcentrum-AM22"),
        "RS256 on an EC key": headed(alg="RS256"),
        "RS256 with the id of the RSA key": headed(alg="RS256", kid=keys["RSA"]["kid"]),
        "the id of the RSA key": headed(kid=keys["RSA"]["kid"]),
        "an unknown key id": headed(kid="key-1"),
        "no key id": headed(kid=...),
        "typ JWT": headed(typ="JWT"),
        "no typ": headed(typ=...),
        "crit": headed(crit=["exp"]),
        "a key of nobody": signed_with("ES256", own),
        "a key of nobody, brought as jwk": signed_with(
            "ES256", own, jwk=dict(own.as_dict(private=False))
        ),
        "two tokens glued": f"{whole}.{system}",
        "two tokens with a comma": f"{whole},{system}",
        "one after another": whole + system,
        "twice": whole * 2,
        "a letter more": f"{whole}A",
        "a letter before": f"A{whole}",
        "padded": f"{whole}==",
    }


def test_what_a_real_provider_issued_for_something_else_or_was_tampered_with_is_refused(
    real_client: httpx.Client, issuer: OpenIdProvider, clock: Clock
) -> None:
    login = issuer.log_in("anna")
    forged = {**issued(issuer, login), **tampered(issuer, login)}
    different = len(set(forged.values()) - {login.access_token})
    assert different == len(forged)
    assert different >= ENOUGH
    good = {"/intakes": login.access_token, PATHS[2]: issuer.token_of_werkcentrum("AM22")}

    def answered() -> list[int]:
        return [
            real_client.get(path, headers=bearer(token)).status_code for path, token in good.items()
        ]

    assert answered() == [200, 200]
    check_all_are_refused_alike(real_client, forged)
    # They still hold: nothing above was refused for another reason.
    assert answered() == [200, 200]

    clock.ahead = timedelta(minutes=16)
    check_all_are_refused_alike(real_client, {"an expired token": login.access_token})
    clock.ahead = timedelta()
    assert answered() == [200, 200]


def test_a_token_of_a_key_that_the_provider_no_longer_has_is_refused(
    real_client: httpx.Client, issuer: OpenIdProvider, clock: Clock
) -> None:
    before = issuer.token_of_werkcentrum("AM22")
    assert real_client.get(PATHS[2], headers=bearer(before)).status_code == 200
    issuer.stop()
    issuer.start()
    clock.ahead = timedelta(minutes=11)  # the keys at hand are asked for anew
    after = issuer.token_of_werkcentrum("AM22")
    assert real_client.get(PATHS[2], headers=bearer(after)).status_code == 200
    check_all_are_refused_alike(real_client, {"a token of a former key": before})


def test_a_system_of_which_the_provider_names_no_role_is_known_and_may_nothing(
    real_client: httpx.Client, issuer: OpenIdProvider
) -> None:
    shown = bearer(issuer.token_of_system(NO_ROLES))
    assert real_client.get("/sectors", headers=shown).status_code == 200
    for path in ("/intakes", PATHS[2]):
        answer = real_client.get(path, headers=shown)
        assert answer.status_code == 403
        assert answer.headers["WWW-Authenticate"].endswith('error="insufficient_scope"')
