"""The state folder is this person's alone, is written whole or not at all, and says what is wrong with it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from agent import home
from agent.errors import StateFolderError
from agent.home import Home, default_folder

posix = pytest.mark.skipif(os.name != "posix", reason="access rights are POSIX's")


@pytest.fixture
def made(tmp_path: Path) -> Home:
    folder = Home(tmp_path / "state" / "readiness")
    folder.make()
    return folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_only_this_person_can_read(made: Home) -> None:
    made.write(home.KEY, b"secret")
    assert mode(made.folder) == 0o700
    assert mode(made.path(home.KEY)) == 0o600


@posix
def test_a_folder_that_is_there_already_stays_open_to_others(tmp_path: Path) -> None:
    """``READINESS_HOME=/tmp`` must not take ``/tmp`` from everyone; the files in it are closed all the same."""
    tmp_path.chmod(0o777)
    shared = Home(tmp_path)
    shared.make()
    shared.write(home.KEY, b"secret")
    assert (mode(tmp_path), mode(shared.path(home.KEY))) == (0o777, 0o600)


def test_what_is_written_is_read(made: Home) -> None:
    assert made.read(home.EMPLOYER) is None
    made.write(home.EMPLOYER, b"one")
    made.write(home.EMPLOYER, b"two")
    assert made.read(home.EMPLOYER) == b"two"
    assert [p.name for p in made.folder.iterdir()] == [home.EMPLOYER]


def test_another_process_can_not_have_it_too(made: Home) -> None:
    try_it = (
        "import sys; from pathlib import Path; from agent.home import Home\n"
        "from agent.errors import StateFolderError\n"
        "try: Home(Path(sys.argv[1])).lock()\n"
        "except StateFolderError as error: sys.exit(str(error))\n"
    )
    made.lock()
    held = subprocess.run([sys.executable, "-c", try_it, str(made.folder)], capture_output=True, text=True, timeout=60)
    made.unlock()
    free = subprocess.run([sys.executable, "-c", try_it, str(made.folder)], capture_output=True, text=True, timeout=60)
    assert "already open" in held.stderr
    assert "Traceback" not in held.stderr
    assert free.returncode == 0, free.stderr


def test_a_dead_program_holds_nothing(made: Home) -> None:
    lock_and_die = (
        "import os, signal, sys; from pathlib import Path; from agent.home import Home\n"
        "Home(Path(sys.argv[1])).lock(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", lock_and_die, str(made.folder)], timeout=60, check=False)
    made.lock()
    made.unlock()


def test_a_damaged_file_is_moved_out_of_the_way_with_its_companions(made: Home) -> None:
    for name in (home.REPORTS, home.REPORTS + "-wal", home.REPORTS + "-shm"):
        made.write(name, name.encode())
    aside = made.set_aside(home.REPORTS)
    assert not made.path(home.REPORTS).exists()
    assert aside.read_bytes() == b"reports.sqlite"
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"reports.sqlite-wal"


@pytest.mark.realtime
def test_a_full_disk_is_told_and_leaves_the_old_file(small_disk: Path) -> None:
    folder = Home(small_disk)
    folder.write(home.EMPLOYER, b"before")
    with pytest.raises(StateFolderError, match=r"disk is full.*Free some space"):
        folder.write(home.EMPLOYER, b"x" * 200_000)
    assert folder.read(home.EMPLOYER) == b"before"
    assert [p.name for p in small_disk.iterdir()] == [home.EMPLOYER]


@pytest.mark.realtime
def test_a_read_only_disk_is_told(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StateFolderError, match=r"may not write.*READINESS_HOME"):
        Home(small_disk).write(home.EMPLOYER, b"x")
    with pytest.raises(StateFolderError, match="may not write"):
        Home(small_disk / "new").make()
    with pytest.raises(StateFolderError, match="may not write"):
        Home(small_disk).lock()


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StateFolderError, match="READINESS_HOME"):
        Home(tmp_path / "file").make()


def test_the_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("READINESS_HOME", str(tmp_path / "elsewhere"))
    assert default_folder() == tmp_path / "elsewhere"
    monkeypatch.delenv("READINESS_HOME")
    assert default_folder().name == "workstation-readiness"
