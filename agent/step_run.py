"""One step on its worker thread: what it may say (its probe), and how it ends."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

from checks.interface import Cancelled, Capture, Context, NotMeasured, Prompt, Step
from checks.registry import broke
from report.catalogue import finding
from report.policy import Policy
from report.vocabulary import Status

POLL_S = 0.05


class Board(Protocol):
    """Where a step's words go: the runner."""

    def noted(self, step: str, fraction: float, note: str) -> None:
        """The step is that far."""

    def sampled(self, series: str, value: float) -> None:
        """The newest point of a series."""

    def asked(self, prompt: Prompt, answers: queue.Queue[str]) -> int:
        """A question waits; the answer will be put into ``answers``. Returns the question's id."""

    def withdrawn(self, prompt_id: int) -> None:
        """The question no longer waits."""

    def only_all_along_left(self) -> bool:
        """Whether none but the steps that run all along still runs or waits."""

    def wanted_s(self, step: str, so_far: Capture, policy: Policy) -> float:
        """How many seconds more a running step should go on, by what it has so far."""


class StepRun:
    """Runs one step; is its probe. ``capture`` or ``missing`` is set when ``ended``."""

    def __init__(self, step: Step, seconds: float, board: Board) -> None:
        self.step = step
        self.planned_s = seconds
        self.seconds = seconds
        """Its length as it now stands."""
        self.capture: Capture | None = None
        self.missing: NotMeasured | None = None
        self.ended = threading.Event()
        self.asking_s = 0.0
        """Seconds spent waiting for the person: no overrun of the step's."""
        self._board = board
        self._stop = threading.Event()
        self._policy: Policy | None = None

    def start(self, context: Context, on_end: Callable[[StepRun], None]) -> None:
        """Begins, on a thread of its own. ``on_end`` is called on that thread."""
        self._policy = context.policy

        def work() -> None:
            try:
                self.capture = self.step.run(self, context, self.planned_s)
            except NotMeasured as reason:
                self.missing = reason
            except Cancelled:
                self.missing = NotMeasured(Status.SKIP, finding("run.cancelled"))
            except Exception as error:
                self.missing = broke(error)
            on_end(self)

        threading.Thread(target=work, name=f"step {self.step.id}", daemon=True).start()

    def stop(self) -> None:
        """Tells the step to end. Returns at once."""
        self._stop.set()

    def progress(self, fraction: float, note: str = "") -> None:
        """See :class:`checks.interface.Probe`."""
        self._board.noted(self.step.id, min(1.0, max(0.0, fraction)), note)

    def sample(self, series: str, value: float) -> None:
        """See :class:`checks.interface.Probe`."""
        self._board.sampled(series, value)

    def ask(self, prompt: Prompt) -> str:
        """See :class:`checks.interface.Probe`."""
        answers: queue.Queue[str] = queue.Queue()
        began = time.monotonic()
        prompt_id = self._board.asked(prompt, answers)
        try:
            while time.monotonic() - began < prompt.timeout_s:
                self.raise_if_cancelled()
                try:
                    answer = answers.get(timeout=POLL_S)
                except queue.Empty:
                    continue
                return answer if answer in prompt.options else prompt.default
            return prompt.default
        finally:
            self.asking_s += time.monotonic() - began
            self._board.withdrawn(prompt_id)

    def raise_if_cancelled(self) -> None:
        """See :class:`checks.interface.Probe`."""
        if self._stop.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """See :class:`checks.interface.Probe`."""
        if self._stop.wait(max(0.0, seconds)):
            raise Cancelled

    def alone(self) -> bool:
        """See :class:`checks.interface.Probe`."""
        return self._board.only_all_along_left()

    def wanted_s(self, so_far: Capture) -> float:
        """See :class:`checks.interface.Probe`."""
        return self._board.wanted_s(self.step.id, so_far, self._policy) if self._policy else 0.0
