"""Who asks: found out once per request, and counted."""

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from app.callers import bearer
from app.domain.access import ANONYMOUS, Caller, TooManyRequests, Unauthenticated
from app.services.api_keys import KEY_PREFIX
from app.services.issuer_keys import IssuerUnreachable
from app.services.sign_in import RenewedUnreachable, SignedIn, SignIns


async def get_caller(request: Request) -> Caller:
    """Find out who asks: by token, key or cookie, or nobody in particular; and count it.

    Whoever shows something that does not hold, or cannot be looked into, is counted as a stranger.

    Raises:
        Unauthenticated: something was shown that does not hold.
        IssuerUnreachable: the keys that would tell cannot be had now.
        TooManyRequests: this caller asks too often.

    """
    shown = request.headers.getlist("authorization")
    try:
        caller = await _shows(request, shown) if shown else await _signed_in(request)
    except (Unauthenticated, IssuerUnreachable):
        _count(request, ANONYMOUS)
        raise
    _count(request, caller)
    return caller


async def _shows(request: Request, shown: list[str]) -> Caller:
    token = bearer(shown)
    state = request.app.state
    if token.startswith(KEY_PREFIX):
        caller: Caller | None = await run_in_threadpool(state.api_keys.caller, token)
    else:
        caller = await state.tokens.caller(token)
    if caller is None:
        raise Unauthenticated
    return caller


async def _signed_in(request: Request) -> Caller:
    """Say who signed in, when a page of this service asks, and keep what was renewed."""
    state = request.app.state
    shown = state.cookies.shown(request.headers, request.method)
    if shown is None:
        return ANONYMOUS
    sign_ins: SignIns = state.sign_ins
    try:
        known = await sign_ins.known(shown)
    except RenewedUnreachable as error:
        _keep(request, error.renewed)
        raise
    _keep(request, known.renewed)
    request.state.signed_in_until = known.until
    return known.caller


def _keep(request: Request, renewed: SignedIn | None) -> None:
    """Let the answer give the browser what was renewed (app/api_rules.py sends it along)."""
    if renewed is None:
        return
    state = request.app.state

    def cookies() -> list[str]:
        # Asked when the answer goes out: who signed out in the meantime stays so.
        ended = state.sign_ins.has_ended(renewed)
        return [] if ended else state.cookies.given(state.sign_ins.write(renewed))

    request.state.cookies = cookies


def _count(request: Request, caller: Caller) -> None:
    address = request.client.host if request.client else None
    if wait := request.app.state.rate_limits.take(caller, address):
        raise TooManyRequests(wait)


async def count_stranger(request: Request) -> None:
    """Count whoever asks by their address alone.

    Raises:
        TooManyRequests: from that address it is asked too often.

    """
    _count(request, ANONYMOUS)
