"""What an issuer gives for a code: for this question, this person and this client, or nothing."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.config import Issuer
from app.services.sign_in_codes import CodeFlow, Given, Question, SignInRefusedError
from tests.services.forge import AUDIENCE, EC256, MONDAY, NOW, signed
from tests.services.site import DISCOVERY, Site

CLIENT = "gidsfunctie-workbench"
BACK = "https://gids.example/sign-in/callback"


class Window:
    """A browser that was sent to an issuer, and what that gives when it comes back."""

    def __init__(self, site: Site, runner: asyncio.Runner) -> None:
        self.site = site
        self._runner = runner
        issuer = Issuer(issuer=site.url, audience=AUDIENCE, client_id=CLIENT)
        self.flow = CodeFlow(issuer, BACK)
        document = {
            "issuer": site.url,
            "authorization_endpoint": f"{site.url}/authorize",
            "token_endpoint": f"{site.url}/token",
        }
        site.answer(DISCOVERY, document)
        self.sent_to, self.question = runner.run(self.flow.ask("/zaken", MONDAY))

    def id_token(self, **changes: object) -> dict[str, Any]:
        """Make what is right, but for these claims; None leaves one out."""
        said = {
            "iss": self.site.url,
            "aud": CLIENT,
            "sub": "anna",
            "nonce": self.question.nonce,
            "exp": NOW + 60,
        }
        claims = {name: value for name, value in (said | changes).items() if value is not None}
        return {"id_token": signed(claims, key=EC256, alg="ES256")}

    def back(self, question: Question | None = None, **given: object) -> Given:
        """Come back with a code, for which the issuer gives this."""
        tokens = {"access_token": "a", "token_type": "Bearer", **self.id_token(), **given}
        kept = {name: value for name, value in tokens.items() if value is not None}
        self.site.answer("/token", kept)
        return self._runner.run(self.flow.tokens("code", question or self.question, MONDAY))


@pytest.fixture
def window() -> Iterator[Window]:
    site = Site()
    with asyncio.Runner() as runner:
        one = Window(site, runner)
        yield one
        runner.run(one.flow.aclose())
    site.close()


def test_who_comes_back_from_where_they_were_sent_is_let_in(window):
    given = window.back(refresh_token="again")  # noqa: S106 - made up
    assert given == Given("a", "again", "anna")
    asked = {name: one for name, (one,) in parse_qs(urlsplit(window.sent_to).query).items()}
    sent = {name: one for name, (one,) in parse_qs(window.site.sent[-1]).items()}
    assert (asked["redirect_uri"], asked["code_challenge_method"]) == (BACK, "S256")
    assert sent["code_verifier"] == window.question.verifier
    assert window.question.verifier not in window.sent_to


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://login.evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": None},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"nonce": "of another question"},
        {"nonce": None},
        {"exp": NOW - 600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"sub": None},
        {"sub": 7},
    ],
    ids=str,
)
def test_an_id_token_of_another_question_person_or_client_lets_nobody_in(window, wrong):
    with pytest.raises(SignInRefusedError):
        window.back(**window.id_token(**wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_token": None},
        {"access_token": ""},
        {"access_token": 7},
        {"id_token": None},
        {"id_token": "x.y"},
        {"token_type": "DPoP"},
        {"token_type": None},
    ],
    ids=str,
)
def test_what_lacks_something_lets_nobody_in(window, wrong):
    with pytest.raises(SignInRefusedError):
        window.back(**wrong)


def test_several_audiences_with_this_client_among_them_are_right(window):
    given = window.back(**window.id_token(aud=["another", CLIENT], azp=CLIENT))
    assert given.subject == "anna"
