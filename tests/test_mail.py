"""Mail goes out over TLS to the server of the settings, in one piece, or a code says why not."""

import email
import email.policy
import logging
import mailbox
import ssl
import threading
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from pathlib import Path
from socket import create_server
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from app.config import InvalidSettingError, Settings
from app.mail import Maildir, Smtp, UndeliveredMailError, compose, mail_of
from tests.mailbox_server import HOST, USER, MailServer, Security, mail_server, slow_server

ID = UUID("0199c3a1-7d1e-7a53-9a2e-5f5d1e0c7a11")
BODY = "Beste Zoë,\n\n.\nEen punt alleen, en “aanhalingstekens”: € 5.\n" + "Zin. " * 40 + "\n"
INVITATION = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Gidsgespr\xc3\xa9k\r\nEND:VCALENDAR\r\n"


def letter(to: str = "zoe@voorbeeld.example", **other: Any) -> EmailMessage:
    values: dict[str, Any] = {
        "message_id": ID,
        "sender": "gids@gidsfunctie.example",
        "to": to,
        "subject": "Uw gidsgesprek: één afspraak, op maandag 30 november om 9.00 uur, in Oss",
        "body": BODY,
        "date": datetime(2026, 11, 23, 9, tzinfo=UTC),
    }
    return compose(**values | other)


def trusting(server: MailServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.authority)


def sent(server: MailServer, message: EmailMessage, url: str | None = None) -> None:
    Smtp(url or server.url, seconds=10, context=trusting(server)).send(message)


def text_of(part: Message) -> str:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode().replace("\r\n", "\n")


def fault(server: MailServer, url: str | None = None) -> tuple[str, bool]:
    with pytest.raises(UndeliveredMailError) as caught:
        sent(server, letter(), url)
    told = f"{caught.value!r} {caught.value.__cause__!r}"
    assert "voorbeeld" not in told
    assert server.received == []
    return caught.value.code, caught.value.permanent


# What arrives


@pytest.mark.parametrize("security", ["smtp", "smtps", "smtp+plain"])
def test_a_letter_arrives_as_it_was_written(security: Security, tmp_path: Path) -> None:
    with mail_server(tmp_path, security) as server:
        sent(server, letter())
        sent(server, letter())
    first, second = server.received
    assert (first.sender, first.to) == ("gids@gidsfunctie.example", ["zoe@voorbeeld.example"])
    assert first == second, "the same message when it is sent again"
    assert server.logins == ([] if security == "smtp+plain" else [True, True])
    message = first.message
    assert message.items() == [
        ("Message-ID", f"<{ID}@gidsfunctie.example>"),
        ("Date", "Mon, 23 Nov 2026 09:00:00 +0000"),
        ("From", "gids@gidsfunctie.example"),
        ("To", "zoe@voorbeeld.example"),
        ("Subject", letter()["Subject"]),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", "quoted-printable"),
        ("MIME-Version", "1.0"),
    ]
    assert text_of(message) == BODY
    assert not message.defects
    assert first.content.isascii()
    assert max(map(len, first.content.splitlines())) <= 78


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_an_invitation_is_there_for_the_calendar_and_as_a_file(method: str, tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        sent(server, letter(invitation=INVITATION, method=method))
    [message] = server.messages
    parts = [(part.get_content_type(), part.get_payload(decode=True)) for part in message.walk()]
    assert [kind for kind, _ in parts] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/calendar",
        "application/ics",
    ]
    assert parts[3][1] == parts[4][1] == INVITATION
    [_, _, text, calendar, file] = message.walk()
    assert text_of(text) == BODY
    assert dict(calendar["Content-Type"].params) == {"method": method, "charset": "UTF-8"}
    assert (file.get_filename(), file.get_content_disposition()) == (
        "gidsgesprek.ics",
        "attachment",
    )


@pytest.mark.parametrize("ending", ["\r.\r", "\n.\n", "\r\n.\r\n", "\n.\r", "\0\n.\n"])
def test_no_text_ends_the_message_before_its_end(ending: str, tmp_path: Path) -> None:
    smuggled = f"Één regel{ending}MAIL FROM:<x@voorbeeld.example>{ending}En verder"
    with mail_server(tmp_path) as server:
        sent(server, letter(body=smuggled))
    [one] = server.received
    assert one.to == ["zoe@voorbeeld.example"]
    assert b"\n" not in one.content.replace(b"\r\n", b"")
    assert b"\r" not in one.content.replace(b"\r\n", b"")
    assert one.content.isascii(), "any server can take it"
    assert one.message.get_content().split() == smuggled.split()


# What is refused before it goes out


