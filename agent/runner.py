"""Runs a plan's steps on worker threads, and assesses the checks. One object; its listeners are of equal rank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent.state import Phase, RunState
from checks.interface import Prompt
from report.vocabulary import Outcome


@dataclass(frozen=True, slots=True)
class Started:
    """A step began."""

    phase: Phase


@dataclass(frozen=True, slots=True)
class Prompted:
    """A question waits for the person."""

    id: int
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Ended:
    """A step ended, with a capture or without one."""

    phase: Phase


@dataclass(frozen=True, slots=True)
class Assessed:
    """A check gave its outcome."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Finished:
    """The run is over; every check has an outcome."""

    cancelled: bool


Event = Started | Prompted | Ended | Assessed | Finished


class Runner:
    """One run. Thread-safe; events come on worker threads."""

    def start(self) -> None:
        """Begins. Returns at once."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Stops within a second, leaving no process, thread or open stream. Returns at once."""
        raise NotImplementedError

    def answer(self, prompt_id: int, value: str) -> None:
        """Answers a pending question; an id that no longer waits is ignored."""
        raise NotImplementedError

    def snapshot(self) -> RunState:
        """The state now. Cheap; read it at 10 Hz."""
        raise NotImplementedError

    def on_event(self, listener: Callable[[Event], None]) -> None:
        """Adds a listener for events."""
        raise NotImplementedError

    def join(self, timeout_s: float | None = None) -> bool:
        """Waits for the end; ``False`` when it has not come within ``timeout_s``."""
        raise NotImplementedError
