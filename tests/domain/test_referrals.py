"""The life of a referral, as a table: from where, to where, and who may say so."""

from datetime import date, datetime
from itertools import pairwise, product

import pytest

from app.domain.planning import AMSTERDAM
from app.domain.referrals import (
    Due,
    ReferralNotAllowed,
    add_working_days,
    allowed,
    days_to_ask,
    deadline,
    escalation,
    expiry,
    is_change,
    reason_fault,
)
from app.domain.terms import HandedBy, Party, ReferralReason, ReferralStatus

S = ReferralStatus

TABLE = """
             adviser                                desk                         system
proposed     sent withdrawn                         -                            -
sent         received accepted declined withdrawn   received accepted declined   received expired withdrawn
received     received accepted declined withdrawn   received accepted declined   expired withdrawn
accepted     in_contact declined withdrawn          in_contact declined          -
in_contact   completed declined withdrawn           completed declined           -
completed    -                                      -                            -
declined     -                                      -                            -
expired      -                                      -                            -
withdrawn    -                                      -                            -
"""  # noqa: E501 - a table
EMPLOYER = {
    S.proposed: {S.in_contact, S.declined, S.withdrawn},
    S.in_contact: {S.completed, S.declined, S.withdrawn},
}
"""What an adviser may say where the worker goes through their own employer; nobody else may."""


def cells(line: str) -> list[set[str]]:
    """Take a line of the table apart at its columns."""
    return [
        set(line[begin:end].replace("-", "").split()) for begin, end in pairwise((13, 52, 81, 200))
    ]


def expected() -> dict[tuple[ReferralStatus, Party], set[ReferralStatus]]:
    """Read the table."""
    lines = TABLE.strip("\n").splitlines()[1:]
    parties = (Party.adviser, Party.desk, Party.system)
    return {
        (S(line.split()[0]), party): {S(one) for one in cell}
        for line in lines
        for party, cell in zip(parties, cells(line), strict=True)
    }


EVERY = list(product(S, Party))


@pytest.mark.parametrize(("current", "party"), EVERY)
def test_every_state_takes_every_step_of_everybody_as_the_table_says(current, party):
    options = expected()[current, party]
    for wanted, handed in product(S, (HandedBy.desk, HandedBy.by_hand)):
        check(current, wanted, party, handed, options)


@pytest.mark.parametrize(("current", "party"), EVERY)
def test_through_the_employer_only_the_adviser_says_how_it_goes(current, party):
    options = EMPLOYER.get(current, set()) if party is Party.adviser else set()
    for wanted in S:
        check(current, wanted, party, HandedBy.employer, options)


def check(
    current: ReferralStatus,
    wanted: ReferralStatus,
    party: Party,
    handed: HandedBy,
    options: set[ReferralStatus],
) -> None:
    assert set(allowed(current, party, handed)) == options
    if wanted in options:
        assert is_change(current, wanted, party, handed)
    elif wanted is current:
        assert not is_change(current, wanted, party, handed)
    else:
        with pytest.raises(ReferralNotAllowed) as caught:
            is_change(current, wanted, party, handed)
        assert set(caught.value.allowed) == options
        assert current in caught.value.detail
        assert all(one in caught.value.detail for one in options)
        assert options or "nothing" in caught.value.detail


def test_the_table_names_every_state():
    assert {current for current, _ in expected()} == set(S)


A, D, C = Party


