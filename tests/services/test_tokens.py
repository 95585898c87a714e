"""Which tokens hold, and whom they stand for; every other one is refused in the same words."""

import asyncio
import hmac
import json
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import Key

from app.config import Issuer
from app.domain.access import Caller, Unauthenticated, caller_id
from app.domain.terms import Role
from app.services.tokens import DEMO_CALLERS, LONGEST_TOKEN, Tokens
from tests.services.forge import (
    AUDIENCE,
    EC256,
    EC384,
    ED,
    ISSUER,
    LIMITS,
    MONDAY,
    NOW,
    OF_THE_OTHER,
    OTHER_ISSUER,
    RSA,
    SHORT,
    STRANGER,
    claims,
    encoded,
    issuer,
    other_issuer,
    published,
    signed,
)


def verifier(**changes: object) -> Tokens:
    return Tokens(
        [issuer(**{**LIMITS, **changes}), other_issuer()],
        fresh=timedelta(minutes=10),
        stale=timedelta(hours=24),
        clock=lambda: MONDAY,
    )


TOKENS = verifier()


def tokens_of(*issuers: Issuer) -> Tokens:
    day = timedelta(days=1)
    return Tokens(issuers, fresh=day, stale=day, clock=lambda: MONDAY)


def who(*roles: Role, **more: str) -> Caller:
    subject = "248289761001"
    return Caller(caller_id(ISSUER, subject), f"{ISSUER} {subject}", frozenset(roles), **more)


def caller(token: str, tokens: Tokens = TOKENS) -> Caller:
    return asyncio.run(tokens.caller(token))


def werkcentrum(**changes: object) -> dict[str, object]:
    return claims(**{"roles": ["werkcentrum"], "region": "AM22", **changes})


def by_the_other(**changes: object) -> str:
    return signed(claims(**{"iss": OTHER_ISSUER, **changes}), key=OF_THE_OTHER, alg="ES256")


def by_hmac(secret: bytes):
    return lambda message: hmac.digest(secret, message, "sha256")


def with_the_signature_of_another() -> str:
    return f"{signed().rpartition('.')[0]}.{signed(claims(sub='someone-else')).rpartition('.')[2]}"


def encrypted() -> str:
    protected = {"alg": "RSA-OAEP", "enc": "A128GCM", "typ": "at+jwt", "kid": "rsa"}
    return jwe.encrypt_compact(
        protected, json.dumps(claims()), RSA, algorithms=["RSA-OAEP", "A128GCM"]
    )


def public_jwk(key: Key) -> dict[str, object]:
    return dict(key.as_dict(private=False))


RSA_PEM = RSA.as_pem(private=False)
RSA_JWK = json.dumps(public_jwk(RSA)).encode()
BRACKETS = "[" * 5000

