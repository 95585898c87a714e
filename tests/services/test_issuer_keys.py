"""The keys of an issuer over HTTP: a real server that answers what a test tells it to."""

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, KeyParameters, OctKey

from app.config import InvalidSettingError, Issuer
from app.domain.access import Caller, Unauthenticated
from app.services.issuer_calls import LARGEST_ANSWER
from app.services.issuer_keys import IssuerUnreachable
from app.services.tokens import Tokens
from tests.services.forge import (
    AUDIENCE,
    EC256,
    EC384,
    MONDAY,
    NOW,
    RSA,
    SHORT,
    claims,
    published,
    signed,
)
from tests.services.site import DISCOVERY, Site

FRESH = timedelta(minutes=10)
STALE = timedelta(hours=24)
NEXT = ECKey.generate_key("P-256", KeyParameters(kid="next"))


class Desk:
    """Shows tokens of the site, at a time that the test sets, all in one event loop."""

    def __init__(self, site: Site, runner: asyncio.Runner, **settings: Any) -> None:
        self.site = site
        self.now = MONDAY
        self._runner = runner
        usual = {"issuer": site.url, "audience": AUDIENCE, "longest_token": timedelta(days=30)}
        issuer = Issuer(**{**usual, **settings})
        self._tokens = Tokens([issuer], fresh=FRESH, stale=STALE, clock=self._time)

    def _time(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def token(self, key: Key = EC256, alg: str = "ES256", **header: Any) -> str:
        """Make a token that holds for a month."""
        said = claims(iss=self.site.url, exp=NOW + 30 * 86400)
        return signed(said, key=key, alg=alg, **header)

    async def answers(self, *tokens: str) -> list[object]:
        """Show these tokens at the same time; give the names, or the kinds of refusal."""
        asked = (self._tokens.caller(token) for token in tokens)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return [each.name if isinstance(each, Caller) else type(each) for each in answers]

    def show(self, *tokens: str) -> list[object]:
        """Do the same, and wait for it."""
        return self._runner.run(self.answers(*tokens))

    def close(self) -> None:
        self._runner.run(self._tokens.aclose())


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    site.publish(EC256)
    yield site
    site.close()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def desk(site: Site, runner: asyncio.Runner) -> Iterator[Desk]:
    """A desk that finds the keys by discovery."""
    desk = Desk(site, runner)
    yield desk
    desk.close()


ANNA = "Anna de Vries"


def test_the_keys_are_found_by_discovery_and_asked_once(desk: Desk) -> None:
    assert desk.show(desk.token()) == [ANNA]
    assert desk.show(*[desk.token()] * 20) == [ANNA] * 20
    assert desk.site.asked == [DISCOVERY, "/jwks"]


def test_many_who_come_at_once_are_one_question(desk: Desk) -> None:
    assert desk.show(*[desk.token()] * 50) == [ANNA] * 50
    assert desk.site.asked == [DISCOVERY, "/jwks"]


def test_the_keys_are_read_from_where_the_settings_say(site: Site, runner: asyncio.Runner) -> None:
    site.answer("/certs", published(EC384))
    desk = Desk(site, runner, jwks_uri=f"{site.url}/certs")
    assert desk.show(desk.token(EC384, "ES384"), desk.token()) == [ANNA, Unauthenticated]
    assert site.asked == ["/certs"]
    desk.close()


def test_a_slash_at_the_end_of_the_issuer_is_left_out_of_the_address(
    site: Site, runner: asyncio.Runner
) -> None:
    site.answer(DISCOVERY, {"issuer": f"{site.url}/", "jwks_uri": f"{site.url}/jwks"})
    desk = Desk(site, runner, issuer=f"{site.url}/")
    said = claims(iss=f"{site.url}/")
    assert desk.show(signed(said, key=EC256, alg="ES256")) == [ANNA]
    desk.close()


def test_keys_are_read_again_when_they_are_no_longer_fresh(desk: Desk) -> None:
    desk.show(desk.token())
    desk.forward(minutes=9, seconds=59)
    desk.show(desk.token())
    assert desk.site.asked.count("/jwks") == 1
    desk.forward(seconds=1)
    desk.show(desk.token())
    assert desk.site.asked.count("/jwks") == 2


def test_a_key_the_issuer_took_back_holds_no_longer_than_fresh(desk: Desk) -> None:
    desk.show(desk.token())
    desk.site.publish(NEXT)
    desk.forward(seconds=599)
    assert desk.show(desk.token()) == [ANNA]
    desk.forward(seconds=1)
    assert desk.show(desk.token(), desk.token(NEXT)) == [Unauthenticated, ANNA]


def test_an_unknown_key_lets_the_issuer_be_asked_again(desk: Desk) -> None:
    desk.show(desk.token())
    desk.site.publish(EC256, NEXT)
    desk.forward(seconds=10)
    assert desk.show(desk.token(NEXT), desk.token()) == [ANNA, ANNA]
    assert desk.site.asked.count("/jwks") == 2


def test_a_flood_of_unknown_keys_is_no_flood_at_the_issuer(desk: Desk) -> None:
    desk.show(desk.token())
    for second in range(10):
        forged = [desk.token(kid=f"forged-{second}-{number}") for number in range(30)]
        assert set(desk.show(*forged, desk.token())) == {Unauthenticated, ANNA}
        desk.forward(seconds=1)
    assert desk.site.asked.count("/jwks") == 1
    desk.show(desk.token(kid="forged"))
    assert desk.site.asked.count("/jwks") == 2


def test_while_the_issuer_is_down_its_old_keys_hold_until_they_are_stale(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.show(desk.token())
    desk.site.answer("/jwks", {}, status=503)
    desk.forward(hours=23, minutes=59)
    with caplog.at_level(logging.WARNING):
        assert desk.show(desk.token()) == [ANNA]
    (told,) = caplog.records
    assert (told.__dict__["issuer"], told.__dict__["reason"]) == (
        desk.site.url,
        "the answer is 503",
    )
    desk.forward(minutes=1)
    assert desk.show(desk.token()) == [IssuerUnreachable]
    desk.site.publish(EC256)
    desk.forward(seconds=10)
    assert desk.show(desk.token()) == [ANNA]


def test_an_issuer_that_nobody_hears_is_unreachable_and_is_tried_again(
    site: Site, runner: asyncio.Runner
) -> None:
    desk = Desk(site, runner)
    keys = site.pages.pop("/jwks")
    assert desk.show(desk.token()) == [IssuerUnreachable]
    site.pages["/jwks"] = keys
    desk.forward(seconds=9)
    assert desk.show(desk.token()) == [IssuerUnreachable]
    assert site.asked.count("/jwks") == 1
    desk.forward(seconds=1)
    assert desk.show(desk.token()) == [ANNA]
    desk.close()


def test_an_issuer_where_nothing_listens_is_unreachable(
    runner: asyncio.Runner, caplog: pytest.LogCaptureFixture
) -> None:
    site = Site()
    site.close()
    desk = Desk(site, runner)
    assert desk.show(desk.token()) == [IssuerUnreachable]
    (told,) = caplog.records
    assert told.__dict__["reason"] == "ConnectError: ConnectionRefusedError"
    desk.close()


def test_who_has_a_known_key_does_not_wait_for_an_issuer_that_hangs(
    desk: Desk, runner: asyncio.Runner
) -> None:
    desk.show(desk.token())
    desk.site.open.clear()
    desk.site.heard.clear()
    desk.forward(minutes=10)

    async def one_who_asks_and_others() -> None:
        first = asyncio.create_task(desk.answers(desk.token()))
        await asyncio.to_thread(desk.site.heard.wait, 20)
        assert await desk.answers(*[desk.token()] * 20) == [ANNA] * 20
        assert not first.done()
        desk.site.open.set()
        assert await first == [ANNA]

    runner.run(one_who_asks_and_others())
    assert desk.site.asked.count(DISCOVERY) == 2


def test_an_answer_that_comes_in_drops_is_not_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.services.issuer_keys.SECONDS_TO_ANSWER", 0.2)
    desk.site.drips = True
    assert desk.show(desk.token()) == [IssuerUnreachable]
    assert [one.__dict__["reason"] for one in caplog.records] == ["TimeoutError"]


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example", "jwks_uri": "{url}/jwks"},
        {"issuer": "{url}/", "jwks_uri": "{url}/jwks"},
        {"jwks_uri": "{url}/jwks"},
        {"issuer": "{url}"},
        {"issuer": "{url}", "jwks_uri": ["{url}/jwks"]},
        {"issuer": "{url}", "jwks_uri": "/jwks"},
        {"issuer": "{url}", "jwks_uri": "http://login.example/jwks"},
        {"issuer": "{url}", "jwks_uri": "file:///etc/passwd"},
        {"issuer": "{url}", "jwks_uri": "https://127.0.0.1:99999/jwks"},
        {"issuer": "{url}", "jwks_uri": "https://[/jwks"},
        ["{url}"],
    ],
)
def test_a_discovery_document_that_is_wrong_is_not_used(desk: Desk, document: object) -> None:
    said = json.dumps(document).replace("{url}", desk.site.url)
    desk.site.answer(DISCOVERY, said.encode())
    assert desk.show(desk.token()) == [IssuerUnreachable]
    assert "/jwks" not in desk.site.asked


