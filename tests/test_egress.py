"""Calls that are made: who is spoken to, what is sent, how long it lasts, what comes of it.

Real sockets, real TLS, real HTTP; only the look-up of names, where an address is, and whose
certificates are believed are replaced.
"""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from app.egress import LARGEST_ANSWER, Egress, Reply, UndeliveredError
from tests.callback_server import (
    NO_CONTENT,
    PUBLIC,
    Network,
    answer,
    calling,
    receiving,
    shows,
    trap,
)
from tests.conftest import MONDAY, TestClock
from tests.server import free_port

HOSTS = {"AM22": ("hooks.example", "hooks.example:8443"), "AM05": ("other.example",)}
URL = "https://hooks.example/in"
OTHER = "2606:4700::1111"
PATIENCE = timedelta(seconds=0.5)
"""Of the calls that would last for ever."""


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue_cert("hooks.example")


@pytest.fixture
def egress_in(authority):
    with calling(authority, HOSTS) as make:
        yield make


def post(
    egress: Egress, url: str = URL, whose: str = "AM22", content: bytes = b"{}", **headers: str
) -> Reply:
    return egress.post(whose, url, content=content, headers=headers)


def fault_of(call: Callable[..., object], *given: object, **named: object) -> str:
    with pytest.raises(UndeliveredError) as failure:
        call(*given, **named)
    assert str(failure.value) == failure.value.code
    return failure.value.code


# Who is spoken to, and what is sent


def test_the_name_is_shown_and_the_address_is_called(certificate, egress_in):
    content = bytes(range(256)) * 64
    with receiving(tls=shows(certificate)) as server:
        network = Network(server.port)
        url = "https://Hooks.example/in/%20b?c=d%26&e"
        reply = post(egress_in(network), url, content=content, **{"webhook-id": "msg_1"})
    assert reply == Reply(204, None)
    assert network.dialled == [(PUBLIC, 443)]
    assert server.names == ["hooks.example"]
    (received,) = server.requests
    assert received.line == "POST /in/%20b?c=d%26&e HTTP/1.1"
    assert received.header("Host") == ["hooks.example"]
    assert received.header("webhook-id") == ["msg_1"]
    assert received.body == content
    assert sorted(key.lower() for key, _ in received.headers) == [
        *("accept", "accept-encoding", "connection", "content-length", "host", "user-agent"),
        "webhook-id",
    ]


def test_another_port_that_is_allowed_stands_in_the_host_header(certificate, egress_in):
    with receiving(tls=shows(certificate)) as server:
        network = Network(server.port)
        post(egress_in(network), "https://hooks.example:8443")
    assert network.dialled == [(PUBLIC, 8443)]
    assert server.requests[0].header("Host") == ["hooks.example:8443"]
    assert server.requests[0].line == "POST / HTTP/1.1"


@pytest.mark.parametrize(
    "named",
    [
        ("other.example",),
        ("*.hooks.example",),
        ("example",),
        (PUBLIC, "127.0.0.1"),
        ("hooks.example.evil.example",),
    ],
    ids=str,
)
def test_a_certificate_of_another_name_is_not_believed(named, authority, egress_in):
    with receiving(tls=shows(authority.issue_cert(*named))) as server:
        assert fault_of(post, egress_in(Network(server.port))) == "tls"
    assert server.names == ["hooks.example"]
    assert server.requests == []


def test_a_certificate_that_has_ended_is_not_believed(authority, egress_in):
    ended = authority.issue_cert(
        "hooks.example",
        not_before=datetime(2020, 1, 1, tzinfo=UTC),
        not_after=datetime(2021, 1, 1, tzinfo=UTC),
    )
    with receiving(tls=shows(ended)) as server:
        assert fault_of(post, egress_in(Network(server.port))) == "tls"
    assert server.requests == []


def test_a_certificate_of_an_unknown_authority_is_not_believed(certificate, egress_in):
    with receiving(tls=shows(certificate)) as server:
        egress = egress_in(Network(server.port), tls=None)
        assert fault_of(post, egress) == "tls"
    assert server.requests == []


def test_who_speaks_no_tls_is_told_nothing(egress_in):
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as threads:

        def greet():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(NO_CONTENT)
                return connection.recv(65536)

        heard = threads.submit(greet)
        egress = egress_in(Network(listener.getsockname()[1]))
        assert fault_of(post, egress, told="a secret") == "tls"
        assert b"secret" not in heard.result()