FORGED = {
    # not a signed token at all
    "nothing": "",
    "a word": "letmein",
    "a demo token outside demo mode": "demo-adviser",
    "one part": encoded({}),
    "two parts": signed().rpartition(".")[0],
    "four parts": f"{signed()}.e30",
    "no signature": f"{signed().rpartition('.')[0]}.",
    "an encrypted token": encrypted(),
    "bytes after it": f"{signed()}AAAA",
    "a line end after it": f"{signed()}\n",
    "a padded part": f"{signed()}=",
    "letters of plain base64": f"{encoded({'alg': 'RS256'})}+/.{encoded({})}.AAAA",
    "letters outside ASCII": f"{signed()[:-1]}é",
    "longer than a token may be": signed(claims(filler="a" * LONGEST_TOKEN)),
    "a header that is no object": signed(header="[]"),
    "a header that is no JSON": signed(header="{alg}"),
    "claims that are no object": signed("[1]"),
    "claims that are no JSON": signed("sub=me"),
    "claims nested without end": signed(BRACKETS),
    "the same claim twice": signed(json.dumps(claims())[:-1] + ', "sub": "root"}'),
    "the same header twice": signed(header='{"alg":"none","typ":"at+jwt","alg":"RS256"}'),
    # algorithms
    "none": signed(alg="none", sign=lambda _: b""),
    "none in odd case": signed(header={"alg": "nOnE", "typ": "at+jwt"}, sign=lambda _: b""),
    "none with a signature": signed(header={"alg": "none", "typ": "at+jwt", "kid": "rsa"}),
    "HS256 with the public key as PEM": signed(alg="HS256", sign=by_hmac(RSA_PEM)),
    "HS256 with the public key as JWK": signed(alg="HS256", sign=by_hmac(RSA_JWK)),
    "HS256 with an empty key": signed(alg="HS256", sign=by_hmac(b"")),
    "ES256 on an RSA key": signed(header={"alg": "ES256", "typ": "at+jwt", "kid": "rsa"}),
    "RS256 on an EC key": signed(kid="ec-256"),
    "ES384 on a P-256 key": signed(key=EC384, alg="ES384", kid="ec-256"),
    "an algorithm we do not take": signed(alg="RS512"),
    "an algorithm that is a list": signed(header={"alg": ["RS256"], "typ": "at+jwt", "kid": "rsa"}),
    "no algorithm": signed(header={"typ": "at+jwt", "kid": "rsa"}),
    "an RSA key below 2048 bits": signed(key=SHORT),
    # keys
    "a key of nobody": signed(key=STRANGER),
    "a key of nobody, brought as jwk": signed(key=STRANGER, jwk=public_jwk(STRANGER)),
    "a key of nobody, brought as jku": signed(key=STRANGER, jku="https://evil.example/jwks"),
    "a key of nobody, brought as x5c": signed(key=STRANGER, x5c=["MIIB"]),
    "a key of nobody, brought as x5u": signed(key=STRANGER, x5u="https://evil.example/cert"),
    "a key of another issuer": signed(key=OF_THE_OTHER, alg="ES256"),
    "the other issuer with a key of this one": signed(claims(iss=OTHER_ISSUER)),
    "an unknown key id": signed(kid="rsa-2"),
    "a key id that is a path": signed(kid="../../dev/null"),
    "a key id that is a number": signed(kid=1),
    "a key id that is a list": signed(kid=["rsa"]),
    "no key id, where no key is for it": signed(claims(iss=OTHER_ISSUER), kid=...),
    "the signature of another token": with_the_signature_of_another(),
    # other headers
    "typ JWT": signed(typ="JWT"),
    "typ missing": signed(typ=...),
    "typ null": signed(typ=None),
    "typ of a logout token": signed(typ="logout+jwt"),
    "crit": signed(crit=["exp"]),
    "b64 false, as crit says": signed(crit=["b64"], b64=False),
    "b64 false without crit": signed(b64=False),
    # issuer and audience
    "no issuer": signed(claims(iss=...)),
    "an issuer unknown here": signed(claims(iss="https://evil.example")),
    "the issuer with a slash more": signed(claims(iss=f"{ISSUER}/")),
    "the issuer in capitals": signed(claims(iss=ISSUER.upper())),
    "a list of issuers": signed(claims(iss=[ISSUER])),
    "no audience": signed(claims(aud=...)),
    "the audience of another service": signed(claims(aud="loonstrook")),
    "a list of others' audiences": signed(claims(aud=["loonstrook", "account"])),
    "an empty list of audiences": signed(claims(aud=[])),
    "an audience that holds ours": signed(claims(aud=f"{AUDIENCE}-test")),
    "an audience that is an object": signed(claims(aud={AUDIENCE: True})),
    # times
    "expired by 31 seconds": signed(claims(exp=NOW - 31)),
    "good for a second longer than a day": signed(claims(exp=NOW + 86_400 + 31)),
    "no expiry": signed(claims(exp=...)),
    "expiry null": signed(claims(exp=None)),
    "an expiry that is a text": signed(claims(exp=str(NOW + 240))),
    "an expiry that is true": signed(claims(exp=True)),
    "an expiry beyond all numbers": signed(json.dumps(claims()).replace(str(NOW + 240), "1e999")),
    "an expiry that is no number": signed(json.dumps(claims()).replace(str(NOW + 240), "NaN")),
    "not before, in the future": signed(claims(nbf=NOW + 31)),
    "not before, a text": signed(claims(nbf="now")),
    "issued in the future": signed(claims(iat=NOW + 31)),
    # subject
    "no subject": signed(claims(sub=...)),
    "an empty subject": signed(claims(sub="")),
    "a subject that is a number": signed(claims(sub=248289761001)),
    "a subject that is null": signed(claims(sub=None)),
    "a subject longer than 255": signed(claims(sub="a" * 256)),
    "a subject with a line end": signed(claims(sub="me\nroot")),
    "a subject with half a character": signed(json.dumps(claims(sub="?")).replace("?", "\\ud800")),
    # roles, region, organisation
    "roles that are a number": signed(claims(roles=1)),
    "roles that are true": signed(claims(roles=True)),
    "roles that are an object": signed(claims(roles={"adviser": True})),
    "roles that are a list of numbers": signed(claims(roles=["adviser", 1])),
    "roles in a list in a list": signed(claims(roles=[["adviser"]])),
    "a werkcentrum without a region": signed(claims(roles=["werkcentrum"])),
    "a werkcentrum of a list of regions": signed(werkcentrum(region=["AM22"])),
    "a werkcentrum of two regions": signed(werkcentrum(region=["AM22", "AM23"])),
    "a werkcentrum of a region in small letters": signed(werkcentrum(region="am22")),
    "a werkcentrum of half a region": signed(werkcentrum(region="AM1")),
    "a werkcentrum of a region and a line end": signed(werkcentrum(region="AM22\n")),
    "a werkcentrum of every region": signed(werkcentrum(region="*")),
    "an adviser and werkcentrum without one": signed(claims(roles=["adviser", "werkcentrum"])),
    "an organisation that is a list": signed(claims(organisation=["FNV", "CNV"])),
    # what its issuer does not vouch for
    "a werkcentrum of a region of another issuer": signed(werkcentrum(region="AM23")),
    "an adviser of the union of another issuer": signed(claims(organisation="CNV")),
    "an adviser of a union of nobody": signed(claims(organisation="fnv")),
    "the other issuer for the union of this one": by_the_other(),
}


