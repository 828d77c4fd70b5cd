"""What spoils a trace from outside while it is made: a clock that is set, a computer that sleeps, another network."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any

from checks.line.messages import NetworkChange
from checks.machine.asleep import asleep_s
from protocol import datagrams

TRIES = 5
"""Readings of both clocks, of which the quickest counts: between two clocks' readings the program may be held up."""


class Surroundings:
    """Compares what is now with the look before, and with the beginning. Look about once a second."""

    def __init__(
        self,
        way_out: Callable[[], str | None],
        wall_ns: Callable[[], int] = datagrams.now_ns,
        steady_ns: Callable[[], int] = time.perf_counter_ns,
        slept_s: Callable[[], float] = asleep_s,
    ) -> None:
        """``way_out``: the address that packets leave from now, ``None`` when they can't."""
        self._way_out, self._wall_ns, self._steady_ns, self._slept_s = way_out, wall_ns, steady_ns, slept_s
        self._first_way, self._first_slept_s = way_out(), slept_s()
        self._last_slept_s = self._first_slept_s
        self._last_ahead_ns = self._ahead_ns()
        self.clock_step_ns = 0
        """The largest jump of the wall clock between two looks. A clock that is steered moves by less than half a
        millisecond a second (500 ppm), and on Linux takes the steady one along."""
        self.network: NetworkChange = "same"

    @property
    def slept_s(self) -> float:
        """Since the beginning."""
        return self._last_slept_s - self._first_slept_s

    def look(self) -> None:
        """Takes note of what has changed. Some tens of microseconds."""
        ahead_ns, slept_s = self._ahead_ns(), self._slept_s()
        asleep_ns = round((slept_s - self._last_slept_s) * 1e9)
        step_ns = ahead_ns - self._last_ahead_ns - asleep_ns
        self.clock_step_ns = max(self.clock_step_ns, step_ns, key=abs)
        self._last_ahead_ns, self._last_slept_s = ahead_ns, slept_s
        if self.network != "changed":
            self.network = self._network()

    def _ahead_ns(self) -> int:
        readings = []
        for _ in range(TRIES):
            before_ns, wall_ns, after_ns = self._steady_ns(), self._wall_ns(), self._steady_ns()
            readings.append((after_ns - before_ns, wall_ns - (before_ns + after_ns) // 2))
        return min(readings)[1]

    def _network(self) -> NetworkChange:
        way = self._way_out()
        if way is None:
            return "cut"
        if way == self._first_way or (self._first_way is not None and on_one_interface(self._first_way, way)):
            return "same"
        return "changed"


def way_out(address: Any, family: int) -> str | None:
    """The address that this computer would send from to this one; ``None`` without a route. Nothing is sent."""
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect(address)
        return str(sock.getsockname()[0])
    return None


def on_one_interface(one: str, other: str) -> bool:
    """Both addresses are this computer's, on one interface: as when a temporary IPv6 address gives way to the next."""
    import psutil

    for addresses in psutil.net_if_addrs().values():
        here = {address.address.partition("%")[0] for address in addresses}
        if {one.partition("%")[0], other.partition("%")[0]} <= here:
            return True
    return False
