"""Addresses that are never called: nothing is looked up or connected to that should not be.

Every address leads to a trap, a real listening socket that counts; only the look-up of names and
where an address is are replaced.
"""

import socket
from contextlib import closing
from datetime import timedelta

import pytest
import trustme

from app.config import InvalidSettingError
from app.egress import CallbackRefusedError, Egress, Reply, UndeliveredError
from tests.callback_server import PUBLIC, Network, answer, calling, receiving, shows, trap
from tests.conftest import TestClock

HOSTS = {
    "AM22": ("hooks.example", "ported.example:8443", "xn--bcher-kva.example"),
    "AM05": ("other.example",),
    "desks": ("desk.example",),
}
URL = "https://hooks.example/in"
UNSPECIFIED = "0.0.0.0"  # noqa: S104 - to be refused


@pytest.fixture
def snare():
    with trap() as trapped:
        yield trapped


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def server(authority):
    with receiving(tls=shows(authority.issue_cert("hooks.example"))) as server:
        yield server


@pytest.fixture
def egress_in(authority):
    with calling(authority, HOSTS) as make:
        yield make


def post(egress: Egress, url: str = URL, whose: str = "AM22") -> Reply:
    return egress.post(whose, url, content=b"{}", headers={})


# What somebody gives as an address

LITERALS = [
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1"),
    *("017700000001", "0", UNSPECIFIED, "127.0.0.1.", "127.1.", "00000127.0.0.1", "0x7F.0.0.0x1"),
    *("10.0.0.1", "169.254.169.254", "2852039166", "0xA9FEA9FE", "192.168.1.1", PUBLIC),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[fe80::1%25lo]"),
    *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2606:4700::1111]", "[v1.fe80::a]", "::1", "[::1"),
]
NAMES = [
    *(
        "localhost",
        "hooks.localhost",
        "hooks",
        "hooks.example.",
        "hooks.example..",
        ".hooks.example",
    ),
    *("hooks.example.evil.example", "evil-hooks.example", "sub.hooks.example", "evil.example"),
    *("hooks.example%2eevil.example", "%68ooks.example", "hooks.example%00.evil.example"),
    *("hooks_example", "hooks.example\\.evil.example", "hooks.example,evil.example", "", "*"),
    *("other.example", "desk.example", "127.0.0.1.nip.example"),
]
NOT_ASCII = [
    *(
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://\u2460\u2461\u2466.0.0.1/",
        "https://hooks\u3002example/",
        "https://b\u00fccher.example/",
    ),
    *("https://hooks.exampl\u0435/", "https://hooks.example/\u2028", "https://\uff48ooks.example/"),
    *("https://hooks\u00ad.example/", "https://hooks.example/caf\u00e9"),
]
OTHER_SHAPES = [
    *("", " ", "hooks.example", "//hooks.example/", "https:hooks.example", "https:/hooks.example/"),
    *("/in", "://hooks.example/", " https://hooks.example/", "https://hooks.example/ ", "\thttps:"),
    *(
        "https://hooks.example/\r\nHost: evil.example",
        "https://hooks.example\n/",
        "https://ho\x00oks",
    ),
    *("https://hooks.exa mple/", "javascript:alert(1)", "mailto:a@hooks.example", "data:,x"),
    "https:\\\\hooks.example/",
    f"https://hooks.example/{'a' * 2048}",
]
SCHEMES = ["http", "ftp", "file", "gopher", "ws", "wss", "dict", "ldap", "unix", "https+unix"]
USERS = ["a@", "a:b@", "@", ":@", "evil.example:443@", "hooks.example@", "a%40b@", "a@b@"]
PORTS = [*("80", "8443", "22", "0443", "0", "", "+443", "-1", "65979", "4e2", "443:443", "x")]

REFUSED = [
    *(("AM22", f"https://{host}/", "host") for host in [*LITERALS, *NAMES]),
    *(("AM05", URL, "host"), ("desks", URL, "host"), ("AM99", URL, "host"), ("", URL, "host")),
    *(("AM22", url, "no-address") for url in [*NOT_ASCII, *OTHER_SHAPES]),
    *(("AM22", f"{scheme}://hooks.example/", "scheme") for scheme in SCHEMES),
    *(("AM22", f"https://{user}hooks.example/", "user-info") for user in USERS),
    *(("AM22", f"https://{user}evil.example/", "user-info") for user in USERS),
    ("AM22", "https://hooks.example\\@evil.example/", "user-info"),
    *(("AM22", f"https://hooks.example:{port}/", "port") for port in PORTS),
    ("AM22", "https://hooks.example:٤٤٣/", "no-address"),
    *(("AM22", f"https://ported.example{port}/", "port") for port in ("", ":443", ":8444")),
    *(("AM22", f"{URL}#{rest}", "fragment") for rest in ("", "a", "@evil.example/")),
    ("AM22", "https://hooks.example#@evil.example/", "fragment"),
]


