"""The main job in a terminal: an operator at the app, from the welcome to the receipt."""

from __future__ import annotations

import json
import time
from pathlib import Path

import psutil
import pytest

from agent.errors import Exit
from tests.e2e import rooms
from tests.e2e.workplace import Employer, Operator
from tests.lab.headset.fixtures import PlugIn
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.realtime

TOO_SMALL = (70, 16)


def enrolled(tmp_path: Path, employer: Employer, language: str = "en") -> Operator:
    operator = Operator(tmp_path, environment={"READINESS_LANGUAGE": language})
    assert operator.run("enrol", employer.invite()).code == Exit.READY
    return operator


def opened(operator: Operator, columns: int = 80, rows: int = 24) -> Terminal:
    return Terminal(operator.command(), operator.environment, columns, rows)


def read_when_asked(terminal: Terminal, room: rooms.Room) -> None:
    terminal.wait_for("She chose six fresh peaches")
    time.sleep(1.5)
    room["read_aloud"]()


def test_from_a_television_to_the_receipt(tmp_path: Path, plug_in: PlugIn, employer: Employer) -> None:
    headset = plug_in()
    room = rooms.with_television(headset)
    operator = enrolled(tmp_path, employer)
    with opened(operator) as terminal:
        terminal.wait_for("Is this workstation ready for calls?")
        assert "Not for" in terminal.text(), "what it is not used for is told before anything is measured"
        terminal.press("enter")
        terminal.wait_for("goes nowhere", within_s=15)
        read_when_asked(terminal, room)
        terminal.wait_for("Not ready yet: one thing left", within_s=60)
        assert "code 214" in terminal.text()

        headset.hush()
        room = rooms.good(headset)
        terminal.press("r")
        terminal.wait_for("goes nowhere", within_s=15)
        read_when_asked(terminal, room)
        terminal.wait_for("Send the report", within_s=30)
        assert "Not ready" not in terminal.text()
        terminal.press("w")
        terminal.wait_for("What will be sent")
        terminal.press("enter")
        terminal.wait_for("The company has your report", within_s=20)
        terminal.press("enter")
        terminal.wait_for("Is this workstation ready for calls?")
        terminal.press("q")
        assert terminal.wait_for_end() == Exit.READY
    (entry,) = json.loads(operator.run("history", "--json").out)
    assert (entry["state"], entry["readiness"]) == ("delivered", "ready")
    report = json.loads(operator.run("show", "--json").out)
    replaced = {earlier["outcome"]["check"] for earlier in report["earlier"]}
    assert replaced == {"room.noise", "headset.voice"}, "what a re-run replaced is kept"


def test_ctrl_c_in_the_middle_ends_at_once_and_loses_nothing(
    tmp_path: Path, plug_in: PlugIn, employer: Employer
) -> None:
    plug_in()
    operator = enrolled(tmp_path, employer)
    with opened(operator) as terminal:
        terminal.wait_for("Is this workstation ready for calls?")
        terminal.press("enter")
        terminal.wait_for("s left")
        time.sleep(4)
        children = psutil.Process(terminal.process.pid).children(recursive=True)
        assert children, "the probes run in processes of their own"
        terminal.press("ctrl-c")
        terminal.wait_for_end()
        gone, alive = psutil.wait_procs(children, timeout=2)
        assert alive == []
        assert len(gone) == len(children)


def test_a_window_that_is_too_small_says_so_and_comes_back(tmp_path: Path) -> None:
    with opened(Operator(tmp_path, environment={"READINESS_LANGUAGE": "en"})) as terminal:
        terminal.wait_for("Is this workstation ready for calls?")
        terminal.resize(*TOO_SMALL)
        terminal.wait_for("a little larger")
        terminal.resize(80, 24)
        terminal.wait_for("Is this workstation ready for calls?")
        terminal.press("q")
        assert terminal.wait_for_end() == Exit.READY


def test_russian_letters_work_on_a_russian_keyboard(tmp_path: Path) -> None:
    with opened(Operator(tmp_path, environment={"READINESS_LANGUAGE": "ru"})) as terminal:
        terminal.wait_for("Готово ли рабочее место")
        terminal.press("ы")
        terminal.wait_for("Настройки")
        terminal.press("escape")
        time.sleep(0.5)
        terminal.press("й")
        assert terminal.wait_for_end() == Exit.READY
