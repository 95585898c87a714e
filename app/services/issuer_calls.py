"""Calls to an issuer: over https, to where it says it is, and in small answers."""

import json
import ssl
from collections.abc import Mapping
from ipaddress import ip_address

import httpx

SECONDS_TO_ANSWER = 5.0
LARGEST_ANSWER = 256 * 1024
LARGEST_PORT = 65535


class AnswerRefusedError(Exception):
    """An answer that is not used; says why in words of ours alone."""


def reason_of(error: Exception) -> str:
    """Say why an issuer cannot be read: in our own words, or the kinds of error and first cause.

    Nothing of their texts, which hold addresses and what was answered.
    """
    if isinstance(error, AnswerRefusedError):
        return str(error)
    first: BaseException = error
    while isinstance(error, httpx.HTTPError) and (deeper := first.__cause__ or first.__context__):
        first = deeper  # also what httpcore would not have shown: it is the one that tells
    kinds = (type(error).__name__, type(first).__name__)
    return ": ".join(dict.fromkeys(kinds))


def issuer_client() -> httpx.AsyncClient:
    """Make a client that goes where it is sent and nowhere else, and trusts as the system does."""
    return httpx.AsyncClient(
        verify=ssl.create_default_context(),
        trust_env=False,
        follow_redirects=False,
        timeout=SECONDS_TO_ANSWER,
        # Unpacked, a small answer could be larger than any limit.
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
    )


async def read_discovery(client: httpx.AsyncClient, issuer: str) -> dict[str, object]:
    """Read what an issuer tells of itself (OpenID Connect Discovery 1.0).

    Raises:
        AnswerRefusedError: there is no such document, or it is of another issuer.
        httpx.HTTPError: the issuer does not answer.

    """
    # §4: a slash at the end of the issuer is left out.
    base = issuer.removesuffix("/")
    document = await read_document(client, f"{base}/.well-known/openid-configuration")
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise AnswerRefusedError("the discovery document is of another issuer")
    return document


async def post_form(
    client: httpx.AsyncClient,
    address: str,
    form: Mapping[str, str],
    auth: tuple[str, str] | None,
) -> tuple[int, object]:
    """Send a form, and return the status with the JSON of the answer, None where there is none.

    Raises:
        AnswerRefusedError: the address will not do, or the answer is too long.
        httpx.HTTPError: the issuer does not answer.

    """
    check_secure(address)
    basic = httpx.BasicAuth(*auth) if auth else None
    async with client.stream("POST", address, data=dict(form), auth=basic) as answer:
        body = await _body(answer)
    try:
        return answer.status_code, json.loads(body)
    except (ValueError, RecursionError):
        return answer.status_code, None


async def read_document(client: httpx.AsyncClient, address: str) -> object:
    """Read a JSON document of at most `LARGEST_ANSWER` bytes."""
    check_secure(address)
    async with client.stream("GET", address) as answer:
        if answer.status_code != httpx.codes.OK:
            raise AnswerRefusedError(f"the answer is {answer.status_code}")
        body = await _body(answer)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise AnswerRefusedError("the answer is not JSON") from None


async def _body(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise AnswerRefusedError("the answer is too long")
    return bytes(body)


def check_secure(address: str) -> None:
    """Refuse what is not https, except on this machine itself."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        raise AnswerRefusedError("the address of the keys is no address") from None
    if not url.host or (url.port or 0) > LARGEST_PORT:
        raise AnswerRefusedError("the address of the keys is no address")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise AnswerRefusedError("keys are read over https only")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
