"""The public keys of the issuers: asked for when needed, kept for a while, in no flood."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key
from joserfc.util import urlsafe_b64decode

from app.config import InvalidSettingError, Issuer
from app.domain.errors import DomainError
from app.services.issuer_calls import (
    SECONDS_TO_ANSWER,
    AnswerRefusedError,
    check_secure,
    issuer_client,
    read_discovery,
    read_document,
    reason_of,
)

ASK_AGAIN = timedelta(seconds=10)
"""Least time between two questions to one issuer, whatever its tokens name."""
LEAST_RSA_BITS = 2048

_KINDS: Mapping[tuple[object, object], tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        ("RSA", None): (("n", "e"), ("RS256", "PS256")),
        ("EC", "P-256"): (("crv", "x", "y"), ("ES256",)),
        ("EC", "P-384"): (("crv", "x", "y"), ("ES384",)),
        ("OKP", "Ed25519"): (("crv", "x"), ("Ed25519",)),
    }
)
"""Kind and curve of a key: what it is made of, and the algorithms it may be used with."""

ALGORITHMS = frozenset(name for _, names in _KINDS.values() for name in names)

logger = logging.getLogger(__name__)


class IssuerUnreachable(DomainError):  # noqa: N818 - the name a reader of a service expects
    """The keys of an issuer are unknown or too old, and it does not answer; no fault of a token."""

    slug = "issuer-unreachable"
    title = "The login cannot be checked now"
    detail = (
        "The issuer of this token does not answer, so whether the token holds cannot be known, and"
        " nothing was done. Try again later."
    )


def fully_named(algorithm: object) -> object:
    """Return the name RFC 9864 gives: an issuer may still call Ed25519 EdDSA."""
    return "Ed25519" if algorithm == "EdDSA" else algorithm


class PublicKeys:
    """The keys of a JWK set (RFC 7517) that can verify a signature."""

    def __init__(self, jwks: object) -> None:
        """Take every usable key; symmetric, private, short and foreign ones are left out.

        Raises:
            AnswerRefusedError: this is no JWK set, or there is no usable key in it.

        """
        listed = jwks.get("keys") if isinstance(jwks, dict) else None
        if not isinstance(listed, list):
            raise AnswerRefusedError("this is no JWK set")
        self._keys: dict[tuple[object, str], Key] = {}
        for jwk in listed:
            if isinstance(jwk, dict):
                self._keys.update(_usable(jwk))
        if not self._keys:
            raise AnswerRefusedError("there is no usable key in the set")

    def find(self, kid: str | None, algorithm: str) -> Key | None:
        """Return the key of this id for this algorithm; without an id, the only one for it."""
        if kid is not None:
            return self._keys.get((kid, algorithm))
        fit = [key for (_, name), key in self._keys.items() if name == algorithm]
        return fit[0] if len(fit) == 1 else None


class IssuerKeys:
    """The keys of one issuer: given, or fetched and kept."""

    def __init__(
        self,
        issuer: Issuer,
        *,
        fresh: timedelta,
        stale: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        """Keep fetched keys `fresh` long, and `stale` long when the issuer does not answer.

        Raises:
            InvalidSettingError: the keys given are not usable, or would be fetched over plain HTTP.

        """
        self._issuer = issuer
        self._fresh = fresh
        self._stale = stale
        self._clock = clock
        self._keys: PublicKeys | None = None
        self._client: httpx.AsyncClient | None = None
        self._lock = asyncio.Lock()
        self._asked_at: datetime | None = None
        self._read_at: datetime | None = None
        try:
            if issuer.jwks is not None:
                self._keys = PublicKeys(issuer.jwks)
            else:
                check_secure(str(issuer.jwks_uri or issuer.issuer))
                self._client = issuer_client()
        except AnswerRefusedError as error:
            raise InvalidSettingError(f"GIDS_OIDC_ISSUERS: {issuer.issuer}: {error}") from None

    async def find(self, kid: str | None, algorithm: str) -> Key | None:
        """Return the key that verifies, or None when the issuer has no such key.

        An unknown id lets the issuer be asked again, at most once in `ASK_AGAIN`.

        Raises:
            IssuerUnreachable: no keys are known, or they are older than `stale`.

        """
        if self._client is not None:
            await self._refresh(self._client, kid, algorithm)
        if self._keys is None or self._older_than(self._stale):
            raise IssuerUnreachable
        return self._keys.find(kid, algorithm)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _refresh(self, client: httpx.AsyncClient, kid: str | None, algorithm: str) -> None:
        known = self._keys is not None and self._keys.find(kid, algorithm) is not None
        if known and not self._older_than(self._fresh):
            return
        if known and self._lock.locked() and not self._older_than(self._stale):
            return  # another request asks already; this one has what it needs
        async with self._lock:
            now = self._clock()
            if self._asked_at is not None and now - self._asked_at < ASK_AGAIN:
                return
            self._asked_at = now
            try:
                async with asyncio.timeout(SECONDS_TO_ANSWER):
                    self._keys = PublicKeys(await self._fetch(client))
            except (httpx.HTTPError, TimeoutError, AnswerRefusedError) as error:
                extra = {"issuer": self._issuer.issuer, "reason": reason_of(error)}
                logger.warning("the keys of an issuer cannot be read", extra=extra)
            else:
                self._read_at = now

    async def _fetch(self, client: httpx.AsyncClient) -> object:
        """Read the JWK set from where the settings or the discovery document say it is."""
        if self._issuer.jwks_uri is not None:
            return await read_document(client, str(self._issuer.jwks_uri))
        document = await read_discovery(client, self._issuer.issuer)
        address = document.get("jwks_uri")
        if not isinstance(address, str):
            raise AnswerRefusedError("the discovery document names no keys")
        return await read_document(client, address)

    def _older_than(self, age: timedelta) -> bool:
        """Tell whether fetched keys are older; keys from the settings have no age."""
        if self._client is None:
            return False
        return self._read_at is None or self._clock() - self._read_at >= age


def _usable(jwk: Mapping[str, object]) -> dict[tuple[object, str], Key]:
    """Return a key under its id and each algorithm it serves; nothing when it is not to be used."""
    kind = (jwk.get("kty"), jwk.get("crv"))
    if not all(part is None or isinstance(part, str) for part in kind) or kind not in _KINDS:
        return {}
    operations = jwk.get("key_ops", ["verify"])
    if (
        "d" in jwk  # a private key that everybody can read signs nothing any more
        or jwk.get("use", "sig") != "sig"
        or not (isinstance(operations, list) and "verify" in operations)
        or not isinstance(jwk.get("kid", ""), str)
    ):
        return {}
    fields, algorithms = _KINDS[kind]
    if "alg" in jwk:
        algorithms = tuple(name for name in algorithms if name == fully_named(jwk["alg"]))
    material = {name: jwk.get(name) for name in fields}
    if not all(isinstance(value, str) for value in material.values()):
        return {}
    try:
        if kind[0] == "RSA" and _bits(str(jwk["n"])) < LEAST_RSA_BITS:
            return {}
        key = import_key({"kty": str(kind[0]), **{name: str(jwk[name]) for name in fields}})
    except (JoseError, ValueError):
        return {}
    return {(jwk.get("kid"), name): key for name in algorithms}


def _bits(modulus: str) -> int:
    return int.from_bytes(urlsafe_b64decode(modulus.encode())).bit_length()
