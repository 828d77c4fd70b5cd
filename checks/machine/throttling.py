"""Whether the processor was slowed down: by heat on Linux and macOS, by heat or a power plan on Windows."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_COUNTERS = "cpu[0-9]*/thermal_throttle/*_throttle_count"
_QUESTION_TIMEOUT_S = 0.5


class Throttling:
    """Compares the end of a measurement with its start."""

    def __init__(self, cpus: Path = Path("/sys/devices/system/cpu")) -> None:
        self._cpus = cpus
        self._count = _slowdowns(cpus)

    def happened(self) -> bool | None:
        """Whether the processor was slowed since this object was made; ``None`` where the system is silent.

        Linux counts slow-downs by heat (kernel documentation, ``thermal_throttle``). macOS
        (``pmset -g therm``) and Windows (``CallNtPowerInformation``) only say whether the processor is
        limited at this moment; both are untested on real machines.
        """
        if sys.platform == "darwin":
            return limited_by_pmset(_pmset())
        if sys.platform == "win32":
            return _limited_on_windows()
        count = _slowdowns(self._cpus)
        return None if count is None or self._count is None else count > self._count


def _slowdowns(cpus: Path) -> int | None:
    """Sum of the kernel's counters; ``None`` where it has none."""
    total = None
    for counter in cpus.glob(_COUNTERS):
        with suppress(OSError, ValueError):
            total = (total or 0) + int(counter.read_text())
    return total


def limited_by_pmset(said: str) -> bool | None:
    """What ``pmset -g therm`` says: ``CPU_Speed_Limit`` below 100 is a slowed processor."""
    limit = re.search(r"CPU_Speed_Limit\s*=\s*(\d+)", said)
    return int(limit.group(1)) < 100 if limit else None


def _pmset() -> str:
    with suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(
            ("/usr/bin/pmset", "-g", "therm"),
            capture_output=True,
            text=True,
            timeout=_QUESTION_TIMEOUT_S,
            check=False,
        ).stdout
    return ""


def _limited_on_windows() -> bool | None:
    if sys.platform == "win32":
        import ctypes
        import os

        class Core(ctypes.Structure):
            """``PROCESSOR_POWER_INFORMATION`` of powerbase.h."""

            _fields_ = tuple(
                (name, ctypes.c_ulong)
                for name in ("Number", "MaxMhz", "CurrentMhz", "MhzLimit", "MaxIdleState", "CurrentIdleState")
            )

        cores = (Core * (os.cpu_count() or 1))()
        processor_information = 11
        status = ctypes.windll.powrprof.CallNtPowerInformation(
            processor_information, None, 0, ctypes.byref(cores), ctypes.sizeof(cores)
        )
        if status == 0:
            return any(0 < core.MhzLimit < core.MaxMhz for core in cores)
    return None
