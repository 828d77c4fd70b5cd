"""The router itself, in a process of its own: takes packets from one TUN device, lets them go at the other.

Reads one line of JSON (:class:`Task`) on stdin, says ``ready``, and when stdin closes writes the log and says how late
it was (:class:`Lateness`).
"""

from __future__ import annotations

import gc
import heapq
import os
import select
import sys
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.lab.router.record import Direction, Record
from tests.lab.router.ways import Fate, Impairment, Way

_MTU = 65_535


class Task(Struct, frozen=True):
    """What to route between, and how."""

    home_fd: int
    far_fd: int
    up: Way
    down: Way
    seed: int
    log: str


class Lateness(Struct, frozen=True):
    """How late the router let packets go, in milliseconds."""

    packets: int
    p50_ms: float
    p99_ms: float
    max_ms: float


class Router:
    """Both directions."""

    def __init__(self, task: Task) -> None:
        self._fds = {task.home_fd: Direction.UP, task.far_fd: Direction.DOWN}
        self._out = {Direction.UP: task.far_fd, Direction.DOWN: task.home_fd}
        self._ways = {
            Direction.UP: Impairment(task.up, task.seed),
            Direction.DOWN: Impairment(task.down, task.seed + 1),
        }
        self._waiting: list[tuple[int, int, Direction, bytes, int, Fate]] = []
        self._count = 0
        self.records: list[Record] = []

    def run(self, until_readable: int) -> None:
        """Routes until that descriptor can be read."""
        while True:
            self._let_go()
            wait_s = max(0.0, (self._waiting[0][0] - time.monotonic_ns()) / 1e9) if self._waiting else None
            readable, _, _ = select.select([*self._fds, until_readable], [], [], wait_s)
            if until_readable in readable:
                return
            for fd in readable:
                self._take(fd)

    def _take(self, fd: int) -> None:
        """Takes what waits at a device."""
        direction = self._fds[fd]
        for _ in range(64):
            try:
                packet = os.read(fd, _MTU)
            except BlockingIOError:
                return
            now_ns, wall_ns = time.monotonic_ns(), time.time_ns()
            decision = self._ways[direction].decide(len(packet), now_ns)
            if decision.fate is not Fate.SENT:
                self.records.append(Record(direction, decision.fate, len(packet), wall_ns, 0, 0, packet))
            for copy, release_ns in enumerate(decision.release_ns):
                self._count += 1
                fate = Fate.COPY if copy else Fate.SENT
                heapq.heappush(self._waiting, (release_ns, self._count, direction, packet, wall_ns, fate))

    def _let_go(self) -> None:
        """Lets go of what is due."""
        while self._waiting and self._waiting[0][0] <= time.monotonic_ns():
            due_ns, _, direction, packet, in_ns, fate = heapq.heappop(self._waiting)
            due_wall_ns = time.time_ns() - (time.monotonic_ns() - due_ns)
            try:
                os.write(self._out[direction], packet)
            except OSError:
                fate = Fate.OVERFLOWED
            self.records.append(Record(direction, fate, len(packet), in_ns, due_wall_ns, time.time_ns(), packet))


def _lateness(records: list[Record]) -> Lateness:
    late = sorted((r.out_ns - r.due_ns) / 1e6 for r in records if r.out_ns)
    if not late:
        return Lateness(0, 0.0, 0.0, 0.0)
    return Lateness(len(late), late[len(late) // 2], late[len(late) * 99 // 100], late[-1])


def main() -> None:
    """Routes as told."""
    if sys.platform == "win32":
        raise OSError("TUN devices are Linux's")
    task = msgspec.json.decode(os.read(0, 65_536), type=Task)
    os.set_blocking(task.home_fd, False)
    os.set_blocking(task.far_fd, False)
    router = Router(task)
    gc.disable()
    print("ready", flush=True)
    router.run(until_readable=0)
    Path(task.log).write_bytes(b"".join(record.pack() for record in router.records))
    sys.stdout.buffer.write(msgspec.json.encode(_lateness(router.records)) + b"\n")


if __name__ == "__main__":
    main()
