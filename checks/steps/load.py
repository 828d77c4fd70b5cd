"""Watches the computer beside all other steps: processor, memory, programs, and timers as audio needs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import ClassVar

import msgspec

from checks.child import Child
from checks.interface import Capture, Context, Need, Probe, StepId
from checks.machine import system as machine
from checks.machine.cpu import CpuMeter, CpuSample
from checks.machine.programs import Program, ProgramWatch
from checks.machine.throttling import Throttling
from checks.machine.timer import Ticks

SERIES = "computer.cpu_percent"
SAMPLE_EVERY_S = 0.5
LOOK_EVERY = 4
"""Samples between two looks at all processes, which take milliseconds."""
LONGER_S = 60.0
"""How far beyond its planned length the step goes on while others still run: the line may want a closer look."""


@dataclass(frozen=True, slots=True)
class LoadCapture(Capture):
    """What was seen of the computer while the other steps ran."""

    seconds: float
    system: machine.System
    power: machine.Power
    cpu: tuple[CpuSample, ...]
    late_ms: tuple[float, ...]
    """Lateness of each waking of a 20 ms timer; empty when the timer could not be watched."""
    gaps_s: tuple[float, ...]
    """Times in which the computer stood still or slept."""
    programs: tuple[Program, ...]
    """The busiest ones beside this program."""
    memory_available_gib: float
    """The lowest seen."""
    swap_used_percent: float | None
    disk_free_gib: float | None
    throttled: bool | None
    """The processor was slowed down; ``None`` where the system doesn't tell."""
    frequency_mhz: tuple[float, float] | None
    """At the end: present and highest (0 where unknown)."""


@dataclass(slots=True)
class _Heard:
    late_ms: list[float] = field(default_factory=list)
    gaps_s: list[float] = field(default_factory=list)

    def listen(self, child: Child) -> None:
        """Reads what the timer says until it ends."""
        for line in child.lines():
            with suppress(msgspec.MsgspecError):
                ticks = msgspec.json.decode(line, type=Ticks)
                self.late_ms.extend(ticks.late_ms)
                self.gaps_s.extend(ticks.gaps_s)


@contextmanager
def _timer() -> Iterator[_Heard]:
    """The timer in a process of its own, for as long as the block runs. One that can't start stays silent."""
    heard = _Heard()
    try:
        child = Child("checks.machine.timer")
    except OSError:
        yield heard
        return
    with child:
        reader = threading.Thread(target=heard.listen, args=(child,), name="timer-reader", daemon=True)
        reader.start()
        try:
            yield heard
        finally:
            child.kill()
            reader.join(1.0)


class LoadStep:
    """The computer under the load of an ordinary check."""

    id: ClassVar[StepId] = "load"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.CPU})
    seconds: ClassVar[float] = 10.0
    lead_s: ClassVar[float] = 0.0
    all_along: ClassVar[bool] = True
    cap_s: ClassVar[float] = 10.0

    def run(self, probe: Probe, context: Context, seconds: float) -> LoadCapture:
        """Watches as long as other steps run, planned as ``seconds``; alone, for :attr:`seconds` at most."""
        began_s = time.monotonic()
        facts, throttling = machine.system(), Throttling()
        meter, programs = CpuMeter(), ProgramWatch()
        samples: list[CpuSample] = []
        memory_gib = machine.memory_available_gib()
        with _timer() as heard:
            for turn in count(1):
                probe.wait(SAMPLE_EVERY_S)
                elapsed_s = time.monotonic() - began_s
                last = elapsed_s >= (min(seconds, self.seconds) if probe.alone() else seconds + LONGER_S)
                sample = meter.sample(elapsed_s)
                if last or turn % LOOK_EVERY == 0:
                    programs.look(without=meter.own_pids)
                if sample is not None:
                    samples.append(sample)
                    probe.sample(SERIES, max(0.0, sample.others_percent))
                memory_gib = min(memory_gib, machine.memory_available_gib())
                probe.progress(min(1.0, elapsed_s / seconds))
                if last:
                    break
        return LoadCapture(
            seconds=time.monotonic() - began_s,
            system=facts,
            power=machine.power(),
            cpu=tuple(samples),
            late_ms=tuple(heard.late_ms),
            gaps_s=tuple(heard.gaps_s),
            programs=programs.busiest(),
            memory_available_gib=memory_gib,
            swap_used_percent=machine.swap_used_percent(),
            disk_free_gib=machine.disk_free_gib(),
            throttled=throttling.happened(),
            frequency_mhz=machine.frequency_mhz(),
        )


STEP = LoadStep()
