"""Ask other servers: over https, at addresses that were checked, briefly, and without detours.

A name is resolved once; every address it has must be one that may be talked to, and the connection
goes to the address that was checked, so that a name that means another host a moment later is of
no use. The certificate and the Host header are those of the name.
"""

import re
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from threading import Event, Thread, Timer
from urllib.parse import SplitResult, urlsplit

SILENT_SECONDS = 5.0
WHOLE_SECONDS = 10.0
ANSWER_BYTES_MAX = 64 * 1024
URL_CHARS_MAX = 2_000
PORTS = {"https": 443, "http": 80}
FREE_PORTS_FROM = 1_024  # below it only the two above: no mail, no name servers, no shells

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

# What is not one host of the public internet (IANA's special-purpose registries, RFC 6890).
SPECIAL = tuple(
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
# All other IPv6 is loopback, local, multicast, or IPv4 in another dress (mapped, NAT64).
PUBLIC_IPV6 = ip_network("2000::/3")
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)


class Barred(OSError):
    """riskreg does not go there; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Where one may go beside the public internet: what the operator named."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    def holds(self, host: str, address: Address) -> bool:
        """Whether the operator named this host, or a network that the address is in."""
        return host in self.hosts or any(address in network for network in self.networks)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server said; its body is for programs and never shown."""

    status: int
    body: bytes


def ask(
    url: str,
    *,
    reach: Reach,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    bytes_max: int = ANSWER_BYTES_MAX,
) -> Answer:
    """The answer to one request, a POST where there is a body; where it leads on is not followed.

    Raises Barred for an address that may not be talked to, OSError or HTTPException where no
    answer came in time or it was too long.
    """
    parts = checked(url)
    host = str(parts.hostname)
    port = parts.port or PORTS[parts.scheme]
    addresses = _checked_addresses(parts.scheme, host, port, reach)
    sent = {"Host": parts.netloc, "Connection": "close", **(headers or {})}
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    with (
        _connected(addresses, port) as plain,
        _hurried(plain),
        closing(HTTPConnection(host, port)) as connection,
    ):
        connection.sock = _encrypted(plain, host) if parts.scheme == "https" else plain
        connection.request("GET" if body is None else "POST", target, body=body, headers=sent)
        with connection.getresponse() as answer:
            content = answer.read(bytes_max + 1)
    if len(content) > bytes_max:
        raise HTTPException("too long an answer")
    return Answer(status=answer.status, body=content)


def checked(url: str) -> SplitResult:
    """The parts of an address that is written plainly; raises Barred for all others.

    One way to write each: what two programs could read in two ways is refused.
    """
    if not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>^`{|}#'):
        raise Barred("it holds characters that are not part of a plain address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Barred("it is no address") from error
    if parts.scheme not in PORTS or len(url) > URL_CHARS_MAX:
        raise Barred("it does not start with https://, or is too long")
    if "@" in parts.netloc or not _is_plain_host(parts.netloc, parts.hostname or ""):
        raise Barred("its host is not written plainly")
    if port is not None and port < FREE_PORTS_FROM and port not in PORTS.values():
        raise Barred("its port is for other things")
    return parts


def is_public(address: Address) -> bool:
    """Whether an address is that of one host on the public internet."""
    if address.version == 6 and address not in PUBLIC_IPV6:
        return False
    return not any(address in network for network in SPECIAL)


def _is_plain_host(netloc: str, host: str) -> bool:
    """A name, four decimal numbers, or IPv6 in brackets; no other spelling of an address."""
    if netloc.startswith("["):
        return _is_address(host, IPv6Address) and "%" not in host
    if netloc.endswith(":") or not NAME.fullmatch(host):
        return False
    ends_in_number = NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) is not None
    return _is_address(host, IPv4Address) if ends_in_number else True


def _is_address(host: str, kind: type[Address]) -> bool:
    try:
        kind(host)
    except ValueError:
        return False
    return True


def _checked_addresses(scheme: str, host: str, port: int, reach: Reach) -> list[str]:
    """The addresses of a host, if riskreg may talk to each; raises Barred."""
    found = [ip_address(address) for address in _resolved(host, port)]
    named = [reach.holds(host, address) for address in found]
    if not all(
        is_named or is_public(address) for is_named, address in zip(named, found, strict=True)
    ):
        raise Barred("it is an address inside the organisation or of this machine")
    if scheme == "http" and not all(named):
        raise Barred("it is not encrypted")
    return [str(address) for address in found]


def _resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, asked for once and not for longer than we wait for anything."""
    found: list[str] = []
    thread = Thread(target=_resolve, args=(host, port, found), daemon=True)
    thread.start()
    thread.join(SILENT_SECONDS)
    answers = list(found)
    if not answers:
        raise OSError("its name is not known")
    return answers


def _resolve(host: str, port: int, found: list[str]) -> None:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))


@contextmanager
def _connected(addresses: Sequence[str], port: int) -> Iterator[socket.socket]:
    """A connection to the first of these addresses that takes one."""
    share = SILENT_SECONDS / len(addresses)
    refusal: OSError | None = None
    for address in addresses:
        try:
            stream = socket.create_connection((address, port), timeout=share)
        except OSError as error:
            refusal = error
            continue
        with stream:
            stream.settimeout(SILENT_SECONDS)
            yield stream
            return
    assert refusal is not None
    raise refusal


def _encrypted(stream: socket.socket, host: str) -> socket.socket:
    return ssl.create_default_context().wrap_socket(stream, server_hostname=host)


@contextmanager
def _hurried(stream: socket.socket) -> Iterator[None]:
    """End the connection when all of it takes too long, however steadily something comes."""
    copy = stream.dup()  # wrapping the stream in TLS takes it over
    is_over = Event()

    def end() -> None:
        is_over.set()
        with suppress(OSError):  # the other side ended it just now
            copy.shutdown(socket.SHUT_RDWR)

    timer = Timer(WHOLE_SECONDS, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        copy.close()
    if is_over.is_set():
        raise TimeoutError("no whole answer in time")
