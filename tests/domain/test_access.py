"""Who is shown which rows, by role."""

import pytest

from app.domain.access import (
    ANONYMOUS,
    EVERY_REGION,
    NATIONWIDE,
    NO_REGION,
    SYSTEM,
    Caller,
    caller_id,
)
from app.domain.terms import Role

NOBODYS_CASES = sorted(set(Role) - {Role.adviser})


def somebody(*roles: Role, region: str | None = None) -> Caller:
    return Caller(
        caller_id("https://login.example", "anna"), "anna", frozenset(roles), None, None, region
    )


@pytest.mark.parametrize("role", NOBODYS_CASES)
def test_of_those_with_a_token_advisers_alone_are_shown_cases(role):
    assert somebody(role, region="AM22").sees == NO_REGION
    assert somebody(role, Role.adviser).sees == EVERY_REGION


def test_the_service_itself_is_shown_every_case_and_an_operator_with_a_token_none():
    assert SYSTEM.sees == EVERY_REGION
    assert somebody(*SYSTEM.roles).sees == NO_REGION
    assert ANONYMOUS.sees == somebody().sees == NO_REGION


@pytest.mark.parametrize(
    ("roles", "region", "logs"),
    [
        ([Role.werkcentrum], "AM22", {"AM22"}),
        ([Role.policy], None, {NATIONWIDE}),
        ([Role.policy, Role.werkcentrum], "AM22", {"AM22", NATIONWIDE}),
        ([Role.werkcentrum], None, set()),
        ([Role.adviser, Role.operator, Role.catalogue_editor, Role.chatbot], "AM22", set()),
    ],
)
def test_a_werkcentrum_reads_its_own_log_and_policy_that_of_no_region(roles, region, logs):
    assert somebody(*roles, region=region).logs == logs
