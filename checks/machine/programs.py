"""Which programs keep the processor busy: by name only, never their arguments, windows or users."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import psutil

NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Program:
    """A program by its name, all of its processes together."""

    name: str
    percent: float
    """Of all cores together, averaged over the measurement."""


class ProgramWatch:
    """Adds up the processor time of every program but our own."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._known_s = {key: seconds for key, _, seconds in _processes()}
        self._used_s: defaultdict[str, float] = defaultdict(float)

    def look(self, without: Collection[int]) -> None:
        """Adds what was used since the last look. ``without`` names processes that don't count: our own.

        It takes milliseconds: look every few seconds. A process that began and ended in between is missed.
        """
        for key, name, seconds in _processes():
            used_s = seconds - self._known_s.get(key, 0.0)
            self._known_s[key] = seconds
            if used_s > 0 and key[0] not in without:
                self._used_s[name] += used_s

    def busiest(self, most: int = 5) -> tuple[Program, ...]:
        """The programs that used most until the last look, the busiest first."""
        capacity_s = (time.monotonic() - self._began_s) * (psutil.cpu_count() or 1)
        ranked = sorted(self._used_s.items(), key=lambda item: item[1], reverse=True)
        return tuple(Program(name, min(100.0, 100.0 * used_s / capacity_s)) for name, used_s in ranked[:most])


def _processes() -> list[tuple[tuple[int, float], str, float]]:
    """Every process that may be read: (id and start, program, processor seconds since its start)."""
    found = []
    for process in psutil.process_iter(["name", "cpu_times", "create_time"]):
        times = process.info["cpu_times"]
        if times is not None:
            key = (process.pid, process.info["create_time"] or 0.0)
            found.append((key, program_name(process.info["name"]), times.user + times.system))
    return found


def program_name(raw: str | None) -> str:
    """A process's name as a person may read it: printable, short, without ``.exe``."""
    name = "".join(c for c in raw or "" if c.isprintable())[:NAME_LENGTH].strip()
    return name.removesuffix(".exe") or "?"
