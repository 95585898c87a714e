"""The one place that calls addresses which others gave: webhooks of werkcentra and of desks.

Whoever gives an address lets us make a call from where we stand, which may be inside a network
they cannot reach (server-side request forgery). So a host is called by a name that the operator
allowed, at addresses of the public internet alone, and nowhere else, whatever is answered.
"""

import asyncio
import re
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from operator import attrgetter
from typing import Any

import httpx

from app.config import InvalidSettingError, Settings

LONGEST_ADDRESS = 2048
LARGEST_ANSWER = 64 * 1024
LONGEST_RETRY_AFTER = timedelta(hours=24)
NAMES_AT_ONCE = 32
"""How many names are looked up at the same time: one that hangs must not keep the others."""

USUAL_PORT = {"https": 443, "http": 80}
LARGEST_PORT = 65535
LOCAL = frozenset({"localhost", "127.0.0.1"})
"""What may be called in demo mode besides names."""

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: what ends in a number is an address in some notation.
_NAME = rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}"
_ENTRY = re.compile(rf"(?P<host>{_NAME})(?::(?P<port>[1-9][0-9]{{0,4}}))?")
_WRITTEN = re.compile(rf"[!-~]{{1,{LONGEST_ADDRESS}}}")
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<user>[^/?#]*@)?(?P<host>\[[^/?#]*\]|[^/?#:]*)"
    r"(?::(?P<port>[^/?#]*))?(?P<target>[/?][^#]*)?(?P<fragment>#.*)?"
)

