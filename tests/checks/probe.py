"""A probe for tests: it writes down what a step says, answers its questions, and stops it when told to."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping

import psutil

from checks.interface import Cancelled, Capture, Prompt


class TestProbe:
    """Stands where the runner would. ``cancel`` may be called from any thread."""

    __test__ = False

    def __init__(
        self,
        answers: Mapping[str, str] | None = None,
        alone: bool = True,
        wanted_s: Callable[[Capture], float] = lambda _: 0.0,
    ) -> None:
        self.series: defaultdict[str, list[float]] = defaultdict(list)
        self.fractions: list[float] = []
        self.asked: list[Prompt] = []
        self._answers = dict(answers or {})
        self._alone = alone
        self._wanted_s = wanted_s
        self.looks: list[Capture] = []
        """What the step showed when it asked whether to go on."""
        self._stop = threading.Event()

    def cancel(self) -> None:
        self._stop.set()

    def progress(self, fraction: float, note: str = "") -> None:
        self.fractions.append(fraction)

    def sample(self, series: str, value: float) -> None:
        self.series[series].append(value)

    def ask(self, prompt: Prompt) -> str:
        self.raise_if_cancelled()
        self.asked.append(prompt)
        return self._answers.get(prompt.id, prompt.default)

    def raise_if_cancelled(self) -> None:
        if self._stop.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> None:
        if self._stop.wait(max(0.0, seconds)):
            raise Cancelled

    def alone(self) -> bool:
        return self._alone

    def wanted_s(self, so_far: Capture) -> float:
        self.looks.append(so_far)
        return self._wanted_s(so_far)


def cancel_after(probe: TestProbe, seconds: float) -> threading.Timer:
    """Stops the step in so many seconds; the timer's thread ends with it."""
    timer = threading.Timer(seconds, probe.cancel)
    timer.start()
    return timer


def children_left(within_s: float = 1.0, of: str = "") -> list[str]:
    """Command lines of the processes that this one has started and that still run after ``within_s``.

    ``of`` leaves out those that don't contain it.
    """
    until = time.monotonic() + within_s
    while True:
        left = [line for p in psutil.Process().children(recursive=True) if of in (line := _command(p)) and line]
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.02)


def _command(process: psutil.Process) -> str:
    """Empty for one that has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
