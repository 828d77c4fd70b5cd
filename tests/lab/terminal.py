"""A terminal of a given size that a program runs in, whose screen can be read and whose keys can be pressed."""

from __future__ import annotations

import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

import pyte
import pytest

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "left": "\x1b[D",
    "right": "\x1b[C",
    "tab": "\t",
    "ctrl-c": "\x03",
}
SETTLED_S = 0.3


class Terminal:
    """Runs a program on a pseudo-terminal, which Windows has none of. Use it as a context manager; leaving ends it."""

    process: subprocess.Popen[bytes]
    _master: int
    _reader: threading.Thread

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], columns: int = 80, rows: int = 24
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        if sys.platform == "win32":
            pytest.skip("there are no pseudo-terminals")
        import pty

        self._master, slave = pty.openpty()
        self._set_size(columns, rows)
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(rows)},
            start_new_session=True,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def resize(self, columns: int, rows: int) -> None:
        """The person drags the window's corner."""
        self._set_size(columns, rows)
        with self._lock:
            self._screen.resize(rows, columns)
        if sys.platform != "win32":
            self.process.send_signal(signal.SIGWINCH)

    def _set_size(self, columns: int, rows: int) -> None:
        if sys.platform == "win32":
            return
        import fcntl
        import termios

        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def text(self) -> str:
        """What stands on the screen."""
        with self._lock:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def colours(self) -> set[str]:
        """The colours of the letters on the screen, six hexadecimal digits or a name; without the terminal's own."""
        with self._lock:
            cells = [cell for row in self._screen.buffer.values() for cell in row.values()]
        return {cell.fg for cell in cells if cell.data.strip() and cell.fg != "default"}

    def press(self, *keys: str) -> None:
        """Presses keys: letters, or names of :data:`KEYS`."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())

    def wait_for(self, *texts: str, within_s: float = 20.0) -> str:
        """Waits until one of the texts stands on the screen; returns it. Raises ``AssertionError`` with the screen."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            seen = self.text()
            for text in texts:
                if text in seen:
                    time.sleep(SETTLED_S)
                    return text
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"none of {texts} within {within_s} s (ended: {self.process.poll()}):\n{self.text()}")

    def wait_for_end(self, within_s: float = 10.0) -> int:
        """Waits until the program ends; returns its exit code."""
        return self.process.wait(within_s)

    def _read(self) -> None:
        while True:
            try:
                ready, _, _ = select.select([self._master], [], [], 0.2)
                data = os.read(self._master, 65536) if ready else b""
            except OSError:
                return
            if not ready:
                continue
            if not data:
                return
            with self._lock:
                self._stream.feed(data)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)
        os.close(self._master)
        self._reader.join(2)
