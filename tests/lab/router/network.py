"""A home and a far side with an impaired line of one hop or more between them, for the time of a test."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.lab.router import namespaces, record
from tests.lab.router.engine import BEGIN, Conduct, Link, Task
from tests.lab.router.namespaces import DEVICE, Namespace, Port, Route
from tests.lab.router.record import Direction, Record
from tests.lab.router.ways import Course, Way

ROOT = Path(__file__).resolve().parents[3]
NEAR_DEVICE, FAR_DEVICE = "lan0", "wan0"
"""Of a router between: toward the home, toward the far side."""
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Hop:
    """What a line does between two computers, each way."""

    up: Course
    down: Course


@dataclass(frozen=True, slots=True)
class Truth:
    """What one hop did to each packet of a stream, by the sender's sequence; several records when doubled."""

    up: dict[int, list[Record]]
    down: dict[int, list[Record]]


@dataclass(slots=True)
class Network:
    """A chain of namespaces, and what impairs the hops between them."""

    home: Namespace
    """The operator's side: ``up`` leads from here."""
    routers: tuple[Namespace, ...]
    """Forward between the hops, and answer echo requests: the home's gateway first. None on a line of one hop."""
    far: Namespace
    """The employer's side."""
    _engine: subprocess.Popen[bytes]
    _log: Path
    _ended: tuple[list[Record], Conduct] | None = None

    @property
    def gateway(self) -> Namespace:
        """The home's router, on a line of two hops or more."""
        return self.routers[0]

    def begin(self) -> None:
        """The courses of all hops and directions begin again, together. They began first when the line was made."""
        assert self._engine.stdin is not None
        self._engine.stdin.write(BEGIN)
        self._engine.stdin.flush()

    def end(self) -> tuple[list[Record], Conduct]:
        """Stops routing: the truth about every packet, and how the router itself did."""
        if self._ended is None:
            said, _ = self._engine.communicate(timeout=30)
            self._ended = record.read(self._log), msgspec.json.decode(said.splitlines()[-1], type=Conduct)
        return self._ended

    def truth(self, hop: int = 0) -> Truth:
        """The truth of one hop, 0 is the home's, about the last STAMP stream. Stops routing."""
        records, _ = self.end()
        stream = record.streams(records)[-1]
        up: dict[int, list[Record]] = {}
        down: dict[int, list[Record]] = {}
        for sequence, one in record.of_stream(records, stream):
            if one.hop == hop:
                (up if one.direction is Direction.UP else down).setdefault(sequence, []).append(one)
        return Truth(up, down)


@contextmanager
def impaired(up: Course, down: Course, seed: int = 1) -> Iterator[Network]:
    """Home and far side, one hop apart."""
    with chain([Hop(up, down)], seed) as network:
        yield network


@contextmanager
def two_hops(lan: tuple[Course, Course], wan: tuple[Course, Course], seed: int = 1) -> Iterator[Network]:
    """Home, gateway and far side; ``lan`` and ``wan`` are (up, down), each as seen from the home."""
    with chain([Hop(*lan), Hop(*wan)], seed) as network:
        yield network


@contextmanager
def chain(hops: Sequence[Hop], seed: int = 1) -> Iterator[Network]:
    """Makes the network, from the home outward; removes it, and ends all that runs in it, when the block ends."""
    with contextlib.ExitStack() as stack:
        name = f"rl{os.getpid()}x{next(_numbers)}"
        computers = []
        for position in range(len(hops) + 1):
            computers.append(_computer(name, position, len(hops)))
            stack.callback(namespaces.remove, computers[-1])
        home, *routers, far = computers
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="router-")))
        engine = stack.enter_context(_engine([fd for computer in computers for fd in computer.tun_fds]))
        links = [
            Link(near.tun_fds[-1], beyond.tun_fds[0], _course(hop.up), _course(hop.down))
            for hop, (near, beyond) in zip(hops, itertools.pairwise(computers), strict=True)
        ]
        task = Task(links, seed, str(folder / "log"))
        assert engine.stdin is not None
        assert engine.stdout is not None
        engine.stdin.write(msgspec.json.encode(task) + b"\n")
        engine.stdin.flush()
        if engine.stdout.readline() != b"ready\n":
            raise OSError("the router did not start")
        yield Network(home, tuple(routers), far, engine, folder / "log")


def _computer(name: str, position: int, hops: int) -> Namespace:
    """The computer at a place of the chain: 0 is the home, ``hops`` the far side. Hop *k* is the network 10.231.k.0."""
    if hops == 1:
        port = Port(DEVICE, f"10.231.{1 + position}.2", f"fd23:{1 + position}::2", prefix=32, prefix6=128)
        routes = [Route("default", DEVICE), Route("::/0", DEVICE)]
        return namespaces.make(f"{name}{'hf'[position]}", [port], routes)
    inward, outward = position, position + 1
    ports, routes = [], []
    if position > 0:
        device = NEAR_DEVICE if position < hops else DEVICE
        ports.append(Port(device, f"10.231.{inward}.1", f"fd23:{inward}::1", prefix=24, prefix6=64))
        for k in range(1, inward):
            routes.append(Route(f"10.231.{k}.0/24", device, f"10.231.{inward}.2"))
            routes.append(Route(f"fd23:{k}::/64", device, f"fd23:{inward}::2"))
    if position < hops:
        device = FAR_DEVICE if position > 0 else DEVICE
        ports.append(Port(device, f"10.231.{outward}.2", f"fd23:{outward}::2", prefix=24, prefix6=64))
        routes.append(Route("default", device, f"10.231.{outward}.1"))
        routes.append(Route("::/0", device, f"fd23:{outward}::1"))
    return namespaces.make(f"{name}n{position}", ports, routes, forwards=0 < position < hops)


def _course(course: Course) -> list[tuple[float, Way]]:
    return [(0.0, course)] if isinstance(course, Way) else list(course)


@contextmanager
def _engine(fds: Sequence[int]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.lab.router.engine"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=fds,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired):
            process.communicate(timeout=10)
        process.kill()
        process.wait()