def test_two_hosts_at_one_address_are_told_apart(authority, egress_in):
    both = authority.issue_cert("hooks.example", "other.example")
    with receiving(tls=shows(both)) as server:
        egress = egress_in(Network(server.port))
        post(egress)
        post(egress, "https://other.example/", "AM05")
        post(egress)
    assert server.names == ["hooks.example", "other.example", "hooks.example"]
    assert [received.header("Host")[0] for received in server.requests] == server.names
    assert server.connections == 3


def test_no_cookie_is_kept(certificate, egress_in):
    cookie = answer("200 OK", "Set-Cookie: session=1; Path=/", body=b"welcome")
    with receiving(cookie, shows(certificate)) as server:
        egress = egress_in(Network(server.port))
        assert [post(egress).status for _ in range(2)] == [200, 200]
    assert [received.header("Cookie") for received in server.requests] == [[], []]


def test_several_threads_call_at_once(certificate, egress_in):
    with receiving(tls=shows(certificate)) as server, ThreadPoolExecutor(8) as threads:
        egress = egress_in(Network(server.port))
        calls = [threads.submit(post, egress, content=b"%d" % n) for n in range(24)]
        assert [call.result().status for call in calls] == [204] * 24
    assert sorted(int(received.body) for received in server.requests) == list(range(24))


# Several addresses


def test_the_next_address_is_tried_when_nobody_is_at_the_first(certificate, egress_in):
    with receiving(tls=shows(certificate)) as server:
        network = Network({OTHER: free_port(), PUBLIC: server.port}, (OTHER, PUBLIC))
        assert post(egress_in(network)).status == 204
    assert network.dialled == [(OTHER, 443), (PUBLIC, 443)]
    assert network.asked == ["hooks.example"]


def test_one_address_that_stays_silent_leaves_time_for_the_next(certificate, egress_in):
    with trap() as silent, receiving(tls=shows(certificate)) as server:
        network = Network({OTHER: silent.port, PUBLIC: server.port}, (OTHER, PUBLIC))
        assert post(egress_in(network, timeout=timedelta(seconds=4))).status == 204
        assert silent.caught() == 1
    assert server.connections == 1


def test_what_was_sent_to_one_address_is_not_sent_to_the_next(certificate, egress_in):
    with receiving(b"", shows(certificate)) as server:
        network = Network(server.port, (OTHER, PUBLIC))
        assert fault_of(post, egress_in(network)) == "protocol"
    assert len(server.requests) == 1


# No answer


def nowhere(*_, **__):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_a_name_that_is_nowhere(egress_in):
    assert fault_of(post, egress_in(Network(0), resolve=nowhere)) == "unresolved"
    assert fault_of(post, egress_in(Network(0, ()))) == "unresolved"


def test_nobody_listens(egress_in):
    assert fault_of(post, egress_in(Network(free_port()))) == "connection"
    assert fault_of(post, egress_in(Network(free_port(), (OTHER, PUBLIC)))) == "connection"


@pytest.mark.parametrize(
    "garbled",
    [
        b"",
        b"\r\n\r\n",
        b"hello\r\n\r\n",
        b"HTTP/1.1 2xx Fine\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * 300_000,
        b"HTTP/1.1 200 OK\r\n" + b"A: a\r\n" * 100_000,
    ],
    ids=range(10),
)
def test_what_is_no_whole_http_is_no_answer(garbled, certificate, egress_in):
    with receiving(garbled, shows(certificate)) as server:
        assert fault_of(post, egress_in(Network(server.port))) == "protocol"


def endless(_server, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"a" * LARGEST_ANSWER)


@pytest.mark.parametrize(
    "too_large",
    [
        answer("200 OK", body=b"a" * (LARGEST_ANSWER + 1)),
        answer("503 Busy", body=b"a" * (10 * LARGEST_ANSWER)),
        endless,
    ],
    ids=["a byte", "ten times", "endless"],
)
def test_an_answer_is_read_no_further_than_64_kilobytes(too_large, certificate, egress_in):
    with receiving(too_large, shows(certificate)) as server:
        assert fault_of(post, egress_in(Network(server.port))) == "too-large"


def test_an_answer_of_64_kilobytes_is_an_answer(certificate, egress_in):
    packed = answer("200 OK", "Content-Encoding: gzip", body=b"a" * LARGEST_ANSWER)
    with receiving(packed, shows(certificate)) as server:
        assert post(egress_in(Network(server.port))) == Reply(200, None)


# One deadline for the whole


