"""Several reflectors at one port: counts from whichever saw the stream, and no sender disturbed by another's death."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from employer.reflector import Metrics, ReflectorConfig
from employer.reflector_process import ReflectorError
from employer.reflectors import Reflectors, merged, wanted_number
from protocol.stamp import ReflectorPacket, SenderPacket
from protocol.ticket import issue

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux shares a port among processes"),
]
KEY = bytes(range(32))
SENDERS = 24


@pytest.fixture
def reflectors() -> Iterator[Reflectors]:
    several = Reflectors(ReflectorConfig(ticket_key=KEY.hex(), host="127.0.0.1"), processes=2)
    several.start()
    yield several
    several.stop()


class Sender:
    """One session with a socket of its own."""

    def __init__(self, number: int, port: int, sock: socket.socket) -> None:
        self.session = bytes([number]) * 16
        self._ticket = issue(KEY, session=self.session, expires_at=int(time.time()) + 600)
        self._sequence = 0
        self._sock = sock
        sock.settimeout(15)
        sock.connect(("127.0.0.1", port))

    def exchange(self) -> ReflectorPacket:
        """Sends the next packet; its answer."""
        self._sock.send(SenderPacket(self._sequence, time.time_ns(), 7, padding=self._ticket).encode())
        self._sequence += 1
        return ReflectorPacket.decode(self._sock.recv(2048))


def test_each_sender_stays_with_one_and_a_death_disturbs_nobody_else(reflectors: Reflectors) -> None:
    with ExitStack() as stack:
        senders = [
            Sender(n, reflectors.port, stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
            for n in range(SENDERS)
        ]
        for number in range(3):
            assert [sender.exchange().sequence for sender in senders] == [number] * SENDERS
        for sender in senders:
            counts = reflectors.counts(sender.session)
            assert counts is not None
            assert (counts.received, counts.reflected, counts.highest_sequence) == (3, 3, 2)
        each = reflectors.metrics()
        answered = [one.answered for one in each if one is not None]
        assert sum(answered) == 3 * SENDERS
        assert min(answered) > 0, "24 senders on one of two processes: a chance of 1 in 8 million"

        doomed = reflectors._processes[0]._process
        assert doomed is not None
        doomed.kill()
        # Who was answered by the other is answered on at once; whose process died waits for the new one, which begins
        # again at 0.
        after = [sender.exchange().sequence for sender in senders]
        assert sorted(set(after)) == [0, 3]
        assert after.count(3) == answered[1] / 3
        counted = [reflectors.counts(sender.session) for sender in senders]
        assert [counts.received for counts in counted if counts] == [4 if number == 3 else 1 for number in after]
    assert reflectors.restarts == 1


def test_a_port_that_others_share_among_themselves_is_in_use(reflectors: Reflectors) -> None:
    config = ReflectorConfig(ticket_key=KEY.hex(), host="127.0.0.1", port=reflectors.port)
    with pytest.raises(ReflectorError, match="Choose another port"):
        Reflectors(config, processes=2).start()


def test_metrics_of_several_are_added() -> None:
    one = Metrics(packets=5, answered=3, dropped={"rate": 2}, sessions=1, held=[3, 0, 1])
    other = Metrics(packets=2, answered=1, dropped={"rate": 1, "total": 1}, overflowed=4, held=[0, 1, 0])
    both = merged([one, None, other])
    assert (both.packets, both.answered, both.overflowed, both.sessions) == (7, 4, 4, 1)
    assert both.dropped == {"rate": 3, "total": 1}
    assert both.held == [3, 1, 1]
    assert both.held_p99_ms == pytest.approx(0.15)
    assert merged([None]).held_p99_ms is None


def test_the_number_by_the_cores() -> None:
    assert wanted_number(3) == 3
    assert wanted_number(0) >= 1
