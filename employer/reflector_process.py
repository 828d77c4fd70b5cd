"""Keeps a reflector running beside the employer's service, and asks it what it saw."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import TypeVar

import msgspec

from employer.reflector import AskMetrics, AskSeen, Metrics, Question, Ready, ReflectorConfig, Seen
from protocol.messages import ReflectorCounts

T = TypeVar("T")

START_DEADLINE_S = 15.0
ANSWER_DEADLINE_S = 2.0
RESTART_PAUSE_S = 1.0


class ReflectorError(Exception):
    """The reflector could not be started. The sentence ends in a next step."""


class ReflectorProcess:
    """One reflector in a child process, started again when it dies. Thread-safe; use it as a context manager."""

    def __init__(self, config: ReflectorConfig) -> None:
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._owed = 0
        """Answers still to come: an earlier question's, when it was given up."""
        self._asking = threading.Lock()
        self._stopped = threading.Event()
        self.port = config.port
        """Where it listens, once started."""
        self.restarts = 0

    def start(self) -> None:
        """Starts it and returns when it listens. Raises :class:`ReflectorError`."""
        self._launch()
        threading.Thread(target=self._keep_running, name="reflector-keeper", daemon=True).start()

    def stop(self) -> None:
        """Ends it."""
        self._stopped.set()
        if self._process is not None:
            _end(self._process)

    def counts(self, session: bytes) -> ReflectorCounts | None:
        """What it saw of a session's latest stream; ``None`` when it doesn't answer now. Blocks up to 2 s."""
        seen = self.seen(session)
        return seen.counts if seen else None

    def seen(self, session: bytes) -> Seen | None:
        """As :meth:`counts`, with when the stream began."""
        return self._ask(AskSeen(session.hex()), Seen)

    def metrics(self) -> Metrics | None:
        """What it did since it was started last; ``None`` when it doesn't answer now. Blocks up to 2 s."""
        return self._ask(AskMetrics(), Metrics)

    def _ask(self, question: Question, kind: type[T]) -> T | None:
        with self._asking:
            if self._process is None or self._process.stdin is None:
                return None
            try:
                self._process.stdin.write(msgspec.json.encode(question) + b"\n")
                self._process.stdin.flush()
                self._owed += 1
                while self._owed > 0:
                    line = self._lines.get(timeout=ANSWER_DEADLINE_S)
                    self._owed -= 1
                return msgspec.json.decode(line, type=kind)
            except (OSError, ValueError, msgspec.MsgspecError, queue.Empty):
                return None

    def _launch(self) -> None:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "employer.reflector"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            pass_fds=self._config.sockets,
        )
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(process, lines), name="reflector-reader", daemon=True).start()
        config = msgspec.structs.replace(self._config, port=self.port)
        try:
            assert process.stdin is not None
            process.stdin.write(msgspec.json.encode(config) + b"\n")
            process.stdin.flush()
            ready = msgspec.json.decode(lines.get(timeout=START_DEADLINE_S), type=Ready)
        except (OSError, ValueError, msgspec.MsgspecError, queue.Empty) as error:
            reason = _end(process)
            raise ReflectorError(
                f"The reflector can't listen on UDP port {self.port} ({reason or 'no answer'}). "
                "Choose another port or address, or stop what uses it."
            ) from error
        self.port = ready.port
        self._process, self._lines, self._owed = process, lines, 0

    def _keep_running(self) -> None:
        """Starts it again whenever it has ended by itself."""
        while self._process is not None:
            self._process.wait()
            while not self._stopped.wait(RESTART_PAUSE_S):
                with self._asking, contextlib.suppress(ReflectorError):
                    _end(self._process)
                    self._launch()
                    self.restarts += 1
                    break
            if self._stopped.is_set():
                _end(self._process)
                return

    def __enter__(self) -> ReflectorProcess:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def _read(process: subprocess.Popen[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put(b"")


def _end(process: subprocess.Popen[bytes]) -> str:
    """Ends the process; the last line that it wrote to stderr."""
    assert process.stdin is not None
    assert process.stderr is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    deadline = time.monotonic() + 2
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    with contextlib.suppress(ValueError, OSError):
        said = process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        process.stderr.close()
        return said[-1] if said else ""
    return ""