def test_a_redirect_is_not_followed(desk: Desk) -> None:
    desk.site.answer("/elsewhere", published(EC256))
    desk.site.answer("/jwks", {}, status=302, Location=f"{desk.site.url}/elsewhere")
    assert desk.show(desk.token()) == [IssuerUnreachable]
    assert "/elsewhere" not in desk.site.asked


def padded(size: int) -> bytes:
    whole = json.dumps(published(EC256)).encode()
    return whole + b" " * (size - len(whole))


def test_an_answer_may_be_as_long_as_the_limit_and_no_longer(desk: Desk) -> None:
    desk.site.answer("/jwks", padded(LARGEST_ANSWER + 1))
    assert desk.show(desk.token()) == [IssuerUnreachable]
    desk.site.answer("/jwks", padded(LARGEST_ANSWER))
    desk.forward(seconds=10)
    assert desk.show(desk.token()) == [ANNA]


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", b"\xff\xfe", b"[" * 9000, b"[]", b"{}", b'{"keys": {}}', b'{"keys": [1]}'],
)
def test_an_answer_that_holds_no_keys_leaves_the_old_ones(desk: Desk, answer: bytes) -> None:
    desk.show(desk.token())
    desk.site.answer("/jwks", answer)
    desk.forward(hours=1)
    assert desk.show(desk.token()) == [ANNA]


