"""``readiness check`` without the app: what it says, what it sends, and how it ends, however it is disturbed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from agent.__main__ import main
from agent.errors import Exit
from agent.events import EventFile
from agent.plain import PlainRun
from agent.session import Session
from checks import registry
from checks.interface import Capture, Context, Need, Probe, Prompt
from checks.registry import Found
from protocol.envelope import peek
from tests.agent.conftest import QuickCheck
from tests.agent.far_side import REPORTS, FarSide, silence, status
from tests.agent.test_commands import Said
from tests.agent.test_runner import asks_at_once, runner, step
from tests.agent.test_runner import check as made

Check = Callable[..., Said]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Runs ``readiness check`` in a folder of the test's own, with nobody to ask; gives what it said."""
    monkeypatch.setenv("READINESS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def run(*arguments: str | Path) -> Said:
        capsys.readouterr()
        code = main(["check", *map(str, arguments)])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def enrolled(session: Session) -> Session:
    """The folder of :func:`check` belongs to a computer that is enrolled; the session is closed."""
    session.close()
    return session


class _Long:
    """A step that goes on until it is stopped, after a question if there is one."""

    id: ClassVar[str] = "moment"
    needs: ClassVar[frozenset[Need]] = frozenset()
    seconds: ClassVar[float] = 30.0
    lead_s: ClassVar[float] = 0.0
    all_along: ClassVar[bool] = False
    cap_s: ClassVar[float] = 30.0
    prompt: Prompt | None = None

    def run(self, probe: Probe, context: Context, seconds: float) -> Capture:
        if self.prompt:
            probe.ask(self.prompt)
        probe.wait(seconds)
        return Capture()


@pytest.fixture
def long_step(quick_check: QuickCheck, monkeypatch: pytest.MonkeyPatch) -> _Long:
    """The run takes half a minute."""
    step = _Long()
    monkeypatch.setattr(registry, "steps", lambda: {step.id: Found(step.id, step, None)})
    return step


@pytest.fixture
def interrupt() -> Iterator[Callable[[float], None]]:
    """Presses Ctrl-C after so many seconds."""
    timers: list[threading.Timer] = []

    def press(after_s: float) -> None:
        timers.append(threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGINT)))
        timers[-1].start()

    yield press
    for timer in timers:
        timer.cancel()


@pytest.mark.usefixtures("enrolled", "quick_check")
def test_a_run_is_told_line_by_line_and_sent(check: Check, far: FarSide) -> None:
    said = check("--plain")
    assert said.code == Exit.READY
    for part in ("] Computer: measured.", "\nReady\n", "✓ Computer: ", "Sent. The employer's receipt", "Valid until"):
        assert part in said.out
    assert said.err == ""
    assert len(far.gate.posted(REPORTS)) == 1


@pytest.mark.usefixtures("enrolled")
def test_what_stands_in_the_way_is_the_exit_code(check: Check, quick_check: QuickCheck) -> None:
    quick_check.busy_percent = 99.0
    said = check()
    assert said.code == Exit.NOT_READY
    assert "Not ready yet: one thing left" in said.out


@pytest.mark.usefixtures("enrolled", "quick_check")
def test_json_is_the_report_alone_as_it_was_signed(check: Check, far: FarSide) -> None:
    said = check("--json")
    assert said.code == Exit.READY
    assert said.out.encode() == peek(far.gate.posted(REPORTS)[0])[1] + b"\n"
    assert "Sent." in said.err


@pytest.mark.usefixtures("enrolled")
def test_what_is_not_delivered_wins(check: Check, far: FarSide, quick_check: QuickCheck) -> None:
    quick_check.busy_percent = 99.0
    far.gate.next(REPORTS, status(503, Retry_After="60"))
    said = check()
    assert said.code == Exit.NOT_DELIVERED
    assert "can't take" in said.out or "difficulty" in said.out
    assert "Short code for the phone: " in said.out


@pytest.mark.usefixtures("enrolled", "quick_check")
def test_no_send_keeps_the_run_here(check: Check, far: FarSide) -> None:
    assert check("--no-send").code == Exit.READY
    assert far.gate.posted(REPORTS) == []
    with Session.open("plain", look_only=True) as session:
        assert [entry.state for entry in session.history()] == ["draft"]


@pytest.mark.usefixtures("quick_check")
def test_without_an_employer_the_run_is_incomplete_and_stays_here(check: Check) -> None:
    said = check()
    assert said.code == Exit.INCOMPLETE
    assert "Sent." not in said.out


@pytest.mark.usefixtures("quick_check")
def test_a_check_that_does_not_exist_is_told_with_those_that_do(check: Check) -> None:
    said = check("--only", "computer.lod")
    assert (said.code, said.out) == (Exit.USAGE, "")
    assert "computer.lod" in said.err
    assert "computer.load" in said.err


