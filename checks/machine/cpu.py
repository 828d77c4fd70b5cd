"""How busy the processor is, and how much of that is this program itself."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class CpuSample:
    """The processor over the time since the sample before. Percent of all cores together, 0 to 100."""

    at_s: float
    """Seconds from the start of the measurement."""
    busy_percent: float
    """Everything that ran, this program too."""
    own_percent: float
    """This program and the processes that it started."""
    cores_percent: tuple[float, ...]
    """Each core's own busy share."""

    @property
    def others_percent(self) -> float:
        """What is busy without us. When idle it may dip below zero by the counters' rounding (10 ms)."""
        return self.busy_percent - self.own_percent


@dataclass(frozen=True, slots=True)
class _Core:
    busy_s: float
    total_s: float


class CpuMeter:
    """Takes samples. The first :meth:`sample` covers the time since the meter was made."""

    def __init__(self) -> None:
        self._own = OwnProcesses()
        self._cores = _cores()
        self._own_s = self._own.cpu_seconds()

    def sample(self, at_s: float) -> CpuSample | None:
        """The processor since the last sample; ``None`` when the system's counters did not move."""
        cores, own_s = _cores(), self._own.cpu_seconds()
        busy_s = sum(now.busy_s - was.busy_s for now, was in zip(cores, self._cores, strict=False))
        total_s = sum(now.total_s - was.total_s for now, was in zip(cores, self._cores, strict=False))
        if total_s <= 0:
            return None
        sample = CpuSample(
            at_s=at_s,
            busy_percent=_percent(busy_s, total_s),
            own_percent=_percent(own_s - self._own_s, total_s),
            cores_percent=tuple(
                _percent(now.busy_s - was.busy_s, now.total_s - was.total_s)
                for now, was in zip(cores, self._cores, strict=False)
            ),
        )
        self._cores, self._own_s = cores, own_s
        return sample

    @property
    def own_pids(self) -> frozenset[int]:
        """Process ids of this program and of all that it started."""
        return self._own.pids


class OwnProcesses:
    """This process and everything below it, and the processor time that they have used."""

    def __init__(self) -> None:
        self._root = psutil.Process(os.getpid())
        self._members: dict[int, psutil.Process] = {self._root.pid: self._root}
        self._last_s: dict[int, float] = {}
        self._gone_s = 0.0
        self._most_s = 0.0

    @property
    def pids(self) -> frozenset[int]:
        """Their process ids, as last looked for."""
        return frozenset(self._members)

    def cpu_seconds(self) -> float:
        """Processor seconds used since each began; never goes down.

        On POSIX a parent inherits the times of the children that it has waited for, so a process that has
        ended is found in its parent's sum. Windows forgets them: there the last known time is kept.
        """
        with contextlib.suppress(psutil.Error):
            for process in self._root.children(recursive=True):
                self._members.setdefault(process.pid, process)
        for pid, process in list(self._members.items()):
            try:
                times = process.cpu_times()
            except psutil.Error:
                del self._members[pid]
                last_s = self._last_s.pop(pid, 0.0)
                self._gone_s += last_s if os.name == "nt" else 0.0
            else:
                self._last_s[pid] = times.user + times.system + times.children_user + times.children_system
        self._most_s = max(self._most_s, self._gone_s + sum(self._last_s.values()))
        return self._most_s


def _cores() -> list[_Core]:
    """Each core's busy and total seconds since boot."""
    cores = []
    for times in psutil.cpu_times(percpu=True):
        # Linux counts the guests' time within the user's.
        guests_s = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
        total_s = sum(times) - guests_s
        cores.append(_Core(total_s - times.idle - getattr(times, "iowait", 0.0), total_s))
    return cores


def _percent(part_s: float, whole_s: float) -> float:
    return min(100.0, max(0.0, 100.0 * part_s / whole_s)) if whole_s > 0 else 0.0