@pytest.mark.parametrize(
    ("wanted", "party", "reason", "code"),
    [
        (S.declined, D, ReferralReason.no_capacity, None),
        (S.declined, A, ReferralReason.no_capacity, None),
        (S.declined, D, None, "required"),
        (S.declined, D, ReferralReason.no_consent, "required"),
        (S.withdrawn, A, ReferralReason.no_consent, None),
        (S.withdrawn, A, ReferralReason.adviser_decided, None),
        (S.withdrawn, A, None, "required"),
        (S.withdrawn, A, ReferralReason.not_in_time, "required"),
        (S.withdrawn, C, ReferralReason.no_consent, None),
        (S.withdrawn, C, ReferralReason.worker_withdrew, "required"),
        (S.expired, C, ReferralReason.not_in_time, None),
        (S.expired, C, None, "required"),
        (S.accepted, D, None, None),
        (S.accepted, D, ReferralReason.other, "not-wanted"),
    ],
)
def test_a_reason_is_given_where_it_ends_and_nowhere_else(wanted, party, reason, code):
    fault = reason_fault(wanted, party, reason, "/reason")
    assert (fault.code if fault else None) == code


def test_nobody_is_asked_to_choose_what_comes_with_another_outcome():
    fault = reason_fault(S.withdrawn, A, None, "/reason")
    assert fault is not None
    assert "worker_withdrew" in fault.detail
    assert "adviser_decided" not in fault.detail


def test_who_waited_long_enough_waits_no_longer_for_a_desk():
    for current in (S.sent, S.received):
        assert allowed(current, D, HandedBy.desk, more_time=False) == (S.accepted, S.declined)
        assert S.received in allowed(current, A, HandedBy.desk, more_time=False)
    with pytest.raises(ReferralNotAllowed):
        is_change(S.sent, S.received, D, HandedBy.desk, more_time=False)


# Deadlines

HOLIDAYS = {date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)}
MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        (MONDAY, 0, MONDAY),
        (MONDAY, 1, date(2026, 11, 24)),
        (MONDAY, 5, date(2026, 11, 30)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(day, count, then):
    assert add_working_days(day, count, HOLIDAYS) == then


@pytest.mark.parametrize(
    ("sent_on", "first", "last", "count"),
    [
        (MONDAY, date(2026, 11, 24), date(2026, 12, 7), 10),
        (date(2026, 11, 3), date(2026, 11, 24), date(2026, 12, 1), 6),
        (date(2026, 10, 27), date(2026, 11, 24), date(2026, 11, 24), 1),
    ],
)
def test_a_desk_asks_for_ten_working_days_at_most_and_for_twenty_in_all(
    sent_on, first, last, count
):
    days = days_to_ask(sent_on, today=MONDAY, holidays=HOLIDAYS)
    assert (days[0], days[-1], len(days)) == (first, last, count)


def test_after_twenty_working_days_there_is_no_day_to_ask_for():
    assert days_to_ask(date(2026, 10, 26), today=MONDAY, holidays=HOLIDAYS) == ()


def at_nine(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=AMSTERDAM)


def test_first_the_desk_is_reminded_halfway():
    told = deadline(date(2026, 11, 30), today=MONDAY, holidays=HOLIDAYS, reminding=True)
    assert (told.due, told.due_at) == (Due.remind, at_nine(date(2026, 11, 26)))


@pytest.mark.parametrize(
    ("answer_by", "reminding"), [(date(2026, 11, 30), False), (date(2026, 11, 24), True)]
)
def test_without_a_reminder_the_adviser_is_told_after_the_last_day(answer_by, reminding):
    told = deadline(answer_by, today=MONDAY, holidays=HOLIDAYS, reminding=reminding)
    assert told == escalation(answer_by, HOLIDAYS)
    assert told.due is Due.escalate
    assert told.due_at == at_nine(add_working_days(answer_by, 1, HOLIDAYS))


def test_the_adviser_has_three_working_days_before_it_expires():
    told = expiry(date(2026, 12, 23), today=date(2026, 12, 24), holidays=HOLIDAYS)
    assert (told.due, told.due_at) == (Due.expire, at_nine(date(2026, 12, 30)))


def test_nine_in_the_morning_stays_nine_when_the_clock_changes():
    before = escalation(date(2027, 3, 26), HOLIDAYS).due_at
    assert before.utcoffset() != at_nine(date(2027, 3, 26)).utcoffset()
    assert before.hour == 9
