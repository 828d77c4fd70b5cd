"""Readers that go away, old code pages and closed streams are no reason to stop, nor for a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import Exit

SAY = """
import sys
from agent import telling
telling.be_readable()
for number in range(int(sys.argv[1])):
    telling.tell(f"✓ ✗ – · “ready” ≤ 5 Ж {number}")
telling.tell_bytes(b"bytes\\n")
telling.tell("done", sys.stderr)
"""


def said(lines: int, encoding: str = "utf-8", stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[bytes]:
    """What a program that says so many lines did."""
    return subprocess.run(
        [sys.executable, "-P", "-c", SAY, str(lines)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )


def test_a_letter_that_the_stream_lacks_has_a_stand_in() -> None:
    assert said(1, encoding="ascii").stdout == b'+ x - * "ready" <= 5 ? 0\nbytes\n'
    assert said(1, encoding="cp1251").stdout.decode("cp1251") == "+ x – · “ready” <= 5 Ж 0\nbytes\n"


def test_a_reader_that_goes_away_stops_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = said(5000, stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"done\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_a_full_disk_behind_stdout_stops_nothing() -> None:
    with Path("/dev/full").open("wb") as full:
        done = said(5000, stdout=full.fileno())
    assert (done.returncode, done.stderr) == (0, b"done\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_was_never_open_is_no_error(closed: str, tmp_path: Path) -> None:
    command = f'"{sys.executable}" -P -m agent history {closed}'
    done = subprocess.run(
        command,
        shell=True,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "READINESS_HOME": str(tmp_path / "none")},
    )
    assert done.returncode == Exit.READY
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_a_command_whose_answer_finds_no_place_says_so(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "agent", "history", "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
            env={**os.environ, "READINESS_HOME": str(tmp_path), "READINESS_LANGUAGE": "en"},
        )
    assert done.returncode == Exit.USAGE
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr
