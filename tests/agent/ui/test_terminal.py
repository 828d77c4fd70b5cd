"""The app in a real terminal: a child on a pseudo-terminal, its screen read by an emulator."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

import fcntl
import pty
import select
import struct
import termios

pytestmark = pytest.mark.realtime

PATIENCE_S = 30.0
ROOT = Path(__file__).resolve().parents[3]


class Terminal:
    """A child on a terminal of 80 by 24."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", TZ="UTC", **environment)
            os.execv(sys.executable, [sys.executable, "-m", "tests.agent.ui.scripted", *arguments])
        self.resize(80, 24)

    def resize(self, width: int, height: int) -> None:
        """Gives the window another size."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.screen.resize(height, width)

    def type(self, text: str) -> None:
        """Keys."""
        os.write(self._fd, text.encode())

    def wait_for(self, text: str) -> None:
        """Reads until ``text`` stands on the screen."""
        until = time.monotonic() + PATIENCE_S
        while text not in "\n".join(self.screen.display):
            assert time.monotonic() < until, f"no {text!r} on:\n" + "\n".join(self.screen.display)
            self._read()

    def wait_for_end(self) -> int:
        """Reads to the end; returns the exit status."""
        until = time.monotonic() + PATIENCE_S
        while self._read():
            assert time.monotonic() < until, "it doesn't end"
        _pid, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """Ends the child, whatever it does."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)

    def _read(self) -> bool:
        if not select.select([self._fd], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def test_the_whole_way_in_a_terminal_and_the_language_changes_in_place(terminals: list[Terminal]) -> None:
    terminal = Terminal("--scene", "good", "--speed", "20")
    terminals.append(terminal)
    terminal.wait_for("Is this workstation ready for calls?")
    terminal.type("s")
    terminal.wait_for("Language: English")
    terminal.type("\x1b[C")
    terminal.wait_for("Готово ли рабочее место к звонкам?")
    terminal.type("\r")
    terminal.wait_for("Всё, что измерено, в порядке.")
    terminal.type("\r")
    terminal.wait_for("Компания получила Ваш отчёт")
    terminal.type("с")
    terminal.wait_for("Скопировано.")
    assert b"\x1b]52;c;" in terminal.raw, "the clipboard's escape sequence"
    terminal.type("й")
    assert terminal.wait_for_end() == 0
    assert "left with <Exit.READY: 0>" in "\n".join(terminal.screen.display)


def test_ctrl_c_in_the_middle_of_a_run_leaves_at_once_and_the_terminal_is_as_before(terminals: list[Terminal]) -> None:
    terminal = Terminal("--scene", "good")
    terminals.append(terminal)
    terminal.wait_for("Is this workstation ready for calls?")
    terminal.type("\r")
    terminal.wait_for("● Computer")
    began = time.monotonic()
    terminal.type("\x03")
    assert terminal.wait_for_end() == 0
    assert time.monotonic() - began < 5
    shown = "\n".join(terminal.screen.display)
    assert "left with <Exit.INTERRUPTED: 130>" in shown
    assert "keep_draft" in shown
    assert "Traceback" not in shown
    assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h"), "back from the other screen"


def test_without_colour_stays_without_colour_after_the_language_changed(terminals: list[Terminal]) -> None:
    terminal = Terminal("--scene", "good", NO_COLOR="1", COLORTERM="truecolor")
    terminals.append(terminal)
    terminal.wait_for("Is this workstation ready for calls?")
    terminal.type("s")
    terminal.wait_for("Language: English")
    terminal.type("\x1b[C")
    terminal.wait_for("Готово ли рабочее место к звонкам?")
    colours = {
        cell.fg for row in terminal.screen.buffer.values() for cell in row.values() if cell.fg not in ("default", "")
    }
    assert colours
    assert all(len(c) == 6 and c[:2] == c[2:4] == c[4:] for c in colours), colours


def test_a_window_that_changes_its_size_is_drawn_anew_whatever_the_shell_exported(terminals: list[Terminal]) -> None:
    terminal = Terminal("--scene", "good", COLUMNS="80", LINES="24")
    terminals.append(terminal)
    terminal.wait_for("Is this workstation ready for calls?")
    terminal.resize(60, 15)
    terminal.wait_for("This window is 60 × 15.")
    terminal.resize(100, 30)
    terminal.wait_for("Just for me")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
