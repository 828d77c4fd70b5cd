"""A session that is forgotten begins anew when it comes back, and the others go on."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from employer.batches import batch_of
from employer.line_sessions import FORGET_AFTER_S
from employer.reflector import Reflector, ReflectorConfig
from protocol.stamp import ReflectorPacket, SenderPacket
from protocol.ticket import issue

KEY = bytes(32)
GOES_ON, ENDS = b"a" * 16, b"b" * 16


class Exchange:
    """A reflector and a sender in this process, in a time that only the test moves."""

    def __init__(self, reflector: Reflector, sock: socket.socket) -> None:
        self.reflector = reflector
        self._sock = sock
        self._batch = batch_of(reflector.sockets[0])

    def number(self, session: bytes, sequence: int) -> int:
        """The reflector's own number in its answer to a packet."""
        ticket = issue(KEY, session=session, expires_at=2**40)
        self._sock.send(SenderPacket(sequence, 0, 3, padding=ticket).encode())
        self.reflector.answer_batch(self.reflector.sockets[0], self._batch)
        return ReflectorPacket.decode(self._sock.recv(2000)).sequence


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    reflector = Reflector(ReflectorConfig(ticket_key=KEY.hex(), host="127.0.0.1"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, reflector.sockets[0]:
        sock.settimeout(10)
        sock.connect(("127.0.0.1", reflector.port))
        yield Exchange(reflector, sock)


def test_one_is_forgotten_and_the_other_is_not(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    began_s = time.monotonic()
    now_s = began_s
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    assert [exchange.number(ENDS, k) for k in range(2)] == [0, 1]
    now_s = began_s + FORGET_AFTER_S
    assert [exchange.number(GOES_ON, k) for k in range(2)] == [0, 1]
    now_s = began_s + FORGET_AFTER_S + 1
    exchange.reflector.tidy(now_s)

    assert exchange.reflector.metrics().sessions == 1
    assert exchange.reflector.seen(ENDS).counts.received == 0
    assert exchange.number(GOES_ON, 2) == 2
    assert exchange.number(ENDS, 2) == 0
    assert exchange.reflector.seen(ENDS).counts.received == 1
