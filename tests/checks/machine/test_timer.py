"""The timer's own process: its rhythm, and that it never outlives us."""

from __future__ import annotations

import sys
import time

import msgspec
import pytest

from checks.child import Child
from checks.machine.timer import TICKS_PER_LINE, Ticks


@pytest.mark.realtime
def test_it_wakes_fifty_times_a_second_and_ends_when_its_input_closes() -> None:
    with Child("checks.machine.timer") as child:
        lines = child.lines()
        first = msgspec.json.decode(next(lines), type=Ticks)
        began = time.monotonic()
        for _ in range(4):
            msgspec.json.decode(next(lines), type=Ticks)
        rate = 4 * TICKS_PER_LINE / (time.monotonic() - began)
        assert len(first.late_ms) == TICKS_PER_LINE
        assert all(late >= 0 for late in first.late_ms)
        assert 35 < rate < 65
        child.stdin.close()
        assert child.process.wait(5) == 0


@pytest.mark.realtime
def test_a_computer_that_stood_still_is_a_gap_and_not_many_late_timers() -> None:
    import signal

    if sys.platform == "win32":
        pytest.skip("a process is stopped and continued by POSIX signals")
    with Child("checks.machine.timer") as child:
        lines = child.lines()
        next(lines)
        child.process.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        child.process.send_signal(signal.SIGCONT)
        ticks = msgspec.json.decode(next(lines), type=Ticks)
        assert len(ticks.gaps_s) == 1
        assert 1.2 < ticks.gaps_s[0] < 4
