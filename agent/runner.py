"""Runs steps on worker threads and assesses the checks. One object; its listeners are of equal rank."""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from agent.lengthening import most_wanted_s
from agent.state import PendingPrompt, Phase, PhaseStatus, RunState
from agent.step_run import StepRun
from checks import registry
from checks.interface import Capture, Captures, Check, Context, Need, NotMeasured, Prompt, Step, StepId
from checks.plan import Happened, Plan, free_until_s, lay_out, total_s
from checks.registry import Found
from report import vocabulary
from report.catalogue import finding
from report.policy import Policy
from report.vocabulary import Outcome, Status

log = logging.getLogger(__name__)

OVERRUN_S = 12.0
"""How long after its planned end a step is given up."""
CANCEL_S = 0.9
"""How long a stop waits for the steps to close what they opened."""
TICK_S = 0.02
SERIES_KEPT = 600
LEAST_LONGER_S = 1.0
"""A step that goes on for less than this is not said to."""


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
class Lengthened:
    """A step may go on for longer than it was to: what it has so far leaves a question open."""

    phase: Phase
    more_s: float
    """At most."""


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


Event = Started | Prompted | Lengthened | Ended | Assessed | Finished


class Runner:
    """One run, or one re-run of some checks. Thread-safe; events come on worker threads.

    A re-run is given the captures that the first run brought (``kept``): its steps replace theirs, and every check
    that uses one of its steps is assessed again.
    """

    def __init__(
        self,
        context: Callable[[], Context],
        *,
        only: Collection[str] | None = None,
        quick: bool = False,
        kept: tuple[Mapping[StepId, Capture], Mapping[StepId, NotMeasured]] | None = None,
        offset_s: float = 0.0,
        steps: Mapping[StepId, Found[Step]] | None = None,
        checks: Mapping[str, Found[Check]] | None = None,
    ) -> None:
        """``context`` is called once, on the run's own thread. ``only`` names the checks; ``None`` is all.

        ``offset_s``: how long after the first run's start this one begins. ``steps`` and ``checks`` are all that
        stand in the program unless given.
        """
        all_steps = registry.steps() if steps is None else steps
        all_checks = registry.checks() if checks is None else checks
        chosen = set(all_checks) if only is None else set(only) & set(all_checks)
        wanted = {s for c in chosen if (check := all_checks[c].thing) for s in check.uses}
        touched = {c for c, f in all_checks.items() if kept and f.thing and wanted & set(f.thing.uses)}
        self._checks = {c: found for c, found in all_checks.items() if c in chosen | touched}
        self._not_chosen = [] if kept else [c for c in all_checks if c not in self._checks]
        self._steps = {s: f.thing for s, f in all_steps.items() if s in wanted and f.thing is not None}
        taken, missing = kept or ({}, {})
        self.taken: dict[StepId, Capture] = {s: c for s, c in taken.items() if s not in wanted}
        """What the steps brought, by step."""
        self.missing: dict[StepId, NotMeasured] = {s: m for s, m in missing.items() if s not in wanted}
        """Why the other steps brought nothing."""
        for step in wanted - set(self._steps):
            found = all_steps.get(step)
            self.missing[step] = (found and found.broken) or registry.broke(LookupError(step))
        self._get_context = context
        self._quick = quick
        self._offset_s = offset_s
        self._lock = threading.Lock()
        self._runs: dict[StepId, StepRun] = {}
        self._happened: dict[StepId, Happened] = {}
        self._notes: dict[StepId, tuple[float, str]] = {}
        self._series: dict[str, deque[tuple[float, float]]] = {}
        self._prompts: dict[int, tuple[Prompt, queue.Queue[str]]] = {}
        self._prompt_ids = itertools.count(1)
        self._outcomes: dict[str, Outcome] = {}
        self._listeners: list[Callable[[Event], None]] = []
        self._stop = threading.Event()
        self._done = threading.Event()
        self._told = threading.Event()
        self._began: float | None = None
        self._ended_s = 0.0

    # What listeners use.

    def start(self) -> None:
        """Begins. Returns at once."""
        self._began = time.monotonic()
        threading.Thread(target=self._work, name="run", daemon=True).start()

    def cancel(self) -> None:
        """Stops within a second, leaving no process, thread or open stream. Returns at once."""
        self._stop.set()

    def answer(self, prompt_id: int, value: str) -> None:
        """Answers a pending question; an id that no longer waits is ignored."""
        with self._lock:
            waiting = self._prompts.get(prompt_id)
        if waiting:
            waiting[1].put(value)

    def snapshot(self) -> RunState:
        """The state now. Cheap; read it at 10 Hz."""
        with self._lock:
            plan = self._plan()
            elapsed_s = self._elapsed_s()
            pending = next(((i, p) for i, (p, _) in self._prompts.items()), None)
            return RunState(
                phases=tuple(self._phase(slot.step, plan) for slot in plan),
                elapsed_s=elapsed_s,
                total_s=max(total_s(plan), elapsed_s),
                series={name: tuple(points) for name, points in self._series.items()},
                prompt=PendingPrompt(*pending) if pending else None,
                outcomes=dict(self._outcomes),
                running=self._began is not None and not self._done.is_set(),
                cancelled=self._stop.is_set(),
            )

    def on_event(self, listener: Callable[[Event], None]) -> None:
        """Adds a listener for events."""
        self._listeners.append(listener)

    @property
    def ended(self) -> bool:
        """Whether the run is over; its listeners may be hearing of it just now."""
        return self._done.is_set()

    def join(self, timeout_s: float | None = None) -> bool:
        """Waits until the run is over and every listener was told; ``False`` when that took longer."""
        return self._told.wait(timeout_s)

    # What the steps' threads call (agent.step_run.Board).

    def noted(self, step: str, fraction: float, note: str) -> None:
        """The step is that far."""
        with self._lock:
            self._notes[step] = (fraction, note)

    def sampled(self, series: str, value: float) -> None:
        """The newest point of a series."""
        with self._lock:
            self._series.setdefault(series, deque(maxlen=SERIES_KEPT)).append((self._elapsed_s(), value))

    def asked(self, prompt: Prompt, answers: queue.Queue[str]) -> int:
        """A question waits for the person."""
        with self._lock:
            prompt_id = next(self._prompt_ids)
            self._prompts[prompt_id] = (prompt, answers)
        self._tell(Prompted(prompt_id, prompt))
        return prompt_id

    def withdrawn(self, prompt_id: int) -> None:
        """The question no longer waits."""
        with self._lock:
            self._prompts.pop(prompt_id, None)

    def only_all_along_left(self) -> bool:
        """Whether none but the steps that run all along still runs or waits."""
        with self._lock:
            return all(step.all_along or self._has_ended(name) for name, step in self._steps.items())

    def wanted_s(self, step: StepId, so_far: Capture, policy: Policy) -> float:
        """What the checks want of a running step, within its cap, and within the planned length never less than costs
        nobody any time."""
        checks = [found.thing for found in self._checks.values() if found.thing is not None]
        wanted_s = most_wanted_s(step, checks, Captures(self.taken | {step: so_far}, self.missing), policy)
        with self._lock:
            run, fact, plan, now_s = self._runs[step], self._happened[step], self._plan(), self._elapsed_s()
            ends_s = next(slot.ends_s for slot in plan if slot.step == step)
            free_s = min(free_until_s(run.step, self._steps.values(), plan), fact.started_s + run.planned_s)
            until_s = min(max(now_s + wanted_s, free_s), fact.started_s + run.step.cap_s)
            longer = until_s - ends_s > LEAST_LONGER_S
            if longer:
                run.seconds = until_s - fact.started_s
                self._happened[step] = replace(fact, seconds=run.seconds)
        if longer:
            self._tell(Lengthened(self._phase_now(step), until_s - ends_s))
        return max(0.0, until_s - now_s)

    # The run's own thread.

    def _work(self) -> None:
        for check in self._not_chosen:
            self._assessed(_unmeasured(check, NotMeasured(Status.SKIP, finding("run.not_chosen")), 1))
        try:
            context = self._get_context()
        except Exception as error:
            with self._lock:
                self.missing.update(dict.fromkeys(self._steps, registry.broke(error)))
            context = None
        while not self._stop.is_set():
            self._assess_what_is_complete(context)
            if all(self._has_ended(step) for step in self._steps):
                break
            if context is not None:
                self._start_what_is_due(context)
            self._give_up_overrunning()
            time.sleep(TICK_S)
        self._wind_up(context)

    def _start_what_is_due(self, context: Context) -> None:
        with self._lock:
            now_s = self._elapsed_s()
            due = [slot for slot in self._plan() if slot.starts_s <= now_s and slot.step not in self._happened]
            for slot in due:
                self._happened[slot.step] = Happened(now_s)
                self._runs[slot.step] = StepRun(self._steps[slot.step], slot.seconds, self)
        for slot in due:
            self._tell(Started(self._phase_now(slot.step)))
            self._runs[slot.step].start(context, self._step_ended)

    def _step_ended(self, run: StepRun) -> None:
        name = run.step.id
        with self._lock:
            if self._has_ended(name):
                return
            if run.capture is not None:
                self.taken[name] = run.capture
                self._leave_out(run.capture.lacking)
            else:
                self.missing[name] = run.missing or registry.broke(RuntimeError(name))
            self._happened[name] = Happened(self._happened[name].started_s, self._elapsed_s())
        run.ended.set()
        self._tell(Ended(self._phase_now(name)))

    def _leave_out(self, lacking: Mapping[Need, NotMeasured]) -> None:
        for step in self._steps.values():
            reason = next((why for need, why in lacking.items() if need in step.needs), None)
            if reason is not None and step.id not in self._happened:
                self._happened[step.id] = Happened(self._elapsed_s(), self._elapsed_s())
                self.missing[step.id] = reason

    def _give_up_overrunning(self) -> None:
        for name, run in list(self._runs.items()):
            if self._prompts or self._has_ended(name):
                continue
            began_s = self._happened[name].started_s
            planned_s = max(run.seconds, self._others_end_s() - began_s) if run.step.all_along else run.seconds
            allowed_s = planned_s + run.asking_s + OVERRUN_S
            if self._elapsed_s() - began_s > allowed_s:
                run.stop()
                run.missing = NotMeasured(Status.ERROR, finding("run.step_overran", seconds=round(allowed_s)))
                self._step_ended(run)

    def _assess_what_is_complete(self, context: Context | None) -> None:
        for check_id, found in self._checks.items():
            if check_id in self._outcomes:
                continue
            if found.thing is None or all(self._has_ended(s) for s in found.thing.uses):
                self._assessed(self._assess(check_id, found, context))

    def _assess(self, check_id: str, found: Found[Check], context: Context | None) -> Outcome:
        check = found.thing
        if check is None or context is None:
            reason = found.broken or next(iter(self.missing.values()))
            return _unmeasured(check_id, reason, 1)
        ends = [h.ended_s for s in check.uses if (h := self._happened.get(s)) and h.ended_s is not None]
        at_s = self._offset_s + max(ends, default=0.0)
        try:
            outcome = check.assess(Captures(self.taken, self.missing), context)
        except NotMeasured as reason:
            outcome = _unmeasured(check_id, reason, check.version)
        except Exception as error:
            outcome = _unmeasured(check_id, registry.broke(error), check.version)
        return vocabulary.replace(outcome, measured_at_s=round(at_s, 1))

    def _assessed(self, outcome: Outcome) -> None:
        with self._lock:
            self._outcomes[outcome.check] = outcome
        self._tell(Assessed(outcome))

    def _wind_up(self, context: Context | None) -> None:
        for run in self._runs.values():
            run.stop()
        deadline = time.monotonic() + CANCEL_S
        for name, run in self._runs.items():
            if not self._has_ended(name):
                run.ended.wait(max(0.0, deadline - time.monotonic()))
        with self._lock:
            cancelled = NotMeasured(Status.SKIP, finding("run.cancelled"))
            for step in self._steps:
                if step not in self.taken and step not in self.missing:
                    self.missing[step] = cancelled
        self._assess_what_is_complete(context)
        self._ended_s = self._elapsed_s()
        self._done.set()
        self._tell(Finished(self._stop.is_set()))
        self._told.set()

    # Small helpers.

    def _tell(self, event: Event) -> None:
        """A listener that fails harms neither the run nor the other listeners."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                log.exception("a listener of the run broke")

    def _elapsed_s(self) -> float:
        if self._began is None:
            return 0.0
        return self._ended_s if self._done.is_set() else time.monotonic() - self._began

    def _has_ended(self, step: StepId) -> bool:
        return step in self.taken or step in self.missing

    def _others_end_s(self) -> float:
        """When those have ended that don't run all along, or will, as far as is known."""
        return total_s(tuple(slot for slot in self._plan() if not self._steps[slot.step].all_along))

    def _plan(self) -> Plan:
        return lay_out(self._steps.values(), self._quick, self._happened, self._elapsed_s())

    def _phase_now(self, step: StepId) -> Phase:
        with self._lock:
            return self._phase(step, self._plan())

    def _phase(self, step: StepId, plan: Plan) -> Phase:
        slot = next(slot for slot in plan if slot.step == step)
        fraction, note = self._notes.get(step, (0.0, ""))
        if step in self.missing:
            status = PhaseStatus.MISSING
        elif step in self.taken:
            status, fraction = PhaseStatus.ENDED, 1.0
        else:
            status = PhaseStatus.RUNNING if step in self._happened else PhaseStatus.WAITING
        run = self._runs.get(step)
        longer_s = run.seconds - run.planned_s if run is not None and status is PhaseStatus.RUNNING else 0.0
        return Phase(step, slot.starts_s, slot.seconds, slot.lead_s, status, fraction, note, longer_s)


def _unmeasured(check: str, reason: NotMeasured, version: int) -> Outcome:
    return Outcome(check=check, version=version, status=reason.status, because=reason.because)
