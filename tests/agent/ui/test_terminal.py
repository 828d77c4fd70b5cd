"""The app in a real terminal, on a scripted session."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.lab.terminal import Terminal

pytestmark = pytest.mark.realtime

ROOT = Path(__file__).resolve().parents[3]


def opened(*arguments: str, **environment: str) -> Terminal:
    command = [sys.executable, "-m", "tests.agent.ui.scripted", "--scene", "good", *arguments]
    return Terminal(command, {**os.environ, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **environment})


def test_the_language_changes_in_place_and_the_way_goes_on() -> None:
    with opened("--speed", "20") as terminal:
        terminal.wait_for("Is this workstation ready for calls?")
        terminal.press("s")
        terminal.wait_for("English")
        terminal.press("right")
        terminal.wait_for("Готово ли рабочее место к звонкам?")
        terminal.press("enter")
        terminal.wait_for("Всё, что измерено, в порядке.")
        terminal.press("enter")
        terminal.wait_for("Компания получила Ваш отчёт")
        terminal.press("с")
        terminal.wait_for("Скопировано.")
        terminal.press("й")
        assert terminal.wait_for_end() == 0
        assert "left with <Exit.READY: 0>" in terminal.text()


def test_ctrl_c_in_the_middle_of_a_run_keeps_a_draft_and_ends_calmly() -> None:
    with opened() as terminal:
        terminal.wait_for("Is this workstation ready for calls?")
        terminal.press("enter")
        terminal.wait_for("● Computer")
        terminal.press("ctrl-c")
        terminal.wait_for_end()
        shown = terminal.text()
        assert "left with <Exit.INTERRUPTED: 130>" in shown
        assert "keep_draft" in shown
        assert "Traceback" not in shown


def test_without_colour_stays_so_after_the_language_changed() -> None:
    with opened(NO_COLOR="1", COLORTERM="truecolor") as terminal:
        terminal.wait_for("Is this workstation ready for calls?")
        terminal.press("s")
        terminal.wait_for("English")
        terminal.press("right")
        terminal.wait_for("Готово ли рабочее место к звонкам?")
        colours = terminal.colours()
        assert colours
        assert all(len(c) == 6 and c[:2] == c[2:4] == c[4:] for c in colours), colours


def test_the_windows_own_size_counts_whatever_the_shell_exported() -> None:
    with opened(COLUMNS="80", LINES="24") as terminal:
        terminal.wait_for("Is this workstation ready for calls?")
        terminal.resize(60, 15)
        terminal.wait_for("This window is 60 × 15.")
        terminal.resize(100, 30)
        terminal.wait_for("Just for me")