def jwk(key: Key, **changes: object) -> dict[str, object]:
    return {**key.as_dict(private=False), **changes}


UNUSABLE = {
    "a symmetric key": jwk(OctKey.generate_key(256), k="c2VjcmV0IG9mIGFsbA", kid="ec-256"),
    "a private key": dict(EC256.as_dict(private=True)),
    "a key for encryption": jwk(EC256, use="enc"),
    "a key for other operations": jwk(EC256, key_ops=["deriveKey"]),
    "operations that are no list": jwk(EC256, key_ops="verify"),
    "a key for another algorithm": jwk(EC256, alg="ES384"),
    "an unknown kind": jwk(EC256, kty="AKP"),
    "a kind that is a list": jwk(EC256, kty=["EC"]),
    "an unknown curve": jwk(EC256, crv="P-521"),
    "a point that is not on the curve": jwk(EC256, x="AAAA"),
    "a point that is a number": jwk(EC256, x=1),
    "an id that is a number": jwk(EC256, kid=1),
    "an id that is a list": jwk(EC256, kid=["ec-256"]),
    "a short key": jwk(SHORT, kid="ec-256"),
    "a key without a modulus": {"kty": "RSA", "e": "AQAB", "kid": "ec-256"},
    "a modulus that is no number": {"kty": "RSA", "e": "AQAB", "n": "=" * 400, "kid": "ec-256"},
}


@pytest.mark.parametrize("unusable", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_key_that_cannot_be_used_is_left_out_and_the_others_are_not(
    desk: Desk, unusable: dict[str, object]
) -> None:
    desk.site.answer("/jwks", {"keys": [unusable, jwk(NEXT)]})
    shown = desk.token(), desk.token(NEXT), desk.token(SHORT, "RS256", kid="ec-256")
    assert desk.show(*shown) == [Unauthenticated, ANNA, Unauthenticated]


def test_a_key_says_for_which_algorithm_it_is(desk: Desk) -> None:
    desk.site.answer("/jwks", {"keys": [jwk(RSA, alg="PS256", use="sig", key_ops=["verify"])]})
    assert desk.show(desk.token(RSA, "PS256"), desk.token(RSA, "RS256")) == [ANNA, Unauthenticated]


def test_without_the_id_of_a_key_two_that_fit_are_one_too_many(desk: Desk) -> None:
    desk.site.publish(EC256, NEXT)
    assert desk.show(desk.token(kid=...)) == [Unauthenticated]


@pytest.mark.parametrize(
    "settings",
    [
        {"issuer": "http://login.example"},
        {"issuer": "https://login.example", "jwks_uri": "http://login.example/jwks"},
        {"issuer": "https://login.example", "jwks": {"keys": []}},
        {"issuer": "https://login.example", "jwks": published(SHORT)},
        {"issuer": "https://login.example", "jwks": {}},
    ],
)
def test_an_issuer_whose_keys_cannot_be_used_is_refused_at_the_start(
    settings: dict[str, Any],
) -> None:
    issuer = Issuer(audience=AUDIENCE, **settings)
    with pytest.raises(InvalidSettingError, match=r"^GIDS_OIDC_ISSUERS: .*login\.example: "):
        Tokens([issuer], fresh=FRESH, stale=STALE, clock=lambda: MONDAY)
