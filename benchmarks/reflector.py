"""How many calls one reflector answers on one core, and how much later than the plainest echo in C would.

Load, echo and generator run on this computer: the generator on one core, whatever answers on another, over loopback.
Every call sends 50 packets a second with a ticket of its own; calls are out of step by chance, so that packets bunch
up. A round trip is from the packet's send to the kernel's word on the answer's arrival. Echo and reflector take turns
at the same load. Needs Linux and gcc:

    make benchmark-reflector ARGS="[--calls 400,800,1200,1600] [--seconds 3] [--rounds 3]"
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

from employer.reflector import Metrics, ReflectorConfig
from employer.reflector_process import ReflectorProcess
from protocol.stamp import PACKET_BYTES, SenderPacket
from protocol.ticket import issue

SOURCES = Path(__file__).parent / "echoing"
KEY = bytes(range(32))
GENERATOR_CORE, ANSWERING_CORE = 0, 1
PACKETS_S = 50
TIME_AT_ECHO, TIME_AT_REFLECTOR = 4, 28
"""Where the sender's time stands in an answer."""


class Said(NamedTuple):
    """The generator's line."""

    sent: int
    answered: int
    p50_us: int
    p99_us: int
    p999_us: int
    longest_us: int
    late_p99_us: int


@dataclass(frozen=True, slots=True)
class Round:
    """One load on one answerer."""

    said: Said
    core_share: float
    """Of the answering process."""


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", default="400,800,1200,1600", help="at once, one load after the other")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3, help="of each load and answerer")
    args = parser.parse_args()
    if sys.platform != "linux" or (os.cpu_count() or 1) < 2:
        sys.exit("Needs Linux and two cores.")
    with tempfile.TemporaryDirectory() as folder:
        load, echo = (_compiled(name, Path(folder)) for name in ("load", "echo"))
        print("answers    calls packets/s   lost     p50 us  p99 us  99.9 %  longest  sent late p99 us  core %")
        for calls in map(int, args.calls.split(",")):
            with _on_core(ANSWERING_CORE), _echoing(echo) as plain, _reflecting(calls) as (ours, reflector):
                rounds: dict[str, list[Round]] = {"C echo": [], "reflector": []}
                for _ in range(args.rounds):
                    for name, port, at, process in (
                        ("C echo", plain.port, TIME_AT_ECHO, plain.process),
                        ("reflector", reflector.port, TIME_AT_REFLECTOR, ours),
                    ):
                        rounds[name].append(_one(load, port, args.seconds, calls, at, process))
                for name, several in rounds.items():
                    _print(name, calls, args.seconds, several)
                metrics = reflector.metrics()
            if metrics is not None:
                _print_own_word(metrics)


def _one(load: Path, port: int, seconds: float, calls: int, echoed_at: int, process: psutil.Process) -> Round:
    before, began_s = process.cpu_times(), time.monotonic()
    with _on_core(GENERATOR_CORE):
        ended = subprocess.run(
            [load, str(port), str(seconds), str(calls), str(echoed_at)],
            input=_packets(calls),
            stdout=subprocess.PIPE,
            check=True,
            timeout=10 * seconds + 30,
        )
    after, took_s = process.cpu_times(), time.monotonic() - began_s
    used_s = after.user + after.system - before.user - before.system
    return Round(Said(*map(int, ended.stdout.split())), used_s / took_s)


def _packets(calls: int) -> bytes:
    """One for each call, with tickets that are new in every round."""
    expires_at = int(time.time()) + 600
    return b"".join(
        SenderPacket(0, 0, 1, padding=issue(KEY, session=os.urandom(16), expires_at=expires_at)).encode(PACKET_BYTES)
        for _ in range(calls)
    )


def _print(name: str, calls: int, seconds: float, rounds: list[Round]) -> None:
    said = [one.said for one in rounds]
    lost = sum(one.sent - one.answered for one in said)
    middle = [median(one[field] for one in said) for field in range(2, len(Said._fields))]
    p50, p99, p999, longest, late = middle
    share = 100 * median(one.core_share for one in rounds)
    print(
        f"{name:10} {calls:5} {calls * PACKETS_S:9} {lost:6} {p50:10.0f} {p99:7.0f} {p999:7.0f} {longest:8.0f}"
        f" {late:17.0f} {share:7.0f}",
        flush=True,
    )


def _print_own_word(metrics: Metrics) -> None:
    held = "-" if metrics.held_p99_ms is None else f"{metrics.held_p99_ms:.2f}"
    print(
        f"           its own word: {metrics.packets} packets, {metrics.answered} answered, dropped {metrics.dropped},"
        f" overflowed {metrics.overflowed}, held 99 % below {held} ms",
        flush=True,
    )


@dataclass(frozen=True, slots=True)
class Echo:
    """A plain echo that runs."""

    port: int
    process: psutil.Process


@contextmanager
def _echoing(program: Path) -> Iterator[Echo]:
    with subprocess.Popen([program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield Echo(int(process.stdout.readline()), psutil.Process(process.pid))
        finally:
            process.kill()


@contextmanager
def _reflecting(calls: int) -> Iterator[tuple[psutil.Process, ReflectorProcess]]:
    before = {child.pid for child in psutil.Process().children()}
    config = ReflectorConfig(ticket_key=KEY.hex(), host="127.0.0.1", max_sessions=20 * calls)
    with ReflectorProcess(config) as reflector:
        (own,) = [child for child in psutil.Process().children() if child.pid not in before]
        yield own, reflector


@contextmanager
def _on_core(core: int) -> Iterator[None]:
    """What is started in here runs on this core."""
    if sys.platform != "linux":
        raise OSError("only Linux pins processes")
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _compiled(name: str, folder: Path) -> Path:
    program = folder / name
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", program, SOURCES / f"{name}.c"], check=True)
    return program


if __name__ == "__main__":
    main()
