"""Signing in with a browser: at a real provider, with a cookie that no script reads."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from pydantic import AnyHttpUrl

from app.config import Issuer, Settings
from app.main import create_app
from tests.conftest import TestClock, Written
from tests.oidc_provider import WORKBENCH, OpenIdProvider
from tests.server import free_port, running
from tests.signing_in import (
    OWN,
    at_the_provider,
    back,
    browser,
    sign_in,
    signed_in_cookie,
    to_the_provider,
)

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])

NEARLY_ENDED = 880
"""Seconds after which a token of the provider, which lasts for 900, is not worth showing."""
CLOSED = ("/v1/intakes", "/v1/referrals", "/v1/holder-changes")


@pytest.fixture
def service(settings: Settings, clock: TestClock, openid: OpenIdProvider) -> Iterator[str]:
    """The service, with a real provider at which people sign in to the workbench.

    In demo mode, because its cookies go over plain HTTP.
    """
    clock.now = datetime.now(UTC)  # the provider has a clock of its own
    changed = settings.model_copy(
        update={"oidc_issuers": (openid.workbench,), "public_url": AnyHttpUrl(WORKBENCH)}
    )
    with running(create_app(changed, clock=clock)) as url:
        yield url


def caller(one: httpx.Client, headers: dict[str, str] = OWN) -> httpx.Response:
    return one.get("/v1/caller", headers=headers)


def cookies_of(answer: httpx.Response) -> list[str]:
    return answer.headers.get_list("set-cookie")


def test_who_signs_in_at_the_provider_is_known_from_then_on(service):
    with browser(service) as one:
        answer = sign_in(one, "anna", to="/zaken?attention=no_next_step")
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            "/zaken?attention=no_next_step",
        )
        known = caller(one).json()
        assert (known["name"], known["organisation"], known["roles"]) == (
            "Anna de Vries",
            "FNV",
            ["adviser"],
        )
        assert known["signedInUntil"] is not None
        assert one.get("/v1/intakes", headers=OWN).status_code == 200
        body = {"originSector": "bouw", "region": "AM22"}
        made = one.post("/v1/intakes", json=body, headers={**OWN, "Idempotency-Key": "1"})
        assert made.status_code == 201
        assert made.json()["holder"]["name"] == "Anna de Vries"


def test_no_script_can_read_the_cookie_and_no_token_is_in_any_answer(service, lines: Written):
    with browser(service) as one:
        answer = sign_in(one, "anna")
        kept = [line for line in cookies_of(answer) if "Max-Age=0" not in line]
        assert kept
        assert all("HttpOnly" in line and "SameSite=Lax" in line for line in kept)
        assert "eyJ" not in answer.text + answer.headers["location"] + caller(one).text
        assert "eyJ" not in "".join(kept)  # as any JSON web token begins
        values = [str(cookie.value) for cookie in one.cookies.jar]
    assert not any(value in lines.text for value in values)
    assert "anna" not in lines.text.lower()


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {"Sec-Fetch-Site": "same-origin"}, 200),
        ("GET", {}, 200),
        ("GET", {"Sec-Fetch-Site": "cross-site"}, 401),
        ("GET", {"Sec-Fetch-Site": "same-site"}, 401),
        ("GET", {"Sec-Fetch-Site": "none"}, 401),
        ("GET", {"Origin": "https://evil.example"}, 401),
        ("POST", {"Sec-Fetch-Site": "same-origin"}, 201),
        ("POST", {"Origin": WORKBENCH}, 201),
        ("POST", {}, 401),
        ("POST", {"Origin": "null"}, 401),
        ("POST", {"Origin": "https://evil.example"}, 401),
        ("POST", {"Origin": WORKBENCH, "Sec-Fetch-Site": "cross-site"}, 401),
    ],
)
def test_a_cookie_counts_for_pages_of_this_service_alone(service, method, headers, status):
    with browser(service) as one:
        one.headers["Cookie"] = signed_in_cookie(service)
        body = {"originSector": "bouw"} if method == "POST" else None
        answer = one.request(
            method, "/v1/intakes", headers={**headers, "Idempotency-Key": "k"}, json=body
        )
    assert answer.status_code == status


@pytest.mark.parametrize("path", CLOSED)
def test_a_page_of_another_site_is_nobody(service, path):
    with browser(service) as one:
        one.headers["Cookie"] = signed_in_cookie(service)
        assert one.get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401
        assert one.get(path, headers=OWN).status_code == 200


def test_what_another_browser_began_is_not_finished_here(service):
    with browser(service) as one, browser(service) as other:
        address = at_the_provider(to_the_provider(one), "anna")
        answer = back(other, address)
        assert "fout=verlopen" in answer.headers["location"]
        assert caller(other).status_code == 401
        assert back(one, address).headers["location"] == "/zaken"


def test_a_code_serves_once(service):
    with browser(service) as one:
        address = at_the_provider(to_the_provider(one), "anna")
        back(one, address)
        again = back(one, address)
        assert "fout=verlopen" in again.headers["location"]


def changed(address: str, **said: str) -> str:
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | said
    return f"{WORKBENCH}{parts.path}?{urlencode(query)}"


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"state": "x" * 32}, "verlopen"),
        ({"state": "../../etc"}, "verlopen"),
        ({"code": "forged"}, "geweigerd"),
        ({"iss": "https://login.evil.example"}, "geweigerd"),
    ],
)
def test_what_comes_back_otherwise_than_it_was_asked_lets_nobody_in(service, said, fault):
    with browser(service) as one:
        address = at_the_provider(to_the_provider(one), "anna")
        answer = back(one, changed(address, **said))
        assert f"/aanmelden?fout={fault}" in answer.headers["location"]
        assert caller(one).status_code == 401


def test_a_question_is_answered_in_time_or_not_at_all(service, clock):
    with browser(service) as one:
        address = at_the_provider(to_the_provider(one), "anna")
        clock.forward(minutes=11)
        assert "fout=geweigerd" in back(one, address).headers["location"]


def test_two_windows_may_sign_in_at_once(service):
    with browser(service) as one:
        first, second = to_the_provider(one), to_the_provider(one)
        assert back(one, at_the_provider(second, "bram")).headers["location"] == "/zaken"
        assert back(one, at_the_provider(first, "anna")).headers["location"] == "/zaken"
        assert caller(one).json()["name"] == "Anna de Vries"


def test_a_provider_that_is_down_is_said_to_be(settings, clock):

    nobody = Issuer(
        issuer=f"http://127.0.0.1:{free_port()}", audience="gidsfunctie", client_id="workbench"
    )
    changed_settings = settings.model_copy(update={"oidc_issuers": (nobody,)})
    with running(create_app(changed_settings, clock=clock)) as url, browser(url) as one:
        answer = one.get("/sign-in/login-1", params={"returnTo": "/dekking"})
    assert answer.headers["location"] == "/aanmelden?fout=onbereikbaar&terug=/dekking"


def test_what_one_can_sign_in_with_is_listed(service):
    with browser(service) as one:
        items = one.get("/v1/sign-ins").json()["items"]
        unknown = one.get("/sign-in/somebody")
    assert items[0] == {"id": "login-1", "name": "Bond", "kind": "issuer"}
    assert {item["kind"] for item in items[1:]} == {"demo"}
    assert "fout=onbekend" in unknown.headers["location"]


# Sign-ins end


def test_a_token_that_has_ended_is_renewed_and_the_browser_keeps_the_new_one(service, clock):
    with browser(service) as one:
        sign_in(one, "anna")
        before = {cookie.name: cookie.value for cookie in one.cookies.jar}
        clock.forward(seconds=NEARLY_ENDED)
        answer = caller(one)
        assert answer.status_code == 200
        after = {cookie.name: cookie.value for cookie in one.cookies.jar}
        assert after != before
        assert caller(one).status_code == 200


def test_many_requests_at_once_renew_once(service, clock):
    # The provider lets a refresh token serve once: a second use would end the whole sign-in.
    with browser(service) as one:
        sign_in(one, "anna")
        held = "; ".join(f"{cookie.name}={cookie.value}" for cookie in one.cookies.jar)
    clock.forward(seconds=NEARLY_ENDED)

    def ask(_number: int) -> int:
        return httpx.get(
            f"{service}/v1/caller", headers={**OWN, "Cookie": held}, timeout=30
        ).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(ask, range(36))) == {200}


def test_nobody_stays_signed_in_for_ever(service, clock, settings):
    with browser(service) as one:
        one.get("/sign-in/demo-adviser")
        clock.now += settings.signed_in - timedelta(minutes=1)
        assert caller(one).status_code == 200
        clock.forward(minutes=1)
        assert caller(one).status_code == 401


def test_after_signing_out_nothing_works_any_more_and_the_provider_has_forgotten(service, clock):
    with browser(service) as one:
        sign_in(one, "anna")
        held = "; ".join(f"{cookie.name}={cookie.value}" for cookie in one.cookies.jar)
        answer = one.post("/sign-out", headers=OWN)
        assert answer.status_code == 204
        assert all("Max-Age=0" in line for line in cookies_of(answer))
        assert not list(one.cookies.jar)
    with browser(service) as thief:
        thief.headers["Cookie"] = held
        assert caller(thief).status_code == 401
        clock.forward(seconds=NEARLY_ENDED)
        assert caller(thief).status_code == 401


def test_the_refresh_token_is_revoked_with_the_provider(service, settings, clock, openid):
    with browser(service) as one:
        sign_in(one, "anna")
        held = "; ".join(f"{cookie.name}={cookie.value}" for cookie in one.cookies.jar)
        one.post("/sign-out", headers=OWN)
    clock.forward(seconds=NEARLY_ENDED)
    # Another process, which does not remember who signed out.
    again = settings.model_copy(
        update={"oidc_issuers": (openid.workbench,), "public_url": AnyHttpUrl(WORKBENCH)}
    )
    with running(create_app(again, clock=clock)) as url, browser(url) as thief:
        thief.headers["Cookie"] = held
        assert caller(thief).status_code == 401


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_signs_nobody_out(service, headers):
    with browser(service) as one:
        one.headers["Cookie"] = signed_in_cookie(service)
        assert one.post("/sign-out", headers=headers).status_code == 401
        assert caller(one).status_code == 200


@pytest.mark.parametrize("value", ["x", "", "a.b.c", "é", "ZGVtbzo", "A" * 4000])
def test_a_cookie_that_was_not_made_here_is_nobodys(service, value):
    with browser(service) as one:
        answer = one.get(
            "/v1/caller",
            headers=[(b"Sec-Fetch-Site", b"same-origin"), (b"Cookie", f"gids={value}".encode())],
        )
    assert answer.status_code == 401


def test_a_cookie_that_was_changed_is_nobodys(service):
    held = signed_in_cookie(service)
    changed_cookie = re.sub(r".(?=[^=]{9}$)", lambda one: "A" if one[0] != "A" else "B", held)
    assert changed_cookie != held
    with browser(service) as one:
        one.headers["Cookie"] = changed_cookie
        assert caller(one).status_code == 401


def test_an_open_page_answers_whoever_is_signed_in_and_whoever_is_not(service):
    with browser(service) as one:
        before = one.get("/v1/provisions").json()
        one.headers["Cookie"] = signed_in_cookie(service)
        assert one.get("/v1/provisions", headers=OWN).json() == before
        assert one.post(
            "/v1/provision-checks", json={"originSector": "bouw"}, headers=OWN
        ).is_success