def test_a_token_no_case_has_changed_is_accepted() -> None:
    assert caller(signed()).roles == {Role.adviser}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_a_token_that_does_not_hold_is_refused_and_nothing_is_told(token: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        caller(token)
    assert str(refused.value) == Unauthenticated.detail
    assert refused.value.__cause__ is None


@given(st.integers(min_value=0), st.characters(codec="utf-8"))
@settings(max_examples=300, deadline=None)
def test_a_token_with_any_character_changed_is_refused(place: int, character: str) -> None:
    whole = GOOD["Ed25519"]
    place %= len(whole)
    changed = whole[:place] + character + whole[place + 1 :]
    if changed != whole:
        with pytest.raises(Unauthenticated):
            caller(changed)


NESTED = verifier(roles_claim="realm_access.roles")
WITH_DOTS = verifier(roles_claim="https://login.example/roles")

GOOD = {
    "RS256": signed(),
    "PS256": signed(alg="PS256"),
    "ES256": signed(key=EC256, alg="ES256"),
    "ES384": signed(key=EC384, alg="ES384"),
    "Ed25519": signed(key=ED, alg="Ed25519"),
    "EdDSA, its former name": signed(key=ED, alg="EdDSA"),
    "the long typ": signed(typ="application/at+jwt"),
    "typ in capitals": signed(typ="AT+JWT"),
    "our audience in a list": signed(claims(aud=["account", AUDIENCE])),
    "a role as a text": signed(claims(roles="adviser")),
    "expired by 29 seconds": signed(claims(exp=NOW - 29)),
    "good for a day": signed(claims(exp=NOW + 86_400 + 30)),
    "not before, 30 seconds ahead": signed(claims(nbf=NOW + 30, iat=NOW + 30)),
    "no name of a key, where one fits": signed(key=ED, alg="Ed25519", kid=...),
    "a header nobody knows": signed(nonce="x"),
    "a role of another service": signed(claims(roles=["adviser", "offline_access", "Adviser"])),
    "a chatbot in a token": signed(claims(roles=["adviser", "chatbot"])),
    "a subject of 255 characters": signed(claims(sub="a" * 255)),
}


@pytest.mark.parametrize("token", GOOD.values(), ids=GOOD.keys())
def test_a_token_that_holds_stands_for_an_adviser(token: str) -> None:
    assert caller(token).roles == {Role.adviser}


def test_the_claims_of_an_adviser_say_who_they_are() -> None:
    assert caller(signed()) == Caller(
        id=caller_id(ISSUER, "248289761001"),
        actor=f"{ISSUER} 248289761001",
        roles=frozenset({Role.adviser}),
        name="Anna de Vries",
        organisation="FNV",
    )


def test_the_claims_of_a_werkcentrum_give_its_region_and_no_organisation() -> None:
    known = caller(signed(werkcentrum()))
    assert (known.region, known.organisation) == ("AM22", None)


def test_an_adviser_who_is_a_werkcentrum_too_has_a_region_and_an_organisation() -> None:
    known = caller(signed(werkcentrum(roles=["adviser", "werkcentrum"])))
    assert (known.region, known.organisation) == ("AM22", "FNV")


def test_a_region_is_not_given_to_who_is_no_werkcentrum() -> None:
    assert caller(signed(claims(region="AM22"))).region is None


@pytest.mark.parametrize("roles", [..., None, [], "", ["Adviser"], ["chatbot"], "adviser policy"])
def test_a_token_that_names_no_role_of_ours_stands_for_someone_without_roles(roles: object) -> None:
    assert caller(signed(claims(roles=roles))).roles == frozenset()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.chatbot, Role.werkcentrum}))
