"""How long this computer has slept since it was started: what a clock that stands still meanwhile leaves out.

Only the difference of two calls of :func:`asleep_s` means anything.
"""

from __future__ import annotations

import sys
import time

if sys.platform == "linux":

    def asleep_s() -> float:
        """Seconds. ``CLOCK_BOOTTIME`` is ``CLOCK_MONOTONIC`` with suspension (clock_gettime(2))."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)

elif sys.platform == "darwin":

    def asleep_s() -> float:
        """Seconds. The raw monotonic clock goes on while the system is asleep, the up-time does not."""
        return time.clock_gettime(time.CLOCK_MONOTONIC_RAW) - time.clock_gettime(time.CLOCK_UPTIME_RAW)

elif sys.platform == "win32":
    import ctypes

    _kernel32 = ctypes.WinDLL("kernel32")
    _kernel32.GetTickCount64.restype = ctypes.c_uint64

    def asleep_s() -> float:
        """Seconds. ``GetTickCount64`` counts sleep and hibernation, ``QueryUnbiasedInterruptTime`` does not."""
        awake = ctypes.c_uint64()
        _kernel32.QueryUnbiasedInterruptTime(ctypes.byref(awake))
        return float(_kernel32.GetTickCount64() / 1e3 - awake.value / 1e7)
