"""What goes out: a letter by mail, or a call to an address that others gave."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Self
from uuid import UUID

from app.config import Settings
from app.egress import Egress
from app.mail import Maildir, Smtp, compose
from app.models import OutboxMessage
from app.services import letters, signatures
from app.services.events import MEDIA_TYPE


class FailedError(Exception):
    """It was not delivered; `code` says why, in a word, and holds nothing of anybody.

    final: trying again would do no good. retry_after: how long the receiver wants us to wait.
    url: the address that was called, if one was.
    """

    def __init__(
        self,
        code: str,
        *,
        final: bool = False,
        retry_after: timedelta | None = None,
        url: str | None = None,
    ) -> None:
        """Keep the code, whether and when to try again, and where it was tried."""
        super().__init__(code)
        self.code = code
        self.final = final
        self.retry_after = retry_after
        self.url = url


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """How the outside is reached, and what stands in everything that goes there.

    link_lasts: how long a desk can answer by its link.
    """

    mail: Smtp | Maildir | None
    egress: Egress
    mail_from: str
    event_source: str
    public_url: str
    link_lasts: timedelta

    @classmethod
    def of(cls, settings: Settings, mail: Smtp | Maildir | None, egress: Egress) -> Self:
        """Make the channels of these settings."""
        return cls(
            mail=mail,
            egress=egress,
            mail_from=settings.mail_from,
            event_source=settings.event_source,
            public_url=str(settings.public_url).rstrip("/"),
            link_lasts=settings.desk_link,
        )


@dataclass(frozen=True, slots=True)
class Call:
    """A POST to an address; `whose` are the hosts that may be called (app/egress.py)."""

    whose: str
    url: str
    content: bytes
    headers: dict[str, str]


Made = Call | EmailMessage | None
"""What is to be sent; None when it is no longer wanted."""


def who(message: OutboxMessage) -> UUID:
    """Read the id of a recipient."""
    return UUID(message.recipient.partition(":")[2])


def reference(row: UUID) -> str:
    """Write what a letter calls a referral or an intake: the begin of its id, to find it by."""
    return str(row)[:8]


def letter(
    channels: Channels,
    message: OutboxMessage,
    to: str,
    content: letters.Content,
    now: datetime,
    *,
    invitation: bytes | None = None,
    method: str | None = None,
) -> EmailMessage:
    """Write a letter and put it in its envelope.

    Raises:
        FailedError: no mail goes out at all. It waits until there is a server.
        app.mail.UndeliveredMailError: it can be sent to nobody like this.

    """
    if channels.mail is None:
        raise FailedError("no-mail-server")
    written = letters.write(content)
    return compose(
        message_id=message.id,
        sender=channels.mail_from,
        to=to,
        subject=written.subject,
        body=written.body,
        date=now,
        invitation=invitation,
        method=method,
    )


def call(
    message: OutboxMessage,
    whose: str,
    url: str,
    body: bytes,
    secrets: list[bytes],
    now: datetime,
) -> Call:
    """Make the signed call that brings an event."""
    headers = {"Content-Type": MEDIA_TYPE, **signatures.sign(secrets, message.id, now, body)}
    return Call(whose, url, body, headers)
