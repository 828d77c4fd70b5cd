"""A run as JSON Lines, written as it happens, so that other programs can follow it (``docs/events.md``)."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from pathlib import Path
from typing import BinaryIO

import msgspec

from agent import guide
from agent.runner import Assessed, Ended, Event, Finished, Lengthened, Prompted, Runner, Started
from agent.state import PhaseStatus

PROGRESS_S = 0.5
CLOSE_S = 0.5
"""Longest wait for a reader at the end."""


class EventFile:
    """Writes a runner's events to a file or pipe, each line flushed at once. Close it when the run has ended.

    A write that fails (a reader that went away, a full disk) ends the telling, never the run; a reader that has
    stopped reading holds up nothing but the telling.
    """

    def __init__(self, runner: Runner, path: Path) -> None:
        """Opens ``path`` for writing. Raises ``OSError`` when it can't."""
        self._file: BinaryIO = path.open("wb", buffering=0)
        self._began = time.monotonic()
        self._runner = runner
        self._over = threading.Event()
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_lines, name="events", daemon=True)
        self._writer.start()
        runner.on_event(self._heard)
        threading.Thread(target=self._progress, name="progress", daemon=True).start()

    def close(self) -> None:
        """Ends the telling. Waits a little for a slow reader."""
        self._over.set()
        self._lines.put(None)
        self._writer.join(CLOSE_S)

    def _heard(self, event: Event) -> None:
        if isinstance(event, Started):
            phase = event.phase
            self._write("started", step=phase.step, seconds=round(phase.seconds, 1), prompt=guide.step(phase.step).now)
        elif isinstance(event, Prompted):
            prompt = event.prompt
            self._write(
                "prompt",
                id=event.id,
                prompt=prompt.id,
                text=guide.question(prompt).text,
                options=list(prompt.options),
            )
        elif isinstance(event, Lengthened):
            step = event.phase.step
            told = guide.longer(step, round(event.more_s))
            self._write("lengthened", step=step, more_s=round(event.more_s, 1), prompt=told)
        elif isinstance(event, Ended):
            self._write("ended", step=event.phase.step, captured=event.phase.status is PhaseStatus.ENDED)
        elif isinstance(event, Assessed):
            self._write("outcome", outcome=event.outcome)
        elif isinstance(event, Finished):
            self._write("finished", cancelled=event.cancelled)
            self._over.set()

    def _progress(self) -> None:
        while not self._over.wait(PROGRESS_S):
            state = self._runner.snapshot()
            for phase in state.phases:
                if phase.status is PhaseStatus.RUNNING:
                    self._write(
                        "progress",
                        step=phase.step,
                        fraction=round(phase.fraction, 3),
                        left_s=round(state.left_s, 1),
                    )

    def _write(self, event: str, **fields: object) -> None:
        line = msgspec.json.encode({"event": event, "at_s": round(time.monotonic() - self._began, 3), **fields})
        self._lines.put(line + b"\n")

    def _write_lines(self) -> None:
        with contextlib.suppress(OSError), self._file:
            while (line := self._lines.get()) is not None:
                self._file.write(line)
