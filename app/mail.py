"""Mail goes out here: one message at a time, over TLS; or into a folder in demo mode.

A fault is a short code and nothing else: an answer of a mail server often repeats the address.
"""

import email.policy
import mailbox
import re
import smtplib
import socket
import ssl
from contextlib import suppress
from copy import deepcopy
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from threading import Timer
from time import monotonic
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit
from uuid import UUID

from app.config import PREFIX, InvalidSettingError, Settings

SMTP_URL = f"{PREFIX}SMTP_URL"
MAIL_FROM = f"{PREFIX}MAIL_FROM"
CALENDAR_FILE = "gidsgesprek.ics"

_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
_HERE = ("127.0.0.1", "localhost")
_LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(
    rf"(?=[^@]{{1,64}}@.{{1,253}}$){_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+", re.IGNORECASE
)
"""A dot-atom at a domain (RFC 5321, 4.1.2): no quotes, no comments, no other letters."""
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ENHANCED = re.compile(rb"5\.(\d{1,3})\.(\d{1,3})(?!\S)")
_NO_SUCH_RECIPIENT = {(1, 1), (1, 2), (1, 3), (1, 4), (1, 6), (1, 10), (2, 1)}
"""Of an address that is not there, or whose mailbox is shut (RFC 3463, 3.2 and 3.3; RFC 7505).

Not 5.1.0, 5.1.7 and 5.1.8: those are said of our own address.
"""
_TOO_BIG = (3, 4)
_CANNOT_BE_READ = 6
"""The subject of a status about what a message is made of (RFC 3463, 3.7)."""
_NO_MAILBOX = 550
"""Without a status: "mailbox unavailable" (RFC 5321, 4.2.3)."""
_TOLD = (
    "write smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465;"
    " in a user or password write %40 for @, and so on for all but letters and digits"
)


class UndeliveredMailError(Exception):
    """A message was not accepted: `code` says why, in a word; no address, no text of a server.

    `permanent`: the same message to the same address will never be accepted.
    """

    def __init__(self, code: str, *, permanent: bool) -> None:
        """Keep the code, and whether to try again."""
        self.code = code
        self.permanent = permanent
        super().__init__(code)


def compose(
    *,
    message_id: UUID,
    sender: str,
    to: str,
    subject: str,
    body: str,
    date: datetime,
    invitation: bytes | None = None,
    method: str | None = None,
) -> EmailMessage:
    """Put a letter in an envelope; the same values give the same Message-ID.

    With `invitation`, an iCalendar file, `method` says what a calendar does with it: REQUEST or
    CANCEL (RFC 6047, 2.4). The file is there twice: for the calendar, and to open by hand.
    Auto-Submitted keeps other machines from answering (RFC 3834, 5).

    Raises:
        UndeliveredMailError: `to` is no plain address, or the subject is more than one line.

    """
    if _BREAKS.search(subject):
        raise UndeliveredMailError("refused-subject", permanent=True)
    if not _ADDRESS.fullmatch(to):
        raise UndeliveredMailError("refused-address", permanent=True)
    message = EmailMessage(email.policy.SMTP)
    message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    message["Date"] = date
    message["From"] = _address(sender)
    message["To"] = _address(to)
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    # Whatever ends a line in the text, a letter is made of CRLF lines that no server reads over.
    message.set_content(body, cte="quoted-printable")
    if invitation is not None and method is not None:
        params = {"method": method, "charset": "UTF-8"}
        message.add_alternative(invitation, maintype="text", subtype="calendar", params=params)
        # Not text/calendar, so that no calendar takes it for a second invitation.
        message.add_attachment(
            invitation, maintype="application", subtype="ics", filename=CALENDAR_FILE
        )
    return message


def mail_of(settings: Settings) -> "Smtp | Maildir | None":
    """Return where mail goes by these settings; None: nowhere, no server is set.

    Raises:
        InvalidSettingError: GIDS_SMTP_URL or GIDS_MAIL_FROM is not written as it should be.

    """
    if not _ADDRESS.fullmatch(settings.mail_from):
        raise InvalidSettingError(f"{MAIL_FROM}: write one plain address, such as gids@union.nl")
    if settings.smtp_url is not None:
        url = settings.smtp_url.get_secret_value()
        return Smtp(url, seconds=settings.delivery_timeout.total_seconds())
    return Maildir(settings.mail_folder) if settings.demo else None