# IANA IPv4 Special-Purpose Address Registry, with multicast and what is reserved (RFC 5771, 1112).
_SPECIAL = tuple(
    ip_network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
# IPv6 gives out global unicast from one block (RFC 4291 §2.4). In it lie protocol assignments such
# as Teredo, 6to4, AS112, and two blocks for documentation (RFC 3849, RFC 9637).
_GLOBAL = ip_network("2000::/3")
_SPECIAL_IN_GLOBAL = tuple(
    ip_network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)

_BELIEVES_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

# RFC 9110 §5.6.7: the form of today, and the two that must still be understood.
_DATES = ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y")

Address = IPv4Address | IPv6Address
Resolve = Callable[..., Collection[tuple[Any, Any, Any, Any, tuple[Any, ...]]]]
"""As socket.getaddrinfo."""


class CallbackRefusedError(Exception):
    """An address that is never called; says why, without the address.

    code: for programs: no-address, scheme, user-info, fragment, host, port.
    detail: what would be right, in plain English.
    """

    def __init__(self, code: str, detail: str) -> None:
        """Refuse for this reason."""
        super().__init__(detail)
        self.code = code
        self.detail = detail


class UndeliveredError(Exception):
    """There is no whole answer; it may have been received all the same.

    code: unresolved, refused-address, connection, tls, timeout, protocol, too-large.
    """

    def __init__(self, code: str) -> None:
        """Say why, in a word."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered: any status, a redirect's too. Bodies are thrown away.

    retry_after: how long to wait, if that was said: 24 hours at the most.
    """

    status: int
    retry_after: timedelta | None


@dataclass(frozen=True, slots=True)
class _Callback:
    """An address that may be called, taken apart."""

    scheme: str
    host: str
    port: int
    target: str

    def at(self, address: str, port: int) -> httpx.URL:
        """Put an address in the place of the name."""
        target = self.target.encode("ascii")
        return httpx.URL(scheme=self.scheme, host=address, port=port, raw_path=target)

    @property
    def authority(self) -> str:
        """The Host header."""
        usual = self.port == USUAL_PORT[self.scheme]
        return self.host if usual else f"{self.host}:{self.port}"


def _as_found(address: str, port: int) -> tuple[str, int]:
    return address, port


class Egress:
    """Calls the hosts that the operator allowed. Any number of threads may use it at once."""

    def __init__(
        self,
        hosts: Mapping[str, Collection[str]],
        *,
        timeout: timedelta,
        clock: Callable[[], datetime],
        local: bool = False,
        resolve: Resolve = socket.getaddrinfo,
        dial: Callable[[str, int], tuple[str, int]] = _as_found,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Allow per region, and for `desks`, these names; `name:8443` for another port than 443.

        timeout: of a whole delivery, from looking up the name to the end of the answer.
        local: demo mode: localhost and 127.0.0.1 may be named too, and are called on this machine,
            with http or https at any port.
        resolve, dial, tls: the edge of the network, for tests: how a name is looked up, where an
            address and port that were found good are, and whose certificates are believed (else
            those the system believes).

        Raises:
            InvalidSettingError: a host is no name in lower case and ASCII, or its port is none.

        """
        self._hosts = {
            whose: frozenset(_entries(whose, hosts[whose], local=local)) for whose in hosts
        }
        self._timeout = timeout.total_seconds()
        self._clock = clock
        self._resolve = resolve
        self._dial = dial
        self._believed = tls
        self._names = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="names")

    @classmethod
    def of(cls, settings: Settings, clock: Callable[[], datetime]) -> "Egress":
        """Make the one of these settings; in demo mode anybody may name this machine, unless told.

        Raises:
            InvalidSettingError: as when it is made.

        """
        hosts: Mapping[str, Collection[str]] = settings.callback_hosts
        if settings.demo and not hosts:
            regions = (f"AM{number:02}" for number in range(100))
            hosts = dict.fromkeys((*regions, "desks"), LOCAL)
        return cls(hosts, timeout=settings.delivery_timeout, clock=clock, local=settings.demo)

    def check(self, whose: str, url: str) -> None:
        """Say whether this may be called for them; looks nothing up.

        Raises:
            CallbackRefusedError: it is never called.

        """
        self._allowed(whose, url)

    def post(self, whose: str, url: str, *, content: bytes, headers: Mapping[str, str]) -> Reply:
        """Send this once, and give what was answered within the timeout.

        Not from a thread that runs an event loop.

        Raises:
            CallbackRefusedError: it is never called.
            UndeliveredError: there is no answer, or no whole one.

        """
        ends = time.monotonic() + self._timeout
        callback = self._allowed(whose, url)
        try:
            addresses = self._look_up(callback, ends)
            return asyncio.run(self._send(callback, addresses, ends, content, headers))
        except (httpx.HTTPError, TimeoutError) as error:
            raise UndeliveredError(_fault(error)) from None  # its cause holds the address

    def close(self) -> None:
        """Look up no more names: nothing can be sent after this."""
        self._names.shutdown(wait=False, cancel_futures=True)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # To read what the system believes takes as long as ten deliveries: only who calls does.
        return self._believed or ssl.create_default_context()

    def _allowed(self, whose: str, url: str) -> _Callback:
        """Take an address apart that may be called.

        One that could be read in two ways is not: what is called is put together from the parts.
        """
        found = _URL.fullmatch(url) if _WRITTEN.fullmatch(url) else None
        if found is None:
            told = f"write https://name/path, in ASCII, {LONGEST_ADDRESS} characters at the most"
            raise CallbackRefusedError("no-address", told)
        if found["user"]:
            raise CallbackRefusedError("user-info", "leave out what stands before @")
        if found["fragment"]:
            raise CallbackRefusedError("fragment", "leave out # and what comes after it")
        scheme, host, target = found["scheme"].lower(), found["host"].lower(), found["target"]
        allowed = self._hosts.get(whose, frozenset())
        if host not in {name for name, _ in allowed}:
            told = "the operator has allowed no such host here; hosts are called by name"
            raise CallbackRefusedError("host", told)
        local = host in LOCAL
        if scheme != "https" and not (local and scheme == "http"):
            raise CallbackRefusedError("scheme", "only https is called")
        port = _port(found["port"], USUAL_PORT[scheme])
        if port is None or not (local or (host, port) in allowed):
            told = "the operator has not allowed this port; without one it is 443"
            raise CallbackRefusedError("port", told)
        return _Callback(scheme, host, port, target or "/")

    def _look_up(self, callback: _Callback, ends: float) -> list[str]:
        """Find where the name is, once; good addresses only, or none of them is.

        Raises:
            UndeliveredError: that took too long; or it is nowhere, or where nothing is called.

        """
        # The system lets nobody say how long a look-up may take, so another thread waits for it.
        asked = self._names.submit(
            self._resolve, callback.host, callback.port, type=socket.SOCK_STREAM
        )
        try:
            found = asked.result(ends - time.monotonic())
        except OSError as error:
            late = isinstance(error, TimeoutError)
            raise UndeliveredError("timeout" if late else "unresolved") from None
        addresses = [_unwrapped(str(end[0])) for *_, end in found]
        if not addresses:
            raise UndeliveredError("unresolved")
        good = attrgetter("is_loopback") if callback.host in LOCAL else _is_public
        if not all(good(address) for address in addresses):
            raise UndeliveredError("refused-address")
        return [str(address) for address in dict.fromkeys(addresses)]

    async def _send(
        self,
        callback: _Callback,
        addresses: list[str],
        ends: float,
        content: bytes,
        headers: Mapping[str, str],
    ) -> Reply:
        """Try the addresses in turn until one lets us in; what was sent is not sent again."""

        async def ask(address: str, share: float) -> Reply:
            asked = client.stream(
                "POST",
                callback.at(*self._dial(address, callback.port)),
                content=content,
                headers={**headers, "Host": callback.authority},
                # The certificate is checked against this name.
                extensions={"sni_hostname": callback.host},
                # The time to connect, and again for TLS. A handshake that the end of the whole
                # would cut off leaves its socket open (httpcore 1.0.9): this comes before.
                timeout=httpx.Timeout(None, connect=max(0.0, ends - time.monotonic()) * share / 2),
            )
            async with asked as answer:
                return await self._read(answer)

        *others, last = addresses
        async with asyncio.timeout(ends - time.monotonic()), self._client(callback) as client:
            for left, address in zip(range(len(addresses), 1, -1), others, strict=True):
                # Before this nothing was sent. Who stays silent leaves the others their share.
                with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                    return await ask(address, 1 / left)
            return await ask(last, 1)

    def _client(self, callback: _Callback) -> httpx.AsyncClient:
        """Make a client for one delivery, so that no cookie and no connection serves another."""
        return httpx.AsyncClient(
            verify=self._tls if callback.scheme == "https" else _BELIEVES_NOBODY,
            trust_env=False,
            follow_redirects=False,
            headers={
                "Accept-Encoding": "identity",
                "Connection": "close",
                "User-Agent": "gidsfunctie",
            },
        )

    async def _read(self, answer: httpx.Response) -> Reply:
        size = 0
        async for chunk in answer.aiter_raw():
            size += len(chunk)
            if size > LARGEST_ANSWER:
                raise UndeliveredError("too-large")
        wait = _wait(answer.headers.get("Retry-After", ""), self._clock())
        return Reply(answer.status_code, wait)


def _entries(whose: str, names: Collection[str], *, local: bool) -> Iterator[tuple[str, int]]:
    for name in names:
        if local and name in LOCAL:
            yield name, USUAL_PORT["https"]
            continue
        found = _ENTRY.fullmatch(name)
        port = _port(found["port"], USUAL_PORT["https"]) if found else None
        if found is None or port is None:
            raise InvalidSettingError(
                f"GIDS_CALLBACK_HOSTS: {whose}: write each host as a name of the internet, in lower"
                " case, in ASCII: hooks.example or hooks.example:8443"
            )
        yield found["host"], port


def _port(written: str | None, usual: int) -> int | None:
    """Read a port; None when it is none, or is not written in the usual way."""
    if written is None:
        return usual
    found = re.fullmatch("[1-9][0-9]{0,4}", written)
    return int(written) if found and int(written) <= LARGEST_PORT else None


def _unwrapped(address: str) -> Address:
    """Read an address; one of IPv4 in the clothes of IPv6 (::ffff:0:0/96) as what it is."""
    found = ip_address(address)
    return (isinstance(found, IPv6Address) and found.ipv4_mapped) or found


def _is_public(address: Address) -> bool:
    """Tell whether this is one machine on the public internet.

    `is_global` says so of more: of multicast, NAT64 and 6to4, among others, in Python 3.11.
    """
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _SPECIAL)
    return (
        address in _GLOBAL
        and address.scope_id is None
        and not any(address in block for block in _SPECIAL_IN_GLOBAL)
    )


def _fault(error: Exception) -> str:
    """Say in a word why there is no answer."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "timeout"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    return "protocol" if isinstance(error, httpx.ProtocolError) else "connection"


def _wait(told: str, now: datetime) -> timedelta | None:
    """Read a Retry-After (RFC 9110 §10.2.3): seconds or a moment; None when it is neither."""
    if re.fullmatch("[0-9]+", told):
        digits = told.lstrip("0")
        if len(digits) > len("86400"):  # however many there are
            return LONGEST_RETRY_AFTER
        return min(timedelta(seconds=int(digits or "0")), LONGEST_RETRY_AFTER)
    for form in _DATES:
        try:
            moment = datetime.strptime(told, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return min(max(moment - now, timedelta(0)), LONGEST_RETRY_AFTER)
    return None