def test_every_role_is_named_as_in_the_terms(role: Role) -> None:
    assert caller(signed(claims(roles=[role.value]))).roles == {role}


@pytest.mark.parametrize("name", [..., 7, "", "a" * 121, "Anna\nde Vries", "Anna\u202e", ["Anna"]])
def test_a_name_that_cannot_be_shown_is_left_out(name: object) -> None:
    assert caller(signed(claims(name=name))).name is None


@pytest.mark.parametrize(
    ("email", "kept"),
    [
        (..., False), (7, False), ("anna", False), ("anna@bond", False),
        ("anna@bond.example\n", False), (f"{'a' * 64}@{'b.' * 100}example", False),
        ("anna@bond.example", True),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_one_is_left_out(email: object, kept: bool) -> None:  # noqa: FBT001 - a column of the table
    assert caller(signed(claims(email=email))).email == (email if kept else None)


@pytest.mark.parametrize("organisation", [..., None, "", "a" * 121, "FNV\x00"])
def test_an_organisation_that_cannot_be_shown_is_left_out(organisation: object) -> None:
    assert caller(signed(claims(organisation=organisation))).organisation is None


def test_roles_are_found_at_the_end_of_a_path() -> None:
    said = claims(roles=["operator"], realm_access={"roles": ["policy"]})
    assert caller(signed(said), NESTED).roles == {Role.policy}


@pytest.mark.parametrize("access", [..., None, {}, {"roles": None}])
def test_a_path_that_ends_early_leads_to_no_roles(access: object) -> None:
    assert caller(signed(claims(realm_access=access)), NESTED).roles == frozenset()


@pytest.mark.parametrize("access", ["roles", ["roles"], 1])
def test_a_path_through_something_else_is_refused(access: object) -> None:
    with pytest.raises(Unauthenticated):
        caller(signed(claims(realm_access=access)), NESTED)


def test_a_claim_may_have_dots_of_its_own() -> None:
    said = claims(roles=[], **{"https://login.example/roles": ["policy"]})
    assert caller(signed(said), WITH_DOTS).roles == {Role.policy}


DEMO = Tokens(
    [issuer(jwks=published(RSA))],
    fresh=timedelta(minutes=10),
    stale=timedelta(hours=24),
    clock=lambda: MONDAY,
    demo=True,
)


@pytest.mark.parametrize(
    ("token", "role", "region"),
    [
        ("demo-adviser", Role.adviser, None),
        ("demo-adviser-2", Role.adviser, None),
        ("demo-werkcentrum-AM22", Role.werkcentrum, "AM22"),
        ("demo-editor", Role.catalogue_editor, None),
        ("demo-policy", Role.policy, None),
        ("demo-operator", Role.operator, None),
    ],
)
def test_a_demo_token_holds_in_demo_mode_alone(token: str, role: Role, region: str | None) -> None:
    known = caller(token, DEMO)
    assert (known.roles, known.region) == (frozenset({role}), region)
    with pytest.raises(Unauthenticated):
        caller(token)


def test_the_demo_tokens_stand_for_six_callers_and_one_organisation_of_advisers() -> None:
    assert len({known.id for known in DEMO_CALLERS.values()} - {UUID(int=0)}) == 6
    advisers = [known for known in DEMO_CALLERS.values() if Role.adviser in known.roles]
    assert [known.organisation for known in advisers] == ["Demobond", "Demobond"]


@pytest.mark.parametrize("token", ["demo-", "demo-advise", "demo-adviser-3", "DEMO-ADVISER"])
def test_what_is_nearly_a_demo_token_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        caller(token, DEMO)


def test_a_real_token_holds_in_demo_mode_too() -> None:
    assert caller(signed(), DEMO).name == "Anna de Vries"
