"""The answers that a person types while a run is told line by line."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TextIO

from agent.language import _
from agent.runner import Prompted, Runner


class TypedAnswers:
    """Reads a terminal, line by line: each line answers the newest question, and none that was before it."""

    def __init__(self, runner: Runner, terminal: TextIO, say: Callable[[str], None]) -> None:
        self._runner = runner
        self._terminal = terminal
        self._say = say
        self._lock = threading.Lock()
        self._question: Prompted | None = None
        self._reading: threading.Thread | None = None
        self._over = False

    def expect(self, question: Prompted) -> None:
        """From now on the answers are to this question."""
        with self._lock:
            self._question = question
            over = self._over
            if self._reading is None:
                self._reading = threading.Thread(target=self._read, name="answers", daemon=True)
                self._reading.start()
        if over:
            self._typed("")

    def _read(self) -> None:
        """Below Python's buffer, whose lock would outlive this thread at the program's end."""
        descriptor = self._terminal.fileno()
        while line := _line(descriptor):
            self._typed(line.strip())
        with self._lock:
            self._over = True
        self._typed("")

    def _typed(self, text: str) -> None:
        """Enter alone is the answer that the question has where nobody is asked."""
        with self._lock:
            question, self._question = self._question, None
        if question is None:
            return
        options = question.prompt.options
        if text.isdecimal() and 0 < int(text[:9]) <= len(options):
            self._runner.answer(question.id, options[int(text) - 1])
        elif not text:
            self._runner.answer(question.id, question.prompt.default)
        else:
            self._say(_("Please type a number from 1 to {most}.").format(most=len(options)))
            self.expect(question)


def _line(descriptor: int) -> str:
    """What was typed; empty at the end."""
    try:
        return os.read(descriptor, 1024).decode("utf-8", "replace")
    except OSError:
        return ""
