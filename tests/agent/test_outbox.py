"""What was put into the outbox is there after a kill, and nothing leaves it without a receipt."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import home
from agent import outbox as module
from agent.errors import StateFolderError
from agent.home import Home
from agent.outbox import Head, Kept, Outbox, State
from agent.reports_file import DamagedOutbox
from protocol.envelope import digest
from protocol.uuid7 import uuid7

DEVICE = "d" * 43
KILLS = 15


@pytest.fixture
def folder(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


@pytest.fixture
def outbox(folder: Home) -> Iterator[Outbox]:
    opened = Outbox(folder)
    yield opened
    opened.close()


def sealed(seq: int, *, report_id: str = "", device: str = DEVICE, size: int = 10, ended_at: str = "") -> Kept:
    """A report as the session puts it in."""
    return Kept(
        id=report_id or str(uuid7()),
        state=State.WAITING,
        ended_at=ended_at or f"2026-01-01T00:00:{seq % 60:02d}Z",
        document=b"{}",
        envelope=b"e%d" % seq + b"x" * size,
        device=device,
        seq=seq,
        api_url="https://calls.example",
        employer_key="k" * 43,
        receipt=None,
        problem="",
        attempts=0,
        not_before=0.0,
    )


def test_a_report_goes_its_way(outbox: Outbox) -> None:
    report = sealed(1)
    outbox.put(report)
    assert outbox.waiting() == [report]
    outbox.failed(report.id, "no network", 2e9)
    (waiting,) = outbox.waiting()
    assert (waiting.attempts, waiting.problem, waiting.not_before) == (1, "no network", 2e9)
    assert outbox.waiting(now=2e9 - 3600) == []
    assert outbox.waiting(now=2e9) == [waiting]
    assert outbox.waiting(now=1e9) == [waiting], "the clock was wrong by decades when it failed"
    outbox.delivered(report.id, b"receipt")
    assert outbox.waiting() == []
    delivered = outbox.find(report.id)
    assert delivered is not None
    assert (delivered.state, delivered.receipt, delivered.problem) == (State.DELIVERED, b"receipt", "")


def test_what_was_delivered_stays_so(outbox: Outbox) -> None:
    report = sealed(1)
    outbox.put(report)
    outbox.delivered(report.id, b"receipt")
    before = outbox.find(report.id)
    outbox.failed(report.id, "no network", 2e9)
    outbox.refused(report.id, "revoked")
    assert outbox.find(report.id) == before


def test_a_refused_one_is_kept_with_its_reason(outbox: Outbox) -> None:
    report = sealed(1)
    outbox.put(report)
    outbox.refused(report.id, "revoked")
    found = outbox.find(report.id)
    assert found is not None
    assert (found.state, found.problem, found.envelope) == (State.REFUSED, "revoked", report.envelope)


def test_everything_is_there_when_opened_again(folder: Home, outbox: Outbox) -> None:
    reports = [sealed(seq) for seq in range(1, 4)]
    for report in reports:
        outbox.put(report)
    outbox.close()
    again = Outbox(folder)
    assert again.waiting() == reports
    assert again.newest() == reports[::-1]
    again.close()


def test_a_draft_is_replaced_by_its_report_and_never_the_other_way(outbox: Outbox) -> None:
    report = sealed(1)
    outbox.keep_draft(report.id, report.ended_at, b"draft")
    outbox.keep_draft(report.id, report.ended_at, b"newer draft")
    (draft,) = outbox.newest()
    assert (draft.state, draft.document, draft.envelope) == (State.DRAFT, b"newer draft", None)
    outbox.put(report)
    outbox.keep_draft(report.id, report.ended_at, b"late draft")
    assert outbox.newest() == [report]


def test_the_head_of_the_chain_is_of_this_device_and_of_sealed_reports(outbox: Outbox) -> None:
    assert outbox.head(DEVICE) == Head(0, None)
    outbox.keep_draft(str(uuid7()), "2026-01-01T00:00:00Z", b"draft")
    assert outbox.head(DEVICE) == Head(0, None)
    first, second = sealed(1), sealed(2)
    outbox.put(first)
    outbox.put(second)
    outbox.refused(second.id, "no")
    assert second.envelope is not None
    assert outbox.head(DEVICE) == Head(2, digest(second.envelope))
    assert outbox.head("o" * 43) == Head(0, None)


def test_the_head_outlives_the_database(folder: Home, outbox: Outbox) -> None:
    report = sealed(7)
    outbox.put(report)
    outbox.close()
    folder.set_aside(home.REPORTS)
    again = Outbox(folder)
    assert report.envelope is not None
    assert again.head(DEVICE) == Head(7, digest(report.envelope))
    again.close()


def test_drafts_and_done_ones_are_capped_and_the_oldest_go(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DRAFTS", 3)
    monkeypatch.setattr(module, "MAX_DONE", 2)
    for second in range(5):
        outbox.keep_draft(str(uuid7()), f"2026-01-01T00:00:0{second}Z", b"draft")
    reports = [sealed(seq) for seq in range(1, 5)]
    for report in reports:
        outbox.put(report)
    for report in reports[:3]:
        outbox.delivered(report.id, b"r")
    kept = outbox.newest()
    assert [k.ended_at[-3:-1] for k in kept if k.state is State.DRAFT] == ["04", "03", "02"]
    assert [k.seq for k in kept if k.state is State.DELIVERED] == [3, 2]
    assert [k.seq for k in kept if k.state is State.WAITING] == [4]


def test_waiting_ones_are_never_dropped_but_more_are_refused(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    outbox.put(sealed(1))
    outbox.put(sealed(2))
    with pytest.raises(StateFolderError, match=r"2 reports wait.*readiness send"):
        outbox.put(sealed(3))
    assert [report.seq for report in outbox.waiting()] == [1, 2]
    assert outbox.head(DEVICE).seq == 2


@pytest.mark.parametrize("damage", [b"", b"SQLite format 3\0" + b"\xff" * 5000, b"not a database at all" * 400])
def test_a_damaged_database_is_told(folder: Home, outbox: Outbox, damage: bytes) -> None:
    outbox.close()
    folder.path(home.REPORTS).write_bytes(damage)
    if not damage:
        Outbox(folder).close()
        return
    with pytest.raises(DamagedOutbox, match="sets the file aside"):
        Outbox(folder)


def test_a_torn_page_in_the_middle_is_told(folder: Home, outbox: Outbox) -> None:
    for seq in range(1, 40):
        outbox.put(sealed(seq, size=2000))
    outbox.close()
    path = folder.path(home.REPORTS)
    data = bytearray(path.read_bytes())
    for page in range(4096, len(data), 4096):
        data[page : page + 100] = b"\xa5" * 100
    path.write_bytes(data)
    with pytest.raises(DamagedOutbox):
        Outbox(folder)


def looked_at(outbox: Outbox) -> str:
    """The id of the one report that waits."""
    (report,) = outbox.waiting()
    return report.id


def test_looking_changes_nothing(folder: Home) -> None:
    looking = Outbox(folder, look_only=True)
    assert looking.newest() == []
    looking.close()
    assert list(folder.folder.iterdir()) == []
    writing = Outbox(folder)
    writing.put(sealed(1))
    writing.close()
    before = sorted(folder.folder.iterdir())
    looking = Outbox(folder, look_only=True)
    assert [report.seq for report in looking.newest()] == [1]
    looking.close()
    assert sorted(folder.folder.iterdir()) == before
    writing = Outbox(folder)
    writing.failed(looked_at(writing), "no network", 0.0)
    beside = Outbox(folder, look_only=True)
    assert [report.attempts for report in beside.newest()] == [1], "what the writer's log holds is seen"
    with pytest.raises(StateFolderError):
        beside.put(sealed(2))
    beside.close()
    writing.close()


@pytest.mark.realtime
def test_a_disk_that_can_not_be_written_can_be_looked_at(small_disk: Path) -> None:
    folder = Home(small_disk)

    def mount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(small_disk)], check=True)

    def seen() -> list[int | None]:
        with contextlib.closing(Outbox(folder, look_only=True)) as looking:
            return [report.seq for report in looking.newest()]

    mount("size=256k")
    with contextlib.closing(Outbox(folder)) as outbox:
        outbox.put(sealed(1))
    mount("ro")
    assert seen() == [1]
    mount("rw")
    with (small_disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while filler.write(bytes(1024)):
            pass
    assert seen() == [1]
    with pytest.raises(StateFolderError, match=r"disk is full.*Free some space"):
        Outbox(folder)


@pytest.mark.realtime
def test_a_full_disk_keeps_what_is_there(small_disk: Path) -> None:
    folder = Home(small_disk)
    outbox = Outbox(folder)
    stored: list[int] = []

    def fill() -> None:
        for seq in range(1, 200):
            outbox.put(sealed(seq, size=3000))
            stored.append(seq)

    with pytest.raises(StateFolderError, match="disk is full"):
        fill()
    outbox.close()
    again = Outbox(folder, look_only=True)
    assert [report.seq for report in again.waiting()] == list(range(1, len(again.waiting()) + 1))
    assert len(again.waiting()) in (len(stored), len(stored) + 1)
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a file's size are POSIX's")
def test_a_limit_on_files_is_told_like_a_full_disk(folder: Home) -> None:
    fill = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from agent.home import Home; from agent.outbox import Outbox; from agent.errors import StateFolderError\n"
        "from tests.agent.test_outbox import sealed\n"
        "outbox = Outbox(Home(Path(sys.argv[1])))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    for seq in range(1, 200): outbox.put(sealed(seq, size=5000))\n"
        "except StateFolderError as error: sys.exit(str(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", fill, str(folder.folder)], capture_output=True, text=True, timeout=60)
    assert "disk is full" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    again = Outbox(folder)
    assert [report.seq for report in again.waiting()] == list(range(1, len(again.waiting()) + 1))
    again.close()


WRITER = """
import sys
from pathlib import Path
from agent.home import Home
from agent.outbox import Outbox
from tests.agent.test_outbox import DEVICE, sealed
outbox = Outbox(Home(Path(sys.argv[1])))
while True:
    report = sealed(outbox.head(DEVICE).seq + 1, size=4000)
    outbox.put(report)
    print(report.id, report.seq, flush=True)
    if report.seq % 3:
        outbox.delivered(report.id, b"receipt")
        print(report.id, "delivered", flush=True)
