"""What the person should be told right now: the one step of a running check that concerns them most."""

from __future__ import annotations

import math
from dataclasses import dataclass

from agent.state import Phase, PhaseStatus, RunState

OF_THE_PERSON = ("read_aloud", "silence")
"""Steps in which the person has something to do. They come before all others."""
_RANK = (*OF_THE_PERSON, "full_line", "idle_line", "preflight")
_ON_THE_RAIL = ("preflight", "silence", "read_aloud", "idle_line", "full_line")
"""The order of the rail. A step that is new to this program comes last."""
_BESIDE = ("idle_line", "load")
"""Steps that run underneath others, and are worth a place on the rail only when nothing covers them."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The step in the foreground."""

    step: str
    upcoming: bool
    """It has not begun: its notice is running."""
    seconds: int
    """Whole seconds until it begins, if ``upcoming``, else until it ends."""
    longer: bool = False
    """It goes on for longer than planned."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One place on the rail."""

    step: str
    fraction: float
    """0 to 1."""
    status: PhaseStatus
    current: bool


def moment(state: RunState) -> Moment | None:
    """The step in the foreground of a run; ``None`` when nothing runs or is about to."""
    found: list[tuple[tuple[bool, int], Moment]] = []
    for phase in state.phases:
        upcoming = phase.status is PhaseStatus.WAITING
        if upcoming and not phase.starts_s - phase.lead_s <= state.elapsed_s:
            continue
        if not upcoming and phase.status is not PhaseStatus.RUNNING:
            continue
        busy = phase.step in OF_THE_PERSON and not upcoming
        seconds = phase.starts_s - state.elapsed_s if upcoming else _left_s(phase, state.elapsed_s)
        whole = max(0, math.ceil(seconds - 1e-6))
        found.append(((not busy, _rank(phase.step)), Moment(phase.step, upcoming, whole, phase.longer_s > 0)))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def stages(state: RunState) -> tuple[Stage, ...]:
    """The rail: the steps that the person notices, in the order of a whole run."""
    shown = [phase for phase in state.phases if not _covered(phase, state.phases)]
    now = moment(state)
    return tuple(
        Stage(phase.step, _fraction(phase, state.elapsed_s), phase.status, now is not None and phase.step == now.step)
        for phase in sorted(shown, key=lambda phase: (_place(phase.step), phase.starts_s))
    )


def _place(step: str) -> int:
    return _ON_THE_RAIL.index(step) if step in _ON_THE_RAIL else len(_ON_THE_RAIL)


def _rank(step: str) -> int:
    return _RANK.index(step) if step in _RANK else len(_RANK) + (step in _BESIDE)


def _left_s(phase: Phase, elapsed_s: float) -> float:
    return phase.starts_s + phase.seconds - elapsed_s


def _fraction(phase: Phase, elapsed_s: float) -> float:
    if phase.status in (PhaseStatus.ENDED, PhaseStatus.MISSING):
        return 1.0
    if phase.status is PhaseStatus.WAITING or not phase.seconds:
        return 0.0
    return min(1.0, max(0.0, (elapsed_s - phase.starts_s) / phase.seconds))


def _covered(phase: Phase, phases: tuple[Phase, ...]) -> bool:
    """Whether a step that runs underneath has another in front of it for most of its time."""
    if phase.step not in _BESIDE:
        return False
    if phase.step == "load":
        return len(phases) > 1
    start, end = phase.starts_s, phase.starts_s + phase.seconds
    over = sum(
        max(0.0, min(end, other.starts_s + other.seconds) - max(start, other.starts_s))
        for other in phases
        if other.step not in _BESIDE
    )
    return over > 0.5 * phase.seconds