def silent(server, _connection):
    server.stopped.wait(30)


def slow_headers(server, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    server.drip(connection, b"A: a\r\n")


def slow_body(server, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
    server.drip(connection, b"a")


def forever_about_to_answer(server, connection):
    server.drip(connection, b"HTTP/1.1 102 Processing\r\n\r\n")


def timed(call: Callable[..., object], *given: object) -> str:
    """Return what came of it; fail when it took much longer than it may."""
    began = time.monotonic()
    fault = fault_of(call, *given)
    assert time.monotonic() - began < PATIENCE.total_seconds() + 4
    return fault


@pytest.mark.parametrize(
    "slowly",
    [silent, slow_headers, slow_body, forever_about_to_answer],
)
def test_a_slow_answer_ends_at_the_deadline(slowly, certificate, egress_in):
    with receiving(slowly, shows(certificate)) as server:
        assert timed(post, egress_in(Network(server.port), timeout=PATIENCE)) == "timeout"
    assert len(server.requests) == 1


def test_a_handshake_that_does_not_come_ends_at_the_deadline(egress_in):
    with trap() as snare:
        network = Network(snare.port, (PUBLIC, OTHER))
        assert timed(post, egress_in(network, timeout=PATIENCE)) == "timeout"


def test_a_receiver_that_does_not_read_ends_at_the_deadline(certificate, egress_in):
    content = b"a" * 30_000_000
    with receiving(None, shows(certificate)) as server:
        egress = egress_in(Network(server.port), timeout=PATIENCE)
        assert timed(lambda: post(egress, content=content)) == "timeout"


def test_a_look_up_that_hangs_ends_at_the_deadline(egress_in):
    found = threading.Event()
    network = Network(0)

    def hanging(*_, **__):
        found.wait(30)
        return []

    egress = egress_in(network, resolve=hanging, timeout=PATIENCE)
    try:
        assert timed(post, egress) == "timeout"
    finally:
        found.set()
    assert network.dialled == []


# Retry-After


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("0", timedelta(0)),
        ("1", timedelta(seconds=1)),
        ("007", timedelta(seconds=7)),
        (" 120 ", timedelta(seconds=120)),
        ("86400", timedelta(hours=24)),
        ("86401", timedelta(hours=24)),
        ("9" * 5000, timedelta(hours=24)),
        ("0" * 5000, timedelta(0)),
        ("Mon, 23 Nov 2026 09:01:30 GMT", timedelta(seconds=90)),
        ("Monday, 23-Nov-26 09:01:30 GMT", timedelta(seconds=90)),
        ("Mon Nov 23 09:01:30 2026", timedelta(seconds=90)),
        ("Sun Dec  6 09:00:00 2026", timedelta(hours=24)),
        ("Mon, 23 Nov 2026 08:59:59 GMT", timedelta(0)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(hours=24)),
        *((rubbish, None) for rubbish in ("", "-1", "+1", "1.5", "1e3", "0x10", "1 2", "1_0")),
        *((rubbish, None) for rubbish in ("soon", "10 minutes", "\xb2", "1,2", "\xa01", "None")),
        ("Mon, 23 Nov 2026 09:01:30 +0100", None),
        ("Mon, 23 Nov 2026 09:01:30", None),
        ("Mon, 32 Nov 2026 09:01:30 GMT", None),
        ("Mon, 23 Nov 99999 09:01:30 GMT", None),
        ("2026-11-23T09:01:30Z", None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_how_long_to_wait_is_read(told, wait, certificate, egress_in):
    with receiving(answer("429 Too Many", f"Retry-After: {told}"), shows(certificate)) as server:
        assert post(egress_in(Network(server.port))) == Reply(429, wait)


def test_two_waits_are_none(certificate, egress_in):
    twice = answer("503 Busy", "Retry-After: 1", "Retry-After: 2")
    with receiving(twice, shows(certificate)) as server:
        assert post(egress_in(Network(server.port))) == Reply(503, None)


def test_a_moment_to_wait_for_is_counted_from_now(certificate, egress_in):
    clock = TestClock()
    until = f"Retry-After: {MONDAY:%a, %d %b %Y} 10:00:00 GMT"
    with receiving(answer("503 Busy", until), shows(certificate)) as server:
        egress = egress_in(Network(server.port), clock=clock)
        assert post(egress).retry_after == timedelta(hours=1)
        clock.forward(minutes=50)
        assert post(egress).retry_after == timedelta(minutes=10)