@pytest.mark.parametrize(
    "to",
    [
        "",
        "zoe",
        "zoe@",
        "@voorbeeld.example",
        "zoe@voorbeeld.example\r\nBcc: an@voorbeeld.example",
        "zoe@voorbeeld.example\n",
        "zoe@voorbeeld.example, an@voorbeeld.example",
        "an@voorbeeld.example zoe@voorbeeld.example",
        "Zoe <zoe@voorbeeld.example>",
        '"zoe\r\n"@voorbeeld.example',
        "zoe..an@voorbeeld.example",
        ".zoe@voorbeeld.example",
        "zoe@voorbeeld..example",
        "zoë@voorbeeld.example",
        "zoe@[127.0.0.1]",
        f"{'z' * 65}@voorbeeld.example",
    ],
)
def test_what_is_no_plain_address_is_refused_for_good(to: str) -> None:
    with pytest.raises(UndeliveredMailError, match=r"^refused-address$") as caught:
        letter(to)
    assert caught.value.permanent


@pytest.mark.parametrize("to", ["o'neil+gids@a.b.example", "a.b-c_d!#$%&*/=?^`{|}~@x-1.example"])
def test_an_address_with_odd_characters_stays_as_it_is(to: str, tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        sent(server, letter(to))
    assert [(one.to, one.message["To"]) for one in server.received] == [([to], to)]


@pytest.mark.parametrize("breaking", ["\n", "\r", "\r\n", "\0", "\x0b", "\x1c", "\x85", "\u2028"])
def test_a_subject_of_more_than_one_line_is_refused(breaking: str) -> None:
    with pytest.raises(UndeliveredMailError, match=r"^refused-subject$") as caught:
        letter(subject=f"Gidsgesprek{breaking}Bcc: an@voorbeeld.example")
    assert caught.value.permanent


# What a server says


@pytest.mark.parametrize(
    ("at", "answer", "told"),
    [
        ("RCPT", "550 5.1.1 zoe@voorbeeld.example is unknown", ("smtp-550", True)),
        ("RCPT", "550 zoe@voorbeeld.example is unknown", ("smtp-550", True)),
        ("RCPT", "550 5.2.1 zoe@voorbeeld.example is disabled", ("smtp-550", True)),
        ("RCPT", "556 5.1.10 voorbeeld.example takes no mail", ("smtp-556", True)),
        ("RCPT", "554 5.7.1 <client[10.0.0.1]>: Client host rejected", ("smtp-554", False)),
        ("RCPT", "550 5.7.1 relaying denied", ("smtp-550", False)),
        ("RCPT", "553 5.7.1 not your address: not logged in", ("smtp-553", False)),
        ("RCPT", "550 5.1.8 gids@gidsfunctie.example: domain not found", ("smtp-550", False)),
        ("RCPT", "550 5.1.0 gids@gidsfunctie.example: user unknown", ("smtp-550", False)),
        ("RCPT", "554 no", ("smtp-554", False)),
        ("RCPT", "451 4.7.1 zoe@voorbeeld.example is greylisted", ("smtp-451", False)),
        ("RCPT", "421 4.3.2 closing", ("smtp-421", False)),
        ("DATA", "554 5.7.1 we do not want this", ("smtp-554", False)),
        ("DATA", "552 5.3.4 too big", ("smtp-552", True)),
        ("DATA", "554 5.6.0 this is no letter", ("smtp-554", True)),
        ("DATA", "452 4.3.1 full", ("smtp-452", False)),
        ("MAIL", "550 5.7.1 not your address", ("smtp-550", False)),
        ("RCPT", "no idea", ("smtp--1", False)),
    ],
)
def test_a_refusal_is_for_good_when_it_is_about_the_recipient_or_the_letter(
    at: str, answer: str, told: tuple[str, bool], tmp_path: Path
) -> None:
    with mail_server(tmp_path) as server:
        server.refuse(answer, at=at)
        assert fault(server) == told
        server.accept()
        sent(server, letter())
    assert len(server.received) == 1


def test_a_message_that_was_accepted_has_arrived_whatever_comes_after(tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        server.refuse("421 4.4.2 gone", at="QUIT")
        sent(server, letter())
    assert len(server.received) == 1


def test_a_wrong_password_can_be_put_right(tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        assert fault(server, server.url.replace("geheim", "anders")) == ("smtp-535", False)
        assert fault(server, f"smtp://{server.url.rpartition('@')[2]}") == ("smtp-530", False)
    assert set(server.logins) == {False}


def test_a_login_is_not_shown_to_a_server_that_does_not_ask_for_one(tmp_path: Path) -> None:
    with mail_server(tmp_path, "smtp+plain") as server:
        url = server.url.replace("//", "//gids:geheim@")
        assert fault(server, url) == ("login", False)


# TLS, or nothing


def test_a_server_without_starttls_hears_nothing(tmp_path: Path) -> None:
    with mail_server(tmp_path, offers_tls=False) as server:
        assert fault(server) == ("tls", False)
    assert server.logins == []


@pytest.mark.parametrize("security", ["smtp", "smtps"])
def test_a_certificate_counts_when_it_is_of_this_name_and_vouched_for(
    security: Security, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with (
        mail_server(tmp_path, security) as ours,
        mail_server(elsewhere, security, name="mail.voorbeeld.example") as other,
    ):
        assert fault(other) == ("tls", False)
        with pytest.raises(UndeliveredMailError, match=r"^tls$"):
            Smtp(ours.url).send(letter())
        monkeypatch.setenv("SSL_CERT_FILE", str(ours.authority))
        Smtp(ours.url).send(letter())
        assert len(ours.received) == 1
        assert other.logins == []


def test_tls_from_the_first_byte_is_not_taken_for_starttls(tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        assert fault(server, server.url.replace("smtp:", "smtps:")) == ("tls", False)


# A server that is slow, or gone


GREETS = b"220 hello\r\n"
OFFERS_TLS = (GREETS, b"250-hello\r\n250 STARTTLS\r\n", b"220 go ahead\r\n")


@pytest.mark.parametrize(
    ("scheme", "said", "drips"),
    [
        *((scheme, (), False) for scheme in ("smtp", "smtps", "smtp+plain")),
        *((scheme, (GREETS,), False) for scheme in ("smtp", "smtp+plain")),
        *((scheme, (GREETS,), True) for scheme in ("smtp", "smtp+plain")),
        ("smtp", OFFERS_TLS, False),
    ],
)
def test_a_slow_server_is_left_at_the_deadline(
    *, scheme: str, said: tuple[bytes, ...], drips: bool
) -> None:
    with slow_server(*said, drips=drips) as place:
        began = monotonic()
        with pytest.raises(UndeliveredMailError, match=r"^timeout$") as caught:
            Smtp(f"{scheme}://{place}", seconds=0.2).send(letter())
        took = monotonic() - began
    assert not caught.value.permanent
    assert 0.2 <= took < 0.2 + 4


def test_a_server_that_is_not_there_is_tried_again_later(tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        pass
    assert fault(server) == ("connection", False)
    assert fault(server, "smtp://nowhere.invalid") == ("connection", False)


def test_a_server_that_hangs_up_is_tried_again_later() -> None:
    with create_server((HOST, 0)) as listener:

        def hang_up() -> None:
            line, _ = listener.accept()
            line.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(UndeliveredMailError, match=r"^connection$") as caught:
            Smtp(f"smtp://{HOST}:{listener.getsockname()[1]}", seconds=5).send(letter())
        thread.join()
    assert not caught.value.permanent


# The folder, and the settings


def test_in_demo_mode_a_letter_is_kept_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "mail"
    settings = Settings(demo=True, mail_folder=folder)
    for _ in range(2):
        mail = mail_of(settings)
        assert isinstance(mail, Maildir)
        mail.send(letter(invitation=INVITATION, method="REQUEST"))
    kept = list(mailbox.Maildir(folder, create=False))
    assert len(kept) == 2
    for one in kept:
        message = email.message_from_bytes(bytes(one), EmailMessage, policy=email.policy.default)
        assert message["Message-ID"] == f"<{ID}@gidsfunctie.example>"
        assert text_of(next(part for part in message.walk() if not part.is_multipart())) == BODY
        [file] = message.iter_attachments()
        assert file.get_content() == INVITATION


def test_the_settings_say_where_mail_goes(tmp_path: Path) -> None:
    assert mail_of(Settings()) is None
    url = SecretStr("smtps://gids:geheim@mail.example")
    for demo in (False, True):
        mail = mail_of(Settings(demo=demo, smtp_url=url, mail_folder=tmp_path / "none"))
        assert isinstance(mail, Smtp)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "geheim",
        "http://gids:geheim@mail.example",
        "smtp+tls://gids:geheim@mail.example:25",
        "smtp://gids:geheim@",
        "smtp://gids@mail.example",
        "smtp://:geheim@mail.example",
        "smtp://gids:geheim@mail.example:geheim",
        "smtp://gids:geheim@mail.example:99999",
        "smtp://gids:ge#heim@mail.example",
        "smtp://gids:ge?heim@mail.example",
        "smtp://gids:ge/heim@mail.example",
        "smtp://gids:ge[heim@mail.example",
        "smtp://gids:geheim@mail.example/inbox",
        "smtp://gids:geheim%0d%0a@mail.example",
        "smtp://gids:gehe%C3%AFm@mail.example",
        "smtp://gids:geheim@-mail.example",
        f"smtp://gids:geheim@{'m' * 64}.example",
        "smtp+plain://mail.example",
        "smtp+plain://gids:geheim@10.0.0.1",
        "smtp+plain://localhost.mail.example",
    ],
)
def test_a_faulty_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InvalidSettingError, match=r"^GIDS_SMTP_URL: ") as caught:
        mail_of(Settings(smtp_url=SecretStr(url)))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    for part in ("geheim", "heim", "mail.example", "gids:"):
        assert part not in str(caught.value)


@pytest.mark.parametrize("sender", ["gids@één.example", "één@gids.example", "a,b@gids.example"])
def test_a_sender_that_no_server_takes_is_refused_at_the_start(sender: str) -> None:
    with pytest.raises(InvalidSettingError, match=r"^GIDS_MAIL_FROM: ") as caught:
        mail_of(Settings(mail_from=sender))
    assert sender not in str(caught.value)


def test_no_password_is_seen_in_logs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with mail_server(tmp_path) as server:
        mail = Smtp(server.url, context=trusting(server))
        mail.send(letter())
    assert "geheim" not in f"{caplog.text}{mail!r}"
    assert USER not in f"{mail!r}"
