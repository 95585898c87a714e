"""Tokens of a real OpenID provider, found by discovery, through its restarts and its absence."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.util import urlsafe_b64decode

from app.config import Issuer
from app.domain.access import Caller, Unauthenticated, caller_id
from app.domain.terms import Role
from app.services.issuer_keys import IssuerUnreachable
from app.services.tokens import Tokens
from tests.oidc_provider import AUDIENCE, PEOPLE, OpenIdProvider, provider


class Desk:
    """Shows tokens to a verifier of its own, in one event loop; its time can go faster."""

    def __init__(self, issuer: Issuer) -> None:
        self._ahead = timedelta()
        self._runner = asyncio.Runner()
        self._tokens = Tokens(
            [issuer],
            fresh=timedelta(minutes=1),
            stale=timedelta(minutes=5),
            clock=lambda: datetime.now(UTC) + self._ahead,
        )

    def forward(self, **duration: float) -> None:
        self._ahead += timedelta(**duration)

    def show(self, token: str) -> Caller:
        return self._runner.run(self._tokens.caller(token))

    def close(self) -> None:
        self._runner.run(self._tokens.aclose())
        self._runner.close()


@pytest.fixture
def desk(openid: OpenIdProvider) -> Iterator[Desk]:
    with closing(Desk(openid.setting)) as desk:
        yield desk


def test_an_adviser_who_logs_in_is_known(openid: OpenIdProvider, desk: Desk) -> None:
    assert desk.show(openid.log_in("anna").access_token) == Caller(
        id=caller_id(openid.issuer, "anna"),
        actor=f"{openid.issuer} anna",
        roles=frozenset({Role.adviser}),
        name="Anna de Vries",
        organisation="FNV",
    )


@pytest.mark.parametrize("login", PEOPLE)
def test_the_token_of_a_login_names_roles_of_ours_alone(
    openid: OpenIdProvider, desk: Desk, login: str
) -> None:
    ours = frozenset(Role(name) for name in PEOPLE[login]["roles"] if name in set(Role))
    assert desk.show(openid.log_in(login).access_token).roles == ours


@pytest.mark.parametrize("region", ["AM01", "AM22"])
def test_the_system_of_a_werkcentrum_is_known_with_its_region(
    openid: OpenIdProvider, desk: Desk, region: str
) -> None:
    known = desk.show(openid.token_of_werkcentrum(region))
    assert (known.roles, known.region) == (frozenset({Role.werkcentrum}), region)


def test_an_id_token_is_no_access_token_even_where_its_audience_is_meant(
    openid: OpenIdProvider,
) -> None:
    given = openid.log_in("anna")
    for audience in (AUDIENCE, "frontend"):
        setting = Issuer(issuer=openid.issuer, audience=audience)
        with closing(Desk(setting)) as desk, pytest.raises(Unauthenticated):
            desk.show(given.id_token)


def test_an_access_token_is_refused_by_a_service_it_is_not_for(openid: OpenIdProvider) -> None:
    token = openid.log_in("anna").access_token
    setting = Issuer(issuer=openid.issuer, audience="loonstrook")
    with closing(Desk(setting)) as desk, pytest.raises(Unauthenticated):
        desk.show(token)


def test_the_tokens_are_what_rfc_9068_says_they_are(openid: OpenIdProvider) -> None:
    given = openid.log_in("anna")
    header, claims = parts(given.access_token)
    assert (header["typ"], claims["aud"], claims["iss"]) == ("at+jwt", AUDIENCE, openid.issuer)
    assert {"sub", "client_id", "iat", "exp", "jti"} <= claims.keys()
    assert parts(given.id_token)[1]["aud"] == "frontend"


def test_a_login_expires(openid: OpenIdProvider, desk: Desk) -> None:
    token = openid.log_in("anna").access_token
    assert desk.show(token).roles == {Role.adviser}
    desk.forward(minutes=16)
    with pytest.raises(Unauthenticated):
        desk.show(token)


@pytest.fixture
def own() -> Iterator[OpenIdProvider]:
    """A provider that a test may stop."""
    with provider(["AM22"]) as one:
        yield one


def test_while_the_issuer_is_away_old_tokens_hold_and_after_it_new_ones(
    own: OpenIdProvider,
) -> None:
    with closing(Desk(own.setting)) as desk:
        before = own.token_of_werkcentrum("AM22")
        assert desk.show(before).region == "AM22"

        own.stop()
        desk.forward(minutes=4)
        assert desk.show(before).region == "AM22"
        desk.forward(minutes=2)
        with pytest.raises(IssuerUnreachable):
            desk.show(before)

        own.start()
        after = own.token_of_werkcentrum("AM22")
        assert parts(after)[0]["kid"] != parts(before)[0]["kid"]
        desk.forward(seconds=10)
        assert desk.show(after).region == "AM22"
        with pytest.raises(Unauthenticated):
            desk.show(before)


def test_new_keys_are_found_while_the_old_are_still_fresh(own: OpenIdProvider) -> None:
    with closing(Desk(own.setting)) as desk:
        desk.show(own.token_of_werkcentrum("AM22"))
        own.stop()
        own.start()
        desk.forward(seconds=10)
        assert desk.show(own.token_of_werkcentrum("AM22")).region == "AM22"


def parts(token: str) -> list[dict[str, object]]:
    return [json.loads(urlsafe_b64decode(part.encode())) for part in token.split(".")[:2]]
