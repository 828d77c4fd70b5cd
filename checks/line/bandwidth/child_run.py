"""Runs one transfer in a child process, and hears from it while it goes on."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

import msgspec
from msgspec import Struct

from checks.child import Child
from checks.interface import Probe
from checks.line.bandwidth.interface import SERIES, Direction, TransferFailed
from report.catalogue import finding

Failure = Literal[
    "unreachable",
    "untrusted",
    "intercepted",
    "refused",
    "busy",
    "foreign",
    "silent",
    "stalled",
    "broke",
    "little",
    "false_count",
    "speedtest",
]


EndedBy = Literal["time", "stable", "cap", "server"]


class Job(Struct, frozen=True):
    """What the child is to do: the first line of its standard input, so that the bearer is in no process list."""

    direction: Direction
    url: str
    """Base of the employer's address, or of a Mini server; empty for the public servers."""
    bearer: str
    ca_file: str | None
    seconds: float
    cap_bytes: int
    server: str = ""
    """Of the public ones, the one already chosen."""


class Progress(Struct, frozen=True, tag="progress"):
    """The rate just now, and whether going on would tell little more of it."""

    mbit_s: float
    stable: bool = False


class Done(Struct, frozen=True, tag="done"):
    """What was carried."""

    step_bytes: list[int]
    """In each tenth of a second; one sum where the provider gives no series."""
    seconds: float
    bytes_used: int
    began_ns: int
    ended_ns: int
    connections: int
    broken: int = 0
    """Connections that broke off while others went on."""
    held_back: bool = False
    """Much of an upload was acknowledged to this computer and had not arrived when the counting ended."""
    ended_by: EndedBy = "time"
    congestion_control: str = ""
    server: str = ""
    """Of the public ones, the one chosen."""
    cpu_s: float = 0.0
    """Of the processor, that this child used while data flowed."""

    @property
    def core_share(self) -> float:
        """Of one processor core."""
        return self.cpu_s * 1e9 / max(1, self.ended_ns - self.began_ns)


class Failed(Struct, frozen=True, tag="failed"):
    """Why nothing was carried."""

    kind: Failure


Said = Progress | Done | Failed

ENOUGH = b"enough\n"
"""Said to the child: it is to end the transfer in good order."""
_POLL_S = 0.05
_decoder: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


def run(
    module: str,
    job: Job,
    deadline_s: float,
    probe: Probe,
    environment: dict[str, str] | None = None,
    settled: Callable[[], bool] = lambda: True,
) -> Done:
    """Runs the child to its end. Raises :class:`TransferFailed`, also when ``deadline_s`` passes without one.

    A child whose rate is stable is told to end once ``settled``.
    """
    said: queue.Queue[Said] = queue.Queue()
    with Child(module, environment=environment) as child:
        reader = threading.Thread(target=_listen, args=(child, said), name="transfer-reader", daemon=True)
        reader.start()
        try:
            with suppress(OSError):
                child.stdin.write(msgspec.json.encode(job) + b"\n")
                child.stdin.flush()
            return _follow(job.direction, time.monotonic() + deadline_s, said, probe, lambda: _end(child, settled))
        finally:
            child.kill()
            reader.join(1.0)


def _end(child: Child, settled: Callable[[], bool]) -> None:
    """Tells it that it is enough, if it is."""
    if settled():
        with suppress(OSError):
            child.stdin.write(ENOUGH)
            child.stdin.flush()


def _listen(child: Child, said: queue.Queue[Said]) -> None:
    """Puts what the child says into the queue; a child that ends, or talks nonsense, has broken off."""
    with suppress(msgspec.MsgspecError):
        for line in child.lines():
            said.put(_decoder.decode(line))
    said.put(Failed("broke"))


def _follow(
    direction: Direction, until: float, said: queue.Queue[Said], probe: Probe, on_stable: Callable[[], None]
) -> Done:
    while time.monotonic() < until:
        probe.raise_if_cancelled()
        try:
            word = said.get(timeout=_POLL_S)
        except queue.Empty:
            continue
        if isinstance(word, Progress):
            probe.sample(SERIES[direction], word.mbit_s)
            if word.stable:
                on_stable()
        elif isinstance(word, Done):
            return word
        else:
            raise TransferFailed(finding(f"network.bandwidth_{word.kind}"))
    raise TransferFailed(finding("network.bandwidth_silent"))
