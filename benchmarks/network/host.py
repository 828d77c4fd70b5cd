"""A program that looks at the line as the app does, with Python code of its own that keeps it busy when asked."""

from __future__ import annotations

import sys
import threading
import time

import msgspec
from msgspec import Struct

from checks.interface import Target
from checks.line.probing import Probed, Probing
from tests.checks.probe import TestProbe

TURN_S = 0.005
"""The busy code works and rests so long by turns: half of a core."""


class Task(Struct, frozen=True):
    """What to look at."""

    target: Target
    seconds: float
    busy: bool


class Looked(Struct, frozen=True):
    """What was seen, and what the prober cost."""

    probed: Probed
    core_share: float
    """Of the probing process, from its start to its end."""


def _work() -> None:
    while True:
        until = time.perf_counter() + TURN_S
        while time.perf_counter() < until:
            sum(range(50))
        time.sleep(TURN_S)


def main() -> None:
    """Looks once, as told on stdin; writes :class:`Looked` on stdout."""
    if sys.platform == "win32":
        raise OSError("the laboratory is Linux's")
    import resource

    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    if task.busy:
        threading.Thread(target=_work, daemon=True).start()
    began_s = time.monotonic()
    with Probing(task.target, task.seconds, TestProbe()) as probing:
        probed = probing.result()
    took_s = time.monotonic() - began_s
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    sys.stdout.buffer.write(msgspec.json.encode(Looked(probed, (used.ru_utime + used.ru_stime) / took_s)))


if __name__ == "__main__":
    main()
