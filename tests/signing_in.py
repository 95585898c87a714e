"""A browser's steps to sign in, without a browser: cookies, redirects, a provider's forms."""

import re
from urllib.parse import urljoin, urlsplit

import httpx

from tests.oidc_provider import WORKBENCH

OWN = {"Sec-Fetch-Site": "same-origin"}
"""What a browser says of a request by a page of the service itself."""


def browser(url: str) -> httpx.Client:
    """Make what keeps cookies as a browser does, at the root of the service."""
    return httpx.Client(base_url=url, timeout=30)


def signed_in_cookie(url: str, user: str = "demo-adviser") -> str:
    """Sign in as a demo user, and return the Cookie header that a browser sends from then on."""
    with browser(url) as one:
        one.get(f"/sign-in/{user}")
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in one.cookies.jar)


def to_the_provider(one: httpx.Client, choice: str = "login-1", to: str = "/zaken") -> str:
    """Begin, and return the address of the provider to which the browser is sent."""
    answer = one.get(f"/sign-in/{choice}", params={"returnTo": to})
    assert answer.status_code == 303
    return answer.headers["Location"]


def at_the_provider(address: str, login: str) -> str:
    """Log in and agree at the provider; return the address to which it sends the browser back."""
    with httpx.Client() as there:
        answer = _followed(there, there.get(address))
        for form in (
            {"prompt": "login", "login": login, "password": "any"},
            {"prompt": "consent"},
        ):
            found = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
            assert found, answer.text
            answer = _followed(there, there.post(urljoin(str(answer.url), found[1]), data=form))
    return answer.headers["Location"]


def back(one: httpx.Client, address: str) -> httpx.Response:
    """Let the browser come back; the address names the service as the world knows it."""
    assert address.startswith(f"{WORKBENCH}/")
    parts = urlsplit(address)
    return one.get(f"{parts.path}?{parts.query}")


def sign_in(one: httpx.Client, login: str, to: str = "/zaken") -> httpx.Response:
    """Sign in, all of it."""
    return back(one, at_the_provider(to_the_provider(one, to=to), login))


def _followed(there: httpx.Client, answer: httpx.Response) -> httpx.Response:
    while answer.is_redirect:
        target = urljoin(str(answer.url), answer.headers["Location"])
        if target.startswith(WORKBENCH):
            return answer
        answer = there.get(target)
    return answer
