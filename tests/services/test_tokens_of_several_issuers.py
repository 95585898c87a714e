"""Tokens of several issuers: none of them speaks for another."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.config import InvalidSettingError, Issuer
from app.domain.access import Caller, Unauthenticated
from app.domain.terms import Role
from app.services.tokens import Tokens
from tests.services.forge import (
    MONDAY,
    claims,
    issuer,
    other_issuer,
    signed,
)
from tests.services.test_tokens import by_the_other, caller, tokens_of, werkcentrum, who


def test_the_same_subject_of_two_issuers_is_two_callers() -> None:
    assert caller(by_the_other(organisation="CNV")).id != caller(signed()).id


def test_an_issuer_that_is_there_twice_is_refused_at_the_start() -> None:
    day = timedelta(days=1)
    with pytest.raises(InvalidSettingError, match="twice"):
        Tokens([issuer(), issuer(audience="b")], fresh=day, stale=day, clock=lambda: MONDAY)


def test_an_issuer_alone_may_say_anything() -> None:
    alone = tokens_of(issuer())
    assert caller(signed(claims(organisation="CNV")), alone).organisation == "CNV"
    assert caller(signed(werkcentrum(region="AM05")), alone).region == "AM05"


WITHIN: dict[str, tuple[dict[str, object], dict[str, object], Caller | None]] = {
    "a role inside the list": ({"roles": ["policy"]}, {"roles": ["policy"]}, who(Role.policy)),
    "a role outside the list": ({"roles": ["policy"]}, {"roles": ["operator"]}, who()),
    "one inside, one outside": (
        {"roles": ["policy"]},
        {"roles": ["adviser", "policy"]},
        who(Role.policy),
    ),
    "a werkcentrum's region, where it is no werkcentrum": (
        {"roles": ["policy"], "regions": ["AM05"]},
        {"roles": ["policy", "werkcentrum"], "region": "AM22"},
        who(Role.policy),
    ),
    "another's organisation, where it is no adviser": (
        {"roles": ["policy"], "organisations": ["FNV"]},
        {"roles": ["policy", "adviser"], "organisation": "CNV"},
        who(Role.policy),
    ),
    "a region inside the list": (
        {"regions": ["AM05", "AM22"]},
        {"roles": ["werkcentrum"], "region": "AM22"},
        who(Role.werkcentrum, region="AM22"),
    ),
    "a region outside the list": (
        {"regions": ["AM05"]},
        {"roles": ["werkcentrum"], "region": "AM22"},
        None,
    ),
    "an organisation inside the list": (
        {"organisations": ["CNV", "FNV"]},
        {},
        who(Role.adviser, organisation="FNV"),
    ),
    "an organisation outside the list": ({"organisations": ["CNV"]}, {}, None),
    "an organisation with a space more": (
        {"organisations": ["FNV"]},
        {"organisation": "FNV "},
        None,
    ),
    "no organisation": ({"organisations": ["CNV"]}, {"organisation": ...}, who(Role.adviser)),
    "an organisation outside, a region inside": (
        {"organisations": ["CNV"], "regions": ["AM22"]},
        {"roles": ["adviser", "werkcentrum"], "region": "AM22"},
        None,
    ),
}


@pytest.mark.parametrize(("limits", "said", "known"), WITHIN.values(), ids=list(WITHIN))
def test_an_issuer_is_believed_within_its_limits(
    limits: dict[str, object], said: dict[str, object], known: Caller | None
) -> None:
    tokens, token = tokens_of(issuer(**limits)), signed(claims(name=..., **said))
    if known is None:
        with pytest.raises(Unauthenticated):
            caller(token, tokens)
    else:
        assert caller(token, tokens) == known


def test_a_limit_is_of_one_issuer_and_not_of_the_other() -> None:
    both = tokens_of(issuer(roles=["policy"]), other_issuer(roles=["operator"], organisations=[]))
    everything = ["policy", "operator"]
    assert caller(signed(claims(roles=everything)), both).roles == {Role.policy}
    assert caller(by_the_other(roles=everything), both).roles == {Role.operator}


TOO_WIDE: dict[str, tuple[dict[str, object], str | None]] = {
    "no roles": ({}, "roles"),
    "no roles, though the rest": ({"organisations": ["CNV"], "regions": ["AM05"]}, "roles"),
    "an adviser of any organisation": ({"roles": ["adviser"]}, "organisations"),
    "a werkcentrum of any region": ({"roles": ["werkcentrum"]}, "regions"),
    "both, with a region": ({"roles": ["adviser", "werkcentrum"], "regions": ["AM05"]}, "organis"),
    "both, with a union": (
        {"roles": ["adviser", "werkcentrum"], "organisations": ["C"]},
        "regions",
    ),
    "an adviser of one": ({"roles": ["adviser"], "organisations": ["CNV"]}, None),
    "a werkcentrum of one": ({"roles": ["werkcentrum"], "regions": ["AM05"]}, None),
    "neither": ({"roles": ["policy", "operator", "catalogue-editor"]}, None),
}


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(("limits", "lacks"), TOO_WIDE.values(), ids=list(TOO_WIDE))
def test_of_several_issuers_one_that_could_speak_for_another_is_refused_at_the_start(
    limits: dict[str, object], lacks: str | None, place: int
) -> None:
    both = [other_issuer()]
    both.insert(place, issuer(**limits))
    if lacks is None:
        tokens_of(*both)
        return
    with pytest.raises(InvalidSettingError, match=lacks) as refused:
        tokens_of(*both)
    assert str(refused.value).startswith(f"GIDS_OIDC_ISSUERS: [{place}] ")
    assert not [said for said in ("login", "CNV", "AM05") if said in str(refused.value)]


def test_the_issuers_in_the_documentation_are_kept_apart() -> None:
    page = (Path(__file__).parents[2] / "docs" / "identity.md").read_text()
    examples = re.findall(r"^```json\n(.+?)^```", page, re.MULTILINE | re.DOTALL)
    issuers = [[Issuer(**one) for one in json.loads(example)] for example in examples]
    assert [len(several) for several in issuers] == [3, 1]
    for several in issuers:
        tokens_of(*several)


@pytest.mark.parametrize(
    "limit",
    [
        {"roles": ["chatbot"]},
        {"roles": ["adviser", "Adviser"]},
        {"roles": ["offline_access"]},
        {"roles": "adviser"},
        {"regions": ["NL01"]},
        {"regions": ["AM22\n"]},
        {"regions": ["*"]},
        {"organisations": [""]},
    ],
)
def test_a_limit_that_cannot_be_is_no_setting(limit: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        issuer(**limit)