class Maildir:
    """A folder that mail programs can read: demo mode sends nothing to anybody."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, if it is not there; several processes may do so at once."""
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Keep a message.

        Raises:
            UndeliveredMailError: it could not be written.

        """
        shown = deepcopy(message)
        for part in shown.walk():
            if part.get_content_type() == "text/plain":
                # Not broken over lines, so that a link can be copied.
                part.set_content(part.get_content(), cte="8bit")
        try:
            box = mailbox.Maildir(self._folder, create=False)
            box.add(shown.as_bytes(policy=email.policy.default))
        except (OSError, mailbox.Error):
            raise UndeliveredMailError("folder", permanent=False) from None


class Smtp:
    """A mail server that takes in what is to be sent: over TLS (RFC 8314, 3), or on this machine.

    smtps: TLS from the first byte. smtp: STARTTLS, and nothing is said to a server without it.
    smtp+plain: no TLS, to this machine only.
    """

    def __init__(
        self, url: str, *, seconds: float = 15, context: ssl.SSLContext | None = None
    ) -> None:
        """Read where the server is, and how long one message may take.

        `context` says whose certificates count, if not those that this machine trusts.

        Raises:
            InvalidSettingError: the URL cannot be; names the setting, and repeats no value.

        """
        try:
            parts = urlsplit(url)
            usual_port = _PORTS[parts.scheme]
            self._port = parts.port or usual_port
        except (ValueError, KeyError):
            raise InvalidSettingError(f"{SMTP_URL}: {_TOLD}") from None  # its cause has the value
        self._host = parts.hostname or ""
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        written_well = (
            _HOST.fullmatch(self._host)
            and bool(user) == bool(password)
            and all(text.isascii() and text.isprintable() for text in (user, password))
            and not parts.path.strip("/")
            and "?" not in url
            and "#" not in url
        )
        if not written_well:
            raise InvalidSettingError(f"{SMTP_URL}: {_TOLD}")
        if parts.scheme == "smtp+plain" and self._host not in _HERE:
            raise InvalidSettingError(f"{SMTP_URL}: smtp+plain is for a server on this machine")
        self._login = (user, password) if user else None
        self._seconds = seconds
        self._believed = context
        self._tls_at_once = parts.scheme == "smtps"
        self._starttls = parts.scheme == "smtp"

    @cached_property
    def _context(self) -> ssl.SSLContext:
        # To read what this machine trusts takes a while: only who uses TLS does.
        return self._believed or ssl.create_default_context()

    def send(self, message: EmailMessage) -> None:
        """Hand over a message; when this returns, the server has it.

        All of it, from the first byte to the last, has one deadline; looking up the name of the
        server has the resolver's own. A message may have arrived although this raises.

        Raises:
            UndeliveredMailError: the server did not accept it.

        """
        deadline = _Deadline(self._seconds)
        try:
            with deadline:
                self._hand_over(message, deadline)
        except OSError as error:  # an SMTPException is one
            # Not its cause: that holds the address and what the server said.
            raise _undelivered(error, late=deadline.is_past) from None

    def _hand_over(self, message: EmailMessage, deadline: "_Deadline") -> None:
        [sender], [to] = message["From"].addresses, message["To"].addresses
        context = self._context if self._tls_at_once else None
        connection = _Connection(self._host, self._port, sender.domain, deadline, context)
        try:
            if self._starttls:
                connection.ehlo_or_helo_if_needed()
                if not connection.has_extn("starttls"):
                    raise UndeliveredMailError("tls", permanent=False)
                connection.starttls(context=self._context)
            if self._login is not None:
                connection.login(*self._login)
            connection.send_message(message, sender.addr_spec, [to.addr_spec])
        finally:
            # The message has been accepted or refused: what the server says to this is no matter.
            with suppress(OSError):
                connection.quit()
            connection.close()


class _Deadline:
    """The moment at which a connection is cut, whatever it is waiting for.

    A timeout of a socket alone will not do: it starts again with every byte that comes in.
    """

    def __init__(self, seconds: float) -> None:
        self._at = monotonic() + seconds
        self._line: socket.socket | None = None
        self._timer = Timer(seconds, self._cut)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        if self._line is not None:
            self._line.close()

    @property
    def is_past(self) -> bool:
        return monotonic() >= self._at

    def left(self) -> float:
        """Return how many seconds are left.

        Raises:
            TimeoutError: none are.

        """
        seconds = self._at - monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def watch(self, line: socket.socket) -> None:
        """Cut this connection; also when TLS has taken over its socket, hence a second handle."""
        self._line = line.dup()
        line.settimeout(self.left())

    def _cut(self) -> None:
        if self._line is not None:
            with suppress(OSError):  # the other side was first
                self._line.shutdown(socket.SHUT_RDWR)


class _Connection(smtplib.SMTP):
    """A connection with a deadline, and with TLS from its first byte if there is a context."""

    def __init__(
        self,
        host: str,
        port: int,
        known_as: str,
        deadline: _Deadline,
        context: ssl.SSLContext | None,
    ) -> None:
        self._deadline = deadline
        self._context = context
        super().__init__(host, port, local_hostname=known_as)

    def connect(
        self,
        host: str = "localhost",
        port: int = 0,
        source_address: object = None,  # noqa: ARG002 - a parameter of theirs
    ) -> tuple[int, bytes]:
        """Be called by `SMTP` as its own would be: connect, and return the greeting."""
        line = _connected(host, port, self._deadline)
        try:
            self._deadline.watch(line)
            if self._context is not None:
                line = self._context.wrap_socket(line, server_hostname=host)
        except OSError:
            line.close()
            raise
        self.sock = line
        return self.getreply()


def _connected(host: str, port: int, deadline: _Deadline) -> socket.socket:
    """Connect to the first address that answers; one that does not leaves time for the rest."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    fault: OSError = ConnectionError()
    for tried, (family, kind, protocol, _, address) in enumerate(found):
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(deadline.left() / (len(found) - tried))
            line.connect(address)
        except OSError as error:
            line.close()
            fault = error
        else:
            return line
    raise fault


