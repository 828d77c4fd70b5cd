"""The router itself, in a process of its own: takes packets from TUN devices, lets them go at the devices opposite.

Reads one line of JSON (:class:`Task`) on stdin, says ``ready``; a line ``begin`` starts the courses again; when stdin
closes it writes the log and says how it did (:class:`Conduct`). It runs ahead of all ordinary programs where it may:
a real router isn't slowed by the computer that sends through it.
"""

from __future__ import annotations

import contextlib
import gc
import heapq
import os
import select
import sys
import time
from array import array
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.lab.router.record import Direction, Record, is_tcp
from tests.lab.router.ways import Fate, Impairment, Way

_MTU = 65_535
_AT_ONCE = 16
"""Packets taken from one device before others have their turn."""
BEGIN = b"begin\n"


class Link(Struct, frozen=True):
    """One hop of the line: two devices, and what happens between them in each direction."""

    near_fd: int
    far_fd: int
    up: list[tuple[float, Way]]
    down: list[tuple[float, Way]]


class Task(Struct, frozen=True):
    """What to route between, and how."""

    links: list[Link]
    """From the home outward."""
    seed: int
    log: str


class Bulk(Struct, frozen=True):
    """Packets of TCP, which are counted and not logged."""

    hop: int
    direction: Direction
    fate: Fate
    packets: int


class Conduct(Struct, frozen=True):
    """How the router did: how late it let packets go, in milliseconds, and what it cost."""

    packets: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    core_share: float
    """Of one processor core, over the whole time."""
    tcp: list[Bulk]


@dataclass(slots=True)
class Lane:
    """One direction of one hop."""

    hop: int
    direction: Direction
    read_fd: int
    """Not blocking."""
    write_fd: int
    impairment: Impairment
    tcp: dict[Fate, int] = field(default_factory=dict)

    def count(self, fate: Fate) -> None:
        self.tcp[fate] = self.tcp.get(fate, 0) + 1


class Router:
    """All hops, both directions."""

    def __init__(self, task: Task) -> None:
        self._lanes: dict[int, Lane] = {}
        for hop, link in enumerate(task.links):
            seed = task.seed + 2 * hop
            near, far = link.near_fd, link.far_fd
            self._lanes[near] = Lane(hop, Direction.UP, near, far, Impairment(link.up, seed))
            self._lanes[far] = Lane(hop, Direction.DOWN, far, near, Impairment(link.down, seed + 1))
        self._waiting: list[tuple[int, int, Lane, bytes, int, Fate]] = []
        self._count = 0
        self.records: list[Record] = []
        self.late_ns = array("q")

    def run(self, command_fd: int) -> None:
        """Routes until that descriptor is at its end."""
        self._begin()
        fds = [*self._lanes, command_fd]
        while True:
            self._let_go()
            wait_s = max(0.0, (self._waiting[0][0] - time.monotonic_ns()) / 1e9) if self._waiting else None
            for fd in select.select(fds, [], [], wait_s)[0]:
                if fd != command_fd:
                    self._take(self._lanes[fd])
                elif os.read(command_fd, 64):
                    self._begin()
                else:
                    return

    def tcp(self) -> list[Bulk]:
        """What was counted."""
        return [
            Bulk(lane.hop, lane.direction, fate, packets)
            for lane in self._lanes.values()
            for fate, packets in lane.tcp.items()
        ]

    def _begin(self) -> None:
        now_ns = time.monotonic_ns()
        for lane in self._lanes.values():
            lane.impairment.begin(now_ns)

    def _take(self, lane: Lane) -> None:
        """Takes what waits at a device."""
        for _ in range(_AT_ONCE):
            try:
                packet = os.read(lane.read_fd, _MTU)
            except BlockingIOError:
                return
            now_ns, wall_ns = time.monotonic_ns(), time.time_ns()
            fate, release_ns = lane.impairment.decide(len(packet), now_ns)
            if fate is not Fate.SENT:
                self._note(lane, fate, packet, wall_ns, 0, 0)
            for at_ns in release_ns:
                self._count += 1
                heapq.heappush(self._waiting, (at_ns, self._count, lane, packet, wall_ns, fate))
                fate = Fate.COPY

    def _let_go(self) -> None:
        """Lets go of what is due."""
        while self._waiting and self._waiting[0][0] <= time.monotonic_ns():
            due_ns, _, lane, packet, in_ns, fate = heapq.heappop(self._waiting)
            now_ns, wall_ns = time.monotonic_ns(), time.time_ns()
            self.late_ns.append(now_ns - due_ns)
            try:
                os.write(lane.write_fd, packet)
            except OSError:
                fate = Fate.OVERFLOWED
            self._note(lane, fate, packet, in_ns, wall_ns - (now_ns - due_ns), wall_ns)

    def _note(self, lane: Lane, fate: Fate, packet: bytes, in_ns: int, due_ns: int, out_ns: int) -> None:
        if is_tcp(packet):
            lane.count(fate)
        else:
            self.records.append(Record(lane.hop, lane.direction, fate, len(packet), in_ns, due_ns, out_ns, packet))


def _conduct(router: Router, core_share: float) -> Conduct:
    late_ms = sorted(ns / 1e6 for ns in router.late_ns) or [0.0]
    n = len(late_ms)
    return Conduct(
        packets=len(router.late_ns),
        p50_ms=late_ms[n // 2],
        p99_ms=late_ms[n * 99 // 100],
        max_ms=late_ms[-1],
        core_share=core_share,
        tcp=router.tcp(),
    )


def _go_first(first: bool) -> None:
    """Ahead of all ordinary programs, or as they do. Without the right to it nothing changes."""
    if sys.platform == "linux":
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_FIFO if first else os.SCHED_OTHER, os.sched_param(1 if first else 0))


def main() -> None:
    """Routes as told."""
    if sys.platform == "win32":
        raise OSError("TUN devices are Linux's")
    task = msgspec.json.decode(os.read(0, 65_536), type=Task)
    for link in task.links:
        os.set_blocking(link.near_fd, False)
        os.set_blocking(link.far_fd, False)
    router = Router(task)
    _go_first(True)
    gc.disable()
    began_s, cpu_s = time.monotonic(), time.process_time()
    print("ready", flush=True)
    router.run(command_fd=0)
    core_share = (time.process_time() - cpu_s) / (time.monotonic() - began_s)
    _go_first(False)
    Path(task.log).write_bytes(b"".join(record.pack() for record in router.records))
    sys.stdout.buffer.write(msgspec.json.encode(_conduct(router, core_share)) + b"\n")


if __name__ == "__main__":
    main()
