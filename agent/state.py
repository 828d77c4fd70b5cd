"""The state of a run as its listeners read it: frozen, complete, cheap to take at 10 Hz."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from checks.interface import Prompt
from report.vocabulary import Outcome


class PhaseStatus(StrEnum):
    """How far one step is."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    MISSING = "missing"
    """Ended without a capture; the outcomes say why."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One step on the run's timeline. Times are planned seconds from the start of the run."""

    step: str
    starts_s: float
    seconds: float
    lead_s: float
    """Of notice to the person before ``starts_s``."""
    status: PhaseStatus
    fraction: float
    note: str
    longer_s: float = 0.0
    """How much longer than planned it goes on, at most, for the sake of certainty."""


@dataclass(frozen=True, slots=True)
class PendingPrompt:
    """A question that waits for the person."""

    id: int
    """Given back with the answer."""
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class RunState:
    """Everything that a picture of the run needs."""

    phases: tuple[Phase, ...]
    elapsed_s: float
    total_s: float
    series: Mapping[str, tuple[tuple[float, float], ...]]
    """Newest live points of each series: (seconds from the start, value), at most 600 each."""
    prompt: PendingPrompt | None
    outcomes: Mapping[str, Outcome]
    """By check id, as they come; after a re-run the newest."""
    running: bool
    cancelled: bool

    @property
    def left_s(self) -> float:
        """Planned seconds left; 0 when the run has ended."""
        return max(0.0, self.total_s - self.elapsed_s) if self.running else 0.0
