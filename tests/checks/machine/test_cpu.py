"""The processor's share, and this program's own part in it."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
import pytest

from checks.machine.cpu import CpuMeter, OwnProcesses

SPIN = "import time\nend = time.perf_counter() + {0}\nwhile time.perf_counter() < end: pass\n"


@pytest.mark.realtime
def test_what_a_child_uses_is_our_own_and_not_the_others() -> None:
    meter = CpuMeter()
    with subprocess.Popen([sys.executable, "-c", SPIN.format(1.5)]) as child:
        time.sleep(1.0)
        sample = meter.sample(1.0)
        child.kill()
    assert sample is not None
    one_core = 100 / (psutil.cpu_count() or 1)
    assert 0.4 * one_core < sample.own_percent < 1.2 * one_core
    assert sample.busy_percent >= sample.own_percent - 5
    assert max(sample.cores_percent) > 40


@pytest.mark.realtime
def test_a_child_that_has_ended_is_not_forgotten_and_not_counted_twice() -> None:
    own = OwnProcesses()
    before_s = own.cpu_seconds()
    child = subprocess.Popen([sys.executable, "-c", SPIN.format(0.6)])
    time.sleep(0.3)
    while_running_s = own.cpu_seconds()
    child.wait(10)
    after_s = own.cpu_seconds()
    assert before_s <= while_running_s <= after_s
    assert 0.2 < after_s - before_s < 1.2


def test_own_time_never_goes_down() -> None:
    own = OwnProcesses()
    seen = []
    for _ in range(5):
        subprocess.run([sys.executable, "-c", ""], check=True)
        seen.append(own.cpu_seconds())
    assert seen == sorted(seen)
