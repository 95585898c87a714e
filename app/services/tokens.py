"""Access tokens: who says to be whom, and whether that holds (RFC 9068; ASVS 5.0 §9).

An authorization server elsewhere issues them; this service only verifies. Whatever is wrong with a
token, the refusal is the same, so that nothing is learned from it.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from types import MappingProxyType
from typing import TypeGuard, get_args

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from app.config import EXAMPLE, InvalidSettingError, Issuer, TokenRole
from app.domain.access import Caller, Unauthenticated, caller_id
from app.domain.email import is_email
from app.domain.terms import Role
from app.services.issuer_keys import ALGORITHMS, IssuerKeys, fully_named

LONGEST_TOKEN = 8 * 1024
LONGEST_SUBJECT = 255
LONGEST_NAME = 120
LEEWAY = 30
"""Seconds that the clocks of an issuer and of this service may differ."""

TYPES = frozenset({"at+jwt", "application/at+jwt"})
"""RFC 9068 §4: an ID token of the same issuer has another type, and is no access token."""

_REGION = re.compile(r"AM[0-9]{2}")
_ROLES: Mapping[str, Role] = MappingProxyType({role.value: role for role in get_args(TokenRole)})

DEMO_ISSUER = "demo"


def _demo(subject: str, name: str, role: Role, **more: str) -> tuple[str, Caller]:
    caller = Caller(
        caller_id(DEMO_ISSUER, subject),
        f"{DEMO_ISSUER} {subject}",
        frozenset({role}),
        name,
        email=f"{subject.lower()}@{EXAMPLE}",
        **more,
    )
    return f"demo-{subject}", caller


DEMO_CALLERS: Mapping[str, Caller] = MappingProxyType(
    dict(
        (
            _demo("adviser", "Demo-adviseur A", Role.adviser, organisation="Demobond"),
            _demo("adviser-2", "Demo-adviseur B", Role.adviser, organisation="Demobond"),
            _demo("werkcentrum-AM22", "Demo-werkcentrum AM22", Role.werkcentrum, region="AM22"),
            _demo("editor", "Demo-redacteur", Role.catalogue_editor),
            _demo("policy", "Demo-beleidsmedewerker", Role.policy),
            _demo("operator", "Demo-beheerder", Role.operator),
        )
    )
)
"""The tokens that everybody knows, and whom they stand for; in demo mode only."""


class _Registry(jws.JWSRegistry):
    max_header_length = LONGEST_TOKEN  # the token as a whole has its limit

    def get_alg(self, name: str) -> JWSAlgModel:
        return super().get_alg(str(fully_named(name)))


# A header that is not understood is ignored (RFC 7515 §4), unless `crit` names it.
_REGISTRY = _Registry(algorithms=ALGORITHMS, strict_check_header=False)


class Tokens:
    """Verifies the access tokens of the configured issuers, and in demo mode the demo tokens."""

    def __init__(
        self,
        issuers: Sequence[Issuer],
        *,
        fresh: timedelta,
        stale: timedelta,
        clock: Callable[[], datetime],
        demo: bool = False,
    ) -> None:
        """Accept tokens of these issuers; `fresh` and `stale` are as in IssuerKeys.

        Raises:
            InvalidSettingError: an issuer is there twice, could speak for another, or has keys
                that cannot be used.

        """
        self._clock = clock
        self._demo = demo
        self._issuers = {issuer.issuer: issuer for issuer in issuers}
        if len(self._issuers) < len(issuers):
            raise InvalidSettingError("GIDS_OIDC_ISSUERS: the same issuer is there twice")
        _check_apart(issuers)
        self._keys = {
            name: IssuerKeys(issuer, fresh=fresh, stale=stale, clock=clock)
            for name, issuer in self._issuers.items()
        }

    async def caller(self, token: str) -> Caller:
        """Return whom a token stands for.

        Raises:
            Unauthenticated: it does not hold, whatever the reason.
            IssuerUnreachable: whether it holds cannot be known now.

        """
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise Unauthenticated
        if self._demo and (known := _demo_caller(token)) is not None:
            return known
        header, claims = parts_of(token)
        # Before any key is looked at: the keys of one issuer never vouch for another.
        name = claims.get("iss")
        issuer = self._issuers.get(name) if isinstance(name, str) else None
        if issuer is None:
            raise Unauthenticated
        await self._check_signature(token, header, issuer)
        self._check_claims(claims, issuer)
        return _caller(claims, issuer)

    async def aclose(self) -> None:
        """Close the connections to the issuers."""
        for keys in self._keys.values():
            await keys.aclose()

    async def _check_signature(
        self, token: str, header: Mapping[str, object], issuer: Issuer
    ) -> None:
        kid, algorithm, kind = header.get("kid"), fully_named(header.get("alg")), header.get("typ")
        if (
            not (isinstance(algorithm, str) and algorithm in ALGORITHMS)
            or not (kid is None or isinstance(kid, str))
            or not (isinstance(kind, str) and kind.lower() in TYPES)
            or not header.keys().isdisjoint({"crit", "b64"})
        ):
            raise Unauthenticated
        key = await self._keys[issuer.issuer].find(kid, algorithm)
        if key is None:
            raise Unauthenticated
        try:
            # A key that the header itself brings (jwk, jku, x5c, x5u) is never looked at.
            jws.deserialize_compact(token, key, registry=_REGISTRY)
        except (JoseError, ValueError):
            raise Unauthenticated from None

    def _check_claims(self, claims: dict[str, object], issuer: Issuer) -> None:
        now = int(self._clock().timestamp())
        rules = JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY,
            aud={"essential": True, "value": issuer.audience},
            exp={"essential": True},
        )
        try:
            rules.validate(claims)
        except JoseError:
            raise Unauthenticated from None
        ends = claims["exp"]
        longest = issuer.longest_token.total_seconds() + LEEWAY
        if not isinstance(ends, int | float) or ends > now + longest:
            raise Unauthenticated


def _check_apart(issuers: Sequence[Issuer]) -> None:
    """See that of several issuers none can speak for another: each says what it vouches for."""
    if len(issuers) == 1:
        return
    for place, issuer in enumerate(issuers):
        limits = {
            "roles": issuer.roles,
            "organisations": issuer.organisations or Role.adviser not in issuer.roles,
            "regions": issuer.regions or Role.werkcentrum not in issuer.roles,
        }
        missing = [name for name, limit in limits.items() if not limit]
        if missing:
            raise InvalidSettingError(
                f"GIDS_OIDC_ISSUERS: [{place}] could speak for another issuer: give it {missing[0]}"
            )


def _demo_caller(token: str) -> Caller | None:
    """Compare with every demo token, each in constant time."""
    same = [
        caller
        for known, caller in DEMO_CALLERS.items()
        if compare_digest(known.encode(), token.encode())
    ]
    return same[0] if same else None


def parts_of(token: str) -> tuple[dict[str, object], dict[str, object]]:
    """Read header and claims of a signed token (RFC 7515 §7.1) before anything is believed."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        raise Unauthenticated
    return _object(parts[0]), _object(parts[1])


