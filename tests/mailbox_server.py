"""A real SMTP server for the tests, on this machine: with TLS, a login, and refusals on demand."""

import asyncio
import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Literal, NamedTuple
from urllib.parse import quote

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
USER, PASSWORD = "gids", "het@geheim: #1"
SECONDS_TO_ARRIVE = 20

Security = Literal["smtp", "smtps", "smtp+plain"]


class Received(NamedTuple):
    """A message as it came in: who was named around it, and its bytes."""

    sender: str
    to: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, EmailMessage, policy=email.policy.default)


class MailServer:
    """What a running server has, and what it answers from now on; safe from any thread.

    `url` is as GIDS_SMTP_URL wants it; `authority` the file that SSL_CERT_FILE may name.
    """

    def __init__(self, security: Security, authority: Path) -> None:
        self.security = security
        self.authority = authority
        self.url = ""
        self.logins: list[bool] = []
        self._received: list[Received] = []
        self._refusals: dict[tuple[str, str | None], str] = {}
        self._changed = threading.Condition()

    @property
    def received(self) -> list[Received]:
        """Everything that was accepted, in order."""
        with self._changed:
            return list(self._received)

    @property
    def messages(self) -> list[EmailMessage]:
        """The same, read."""
        return [one.message for one in self.received]

    def wait_for(self, count: int, seconds: float = SECONDS_TO_ARRIVE) -> list[EmailMessage]:
        """Wait until so many messages have come in since the start, and read them all."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self._received) >= count, seconds)
            assert arrived, f"{len(self._received)} of {count} messages came in {seconds} s"
        return self.messages

    def refuse(self, answer: str, *, at: str = "RCPT", to: str | None = None) -> None:
        """Answer so ("550 5.1.1 no") at MAIL, RCPT, DATA or QUIT; `to`: at RCPT, to one only."""
        self._refusals[at, to] = answer

    def accept(self) -> None:
        """Take back every refusal."""
        self._refusals.clear()

    # What aiosmtpd calls, by name.

    async def handle_MAIL(  # noqa: N802 - its name
        self, _: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if (refusal := self._refusals.get(("MAIL", None))) is None:
            envelope.mail_from = address
        return refusal or "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - its name
        self, _: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refusals = self._refusals
        refusal = refusals.get(("RCPT", address)) or refusals.get(("RCPT", None))
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - its name
        self, _: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if (refusal := self._refusals.get(("DATA", None))) is not None:
            return refusal
        content = envelope.original_content
        assert content is not None
        assert envelope.mail_from is not None
        with self._changed:
            self._received.append(Received(envelope.mail_from, list(envelope.rcpt_tos), content))
            self._changed.notify_all()
        return "250 2.0.0 kept"

    async def handle_QUIT(  # noqa: N802 - its name
        self, _: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        return self._refusals.get(("QUIT", None), "221 2.0.0 bye")

    def authenticate(
        self, _: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        wanted = LoginPassword(USER.encode(), PASSWORD.encode())
        self.logins.append(data == wanted)
        return AuthResult(success=data == wanted, handled=False)


class _OverTls(SMTP):
    """Knows that TLS was there from the first byte, and so offers its login."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._tls_protocol = transport.get_extra_info("ssl_object")
        super().connection_made(transport)


@contextmanager
def mail_server(
    folder: Path, security: Security = "smtp", *, name: str = HOST, offers_tls: bool = True
) -> Iterator[MailServer]:
    """Run a server in a thread, with a certificate for `name`; yield what it has, and end it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    mail = MailServer(security, folder / "authority.pem")
    login = security != "smtp+plain" and offers_tls

    # aiosmtpd looks at every attribute for each connection, so it would read every message.
    hooks = {name: getattr(mail, name) for name in dir(MailServer) if name.startswith("handle_")}

    def connection() -> SMTP:
        return (_OverTls if security == "smtps" else SMTP)(
            SimpleNamespace(**hooks),
            hostname="mail.example",
            tls_context=context if security == "smtp" and offers_tls else None,
            require_starttls=login,
            authenticator=mail.authenticate,
            auth_required=login,
            loop=asyncio.get_running_loop(),
        )

    started = threading.Event()
    ends: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        over_tls = context if security == "smtps" else None
        listener = await loop.create_server(connection, HOST, 0, ssl=over_tls)
        who = "" if security == "smtp+plain" else f"{quote(USER)}:{quote(PASSWORD, safe='')}@"
        mail.url = f"{security}://{who}{HOST}:{listener.sockets[0].getsockname()[1]}"
        ends.append((loop, end))
        started.set()
        async with listener:
            await end.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert started.wait(SECONDS_TO_ARRIVE), "the mail server did not start"
        yield mail
    finally:
        for loop, end in ends:
            loop.call_soon_threadsafe(end.set)
        thread.join()


@contextmanager
def slow_server(*said: bytes, drips: bool = False) -> Iterator[str]:
    """Answer each line with the next of these, then be silent; or drip instead. Yield its place."""
    done = threading.Event()

    def serve(line: socket.socket) -> None:
        heard = line.makefile("rb")
        for one in said:
            if drips:
                while not done.wait(0.02):
                    line.send(b"2")
            line.sendall(one)
            heard.readline()
        done.wait(20)
        heard.close()

    def accept() -> None:
        line, _ = listener.accept()
        with line:
            try:
                serve(line)
            except ConnectionError:
                done.wait(20)

    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"{HOST}:{listener.getsockname()[1]}"
        finally:
            done.set()
            thread.join()
