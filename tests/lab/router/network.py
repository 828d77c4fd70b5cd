"""A home and a far side with an impaired line between them, for the time of a test."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.lab.router import namespaces, record
from tests.lab.router.engine import Lateness, Task
from tests.lab.router.namespaces import Namespace
from tests.lab.router.record import Direction, Record
from tests.lab.router.ways import Way

ROOT = Path(__file__).resolve().parents[3]
_numbers = itertools.count()


@dataclass(slots=True)
class Network:
    """Two namespaces and the router between them."""

    home: Namespace
    """The operator's side: ``up`` leads from here."""
    far: Namespace
    """The employer's side."""
    _engine: subprocess.Popen[bytes]
    _log: Path
    _ended: tuple[list[Record], Lateness] | None = None

    def end(self) -> tuple[list[Record], Lateness]:
        """Stops routing: the truth about every packet, and how late the router itself was."""
        if self._ended is None:
            said, _ = self._engine.communicate(timeout=30)
            self._ended = record.read(self._log), msgspec.json.decode(said.splitlines()[-1], type=Lateness)
        return self._ended

    def truth(self) -> Truth:
        """The truth about the last STAMP stream. Stops routing."""
        records, _ = self.end()
        stream = record.streams(records)[-1]
        up: dict[int, list[Record]] = {}
        down: dict[int, list[Record]] = {}
        for sequence, one in record.of_stream(records, stream):
            (up if one.direction is Direction.UP else down).setdefault(sequence, []).append(one)
        return Truth(up, down)


@dataclass(frozen=True, slots=True)
class Truth:
    """What the router did to each packet of a stream, by the sender's sequence; several records when doubled."""

    up: dict[int, list[Record]]
    down: dict[int, list[Record]]


@contextmanager
def impaired(up: Way, down: Way, seed: int = 1) -> Iterator[Network]:
    """Makes the network; removes it, and ends all that runs in it, when the block ends."""
    with contextlib.ExitStack() as stack:
        name = f"rl{os.getpid()}x{next(_numbers)}"
        home = namespaces.make(f"{name}h", "10.231.1.2", "fd23:1::2")
        stack.callback(namespaces.remove, home)
        far = namespaces.make(f"{name}f", "10.231.2.2", "fd23:2::2")
        stack.callback(namespaces.remove, far)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="router-")))
        engine = stack.enter_context(_engine(home, far))
        task = Task(home.tun_fd, far.tun_fd, up, down, seed, str(folder / "log"))
        assert engine.stdin is not None
        assert engine.stdout is not None
        engine.stdin.write(msgspec.json.encode(task) + b"\n")
        engine.stdin.flush()
        if engine.stdout.readline() != b"ready\n":
            raise OSError("the router did not start")
        yield Network(home, far, engine, folder / "log")


@contextmanager
def _engine(home: Namespace, far: Namespace) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.lab.router.engine"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(home.tun_fd, far.tun_fd),
    )
    try:
        yield process
    finally:
        with contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired):
            process.communicate(timeout=10)
        process.kill()
        process.wait()