@pytest.mark.parametrize(("whose", "url", "code"), REFUSED)
def test_an_address_that_is_not_allowed_is_neither_looked_up_nor_called(
    whose, url, code, snare, egress_in
):
    network = Network(snare.port)
    egress = egress_in(network)
    for call in (egress.check, lambda *given: post(egress, given[1], given[0])):
        with pytest.raises(CallbackRefusedError) as refusal:
            call(whose, url)
        assert refusal.value.code == code
        assert "example" not in refusal.value.detail
    assert network.asked == []
    assert network.dialled == []
    assert snare.caught() == 0


@pytest.mark.parametrize("host", LITERALS)
def test_an_address_in_digits_is_refused_in_demo_mode_too(host, snare, egress_in):
    network = Network(snare.port)
    egress = egress_in(network, hosts={"AM22": ("localhost",)}, local=True)
    with pytest.raises(CallbackRefusedError) as refusal:
        post(egress, f"http://{host}/")
    assert refusal.value.code == "host"
    assert network.dialled == []
    assert snare.caught() == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example",
        "https://hooks.example/",
        "https://hooks.example?key=1",
        "https://hooks.example:443/in",
        "HTTPS://Hooks.EXAMPLE/In",
        "https://ported.example:8443/in?a=b@c:80/[]\\",
        "https://xn--bcher-kva.example/",
    ],
)
def test_what_is_allowed_is_registered_without_a_look_up(url, snare, egress_in):
    network = Network(snare.port)
    egress_in(network).check("AM22", url)
    assert network.asked == []


# Where a name that is allowed turns out to be