@pytest.mark.usefixtures("enrolled", "quick_check")
def test_a_run_that_no_longer_fits_the_outbox_is_kept_all_the_same(
    check: Check, far: FarSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.outbox.MAX_WAITING", 1)
    far.gate.next(REPORTS, *[status(503, Retry_After="60")] * 2)
    assert check().code == Exit.NOT_DELIVERED
    said = check()
    assert said.code == Exit.USAGE
    assert "readiness send" in said.err
    with Session.open("plain", look_only=True) as session:
        assert [entry.state for entry in session.history()] == ["draft", "waiting"]


@pytest.mark.usefixtures("long_step")
def test_ctrl_c_ends_the_run_within_a_second(check: Check, interrupt: Callable[[float], None]) -> None:
    interrupt(0.5)
    began = time.monotonic()
    said = check("--plain")
    assert said.code == Exit.INTERRUPTED
    assert time.monotonic() - began < 0.5 + 5
    assert "Nothing was measured" in said.err


def test_ctrl_c_ends_a_question(check: Check, long_step: _Long, interrupt: Callable[[float], None]) -> None:
    long_step.prompt = Prompt("network.metered", ("no", "yes"), "no", {"megabytes": 5})
    interrupt(0.5)
    said = check("--plain")
    assert said.code == Exit.INTERRUPTED
    assert "This connection may cost money" in said.out


@pytest.mark.usefixtures("enrolled", "quick_check")
def test_ctrl_c_while_sending_loses_nothing(check: Check, far: FarSide, interrupt: Callable[[float], None]) -> None:
    far.gate.next(REPORTS, silence(20))
    interrupt(1.5)
    said = check("--plain")
    assert said.code == Exit.INTERRUPTED
    assert "readiness history" in said.err
    with Session.open("plain", look_only=True) as session:
        assert [entry.state for entry in session.history()] == ["waiting"]


# Events.


def events(path: Path) -> list[dict[str, object]]:
    """What was written."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.usefixtures("enrolled", "quick_check")
def test_events_are_written_as_lines(check: Check, tmp_path: Path) -> None:
    assert check("--events", tmp_path / "events").code == Exit.READY
    told = events(tmp_path / "events")
    assert [line["event"] for line in told] == ["started", "ended", "outcome", "finished"]
    assert told[2]["outcome"]["check"] == "computer.load"  # type: ignore[index]


@pytest.mark.usefixtures("enrolled", "quick_check")
def test_events_that_have_no_place_are_told_before_the_run(check: Check, tmp_path: Path, far: FarSide) -> None:
    said = check("--events", tmp_path / "none" / "events")
    assert said.code == Exit.USAGE
    assert "--events" in said.err
    assert far.gate.posted(REPORTS) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes here")
@pytest.mark.usefixtures("enrolled")
def test_a_reader_of_events_that_reads_no_more_holds_up_nothing(
    check: Check, tmp_path: Path, quick_check: QuickCheck
) -> None:
    if sys.platform == "win32":
        return
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    filler = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(filler, bytes(4096))
    try:
        assert check("--events", pipe).code == Exit.READY
    finally:
        os.close(reader)
        os.close(filler)


def test_a_closer_look_is_told_line_by_line_and_as_an_event(tmp_path: Path) -> None:
    line = step("idle_line", asks_at_once, seconds=2.0, cap_s=27.0)
    run = runner([line], [made("room.x", "idle_line", wants=lambda _: 99.0)])
    said = io.StringIO()
    PlainRun(run, said, io.StringIO(), "")
    file = EventFile(run, tmp_path / "events")
    run.start()
    assert run.join(5)
    file.close()
    assert "The line needs a closer look, to be sure: up to 25 s more. There is nothing to do." in said.getvalue()
    longer = next(line for line in events(tmp_path / "events") if line["event"] == "lengthened")
    assert (longer["step"], longer["more_s"]) == ("idle_line", 25.0)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals here")
def test_an_answer_is_for_the_newest_question(tmp_path: Path) -> None:
    """One that came too late for its own question must not be lost for the next."""

    if sys.platform == "win32":
        return

    def ask(timeout_s: float) -> Callable[[Probe], float]:
        prompt = Prompt("network.metered", ("no", "yes"), "no", {"megabytes": 5}, timeout_s=timeout_s)
        return lambda probe: float(probe.ask(prompt) == "yes")

    steps = [step(name, ask(s), needs={Need.MICROPHONE}) for name, s in (("a", 0.2), ("b", 20.0), ("c", 20.0))]
    run = runner(steps, [made("room.a", "a"), made("room.b", "b"), made("room.c", "c")])
    ours, theirs = os.openpty()
    said = io.StringIO()
    with os.fdopen(theirs) as terminal:
        PlainRun(run, said, terminal, "")
        run.start()
        deadline = time.monotonic() + 20
        while said.getvalue().count("Enter") < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.write(ours, b"seven\n2\n")
        while said.getvalue().count("Enter") < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.close(ours)
        assert run.join(20)
    assert "a number from 1 to 2" in said.getvalue()
    totals = {name: outcome.facts["total"] for name, outcome in run.snapshot().outcomes.items()}
    assert totals == {"room.a": 0.0, "room.b": 1.0, "room.c": 0.0}
