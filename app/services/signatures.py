"""How a webhook shows who sent it: Standard Webhooks 1.0.0, symmetric (`v1`, HMAC-SHA256)."""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.vault import Vault

PURPOSE = "webhook"


def secret(vault: Vault, receiver: UUID, generation: int) -> bytes:
    """Return the secret of a subscription or a desk: 32 bytes, others for each generation.

    It follows from the signing key each time it is needed, so it is kept nowhere.
    """
    return vault.sign(PURPOSE, receiver.bytes + generation.to_bytes(4, "big"))


def of_desk(vault: Vault, desk: UUID) -> bytes:
    """Return the secret of a desk's own system, which has one as long as there is the desk."""
    return secret(vault, desk, 1)


def shown(secret: bytes) -> str:
    """Write a secret as receivers and their libraries take it."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def sign(secrets: Sequence[bytes], message_id: UUID, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that go with one attempt to deliver a message.

    There is a signature for each secret: while one takes the place of another, whoever knows
    either of them finds theirs. `at` is the moment of the attempt, for the receiver to refuse what
    is old; the id stays the same over all attempts, for it to know what it already has.
    """
    seconds = str(int(at.timestamp()))
    signed = f"{message_id}.{seconds}.".encode() + body
    digests = [base64.b64encode(hmac.digest(each, signed, "sha256")).decode() for each in secrets]
    return {
        "webhook-id": str(message_id),
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{digest}" for digest in digests),
    }