INSIDE = [
    *(UNSPECIFIED, "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254"),
    *("127.0.0.1", "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.254", "192.0.0.1", "192.0.0.8", "192.0.0.9", "192.0.0.170", "192.0.2.1"),
    *("192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.175.48.1", "198.18.0.1"),
    *("198.19.255.254", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255"),
    *("240.0.0.1", "255.255.255.255"),
    # IPv6: unspecified, loopback, IPv4 in it (compatible, mapped, translated), NAT64, discard
    *("::", "::1", "::2", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("::ffff:169.254.169.254", "::ffff:224.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b::5db8:d70e", "64:ff9b:1::7f00:1", "100::1", "100:0:0:1::1"),
    # Teredo, benchmarking, ORCHID, documentation, 6to4, AS112, segment routing
    *("2001::1", "2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff::1"),
    *("2001:db8::1", "3fff::1", "3fff:fff::1", "2002:7f00:1::", "2002:a00:1::1", "2002::1"),
    *("2620:4f:8000::1", "5f00::1", "4000::1", "1fff::1"),
    # unique local, link-local, site-local, multicast
    *("fc00::1", "fd00::1", "fdff::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
    "2606:4700::1111%eth0",
]
OUTSIDE = [
    *(PUBLIC, "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"),
    *("126.255.255.255", "128.0.0.0", "169.253.255.255", "172.15.255.255", "172.32.0.0"),
    *("192.0.1.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"),
    *("2606:4700::1111", "2001:200::1", "2001:67c:2e8::1", "2003::1", "2a00:1450::1", "3ffe::1"),
]
MIXED = [
    (PUBLIC, "127.0.0.1"),
    ("127.0.0.1", PUBLIC),
    ("2606:4700::1111", PUBLIC, "10.0.0.1"),
    (PUBLIC, "::ffff:127.0.0.1"),
    ("2606:4700::1111", "::1"),
]


@pytest.mark.parametrize("found", [*((address,) for address in INSIDE), *MIXED], ids=str)
def test_a_name_that_leads_inside_is_not_connected_to(found, snare, egress_in):
    network = Network(snare.port, found)
    with pytest.raises(UndeliveredError) as failure:
        post(egress_in(network))
    assert failure.value.code == "refused-address"
    assert network.dialled == []
    assert snare.caught() == 0


@pytest.mark.parametrize("address", [*OUTSIDE, f"::ffff:{PUBLIC}"])
def test_a_name_that_leads_outside_is_called_there(address, server, egress_in):
    network = Network(server.port, (address,))
    before = server.connections
    assert post(egress_in(network)).status == 204
    assert network.dialled == [(address.removeprefix("::ffff:"), 443)]
    assert server.connections == before + 1


def test_the_trap_catches_what_is_connected_to(snare, egress_in):
    with pytest.raises(UndeliveredError) as failure:
        post(egress_in(Network(snare.port), timeout=timedelta(seconds=1)))
    assert failure.value.code == "timeout"
    assert snare.caught() == 1


def test_a_name_that_moves_inside_later_is_not_followed(server, snare, egress_in):
    inside = ("127.0.0.1", "10.0.0.1", "::1")
    leads_to = {PUBLIC: server.port, **dict.fromkeys(inside, snare.port)}
    network = Network(leads_to, (PUBLIC,), inside)
    egress = egress_in(network)
    egress.check("AM22", URL)
    assert network.asked == []
    assert post(egress).status == 204
    assert network.asked == ["hooks.example"], "looked up once, and called where that was"
    with pytest.raises(UndeliveredError) as failure:
        post(egress)
    assert failure.value.code == "refused-address"
    assert network.dialled == [(PUBLIC, 443)]
    assert snare.caught() == 0


def test_nothing_else_looks_a_name_up(server, egress_in, monkeypatch):
    def nobody(*asked, **_):
        pytest.fail(f"{asked} was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    monkeypatch.setattr(socket, "gethostbyname", nobody)
    network = Network(server.port)
    assert post(egress_in(network)).status == 204
    assert network.asked == ["hooks.example"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status, snare, authority, egress_in):
    inside = f"Location: http://127.0.0.1:{snare.port}/"
    tls = shows(authority.issue_cert("hooks.example"))
    with receiving(answer(f"{status} Elsewhere", inside), tls) as server:
        network = Network(server.port)
        assert post(egress_in(network)) == Reply(status, None)
        assert server.connections == 1
    assert network.asked == ["hooks.example"]
    assert snare.caught() == 0


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(name, snare, server, egress_in, monkeypatch):
    monkeypatch.setenv(name, f"http://127.0.0.1:{snare.port}")
    assert post(egress_in(Network(server.port))).status == 204
    assert snare.caught() == 0


# Demo mode


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_this_machine_is_called_in_demo_mode_at_any_port(host):
    hosts, patience = {"AM22": (host,)}, timedelta(seconds=10)
    egress = Egress(hosts, timeout=patience, clock=TestClock(), local=True)
    with closing(egress), receiving() as server:
        assert post(egress, f"http://{host}:{server.port}/in") == Reply(204, None)
        assert server.requests[0].header("Host") == [f"{host}:{server.port}"]


def test_the_other_address_of_this_machine_is_tried_as_well(egress_in):
    dialled = []

    def note(address, port):
        dialled.append(address)
        return address, port

    with receiving() as server:
        network = Network(server.port, ("::1", "127.0.0.1"))
        egress = egress_in(network, hosts={"AM22": ("localhost",)}, local=True, dial=note)
        assert post(egress, f"http://localhost:{server.port}/") == Reply(204, None)
    assert dialled == ["::1", "127.0.0.1"]


@pytest.mark.parametrize("found", ["10.0.0.1", PUBLIC, UNSPECIFIED, "fe80::1", "::ffff:10.0.0.1"])
def test_what_is_called_this_machine_must_be_it(found, snare, egress_in):
    network = Network(snare.port, ("127.0.0.1", found))
    egress = egress_in(network, hosts={"AM22": ("localhost",)}, local=True)
    with pytest.raises(UndeliveredError) as failure:
        post(egress, "http://localhost:8000/")
    assert failure.value.code == "refused-address"
    assert network.dialled == []


def test_demo_mode_opens_nothing_else(snare, egress_in):
    hosts = {"AM22": ("localhost", "hooks.example"), "AM05": ("other.example",)}
    network = Network(snare.port, ("127.0.0.1",))
    egress = egress_in(network, hosts=hosts, local=True)
    for whose, url, code in [
        ("AM05", "http://localhost/", "host"),
        ("AM22", "http://127.0.0.1/", "host"),
        ("AM22", "http://hooks.example/", "scheme"),
        ("AM22", "https://hooks.example:8443/", "port"),
        ("AM22", "ftp://localhost/", "scheme"),
        ("AM22", "http://localhost:65536/", "port"),
        ("AM22", "http://a@localhost/", "user-info"),
    ]:
        with pytest.raises(CallbackRefusedError) as refusal:
            post(egress, url, whose)
        assert refusal.value.code == code
    with pytest.raises(UndeliveredError) as failure:
        post(egress, "https://hooks.example/")
    assert failure.value.code == "refused-address"
    assert network.dialled == []


# What an operator may allow


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "localhost:8080", "127.0.0.1", "127.1", "0x7f.1", "93.184.215.14", "[::1]"),
        *("hooks", "hooks.example.", "Hooks.example", "*.example", "hooks_.example", "-a.example"),
        *(
            "https://hooks.example",
            "hooks.example/in",
            "a@hooks.example",
            "b\u00fccher.example",
            "",
        ),
        *("hooks.example:", "hooks.example:0", "hooks.example:65536", "hooks.example:080"),
        *("hooks.example:x", "hooks..example", " hooks.example", "hooks.example\n", "hooks.4"),
        f"{'a' * 64}.example",
    ],
)
def test_only_names_can_be_allowed(host):
    with pytest.raises(InvalidSettingError, match="GIDS_CALLBACK_HOSTS: AM22: write"):
        Egress({"AM22": (host,)}, timeout=timedelta(1), clock=TestClock())
