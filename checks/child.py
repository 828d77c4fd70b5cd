"""Starts the helper processes of this floor, and makes sure that none outlives its step."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import IO

STDERR_KEPT_BYTES = 4000
HELPER_FLAG = "--helper"
"""A frozen build starts itself with this flag, a module name and the module's arguments."""


def command(module: str, arguments: Sequence[str] = ()) -> list[str]:
    """The command line that runs ``module`` as a program in a child of its own.

    ``-P`` keeps the working directory off the import path: a folder named ``checks`` there must not be run instead.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, HELPER_FLAG, module, *arguments]
    return [sys.executable, "-P", "-m", module, *arguments]


class Child:
    """A helper process. Its stdin is held open as long as we live: the child ends when it closes.

    stderr is kept in a file and never shown. Use it as a context manager; leaving kills it.
    """

    def __init__(self, module: str, arguments: Sequence[str] = (), environment: dict[str, str] | None = None) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            command(module, arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, **(environment or {})},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            start_new_session=os.name == "posix",
        )

    @property
    def stdin(self) -> IO[bytes]:
        """The child's standard input."""
        assert self.process.stdin is not None
        return self.process.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """The child's standard output."""
        assert self.process.stdout is not None
        return self.process.stdout

    def lines(self) -> Iterator[bytes]:
        """The lines of the child's standard output, as they come. Blocks between lines."""
        yield from self.stdout

    def stderr_tail(self) -> str:
        """The end of what it wrote to stderr, for a log or a report of an error; never for the screen."""
        with contextlib.suppress(OSError, ValueError):
            end = self._stderr.seek(0, os.SEEK_END)
            self._stderr.seek(max(0, end - STDERR_KEPT_BYTES))
            return self._stderr.read().decode("utf-8", "replace").strip()
        return ""

    def stop(self, grace_s: float = 0.3) -> int:
        """Closes its stdin, waits for ``grace_s``, then kills it. Returns its exit code."""
        with contextlib.suppress(OSError):
            self.stdin.close()
        try:
            self.process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        return self.process.returncode

    def kill(self) -> None:
        """Kills it now. Safe to call from another thread, and twice."""
        with contextlib.suppress(OSError):
            self.process.kill()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop(0.0 if kind else 0.3)
        with contextlib.suppress(OSError):
            self.stdout.close()
        self._stderr.close()
