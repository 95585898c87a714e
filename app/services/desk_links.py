"""The link a receiving desk is sent, to one hand-over, and without a login.

Whoever holds a link may answer, so it says nothing of a person, is for one referral, and ends.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from uuid import UUID

from app.vault import Vault

PURPOSE = "desk-link"
ID_BYTES = 16
END_BYTES = 5
SIGNATURE_BYTES = 18
"""144 bits. All in all 39 bytes, which are 52 characters with no bit to spare: written one way."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{52}")


class LinkExpiredError(Exception):
    """The link was made here, and its time has passed."""


def make(vault: Vault, referral_id: UUID, until: datetime) -> str:
    """Make the last part of the address at which the desk of a referral answers."""
    content = referral_id.bytes + int(until.timestamp()).to_bytes(END_BYTES)
    return urlsafe_b64encode(content + _signature(vault, content)).decode()


def read(vault: Vault, token: str, now: datetime) -> UUID | None:
    """Say which referral a link is for; None when it was not made here.

    Raises:
        LinkExpiredError: it was, and its time has passed.

    """
    if not _TOKEN.fullmatch(token):
        return None
    link = urlsafe_b64decode(token)
    content, signature = link[:-SIGNATURE_BYTES], link[-SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(vault, content)):
        return None
    if now.timestamp() >= int.from_bytes(content[ID_BYTES:]):
        raise LinkExpiredError
    return UUID(bytes=content[:ID_BYTES])


def _signature(vault: Vault, content: bytes) -> bytes:
    return vault.sign(PURPOSE, content)[:SIGNATURE_BYTES]