def _undelivered(error: Exception, *, late: bool) -> UndeliveredMailError:
    """Say in a word what went wrong; final is only what was said of this address or message."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refusals):
            [(code, said)] = refusals.values()
            return _answered(code, final=_is_of_recipient(code, _enhanced(said)))
        case smtplib.SMTPDataError(smtp_code=code, smtp_error=said):
            return _answered(code, final=_is_of_message(_enhanced(said)))
        case _ if late:
            word = "timeout"
        # What a server says of itself, of our login or of our own address can be put right.
        case smtplib.SMTPResponseException(smtp_code=code):
            return _answered(code, final=False)
        case ssl.SSLError():
            word = "tls"
        case smtplib.SMTPServerDisconnected():
            word = "connection"
        case smtplib.SMTPException():
            word = "login"  # the server offers none, or none that we know
        case _:
            word = "connection"
    return UndeliveredMailError(word, permanent=False)


def _enhanced(said: bytes | str) -> tuple[int, int] | None:
    """Read the subject and the detail of a status for ever (RFC 2034, 4; RFC 3463, 2)."""
    found = _ENHANCED.match(said if isinstance(said, bytes) else said.encode())
    return (int(found[1]), int(found[2])) if found else None


def _is_of_recipient(code: int, status: tuple[int, int] | None) -> bool:
    """Tell whether a refusal at RCPT is of the recipient.

    Servers refuse there as well who calls, who sends, and that there is no TLS or login.
    """
    return code == _NO_MAILBOX if status is None else status in _NO_SUCH_RECIPIENT


def _is_of_message(status: tuple[int, int] | None) -> bool:
    """Tell whether a refusal at DATA is of what the message is, and not of who sends it."""
    return status is not None and (status == _TOO_BIG or status[0] == _CANNOT_BE_READ)


def _answered(code: int, *, final: bool) -> UndeliveredMailError:
    for_ever = code // 100 == 5  # noqa: PLR2004 - RFC 5321, 4.2.1
    return UndeliveredMailError(f"smtp-{code}", permanent=final and for_ever)


def _address(text: str) -> Address:
    local, _, domain = text.rpartition("@")
    return Address(username=local, domain=domain)
