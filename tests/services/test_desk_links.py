"""A link opens one referral for as long as it says, and whoever did not get it opens nothing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.desk_links import LinkExpiredError, make, read
from app.vault import Vault

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
END = NOW + timedelta(days=60)
REFERRAL = UUID("6f9619ff-8b86-4011-b42d-00cf4fc964ff")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def vault_of(signing: int) -> Vault:
    return Vault({"only": bytes(range(32))}, bytes(range(signing, signing + 32)))


VAULT, OTHER = vault_of(64), vault_of(65)
TOKEN = make(VAULT, REFERRAL, END)


@settings(max_examples=100, deadline=None)
@given(st.uuids(), st.datetimes(datetime(2026, 11, 24), datetime(9000, 1, 1)))  # noqa: DTZ001
def test_a_link_opens_the_referral_it_was_made_for(referral, until):
    token = make(VAULT, referral, until.replace(tzinfo=UTC))
    assert read(VAULT, token, NOW) == referral
    assert len(token) == 52
    assert set(token) <= set(ALPHABET)


def test_a_link_works_until_its_end_and_then_says_so():
    assert read(VAULT, TOKEN, END - timedelta(seconds=1)) == REFERRAL
    with pytest.raises(LinkExpiredError):
        read(VAULT, TOKEN, END)


def test_a_link_that_is_changed_in_any_bit_is_none():
    for position, written in enumerate(TOKEN):
        others = [ALPHABET[ALPHABET.index(written) ^ (1 << bit)] for bit in range(6)]
        for other in others:
            assert read(VAULT, TOKEN[:position] + other + TOKEN[position + 1 :], NOW) is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        TOKEN[:-1],
        TOKEN[1:],
        f"{TOKEN}A",
        f"{TOKEN}=",
        f"{TOKEN}====",
        f" {TOKEN}",
        f"{TOKEN}\n",
        f"{TOKEN[:26]}\n{TOKEN[26:]}",
        f"{TOKEN[:26]}.{TOKEN[26:]}",
        TOKEN.lower(),
        TOKEN.swapcase(),
        TOKEN.replace(TOKEN[0], "é", 1),
        TOKEN.replace(TOKEN[0], "А", 1),  # noqa: RUF001 - Cyrillic
        "A" * 52,
        str(REFERRAL),
    ],
)
def test_a_link_that_is_written_otherwise_is_none(token):
    assert read(VAULT, token, NOW) is None


def test_a_link_of_another_key_or_another_purpose_is_none():
    assert read(OTHER, TOKEN, NOW) is None
    content = urlsafe_b64decode(TOKEN)[:21]
    elsewhere = VAULT.sign("calendar-feed", content)[:18]
    assert read(VAULT, urlsafe_b64encode(content + elsewhere).decode(), NOW) is None


def test_only_a_valid_signature_is_told_that_the_time_has_passed():
    long_ago = make(VAULT, REFERRAL, NOW - timedelta(days=1))
    forged = make(OTHER, REFERRAL, NOW - timedelta(days=1))
    with pytest.raises(LinkExpiredError):
        read(VAULT, long_ago, NOW)
    assert read(VAULT, forged, NOW) is None


def test_the_end_cannot_be_put_off():
    content = bytearray(urlsafe_b64decode(make(VAULT, REFERRAL, NOW)))
    content[16:21] = int(END.timestamp()).to_bytes(5)
    assert read(VAULT, urlsafe_b64encode(content).decode(), NOW) is None


def test_the_link_of_one_referral_is_no_link_of_another():
    other = uuid4()
    token = urlsafe_b64encode(other.bytes + urlsafe_b64decode(TOKEN)[16:]).decode()
    assert read(VAULT, token, NOW) is None
