"""On a host with several addresses, the reflector answers from the one that was asked."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess
from protocol.stamp import PACKET_BYTES, SenderPacket
from protocol.ticket import issue
from tests.lab.router import namespaces
from tests.lab.router.namespaces import Namespace, Port

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system chooses the address"),
]

KEY = bytes(32)
ADDRESSES = ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2")


@pytest.fixture
def host() -> Iterator[Namespace]:
    """A computer with two addresses of each family."""
    if (reason := namespaces.missing()) is not None:
        pytest.skip(reason)
    made = namespaces.make(f"addresses{os.getpid()}", [Port("lan0", "198.51.100.1", "fd00::1", 24, 64)], [])
    try:
        for address in ADDRESSES:
            subprocess.run(["ip", "-n", made.name, "addr", "add", address, "dev", "lo"], check=True)
        yield made
    finally:
        namespaces.remove(made)


def answered(asked: str, port: int) -> int:
    """The length of what a sender hears that listens to the address that it asked, and to no other."""
    other = ADDRESSES[ADDRESSES.index(asked) ^ 1]
    ticket = issue(KEY, session=b"s" * 16, expires_at=int(time.time()) + 600)
    with socket.socket(socket.AF_INET6 if ":" in asked else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((other, 0))
        sock.connect((asked, port))
        sock.settimeout(5)
        sock.send(SenderPacket(0, 0, padding=ticket).encode())
        return len(sock.recv(2000))


def test_a_sender_that_listens_to_the_asked_address_alone_is_answered_at_each(host: Namespace) -> None:
    reflector = ReflectorProcess(ReflectorConfig(ticket_key=KEY.hex()))
    host.call(reflector.start)
    try:
        heard = host.call(lambda: [answered(address, reflector.port) for address in ADDRESSES])
    finally:
        reflector.stop()
    assert heard == [PACKET_BYTES] * len(ADDRESSES)
