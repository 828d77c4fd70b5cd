"""The runner, with steps and checks made for the test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import pytest

from agent.runner import Assessed, Ended, Event, Finished, Lengthened, Prompted, Runner, Started
from agent.state import PhaseStatus, RunState
from checks.interface import Capture, Captures, Check, Context, Need, NotMeasured, Probe, Prompt, Step
from checks.registry import Found, broke
from report.catalogue import finding
from report.policy import default
from report.vocabulary import Outcome, Status


@dataclass(frozen=True)
class Number(Capture):
    value: float


@dataclass(frozen=True)
class NoMicrophone(Number):
    @property
    def lacking(self) -> Mapping[Need, NotMeasured]:
        return {Need.MICROPHONE: NotMeasured(Status.SKIP, finding("headset.no_microphone"))}


def step(
    name: str,
    work: Callable[[Probe], float],
    seconds: float = 0.1,
    needs: set[Need] | None = None,
    cap_s: float | None = None,
) -> Step:
    def run(_: object, probe: Probe, __: Context, ___: float) -> Capture:
        return Number(work(probe))

    facts = {
        "id": name,
        "needs": frozenset(needs or ()),
        "seconds": seconds,
        "lead_s": 0.0,
        "all_along": False,
        "cap_s": seconds if cap_s is None else cap_s,
        "run": run,
    }
    return cast(Step, type(name, (), facts)())


def check(
    name: str, *uses: str, fails: Exception | None = None, wants: Callable[[Captures], float] = lambda _: 0.0
) -> Check:
    def assess(_: object, captures: Captures, __: Context) -> Outcome:
        if fails:
            raise fails
        total = sum(captures.need(s, Number).value for s in uses)
        return Outcome(check=name, version=3, status=Status.MEASURED, facts={"total": total})

    def wants_more(_: object, captures: Captures, __: object) -> float:
        return wants(captures)

    facts = {"id": name, "version": 3, "uses": uses, "assess": assess, "wants_more": wants_more}
    return cast(Check, type("Made", (), facts)())


def found(*things: Step | Check) -> Mapping[str, Found]:  # type: ignore[type-arg]
    return {thing.id: Found(thing.id, thing, None) for thing in things}


def runner(steps: list[Step], checks: list[Check], **more: object) -> Runner:
    return Runner(lambda: Context(policy=default()), steps=found(*steps), checks=found(*checks), **more)  # type: ignore[arg-type]


def finish(run: Runner, within_s: float = 5.0) -> tuple[RunState, list[Event]]:
    events: list[Event] = []
    run.on_event(events.append)
    run.start()
    assert run.join(within_s)
    return run.snapshot(), events


def test_captures_reach_the_checks_and_events_come_in_order() -> None:
    run = runner([step("a", lambda p: 1.0), step("b", lambda p: 2.0)], [check("room.sum", "a", "b")])
    state, events = finish(run)
    assert state.outcomes["room.sum"].facts == {"total": 3.0}
    assert [phase.status for phase in state.phases] == [PhaseStatus.ENDED, PhaseStatus.ENDED]
    kinds = [type(event) for event in events]
    assert kinds.count(Started) == kinds.count(Ended) == 2
    assert kinds[-2:] == [Assessed, Finished]
    assert not state.running


def test_a_step_that_raises_harms_no_other() -> None:
    def broken(_: Probe) -> float:
        raise ZeroDivisionError

    run = runner(
        [step("bad", broken), step("good", lambda p: 1.0)], [check("room.bad", "bad"), check("room.good", "good")]
    )
    state, _ = finish(run)
    assert state.outcomes["room.good"].status is Status.MEASURED
    bad = state.outcomes["room.bad"]
    assert bad.status is Status.ERROR
    assert bad.because is not None
    assert bad.because.params == {"error": "ZeroDivisionError"}
    assert bad.measurements == []


def test_a_check_that_raises_or_failed_to_import_is_an_error_outcome() -> None:
    checks = dict(found(check("room.raises", "a", fails=KeyError("x")), check("room.good", "a")))
    checks["room.unimportable"] = Found("room.unimportable", None, broke(SyntaxError("x")))
    run = Runner(lambda: Context(policy=default()), steps=found(step("a", lambda p: 1.0)), checks=checks)
    state, _ = finish(run)
    assert {c: o.status for c, o in state.outcomes.items()} == {
        "room.raises": Status.ERROR,
        "room.good": Status.MEASURED,
        "room.unimportable": Status.ERROR,
    }


def test_what_could_not_be_captured_is_skipped_for_the_steps_own_reason() -> None:
    def refuse(_: Probe) -> float:
        raise NotMeasured(Status.SKIP, finding("run.not_answered"))

    state, _ = finish(runner([step("a", refuse)], [check("room.x", "a")]))
    assert state.outcomes["room.x"].status is Status.SKIP
    assert state.outcomes["room.x"].because == finding("run.not_answered")
    assert state.phases[0].status is PhaseStatus.MISSING


def test_cancelling_ends_within_a_second_and_leaves_no_thread() -> None:
    before = set(threading.enumerate())

    def long(probe: Probe) -> float:
        while True:
            probe.wait(0.1)

    run = runner([step("long", long, seconds=30), step("other", lambda p: 1.0)], [check("room.x", "long")])
    run.start()
    time.sleep(0.2)
    began = time.monotonic()
    run.cancel()
    assert run.join(5)
    assert time.monotonic() - began < 1.0
    state = run.snapshot()
    assert state.cancelled
    assert state.outcomes["room.x"].because == finding("run.cancelled")
    time.sleep(0.1)
    assert set(threading.enumerate()) <= before


def test_a_step_that_will_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.runner.OVERRUN_S", 0.2)
    over = threading.Event()
    run = runner(
        [step("deaf", lambda p: float(over.wait(3))), step("b", lambda p: 1.0)],
        [check("room.deaf", "deaf"), check("room.b", "b")],
    )
    state, _ = finish(run, within_s=2.5)
    over.set()
    assert state.outcomes["room.b"].status is Status.MEASURED
    deaf = state.outcomes["room.deaf"]
    assert deaf.status is Status.ERROR
    assert deaf.because is not None
    assert deaf.because.code == "run.step_overran"


def asks_at_once(probe: Probe) -> float:
    """Says how much longer it was wanted to go on, having measured 7."""
    return probe.wanted_s(Number(7.0))


def test_a_step_goes_on_for_as_long_as_the_check_that_wants_most_up_to_its_cap() -> None:
    run = runner(
        [step("a", asks_at_once, seconds=2.0, cap_s=9.0)],
        [
            check("room.content", "a"),
            check("room.curious", "a", wants=lambda c: c.need("a", Number).value),
            check("room.broken", "a", wants=lambda _: 1 / 0),
            check("room.of_others", wants=lambda _: 99.0),
        ],
    )
    state, events = finish(run)
    assert state.outcomes["room.curious"].facts["total"] == pytest.approx(7, abs=0.2)
    longer = [e for e in events if isinstance(e, Lengthened)]
    assert [e.more_s for e in longer] == [pytest.approx(5, abs=0.2)]
    assert longer[0].phase.longer_s == longer[0].more_s
    assert longer[0].phase.seconds == pytest.approx(7, abs=0.2)
    capped = runner([step("a", asks_at_once, seconds=2.0, cap_s=3.5)], [check("room.x", "a", wants=lambda _: 1e9)])
    state, _ = finish(capped)
    assert state.outcomes["room.x"].facts["total"] == pytest.approx(3.5, abs=0.2)


def test_a_lengthened_step_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.runner.OVERRUN_S", 0.1)

    def long(probe: Probe) -> float:
        probe.wait(probe.wanted_s(Number(1.0)))
        return 1.0

    run = runner([step("a", long, cap_s=1.4)], [check("room.x", "a", wants=lambda _: 1.3)])
    state, _ = finish(run)
    assert state.outcomes["room.x"].status is Status.MEASURED


@pytest.mark.parametrize(("needs", "left_s"), [(Need.QUIET, 1.0), (Need.LINE_ALONE, 0.0)])
def test_a_step_that_has_enough_goes_on_only_while_that_keeps_nobody_waiting(needs: Need, left_s: float) -> None:
    def short(probe: Probe) -> float:
        probe.wait(0.3)
        return 1.0

    line = step("idle_line", asks_at_once, seconds=5.0, needs={Need.LINE})
    beside = step("b", short, seconds=1.0, needs={needs})
    state, events = finish(runner([line, beside], [check("room.x", "idle_line"), check("room.y", "b")]))
    assert state.outcomes["room.x"].facts["total"] == pytest.approx(left_s, abs=0.2)
    assert not any(isinstance(e, Lengthened) for e in events)


@pytest.mark.parametrize(("said", "heard"), [("yes", 1.0), ("no", 0.0), ("nonsense", 0.0)])
def test_a_question_blocks_its_step_until_it_is_answered(said: str, heard: float) -> None:
    prompt = Prompt("network.metered", ("no", "yes"), "no")
    run = runner([step("asks", lambda p: float(p.ask(prompt) == "yes"))], [check("room.x", "asks")])
    run.on_event(lambda e: run.answer(e.id, said) if isinstance(e, Prompted) else None)
    state, _ = finish(run)
    assert state.outcomes["room.x"].facts == {"total": heard}
    assert state.prompt is None


def test_a_question_that_nobody_answers_takes_its_default() -> None:
    prompt = Prompt("network.metered", ("no", "yes"), "no", timeout_s=0.2)
    state, _ = finish(runner([step("asks", lambda p: float(p.ask(prompt) == "no"))], [check("room.x", "asks")]))
    assert state.outcomes["room.x"].facts == {"total": 1.0}


def test_conflicting_needs_never_run_at_the_same_time() -> None:
    running: list[str] = []
    together: list[list[str]] = []

    def work(name: str) -> Callable[[Probe], float]:
        def go(probe: Probe) -> float:
            running.append(name)
            together.append(list(running))
            probe.wait(0.15)
            running.remove(name)
            return 1.0

        return go

    steps = [step(n, work(n), needs={Need.MICROPHONE}) for n in ("a", "b", "c")]
    finish(runner(steps, [check("room.x", "a", "b", "c")]))
    assert together == [["a"], ["b"], ["c"]]


def test_what_the_first_look_found_missing_is_not_asked_of_the_person() -> None:
    begun: list[str] = []
    first = step("preflight", lambda p: 0.0, needs={Need.MICROPHONE})
    type(first).run = lambda *_: NoMicrophone(0.0)  # type: ignore[method-assign]
    listens = step("silence", lambda p: 1.0, needs={Need.MICROPHONE})
    run = runner(
        [first, listens, step("line", lambda p: 5.0)],
        [check("room.x", "preflight", "silence"), check("room.y", "line")],
    )
    run.on_event(lambda e: begun.append(e.phase.step) if isinstance(e, Started) else None)
    state, _ = finish(run)
    assert "silence" not in begun
    assert state.outcomes["room.x"].because == finding("headset.no_microphone")
    assert state.outcomes["room.y"].facts == {"total": 5.0}


def test_checks_that_were_not_chosen_say_so() -> None:
    run = runner([step("a", lambda p: 1.0)], [check("room.x", "a"), check("room.y", "a")], only=["room.x"])
    state, _ = finish(run)
    assert state.outcomes["room.y"].because == finding("run.not_chosen")
    assert state.outcomes["room.x"].status is Status.MEASURED


def test_a_rerun_takes_its_own_steps_again_and_keeps_the_others() -> None:
    steps = [step("a", lambda p: 1.0), step("b", lambda p: 2.0)]
    checks = [check("room.a", "a"), check("room.b", "b"), check("room.both", "a", "b")]
    first = runner(steps, checks)
    finish(first)
    steps[0] = step("a", lambda p: 10.0)
    again = runner(steps, checks, only=["room.a"], kept=(first.taken, first.missing), offset_s=100.0)
    state, _ = finish(again)
    assert {c: o.facts["total"] for c, o in state.outcomes.items()} == {"room.a": 10.0, "room.both": 12.0}
    assert state.outcomes["room.a"].measured_at_s >= 100


def test_live_points_and_progress_are_in_the_snapshot() -> None:
    def work(probe: Probe) -> float:
        probe.progress(0.5, "half")
        probe.sample("room.level_dbfs_a", -40.0)
        probe.wait(0.4)
        return 1.0

    run = runner([step("a", work, seconds=0.5)], [check("room.x", "a")])
    run.start()
    time.sleep(0.2)
    state = run.snapshot()
    assert run.join(5)
    assert state.running
    assert (state.phases[0].fraction, state.phases[0].note) == (0.5, "half")
    assert [value for _, value in state.series["room.level_dbfs_a"]] == [-40.0]
    assert 0 < state.left_s < 0.5


def test_a_listener_that_fails_harms_neither_the_run_nor_the_others(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Event) -> None:
        raise BrokenPipeError

    run = runner([step("a", lambda p: 1.0)], [check("room.x", "a")])
    run.on_event(broken)
    state, events = finish(run)
    assert state.outcomes["room.x"].status is Status.MEASURED
    assert isinstance(events[-1], Finished)
    assert "a listener of the run broke" in caplog.text


def test_a_context_that_cannot_be_had_is_an_error_for_every_check() -> None:
    def no_context() -> Context:
        raise OSError

    run = Runner(no_context, steps=found(step("a", lambda p: 1.0)), checks=found(check("room.x", "a")))
    state, _ = finish(run)
    assert state.outcomes["room.x"].status is Status.ERROR
