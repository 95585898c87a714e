"""How a sign-in travels, and where somebody who signed in may be sent."""

import pytest
from starlette.datastructures import Headers

from app.callers import LARGEST_COOKIE, Cookies
from app.routers.sign_in import own_path
from tests.oidc_provider import WORKBENCH


def test_outside_the_demo_the_cookie_is_of_this_host_and_https_alone():
    cookies = Cookies(secure=True, origin=WORKBENCH, seconds=60)
    (first, *_) = cookies.given("x")
    assert first == "__Host-gids=x; Max-Age=60; Path=/; HttpOnly; SameSite=Lax; Secure"


def test_what_is_too_long_for_one_cookie_comes_back_whole():
    cookies = Cookies(secure=False, origin=WORKBENCH, seconds=60)
    value = "".join(chr(65 + number % 26) for number in range(2 * LARGEST_COOKIE + 1))
    given = cookies.given(value)
    assert max(map(len, given)) < 4096
    held = "; ".join(line.partition(";")[0] for line in given if "Max-Age=60" in line)
    assert cookies.shown(Headers({"cookie": held, "sec-fetch-site": "same-origin"}), "GET") == value
    assert not cookies.fits(value * 3)


@pytest.mark.parametrize(
    "asked",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "evil",
        "",
        "/a\r\nSet-Cookie: x=y",
        "/" + "a" * 600,
    ],
)
def test_who_signs_in_stays_at_this_service(asked):
    assert own_path(asked) == "/zaken"


@pytest.mark.parametrize("asked", ["/", "/zaken?attention=no_next_step", "/intake/1-2#naam"])
def test_who_signs_in_goes_on_where_they_were(asked):
    assert own_path(asked) == asked
