"""Lays steps out in time: a pure function from what they need, and what has happened so far, to when they run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checks.interface import Need, Step, StepId

FIRST: StepId = "preflight"
"""Runs alone before all others: it offers the fix before anything is asked of the person."""
ORDER: tuple[StepId, ...] = (FIRST, "idle_line", "silence", "read_aloud", "full_line")
"""Who is placed first; others follow by name. The long thin line goes underneath the microphone's steps."""
QUICK = 0.6
"""What is left of a step's length in a quick run."""

_CONFLICTS: Mapping[Need, frozenset[Need]] = {
    Need.MICROPHONE: frozenset({Need.MICROPHONE}),
    Need.QUIET: frozenset({Need.VOICE}),
    Need.VOICE: frozenset({Need.QUIET}),
    Need.LINE: frozenset({Need.LINE_ALONE}),
    Need.LINE_ALONE: frozenset({Need.LINE, Need.LINE_ALONE}),
    Need.CPU: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """When one step runs, in seconds from the start of the run."""

    step: StepId
    starts_s: float
    seconds: float
    lead_s: float
    """Of notice, before ``starts_s``."""

    @property
    def ends_s(self) -> float:
        """Planned or actual end."""
        return self.starts_s + self.seconds


@dataclass(frozen=True, slots=True)
class Happened:
    """What is known of a step that has started."""

    started_s: float
    ended_s: float | None = None
    """``None``: it runs still."""
    seconds: float | None = None
    """Its length as it now stands, where that is no longer the planned one."""


Plan = tuple[Slot, ...]
"""The timeline, in the order of the starts."""


def total_s(plan: Plan) -> float:
    """Length of the whole."""
    return max((slot.ends_s for slot in plan), default=0.0)


def free_until_s(step: Step, steps: Iterable[Step], plan: Plan) -> float:
    """Until when this step may go on without keeping anybody waiting: others run beside it so long at least."""
    beside = {other.id for other in steps if other.id != step.id and not other.all_along and not _conflict(step, other)}
    return total_s(tuple(slot for slot in plan if slot.step in beside))


def lay_out(
    steps: Iterable[Step],
    quick: bool = False,
    happened: Mapping[StepId, Happened] | None = None,
    now_s: float = 0.0,
) -> Plan:
    """The earliest start of each step that keeps conflicting needs apart, notice to the person included.

    What has ``happened`` is taken as it was; a step that runs longer than planned moves those that wait for it.
    """
    happened = happened or {}
    known = {step.id: step for step in steps}
    slots: dict[StepId, Slot] = {}
    for step_id in _in_order(step for step in known.values() if not step.all_along):
        step = known[step_id]
        waits_for = [slots[o] for o in slots if o == FIRST or _conflict(step, known[o])]
        opens_s = max((slot.ends_s for slot in waits_for), default=0.0)
        slots[step_id] = _slot(step, opens_s, _length(step, quick), happened.get(step_id), now_s)
    others_end_s = total_s(tuple(slots.values()))
    for step in known.values():
        if step.all_along:
            slots[step.id] = _slot(step, 0.0, others_end_s or _length(step, quick), happened.get(step.id), now_s)
    return tuple(sorted(slots.values(), key=lambda slot: (slot.starts_s, slot.step)))


def _slot(step: Step, opens_s: float, seconds: float, fact: Happened | None, now_s: float) -> Slot:
    if fact is None:
        return Slot(step.id, opens_s + step.lead_s, seconds, step.lead_s)
    length_s = seconds if fact.seconds is None else fact.seconds
    ends_s = fact.ended_s if fact.ended_s is not None else max(now_s, fact.started_s + length_s)
    return Slot(step.id, fact.started_s, ends_s - fact.started_s, step.lead_s)


def _length(step: Step, quick: bool) -> float:
    return step.seconds * (QUICK if quick and step.id != FIRST else 1.0)


def _in_order(steps: Iterable[Step]) -> list[StepId]:
    names = sorted(step.id for step in steps)
    return sorted(names, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


def _conflict(one: Step, other: Step) -> bool:
    return any(_CONFLICTS[need] & other.needs for need in one.needs)
