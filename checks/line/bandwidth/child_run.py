"""Runs one transfer in a child process, and hears from it while it goes on."""

from __future__ import annotations

import queue
import threading
import time
from contextlib import suppress
from typing import Literal

import msgspec
from msgspec import Struct

from checks.child import Child
from checks.interface import Probe
from checks.line.bandwidth.interface import SERIES, Direction, TransferFailed
from report.catalogue import finding

Failure = Literal["unreachable", "untrusted", "refused", "busy", "foreign", "silent", "broke", "speedtest"]


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
    """The rate just now."""

    mbit_s: float


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
    ended_by: Literal["time", "cap", "server"] = "time"
    congestion_control: str = ""
    server: str = ""
    """Of the public ones, the one chosen."""


class Failed(Struct, frozen=True, tag="failed"):
    """Why nothing was carried."""

    kind: Failure


Said = Progress | Done | Failed

_POLL_S = 0.05
_decoder: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


def run(module: str, job: Job, deadline_s: float, probe: Probe, environment: dict[str, str] | None = None) -> Done:
    """Runs the child to its end. Raises :class:`TransferFailed`, also when ``deadline_s`` passes without one."""
    said: queue.Queue[Said] = queue.Queue()
    with Child(module, environment=environment) as child:
        reader = threading.Thread(target=_listen, args=(child, said), name="transfer-reader", daemon=True)
        reader.start()
        try:
            with suppress(OSError):
                child.stdin.write(msgspec.json.encode(job) + b"\n")
                child.stdin.flush()
            return _follow(job.direction, time.monotonic() + deadline_s, said, probe)
        finally:
            child.kill()
            reader.join(1.0)


def _listen(child: Child, said: queue.Queue[Said]) -> None:
    """Puts what the child says into the queue; a child that ends, or talks nonsense, has broken off."""
    with suppress(msgspec.MsgspecError):
        for line in child.lines():
            said.put(_decoder.decode(line))
    said.put(Failed("broke"))


def _follow(direction: Direction, until: float, said: queue.Queue[Said], probe: Probe) -> Done:
    while time.monotonic() < until:
        probe.raise_if_cancelled()
        try:
            word = said.get(timeout=_POLL_S)
        except queue.Empty:
            continue
        if isinstance(word, Progress):
            probe.sample(SERIES[direction], word.mbit_s)
        elif isinstance(word, Done):
            return word
        else:
            raise TransferFailed(finding(f"network.bandwidth_{word.kind}"))
    raise TransferFailed(finding("network.bandwidth_silent"))
