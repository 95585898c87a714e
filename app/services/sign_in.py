"""Signing in with a browser: tokens are kept in a sealed cookie that no script can read.

The workbench is a page, and what a page holds every script in it can take. So the service itself
is the client of the issuer (a backend for front-ends), and what the browser keeps is of no use
anywhere else. Nothing of it is stored here: a process remembers only what it has just looked into.
"""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.config import Issuer
from app.domain.access import Caller, Unauthenticated, caller_id
from app.services.issuer_keys import IssuerUnreachable
from app.services.sign_in_codes import CodeFlow, Given, Question, SignInRefusedError
from app.services.tokens import DEMO_CALLERS, LEEWAY, Tokens, parts_of
from app.vault import Vault, VaultError

SIGNED_IN = "signed-in"
SIGNING_IN = "signing-in"
"""Purposes of seals: what was sealed for one is worth nothing as the other."""

LONGEST_QUESTION = timedelta(minutes=10)
BELIEVED = timedelta(minutes=1)
"""How long a token that held is not looked into again."""
MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who signed in, as the cookie holds it."""

    id: UUID
    issuer: str | None
    """None for a demo user."""
    access: str
    refresh: str | None
    until: int
    """When the sign-in ends whatever the issuer says, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one can sign in with."""

    id: str
    name: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Who asks, and until when; `renewed` is to take the place of what the browser holds."""

    caller: Caller
    until: datetime
    renewed: SignedIn | None = None


