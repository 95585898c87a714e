"""Signatures of webhooks, held against the library of the standard itself."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.services.signatures import secret, shown, sign
from app.vault import KEY_BYTES, Vault

SUBSCRIPTION = UUID("6f3f0f9e-8f0f-4f43-9d55-2f1f6a0a8a01")
OTHER = UUID("0b0a4c9e-1111-4222-8333-444455556666")
MESSAGE = UUID("3f6c1b3e-7d0a-4f43-9d55-2f1f6a0a8a01")
BODY = '{"data":{"region":"AM22","number":17},"said":"één"}'.encode()
OLD, NEW, FOREIGN = (bytes([first, *range(1, KEY_BYTES)]) for first in (1, 2, 3))


def vault(signing_key: bytes = OLD) -> Vault:
    return Vault({"k1": FOREIGN}, signing_key)


def verified(key: bytes, headers: dict[str, str], body: bytes = BODY) -> bool:
    """Ask the library of the standard."""
    try:
        Webhook(shown(key)).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def test_a_secret_is_the_same_each_time_and_as_long_as_the_standard_asks():
    assert secret(vault(), SUBSCRIPTION, 1) == secret(vault(), SUBSCRIPTION, 1)
    assert 24 <= len(secret(vault(), SUBSCRIPTION, 1)) <= 64


def test_each_subscription_generation_and_signing_key_has_a_secret_of_its_own():
    secrets = [
        secret(vault(), SUBSCRIPTION, 1),
        secret(vault(), SUBSCRIPTION, 2),
        secret(vault(), SUBSCRIPTION, 256),
        secret(vault(), OTHER, 1),
        secret(vault(NEW), SUBSCRIPTION, 1),
        vault().sign("audit", SUBSCRIPTION.bytes + (1).to_bytes(4, "big")),
    ]
    assert len(set(secrets)) == len(secrets)


def test_a_secret_is_shown_as_the_libraries_of_the_standard_take_it():
    assert shown(bytes(range(24))) == "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"


def test_the_library_of_the_standard_signs_the_same():
    at = datetime.now(UTC)
    theirs = Webhook(shown(NEW)).sign(str(MESSAGE), at, BODY.decode())
    assert sign([NEW], MESSAGE, at, BODY) == {
        "webhook-id": str(MESSAGE),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": theirs,
    }


def test_the_moment_of_the_attempt_is_told_in_seconds_whatever_its_zone():
    at = datetime(2026, 11, 23, 10, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert sign([NEW], MESSAGE, at, BODY)["webhook-timestamp"] == "1795424400"


def test_during_a_rotation_who_has_either_secret_finds_a_signature():
    headers = sign([NEW, OLD], MESSAGE, datetime.now(UTC), BODY)
    parts = headers["webhook-signature"].split(" ")
    assert [part.partition(",")[0] for part in parts] == ["v1", "v1"]
    assert len(set(parts)) == 2
    assert verified(NEW, headers)
    assert verified(OLD, headers)
    assert not verified(FOREIGN, headers)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_signature_holds_for_this_message_at_this_moment_alone(name):
    now = datetime.now(UTC)
    headers = sign([NEW], MESSAGE, now, BODY)
    others = sign([NEW], OTHER, now - timedelta(seconds=1), BODY)
    assert verified(NEW, headers)
    assert verified(NEW, others)
    assert not verified(NEW, headers | {name: others[name]})


def test_a_signature_holds_for_this_body_alone():
    headers = sign([NEW], MESSAGE, datetime.now(UTC), BODY)
    assert not verified(NEW, headers, BODY.replace(b"17", b"18"))
