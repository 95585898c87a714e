"""How often a caller may ask. Time is a number that the test sets: nothing sleeps."""

from uuid import UUID

import pytest

from app.domain.access import ANONYMOUS, Caller
from app.domain.terms import Role
from app.rate_limit import RateLimits

ADVISER = Caller(UUID(int=1), "https://login.example anna", frozenset({Role.adviser}))
CHATBOT = Caller(UUID(int=2), "key chatbot", frozenset({Role.chatbot}))
ADDRESS = "192.0.2.1"


class Seconds:
    """Seconds since some moment, as a monotonic clock has them."""

    def __init__(self) -> None:
        self.now = 600.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def limits(seconds: Seconds) -> RateLimits:
    return RateLimits(anonymous=3, identified=5, clock=seconds)


def allowed(limits: RateLimits, caller: Caller, address: str | None, times: int) -> int:
    return sum(limits.take(caller, address) == 0 for _ in range(times))


def test_how_long_to_wait_is_told(limits, seconds):
    seconds.now += 18.5
    assert [limits.take(ANONYMOUS, ADDRESS) for _ in range(5)] == [0, 0, 0, 42, 42]


def test_whoever_waits_as_long_as_told_is_let_in(limits, seconds):
    for start in (0.0, 0.01, 31.5, 59.0, 59.99):
        seconds.now = 6000 + start
        wait = [limits.take(ANONYMOUS, ADDRESS) for _ in range(4)][-1]
        assert 1 <= wait <= 60
        seconds.now += wait
        assert limits.take(ANONYMOUS, ADDRESS) == 0
        limits = RateLimits(anonymous=3, identified=5, clock=seconds)


def test_nobody_is_let_in_before_the_minute_ends(limits, seconds):
    assert allowed(limits, ANONYMOUS, ADDRESS, 10) == 3
    seconds.now += 59.9
    assert allowed(limits, ANONYMOUS, ADDRESS, 10) == 0
    seconds.now += 0.1
    assert allowed(limits, ANONYMOUS, ADDRESS, 10) == 3
    seconds.now += 3600
    assert allowed(limits, ANONYMOUS, ADDRESS, 10) == 3


def test_a_known_caller_has_one_count_at_all_addresses(limits):
    assert sum(allowed(limits, ADVISER, f"192.0.2.{n}", 1) for n in range(9)) == 5
    assert allowed(limits, CHATBOT, ADDRESS, 9) == 5


def test_a_known_caller_is_no_stranger_at_the_same_address(limits):
    assert allowed(limits, ANONYMOUS, ADDRESS, 9) == 3
    assert allowed(limits, ADVISER, ADDRESS, 9) == 5
    assert allowed(limits, ANONYMOUS, "192.0.2.2", 9) == 3


def test_equal_limits_do_not_make_one_count(seconds):
    limits = RateLimits(anonymous=2, identified=2, clock=seconds)
    assert allowed(limits, ADVISER, ADDRESS, 9) == 2
    assert allowed(limits, ANONYMOUS, ADVISER.id.hex, 9) == 2
    assert allowed(limits, ANONYMOUS, ADDRESS, 9) == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:0DB8:0001:0002::2", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1", "192.0.2.2", False),
        (None, "", True),
        (None, "no address", True),
        (None, "192.0.2.1", False),
        (None, "::", False),
    ],
)
def test_strangers_share_a_count_by_network(limits, one, other, same):
    assert allowed(limits, ANONYMOUS, one, 9) == 3
    assert allowed(limits, ANONYMOUS, other, 9) == (0 if same else 3)
