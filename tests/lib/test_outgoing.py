"""Outgoing calls reach what they may reach, at the address that was checked, and nothing else."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from ipaddress import ip_address, ip_network
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from riskreg.lib import outgoing
from riskreg.lib.outgoing import Barred, Reach, ask, checked, is_public
from tests.corpora import cases
from tests.jobs.test_mail import certificate

HERE = Reach(networks=(ip_network("127.0.0.0/8"),))
NOWHERE = Reach()
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Receiver:
    """Takes one call after the other; what each said, and how it is answered."""

    def __init__(self, stream: socket.socket) -> None:
        self.port: int = stream.getsockname()[1]
        self.asked: list[bytes] = []
        self.answer: Callable[[socket.socket], None] = lambda taken: taken.sendall(HELLO)


@contextmanager
def listening(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        receiver = Receiver(server)

        def serve() -> None:
            while True:
                try:
                    taken, _ = server.accept()
                except OSError:
                    return
                with taken:
                    try:
                        stream = tls.wrap_socket(taken, server_side=True) if tls else taken
                        with stream:
                            receiver.asked.append(stream.recv(65_536))
                            receiver.answer(stream)
                    except OSError:
                        continue

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield receiver
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as served:
        yield served


Zone = dict[str, list[str]]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Zone:
    """A name server of our own: what a name means, and nothing for all others."""
    known: Zone = {}

    def resolve(host: str, port: int, *_how: Any, **_asked: Any) -> list[Any]:
        found = known.get(host.rstrip("."), [host] if _is_number(host) else [])
        if not found:
            raise socket.gaierror
        kinds = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (kinds[ip_address(address).version], socket.SOCK_STREAM, 0, "", (address, port))
            for address in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Where a connection was tried to; none comes about."""
    tried: list[Any] = []

    def refuse(address: Any, timeout: float) -> None:
        tried.append((address, timeout))
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


def _is_number(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


@pytest.mark.asvs("v5.0.0-1.3.6")
def test_goes_to_none_of_the_known_bad_addresses(zone: Zone, reached: list[Any]) -> None:
    corpus = cases("addresses")
    assert len(corpus) > 120
    for line in corpus:
        url, _, meaning = line.partition(" →")
        if meaning:
            zone[checked(url).hostname or ""] = meaning.split()
        with pytest.raises(OSError, match=r"^(it|its) "):
            ask(url, reach=NOWHERE)
        assert reached == [], line


def test_goes_to_public_addresses_over_an_encrypted_connection(
    zone: Zone, reached: list[Any]
) -> None:
    zone["hooks.example"] = ["93.184.215.14", "2606:2800:21f::1"]
    for url in ("https://hooks.example/a?b=c", "https://93.184.215.14:8443", "https://[2606::1]/"):
        with pytest.raises(ConnectionRefusedError):
            ask(url, reach=NOWHERE)
    assert [address for address, _timeout in reached] == [
        ("93.184.215.14", 443),
        ("2606:2800:21f::1", 443),
        ("93.184.215.14", 8443),
        ("2606::1", 443),
    ]
    assert sum(timeout for _address, timeout in reached[:2]) <= 5


@pytest.mark.asvs("v5.0.0-1.3.6")
def test_asks_once_what_a_name_means(reached: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda _host, port, **_asked: [(0, 0, 0, "", (at, port)) for at in answers.pop(0)],
    )
    with pytest.raises(ConnectionRefusedError):
        ask("https://rebinding.example/", reach=NOWHERE)
    assert [address for address, _timeout in reached] == [("93.184.215.14", 443)]
    with pytest.raises(Barred):
        ask("https://rebinding.example/", reach=NOWHERE)
    assert len(reached) == 1


def test_the_operator_names_networks_and_hosts_inside(receiver: Receiver, zone: Zone) -> None:
    zone["inside.example"] = ["127.0.0.1"]
    url = f"http://inside.example:{receiver.port}/a?b=c"
    assert ask(url, reach=HERE).body == b"hello"
    assert ask(url, reach=Reach(hosts=frozenset({"inside.example"})), body=b"{}").status == 200
    with pytest.raises(Barred, match="inside the organisation"):
        ask(url, reach=Reach(hosts=frozenset({"other.example"})))
    first, second = receiver.asked
    assert first.startswith(b"GET /a?b=c HTTP/1.1\r\n")
    assert f"Host: inside.example:{receiver.port}\r\n".encode() in first
    assert second.startswith(b"POST ")


def test_a_certificate_must_be_that_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: Zone
) -> None:
    context = certificate(tmp_path)  # for 127.0.0.1
    said: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: said.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    zone["inside.example"] = ["127.0.0.1"]
    with listening(context) as receiver:
        assert ask(f"https://127.0.0.1:{receiver.port}", reach=HERE).status == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            ask(f"https://inside.example:{receiver.port}", reach=HERE)
    assert said == [None, "inside.example"]


@pytest.mark.asvs("v5.0.0-15.3.2")
def test_does_not_follow_where_an_answer_leads(receiver: Receiver) -> None:
    location = f"Location: http://127.0.0.1:{receiver.port}/inside".encode()
    redirect = b"HTTP/1.1 307 Elsewhere\r\nContent-Length: 0\r\n%b\r\n\r\n" % location
    receiver.answer = lambda taken: taken.sendall(redirect)
    assert ask(f"http://127.0.0.1:{receiver.port}/", reach=HERE).status == 307
    assert len(receiver.asked) == 1


def test_an_answer_is_short_and_comes_in_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{receiver.port}/"
    receiver.answer = lambda taken: taken.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 65_537)
    with pytest.raises(HTTPException, match="too long"):
        ask(url, reach=HERE)
    monkeypatch.setattr(outgoing, "WHOLE_SECONDS", 0.1)

    def drip(taken: socket.socket) -> None:
        while True:  # until it is hung up on
            taken.sendall(b"H")
            time.sleep(0.01)

    receiver.answer = drip
    with pytest.raises((OSError, HTTPException)):
        ask(url, reach=HERE)

    def stop_halfway(taken: socket.socket) -> None:
        taken.sendall(HELLO[:-2])
        time.sleep(0.2)

    receiver.answer = stop_halfway
    with pytest.raises(TimeoutError, match="no whole answer"):
        ask(url, reach=HERE)


def test_what_is_public() -> None:
    public = ("8.8.8.8", "100.128.0.1", "172.32.0.1", "2a00:1450::1")
    assert all(is_public(ip_address(address)) for address in public)
