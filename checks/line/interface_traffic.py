"""Traffic of other programs on the interface that leads to the employer, while the line is probed."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType

import psutil

from checks.interface import Target
from protocol import datagrams

FRAME_OVERHEAD_BYTES = 14 + 20 + 8
"""Ethernet, IPv4 and UDP around each of our packets."""
MOMENT_S = 0.5


@dataclass(frozen=True, slots=True)
class Moment:
    """What other programs moved in half a second; up is what this computer sent."""

    began_ns: int
    """Unix time, by the clock of the trace."""
    ended_ns: int
    up_mbit_s: float
    down_mbit_s: float


@dataclass(frozen=True, slots=True)
class OtherTraffic:
    """What went over the interface beside our own packets; up is what this computer sent."""

    up_mbit_s: float
    """Averages over all the time."""
    down_mbit_s: float
    moments: tuple[Moment, ...] = ()
    """The same, half second by half second, where it was watched so closely."""


class InterfaceTraffic:
    """Counts from its making on."""

    def __init__(self, target: Target) -> None:
        self._name = _interface(target)
        self._began_s = time.monotonic()
        self._began = _counters(self._name)

    def others(self, own_packets: int, packet_bytes: int) -> OtherTraffic | None:
        """Averages since the beginning, less ``own_packets`` each way; ``None`` where the interface isn't known."""
        now, seconds = _counters(self._name), time.monotonic() - self._began_s
        if self._began is None or now is None or seconds <= 0:
            return None
        own = own_packets * (packet_bytes + FRAME_OVERHEAD_BYTES)
        up, down = (max(0, after - before - own) for before, after in zip(self._began, now, strict=True))
        return OtherTraffic(up * 8 / seconds / 1e6, down * 8 / seconds / 1e6)


class TrafficWatch:
    """Looks at the interface twice a second, on a thread of its own, for as long as the block runs."""

    def __init__(self, target: Target, packets_s: float, packet_bytes: int) -> None:
        """``packets_s`` packets of ours go each way every second, of ``packet_bytes`` each."""
        self._target = target
        self._own_mbit_s = packets_s * (packet_bytes + FRAME_OVERHEAD_BYTES) * 8 / 1e6
        self._readings: list[tuple[int, int, int]] = []
        """When, and bytes sent and received until then."""
        self._stop = threading.Event()

    def others(self) -> OtherTraffic | None:
        """What others moved so far; ``None`` where the interface isn't known, or before the second look."""
        readings = tuple(self._readings)
        if len(readings) < 2:
            return None
        return OtherTraffic(
            *self._others_mbit_s(readings[0], readings[-1]),
            tuple(
                Moment(before[0], after[0], *self._others_mbit_s(before, after)) for before, after in pairwise(readings)
            ),
        )

    def _others_mbit_s(self, before: tuple[int, int, int], after: tuple[int, int, int]) -> tuple[float, float]:
        ns, sent, received = (b - a for a, b in zip(before, after, strict=True))
        up, down = (max(0.0, moved * 8e3 / ns - self._own_mbit_s) for moved in (sent, received))
        return up, down

    def _watch(self) -> None:
        name = _interface(self._target)
        while (counted := _counters(name)) is not None:
            now_ns = datagrams.now_ns()
            if not self._readings or now_ns > self._readings[-1][0]:
                self._readings.append((now_ns, *counted))
            if self._stop.wait(MOMENT_S):
                return

    def __enter__(self) -> TrafficWatch:
        threading.Thread(target=self._watch, name="watches-the-interface", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()


def _counters(name: str | None) -> tuple[int, int] | None:
    """Bytes sent and received over the interface."""
    counters = psutil.net_io_counters(pernic=True).get(name) if name else None
    return (counters.bytes_sent, counters.bytes_recv) if counters else None


def _interface(target: Target) -> str | None:
    """The interface whose address this computer would send from; ``None`` for loopback, or without a route."""
    own = _own_address(target)
    for name, addresses in psutil.net_if_addrs().items() if own else ():
        if any(a.address.partition("%")[0] == own for a in addresses):
            stats = psutil.net_if_stats().get(name)
            return None if stats and "loopback" in stats.flags else name
    return None


def _own_address(target: Target) -> str | None:
    """Toward the first of the target's addresses that there is a way to. Blocks while names are asked."""
    with contextlib.suppress(OSError):
        for family, kind, protocol, _, address in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM):
            with contextlib.suppress(OSError), socket.socket(family, kind, protocol) as sock:
                sock.connect(address)
                return str(sock.getsockname()[0])
    return None
