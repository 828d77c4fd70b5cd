"""Traffic of other programs on the interface that leads to the employer, while the line is probed."""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import dataclass

import psutil

from checks.interface import Line

FRAME_OVERHEAD_BYTES = 14 + 20 + 8
"""Ethernet, IPv4 and UDP around each of our packets."""


@dataclass(frozen=True, slots=True)
class OtherTraffic:
    """What went over the interface beside our own packets; up is what this computer sent."""

    up_mbit_s: float
    down_mbit_s: float


class InterfaceTraffic:
    """Counts from its making on."""

    def __init__(self, line: Line) -> None:
        self._name = _interface(line)
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


def _counters(name: str | None) -> tuple[int, int] | None:
    """Bytes sent and received over the interface."""
    counters = psutil.net_io_counters(pernic=True).get(name) if name else None
    return (counters.bytes_sent, counters.bytes_recv) if counters else None


def _interface(line: Line) -> str | None:
    """The interface whose address this computer would send from; ``None`` for loopback, or without a route."""
    with contextlib.suppress(OSError):
        family, kind, protocol, _, address = socket.getaddrinfo(
            line.reflector_host, line.reflector_port, type=socket.SOCK_DGRAM
        )[0]
        with socket.socket(family, kind, protocol) as sock:
            sock.connect(address)
            own = sock.getsockname()[0]
        for name, addresses in psutil.net_if_addrs().items():
            if any(a.address.partition("%")[0] == own for a in addresses):
                stats = psutil.net_if_stats().get(name)
                return None if stats and "loopback" in stats.flags else name
    return None
