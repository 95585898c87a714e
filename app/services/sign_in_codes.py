"""OpenID Connect, the client's half: to the issuer with a question, back with a code, and tokens.

The authorization code flow with PKCE (RFC 7636, S256), state and nonce, as RFC 9700 asks of every
client. What is given is not believed here: the access token goes through app/services/tokens.py as
any other does.
"""

import hashlib
import logging
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

import httpx

from app.config import Issuer
from app.domain.access import Unauthenticated
from app.services.issuer_calls import (
    AnswerRefusedError,
    check_secure,
    issuer_client,
    post_form,
    read_discovery,
    reason_of,
)
from app.services.issuer_keys import IssuerUnreachable
from app.services.tokens import LEEWAY, parts_of

logger = logging.getLogger(__name__)

VERIFIER_BYTES = 48


class SignInRefusedError(Exception):
    """The issuer, or this service, lets this person not in; the log says why, and names nobody."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked of an issuer, to be held against what comes back."""

    issuer: str
    state: str
    nonce: str
    verifier: str
    return_to: str
    asked_at: int
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Given:
    """The tokens an issuer gave."""

    access: str
    refresh: str | None
    subject: str | None
    """Of the ID token; None at a renewal that brings none."""


class CodeFlow:
    """Signs people in at one issuer."""

    def __init__(self, issuer: Issuer, redirect_uri: str) -> None:
        """Sign in with this issuer, which sends people back to `redirect_uri`."""
        self.issuer = issuer
        self._redirect_uri = redirect_uri
        self._client = issuer_client()

    async def ask(self, return_to: str, now: datetime) -> tuple[str, Question]:
        """Return where to send the browser, and what to remember of it meanwhile.

        Raises:
            IssuerUnreachable: the issuer does not say where people sign in.

        """
        address = await self._endpoint("authorization_endpoint")
        question = Question(
            issuer=self.issuer.issuer,
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(VERIFIER_BYTES),
            return_to=return_to,
            asked_at=int(now.timestamp()),
        )
        challenge = urlsafe_b64encode(hashlib.sha256(question.verifier.encode()).digest())
        asked = {
            "client_id": str(self.issuer.client_id),
            "response_type": "code",
            "redirect_uri": self._redirect_uri,
            "scope": self.issuer.scopes,
            "state": question.state,
            "nonce": question.nonce,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        } | ({"resource": self.issuer.resource} if self.issuer.resource else {})
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", question

    async def tokens(self, code: str, question: Question, now: datetime) -> Given:
        """Give the code back for tokens.

        Raises:
            SignInRefusedError: the issuer does not take it, or gives what was not asked for.
            IssuerUnreachable: it does not answer.

        """
        given = await self._token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect_uri,
                "code_verifier": question.verifier,
            }
        )
        subject = self._subject(given, question.nonce, now)
        return Given(_text(given, "access_token"), _optional(given, "refresh_token"), subject)

    async def renew(self, refresh: str) -> Given:
        """Ask new tokens for a refresh token; an issuer may give another one of those too.

        Raises:
            SignInRefusedError: the issuer gives no more.
            IssuerUnreachable: it does not answer.

        """
        given = await self._token({"grant_type": "refresh_token", "refresh_token": refresh})
        return Given(
            _text(given, "access_token"), _optional(given, "refresh_token") or refresh, None
        )

    async def revoke(self, refresh: str) -> None:
        """Let an issuer forget a refresh token (RFC 7009), when it can; what fails is logged."""
        try:
            document = await read_discovery(self._client, self.issuer.issuer)
            address = document.get("revocation_endpoint")
            if not isinstance(address, str):
                return
            form = {"token": refresh, "token_type_hint": "refresh_token"}
            status, _ = await self._post(address, form)
            if status != httpx.codes.OK:
                self._warn("a refresh token was not revoked", f"the answer is {status}")
        except (httpx.HTTPError, AnswerRefusedError) as error:
            self._warn("a refresh token was not revoked", reason_of(error))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _endpoint(self, name: str) -> str:
        try:
            document = await read_discovery(self._client, self.issuer.issuer)
            address = str(document.get(name, ""))  # an empty address is refused as any other
            check_secure(address)
        except (httpx.HTTPError, AnswerRefusedError) as error:
            self._warn("an issuer cannot be asked to sign somebody in", reason_of(error))
            raise IssuerUnreachable from None
        return address

    async def _token(self, form: Mapping[str, str]) -> Mapping[str, object]:
        more = {"resource": self.issuer.resource} if self.issuer.resource else {}
        address = await self._endpoint("token_endpoint")
        try:
            status, given = await self._post(address, {**form, **more})
        except (httpx.HTTPError, AnswerRefusedError) as error:
            self._warn("an issuer gives no tokens", reason_of(error))
            raise IssuerUnreachable from None
        if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.TOO_MANY_REQUESTS:
            self._warn("an issuer gives no tokens", f"the answer is {status}")
            raise IssuerUnreachable
        if status != httpx.codes.OK or not isinstance(given, dict):
            self._warn("a sign-in was refused", f"the answer is {status}")
            raise SignInRefusedError
        if str(given.get("token_type")).lower() != "bearer":
            self._warn("a sign-in was refused", "the token is of another type than bearer")
            raise SignInRefusedError
        return given

    async def _post(self, address: str, form: Mapping[str, str]) -> tuple[int, object]:
        client = str(self.issuer.client_id)
        secret = self.issuer.client_secret
        if secret is None:
            return await post_form(self._client, address, {**form, "client_id": client}, None)
        # RFC 6749, 2.3.1: both are encoded as in a form before they go into the header.
        auth = quote(client, safe=""), quote(secret.get_secret_value(), safe="")
        return await post_form(self._client, address, form, auth)

    def _subject(self, given: Mapping[str, object], nonce: str, now: datetime) -> str:
        """Read whom the ID token names; it came straight from the issuer (OIDC Core, 3.1.3.7)."""
        try:
            _, claims = parts_of(_text(given, "id_token"))
        except Unauthenticated:
            self._warn("a sign-in was refused", "the ID token cannot be read")
            raise SignInRefusedError from None
        audience, ends, subject = claims.get("aud"), claims.get("exp"), claims.get("sub")
        named = audience if isinstance(audience, list) else [audience]
        holds = {
            "issuer": claims.get("iss") == self.issuer.issuer,
            "audience": self.issuer.client_id in named
            and claims.get("azp", self.issuer.client_id) == self.issuer.client_id,
            "nonce": claims.get("nonce") == nonce,
            "end": isinstance(ends, int | float) and now.timestamp() < ends + LEEWAY,
            "subject": isinstance(subject, str),
        }
        if wrong := [name for name, right in holds.items() if not right]:
            self._warn("a sign-in was refused", f"the ID token has another {wrong[0]}")
            raise SignInRefusedError
        return str(subject)

    def _warn(self, what: str, reason: str) -> None:
        logger.warning(what, extra={"issuer": self.issuer.issuer, "reason": reason})


def _text(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise SignInRefusedError
    return value


def _optional(given: Mapping[str, object], name: str) -> str | None:
    value = given.get(name)
    return value if isinstance(value, str) and value else None
