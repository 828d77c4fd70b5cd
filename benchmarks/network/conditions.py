"""The lines and the states of the home computer under which the tools are compared."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.lab.router.network import Network
from tests.lab.router.ways import Way

_CROSS_TRAFFIC = """
import random, socket, sys, time
draw = random.Random(int(sys.argv[2]))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    at = time.monotonic()
    while True:
        at += draw.expovariate(160)
        time.sleep(max(0.0, at - time.monotonic()))
        sock.sendto(bytes(1200), (sys.argv[1], 9))
"""
"""1.5 Mbit/s in packets of 1,200 bytes, at random."""
_BURNER = "while True: pass"


@dataclass(frozen=True, slots=True)
class Condition:
    """A line."""

    name: str
    up: Way
    down: Way
    cross_traffic: bool = False


CONDITIONS = [
    Condition("clean, 20 ms", Way(delay_ms=20), Way(delay_ms=20)),
    Condition("exponential 1 / 2 ms", Way(delay_ms=20, jitter_ms=1), Way(delay_ms=20, jitter_ms=2)),
    Condition(
        "normal 5 / uniform 8 ms",
        Way(delay_ms=20, jitter_ms=5, distribution="normal"),
        Way(delay_ms=20, jitter_ms=8, distribution="uniform"),
    ),
    Condition(
        "Pareto 3 / 10 ms",
        Way(delay_ms=20, jitter_ms=3, distribution="pareto"),
        Way(delay_ms=20, jitter_ms=10, distribution="pareto"),
    ),
    Condition("exponential 20 / 40 ms", Way(delay_ms=20, jitter_ms=20), Way(delay_ms=20, jitter_ms=40)),
    Condition(
        "correlated 0.9, 10 ms, in order",
        Way(delay_ms=20, jitter_ms=10, correlation=0.9, keep_order=True),
        Way(delay_ms=20, jitter_ms=10, correlation=0.9, keep_order=True),
    ),
    Condition(
        "loss 3 % in bursts of 4",
        Way(delay_ms=20, jitter_ms=2, loss_percent=3, loss_burst=4),
        Way(delay_ms=20, jitter_ms=2, loss_percent=3, loss_burst=4),
    ),
    Condition(
        "reordered 2 %",
        Way(delay_ms=20, jitter_ms=1, reorder_percent=2),
        Way(delay_ms=20, jitter_ms=1, reorder_percent=2),
    ),
    Condition(
        "duplicates 1 %",
        Way(delay_ms=20, jitter_ms=1, duplicate_percent=1),
        Way(delay_ms=20, jitter_ms=1, duplicate_percent=1),
    ),
    Condition(
        "pauses of 100 ms each second",
        Way(delay_ms=20, jitter_ms=1, spike_every_s=1, spike_ms=100),
        Way(delay_ms=20, jitter_ms=1, spike_every_s=1, spike_ms=100),
    ),
    Condition(
        "asymmetric: 15 ms and 2 % / 1 ms",
        Way(delay_ms=60, jitter_ms=15, loss_percent=2),
        Way(delay_ms=10, jitter_ms=1),
    ),
    Condition(
        "queue at 2 Mbit/s, cross traffic",
        Way(delay_ms=15, rate_mbit_s=2, queue_bytes=64_000),
        Way(delay_ms=15, jitter_ms=1),
        cross_traffic=True,
    ),
    Condition(
        "all: 5 ms, loss, copies, overtaking",
        Way(delay_ms=20, jitter_ms=5, loss_percent=2, loss_burst=2, duplicate_percent=1, reorder_percent=1),
        Way(delay_ms=20, jitter_ms=5, loss_percent=2, loss_burst=2, duplicate_percent=1, reorder_percent=1),
    ),
]
FEW = (1, 2, 6)
"""The conditions for the modes beside the idle computer."""


@dataclass(frozen=True, slots=True)
class Mode:
    """What the home computer does meanwhile."""

    name: str
    title: str
    busy_host: bool = False
    burners: int = 0
    app: bool = False
    """The app itself looks at the line, and draws."""


MODES = [
    Mode("idle", "an idle computer"),
    Mode("busy", "a program busy on each core", burners=os.cpu_count() or 1),
    Mode("python", "half a core of Python in the same process", busy_host=True),
    Mode("app", "the app draws", app=True),
]


@contextmanager
def meanwhile(net: Network, condition: Condition, mode: Mode, seed: int) -> Iterator[None]:
    """What goes on at home beside the tools."""
    commands = [[sys.executable, "-c", _BURNER]] * mode.burners
    if condition.cross_traffic:
        commands.append(net.home.command(sys.executable, "-c", _CROSS_TRAFFIC, net.far.address, str(seed)))
    with contextlib.ExitStack() as stack:
        for command in commands:
            program = stack.enter_context(subprocess.Popen(command))
            stack.callback(program.kill)
        yield