class SignIns:
    """Who signed in, by what their browser shows."""

    def __init__(
        self,
        issuers: Sequence[Issuer],
        *,
        tokens: Tokens,
        vault: Vault,
        clock: Callable[[], datetime],
        longest: timedelta,
        redirect_uri: str,
        demo: bool,
    ) -> None:
        """Sign in at each issuer that names a client; in demo mode also as the demo users."""
        self._flows = {
            f"login-{number}": CodeFlow(issuer, redirect_uri)
            for number, issuer in enumerate(issuers, start=1)
            if issuer.client_id is not None
        }
        self._tokens = tokens
        self._vault = vault
        self._clock = clock
        self._longest = longest
        self._demo = demo
        self._believed: OrderedDict[str, tuple[Known, UUID, float]] = OrderedDict()
        self._renewals: dict[tuple[UUID, str], asyncio.Task[SignedIn]] = {}
        self._ended: OrderedDict[UUID, None] = OrderedDict()

    def choices(self) -> list[Choice]:
        """Say what one can sign in with, in the order of the settings."""
        found = [
            Choice(name, flow.issuer.name or flow.issuer.issuer, demo=False)
            for name, flow in self._flows.items()
        ]
        if self._demo:
            found += [
                Choice(token, caller.name or token, demo=True)
                for token, caller in DEMO_CALLERS.items()
            ]
        return found

    def demo_user(self, name: str) -> SignedIn | None:
        """Sign in as a demo user; None when there is none of that name."""
        if not self._demo or name not in DEMO_CALLERS:
            return None
        return SignedIn(uuid4(), None, name, None, self._end())

    async def begin(self, name: str, return_to: str) -> tuple[str, Question] | None:
        """Return where to send the browser, and the question; None for a name that is not known.

        Raises:
            IssuerUnreachable: the issuer does not say where people sign in.

        """
        flow = self._flows.get(name)
        return None if flow is None else await flow.ask(return_to, self._clock())

    async def finish(self, question: Question, code: str) -> SignedIn:
        """Sign somebody in with the code that an issuer gave for this question.

        Raises:
            SignInRefusedError: the question is too old, or what the issuer gives does not hold.
            IssuerUnreachable: it does not answer.

        """
        now = self._clock()
        flow = self._flow_of(question.issuer)
        if flow is None or now.timestamp() - question.asked_at > LONGEST_QUESTION.total_seconds():
            raise SignInRefusedError
        try:
            given = await flow.tokens(code, question, now)
            caller = await self._tokens.caller(given.access)
        except Unauthenticated:
            raise SignInRefusedError from None
        if given.subject is None or caller.id != caller_id(question.issuer, given.subject):
            raise SignInRefusedError
        return SignedIn(uuid4(), question.issuer, given.access, given.refresh, self._end())

    def believed(self, shown: str) -> Known | None:
        """Say who shows this, when that was looked into a moment ago."""
        found = self._believed.get(shown)
        if found is None:
            return None
        known, sign_in, ends = found
        if sign_in in self._ended or self._clock().timestamp() >= ends:
            del self._believed[shown]
            return None
        return known

    async def known(self, shown: str) -> Known:
        """Say who shows this, with a new access token when the old one has ended.

        Raises:
            Unauthenticated: it does not hold, or has ended.
            IssuerUnreachable: whether it holds cannot be known now.

        """
        if (believed := self.believed(shown)) is not None:
            return believed
        held = self.read(shown)
        now = self._clock().timestamp()
        if held is None or held.id in self._ended or now >= held.until:
            raise Unauthenticated
        present = held
        if now >= self._ends(held) and held.refresh is not None:
            present = await self._renewed(held)
        renewed = None if present is held else present
        try:
            caller = await self._tokens.caller(present.access)
        except IssuerUnreachable:
            # The refresh token that was given in exchange must reach the browser, come what may.
            raise RenewedUnreachable(renewed) from None
        if held.id in self._ended:
            raise Unauthenticated
        known = Known(caller, self._until(present), renewed)
        if renewed is None:
            self._remember(shown, known, held)
        return known

    async def end(self, shown: str) -> None:
        """Sign out whoever shows this, and let the issuer forget what it gave."""
        held = self.read(shown)
        if held is None:
            return
        self._ended[held.id] = None
        while len(self._ended) > MOST_REMEMBERED:
            self._ended.popitem(last=False)
        flow = self._flow_of(held.issuer)
        if flow is not None and held.refresh is not None:
            await flow.revoke(held.refresh)

    def has_ended(self, signed_in: SignedIn) -> bool:
        """Whether somebody signed out meanwhile."""
        return signed_in.id in self._ended

    def write(self, held: SignedIn) -> str:
        """Seal what the browser is to keep."""
        return self._sealed(SIGNED_IN, asdict(held) | {"id": held.id.hex})

    def read(self, shown: str) -> SignedIn | None:
        """Open what a browser shows; None when it was not sealed here for this."""
        content = self._opened(SIGNED_IN, shown)
        if content is None:
            return None
        return SignedIn(**{**content, "id": UUID(content["id"])})

    def write_question(self, question: Question) -> str:
        """Seal what the browser is to keep until it comes back from the issuer."""
        return self._sealed(SIGNING_IN, asdict(question))

    def read_question(self, shown: str) -> Question | None:
        """Open what a browser shows when it comes back."""
        content = self._opened(SIGNING_IN, shown)
        return None if content is None else Question(**content)

    async def aclose(self) -> None:
        """Close the connections to the issuers."""
        for flow in self._flows.values():
            await flow.aclose()

    def _sealed(self, purpose: str, content: Mapping[str, Any]) -> str:
        sealed = self._vault.seal(purpose, json.dumps(content).encode())
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def _opened(self, purpose: str, shown: str) -> dict[str, Any] | None:
        try:
            sealed = urlsafe_b64decode(shown + "=" * (-len(shown) % 4))
            content: dict[str, Any] = json.loads(self._vault.open(purpose, sealed))
        except (VaultError, ValueError):
            return None
        return content

    async def _renewed(self, held: SignedIn) -> SignedIn:
        """Renew once for all requests that show the same: a refresh token may serve only once."""
        key = held.id, str(held.refresh)
        task = self._renewals.get(key)
        if task is None or (task.done() and task.exception() is not None):
            task = self._renewals[key] = asyncio.create_task(self._renew(held))
        # A request that is given up must not take the others' answer with it.
        return await asyncio.shield(task)

    async def _renew(self, held: SignedIn) -> SignedIn:
        flow = self._flow_of(held.issuer)
        if flow is None or held.refresh is None:
            raise Unauthenticated
        try:
            given: Given = await flow.renew(held.refresh)
        except SignInRefusedError:
            raise Unauthenticated from None
        finally:
            self._forget_renewals()
        if held.id in self._ended and given.refresh is not None:
            await flow.revoke(given.refresh)
            raise Unauthenticated
        return replace(held, access=given.access, refresh=given.refresh)

    def _forget_renewals(self) -> None:
        """Keep the last ones: requests that were sent with the old cookie may still come."""
        done = [key for key, task in self._renewals.items() if task.done()]
        for key in done[: max(0, len(done) - MOST_REMEMBERED)]:
            del self._renewals[key]

    def _remember(self, shown: str, known: Known, held: SignedIn) -> None:
        now = self._clock()
        ends = min((now + BELIEVED).timestamp(), self._ends(held), held.until)
        self._believed[shown] = (known, held.id, ends)
        while len(self._believed) > MOST_REMEMBERED:
            self._believed.popitem(last=False)

    def _flow_of(self, issuer: str | None) -> CodeFlow | None:
        return next((flow for flow in self._flows.values() if flow.issuer.issuer == issuer), None)

    def _ends(self, held: SignedIn) -> float:
        """Say when the access token ends, some seconds before it does; a demo token never."""
        if held.issuer is None:
            return held.until
        ends = parts_of(held.access)[1].get("exp")
        return ends - LEEWAY if isinstance(ends, int | float) else 0

    def _until(self, held: SignedIn) -> datetime:
        """Say when somebody must sign in again."""
        ends = held.until if held.refresh is not None else min(held.until, self._ends(held))
        return datetime.fromtimestamp(ends, self._clock().tzinfo)

    def _end(self) -> int:
        return int((self._clock() + self._longest).timestamp())


class RenewedUnreachable(IssuerUnreachable):
    """The keys of an issuer cannot be had, just after it gave new tokens."""

    def __init__(self, renewed: SignedIn | None) -> None:
        """Keep what was given, so that it is not lost."""
        super().__init__()
        self.renewed = renewed
