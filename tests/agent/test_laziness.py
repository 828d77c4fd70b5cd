"""What is not needed is not imported: shown by running the program, not by reading it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

IMPORTED = """
import sys
from agent.__main__ import main
{first}
try:
    main({arguments!r})
except SystemExit:
    pass
print("\\n" + " ".join(sorted(m for m in sys.modules if "." not in m)), file=sys.stderr)
"""


VERY_QUICK = "from checks import plan; plan.QUICK = 0.1"


def modules(home: Path, *arguments: str, first: str = "") -> set[str]:
    """What is imported after ``readiness`` was run with these arguments."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", IMPORTED.format(arguments=list(arguments), first=first)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"READINESS_HOME": str(home), "PATH": ""},
        stdin=subprocess.DEVNULL,
        check=True,
    )
    return set(done.stderr.strip().splitlines()[-1].split())


def test_the_version_needs_neither_numbers_nor_a_screen(tmp_path: Path) -> None:
    assert not {"numpy", "textual", "msgspec", "httpx2", "joserfc", "rich"} & modules(tmp_path, "--version")


@pytest.mark.realtime
def test_a_run_as_json_needs_no_screen(tmp_path: Path) -> None:
    loaded = modules(tmp_path, "check", "--json", "--quick", "--only", "computer.load", first=VERY_QUICK)
    assert "numpy" in loaded
    assert not {"textual", "rich", "sounddevice", "speedtest"} & loaded


def test_the_version_is_there_at_once() -> None:
    """150 ms is the aim (``benchmarks/start_up.py``); this is a deadline with a fivefold margin."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "agent", "--version"], capture_output=True, text=True, check=True
    )
    assert time.perf_counter() - began < 0.75
    assert done.stdout.startswith("readiness ")