"""


@pytest.mark.realtime
def test_nothing_acknowledged_is_lost_under_kill_9(folder: Home) -> None:
    if sys.platform == "win32":
        pytest.skip("kill -9 is a POSIX signal")
    acknowledged: list[list[str]] = []
    for number in range(KILLS):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder.folder)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        acknowledged.append(writer.stdout.readline().split())
        time.sleep(0.02 * (number % 5))
        writer.send_signal(signal.SIGKILL)
        acknowledged += [line.split() for line in writer.stdout.read().splitlines() if line.count(" ") == 1]
        writer.stdout.close()
        writer.wait(10)
        outbox = Outbox(folder)
        kept = {report.id: report for report in outbox.newest(100_000)}
        outbox.close()
    puts = [(id_, what) for id_, what in acknowledged if what != "delivered"]
    print(f"{len(puts)} reports acknowledged under {KILLS} kills")
    assert len(puts) > KILLS
    assert all(id_ in kept for id_, _ in puts)
    assert all(kept[id_].state is State.DELIVERED for id_, what in acknowledged if what == "delivered")
    seqs = sorted(report.seq or 0 for report in kept.values())
    assert seqs == list(range(1, len(seqs) + 1)), "no number twice, none left out"
    with sqlite3.connect(folder.path(home.REPORTS)) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    database.close()