def _object(part: str) -> dict[str, object]:
    try:
        found = json.loads(
            urlsafe_b64decode(part.encode()).decode(), object_pairs_hook=_without_duplicates
        )
    except (ValueError, RecursionError):
        raise Unauthenticated from None
    if not isinstance(found, dict):
        raise Unauthenticated
    return found


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a name that is there twice: readers differ on which of the two counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def _caller(claims: Mapping[str, object], issuer: Issuer) -> Caller:
    """Say in our own words what the claims of a valid token say."""
    subject = claims.get("sub")
    if not _is_text(subject, LONGEST_SUBJECT):
        raise Unauthenticated
    roles = _roles(_at(claims, issuer.roles_claim), issuer)
    name, email = claims.get("name"), claims.get("email")
    organisation = _organisation(_at(claims, issuer.organisation_claim))
    region = _region(_at(claims, issuer.region_claim)) if Role.werkcentrum in roles else None
    if Role.adviser not in roles:
        organisation = None
    if not _may_be(organisation, issuer.organisations) or not _may_be(region, issuer.regions):
        raise Unauthenticated
    return Caller(
        caller_id(issuer.issuer, subject),
        f"{issuer.issuer} {subject}",
        roles,
        name=name if _is_text(name, LONGEST_NAME) else None,
        organisation=organisation,
        region=region,
        email=email if isinstance(email, str) and is_email(email) else None,
    )


def _may_be(value: str | None, limit: tuple[str, ...]) -> bool:
    return value is None or not limit or value in limit


def _at(claims: Mapping[str, object], path: str) -> object:
    """Return the claim of this name, or at the end of this path; None when it is not there.

    Raises:
        Unauthenticated: the path leads through something that holds nothing.

    """
    if path in claims:  # such as https://login.example/roles, which has dots of its own
        return claims[path]
    found: object = claims
    for step in path.split("."):
        if found is None:
            return None
        if not isinstance(found, dict):
            raise Unauthenticated
        found = found.get(step)
    return found


def _roles(said: object, issuer: Issuer) -> frozenset[Role]:
    """Return the roles we know, of those this issuer may give.

    An issuer serves others too, and those have roles of their own.
    """
    named = [said] if isinstance(said, str) else [] if said is None else said
    if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
        raise Unauthenticated
    known = frozenset(_ROLES[each] for each in named if each in _ROLES)
    return known.intersection(issuer.roles) if issuer.roles else known


def _region(said: object) -> str:
    """Return the one region of a werkcentrum, as a CBS code."""
    if not isinstance(said, str) or not _REGION.fullmatch(said):
        raise Unauthenticated
    return said


def _organisation(said: object) -> str | None:
    if said is not None and not isinstance(said, str):
        raise Unauthenticated
    return said if _is_text(said, LONGEST_NAME) else None


def _is_text(value: object, longest: int) -> TypeGuard[str]:
    """Tell whether this is a text that can be stored, logged and shown: no control characters."""
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()
