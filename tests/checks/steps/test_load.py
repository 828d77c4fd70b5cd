"""The load step on this computer: what it sees, and that it leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from checks.computer.load import CHECK
from checks.interface import Cancelled, Captures, Context
from checks.steps.load import SERIES, STEP
from report.policy import default
from tests.checks.machine.test_cpu import SPIN
from tests.checks.probe import TestProbe, cancel_after, children_left

CONTEXT = Context(policy=default())


@pytest.mark.realtime
def test_a_busy_program_is_seen_named_and_measured(tmp_path: Path) -> None:
    """The busy process is no child of ours: it is started by a shell that ends at once."""
    named = tmp_path / "indexer"
    shutil.copy(os.path.realpath(sys.executable), named)
    (tmp_path / "spin.py").write_text(SPIN.format(20))
    script = f"PYTHONHOME={sys.base_prefix} setsid {named} -S {tmp_path}/spin.py </dev/null >/dev/null 2>&1 & echo $!"
    spinner = psutil.Process(int(subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout))
    try:
        probe = TestProbe()
        used_s = -sum(spinner.cpu_times()[:2])
        began = time.monotonic()
        capture = STEP.run(probe, CONTEXT, 5.0)
        used_s += sum(spinner.cpu_times()[:2])
        truth = 100 * used_s / (time.monotonic() - began) / (psutil.cpu_count() or 1)
    finally:
        spinner.kill()
    outcome = CHECK.assess(Captures({"load": capture}), CONTEXT)
    busy = outcome.value("computer.cpu_busy_percent")
    assert busy is not None
    assert busy.value > truth - 5
    found = next(f for f in outcome.findings if f.code == "computer.busy_program")
    assert found.params["program"] == "indexer"
    assert float(found.params["percent"]) == pytest.approx(truth, abs=6)
    assert len(probe.series[SERIES]) >= 8
    assert probe.fractions[-1] == 1.0
    assert len(capture.late_ms) > 100
    assert children_left() == []


@pytest.mark.realtime
def test_it_goes_on_while_others_run_and_ends_with_them() -> None:
    began = time.monotonic()
    probe = TestProbe(alone=False)
    probe_thread = cancel_after(probe, 2.5)
    with pytest.raises(Cancelled):
        STEP.run(probe, CONTEXT, 0.5)
    probe_thread.join()
    assert time.monotonic() - began >= 2.4


@pytest.mark.realtime
def test_a_stop_ends_it_within_a_second_and_leaves_no_process() -> None:
    probe = TestProbe()
    timer = cancel_after(probe, 1.2)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        STEP.run(probe, CONTEXT, 60)
    timer.join()
    assert time.monotonic() - began - 1.2 < 1.0
    assert children_left() == []
