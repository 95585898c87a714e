"""Signing in and out with a browser: `/sign-in/{id}`, back at `/sign-in/callback`, `/sign-out`.

Not below /v1: these are steps of a browser, not of a program. Whatever goes wrong, the person comes
back to the page where one signs in, which says so.
"""

import re
from collections.abc import Iterable
from hmac import compare_digest
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.callers import Cookies, jar
from app.domain.access import Unauthenticated
from app.identify import count_stranger
from app.routers.callers import SignInsDep
from app.services.issuer_keys import IssuerUnreachable
from app.services.sign_in import LONGEST_QUESTION, SignedIn, SignIns
from app.services.sign_in_codes import Question, SignInRefusedError

CALLBACK = "/sign-in/callback"
PAGE = "/aanmelden"
HOME = "/zaken"

_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,499}")
"""A path of this service: `//` and `/\\` lead elsewhere, and so may a control character."""
_STATE = re.compile(r"[A-Za-z0-9_-]{1,100}")

router = APIRouter(include_in_schema=False, dependencies=[Depends(count_stranger)])


@router.get(CALLBACK)
async def come_back(request: Request, sign_ins: SignInsDep) -> Response:
    """Sign in whoever comes back from an issuer with an answer to what was asked."""
    cookies: Cookies = request.app.state.cookies
    said = request.query_params
    state = said.get("state", "")
    name = _question_cookie(cookies, state)
    question = _question(request, sign_ins, name, state)
    if question is None:
        return _sent_on(_told("verlopen"))
    gone = [cookies.cookie(name, "", 0)]
    # RFC 9207: who names another issuer mixes two of them up.
    if "code" not in said or said.get("iss", question.issuer) != question.issuer:
        return _sent_on(_told("geweigerd", question.return_to), gone)
    try:
        signed_in = await sign_ins.finish(question, said["code"])
    except SignInRefusedError:
        return _sent_on(_told("geweigerd", question.return_to), gone)
    except IssuerUnreachable:
        return _sent_on(_told("onbereikbaar", question.return_to), gone)
    return _let_in(cookies, sign_ins, signed_in, question.return_to, gone)


@router.get("/sign-in/{choice}")
async def sign_in(request: Request, choice: str, sign_ins: SignInsDep) -> Response:
    """Send somebody to where they sign in, or let a demo user in."""
    cookies: Cookies = request.app.state.cookies
    return_to = own_path(request.query_params.get("returnTo", HOME))
    if (demo_user := sign_ins.demo_user(choice)) is not None:
        return _let_in(cookies, sign_ins, demo_user, return_to)
    try:
        begun = await sign_ins.begin(choice, return_to)
    except IssuerUnreachable:
        return _sent_on(_told("onbereikbaar", return_to))
    if begun is None:
        return _sent_on(_told("onbekend", return_to))
    address, question = begun
    name = _question_cookie(cookies, question.state)
    seconds = int(LONGEST_QUESTION.total_seconds())
    kept = cookies.cookie(name, sign_ins.write_question(question), seconds)
    return _sent_on(address, [kept])


@router.post("/sign-out", status_code=204)
async def sign_out(request: Request, sign_ins: SignInsDep) -> Response:
    """Sign out: nothing stays in the browser, and the issuer is told.

    Raises:
        Unauthenticated: a page of another site asks, or nobody is signed in here.

    """
    cookies: Cookies = request.app.state.cookies
    shown = cookies.shown(request.headers, request.method)
    if shown is None:
        raise Unauthenticated
    await sign_ins.end(shown)
    return _with(Response(status_code=204), cookies.gone())


def own_path(asked: str) -> str:
    """Return where to go on to, when that is a path of this service; else the work list."""
    return asked if _OWN_PATH.fullmatch(asked) else HOME


def _question_cookie(cookies: Cookies, state: str) -> str:
    """Name the cookie of one question: two windows may each ask one at once."""
    return f"{cookies.name}-asks-{state[:16]}"


def _question(request: Request, sign_ins: SignIns, name: str, state: str) -> Question | None:
    if not _STATE.fullmatch(state):
        return None
    question = sign_ins.read_question(jar(request.headers).get(name, ""))
    if question is None or not compare_digest(question.state, state):
        return None
    return question


def _let_in(
    cookies: Cookies,
    sign_ins: SignIns,
    signed_in: SignedIn,
    return_to: str,
    more: Iterable[str] = (),
) -> Response:
    value = sign_ins.write(signed_in)
    if not cookies.fits(value):
        return _sent_on(_told("te-groot", return_to), more)
    return _sent_on(return_to, [*more, *cookies.given(value)])


def _told(fault: str, return_to: str = HOME) -> str:
    return f"{PAGE}?fout={fault}&terug={quote(return_to, safe='/')}"


def _sent_on(address: str, cookies: Iterable[str] = ()) -> Response:
    return _with(Response(status_code=303, headers={"Location": address}), cookies)


def _with(answer: Response, cookies: Iterable[str]) -> Response:
    for one in cookies:
        answer.headers.append("Set-Cookie", one)
    return answer
