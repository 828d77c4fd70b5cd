"""Programs by name: who is busy, and nothing more about them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from checks.machine.programs import ProgramWatch, program_name
from tests.checks.machine.test_cpu import SPIN


@pytest.mark.realtime
def test_processes_of_one_program_count_together_and_ours_do_not(tmp_path: Path) -> None:
    named = tmp_path / "updater"
    shutil.copy(os.path.realpath(sys.executable), named)
    environment = {"PYTHONHOME": sys.base_prefix, "PATH": os.environ["PATH"]}
    watch = ProgramWatch()
    spinners = [subprocess.Popen([named, "-S", "-c", SPIN.format(3)], env=environment) for _ in range(2)]
    try:
        time.sleep(1.0)
        watch.look(without=[os.getpid()])
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()
    busiest = watch.busiest()
    assert [p.name for p in busiest].count("updater") == 1
    share = next(p.percent for p in busiest if p.name == "updater")
    used = 100 * min(2, psutil.cpu_count() or 1) / (psutil.cpu_count() or 1)
    assert 0.3 * used < share <= 100
    assert len(busiest) <= 5

    unwatched = ProgramWatch()
    sum(i * i for i in range(400_000))
    unwatched.look(without=[p.pid for p in psutil.process_iter()])
    assert unwatched.busiest() == ()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("chrome.exe", "chrome"),
        ("Антивирус", "Антивирус"),
        ("evil\x1b[31m\u202egpj\n", "evil[31mgpj"),
        ("x" * 500, "x" * 60),
        ("", "?"),
        (None, "?"),
    ],
)
def test_a_programs_name_is_short_and_printable(raw: str | None, shown: str) -> None:
    assert program_name(raw) == shown
