"""The timeline of a run."""

from __future__ import annotations

from checks.interface import Need, Step
from checks.plan import Happened, free_until_s, lay_out, total_s


def planned(name: str, needs: set[Need], seconds: float, lead_s: float = 0.0, all_along: bool = False) -> Step:
    facts = {"id": name, "needs": frozenset(needs), "seconds": seconds, "lead_s": lead_s, "all_along": all_along}
    step: Step = type(name, (), facts)()
    return step


STEPS = [
    planned("load", {Need.CPU}, 10, all_along=True),
    planned("full_line", {Need.LINE_ALONE}, 10, lead_s=2),
    planned("read_aloud", {Need.MICROPHONE, Need.VOICE}, 6, lead_s=2),
    planned("silence", {Need.MICROPHONE, Need.QUIET}, 8),
    planned("idle_line", {Need.LINE}, 20),
    planned("preflight", set(), 2),
]


def times(happened: dict[str, Happened] | None = None, now_s: float = 0.0) -> dict[str, tuple[float, float]]:
    return {s.step: (s.starts_s, s.ends_s) for s in lay_out(STEPS, happened=happened, now_s=now_s)}


def test_the_whole_check_takes_34_seconds_with_the_line_idle_underneath() -> None:
    assert times() == {
        "preflight": (0, 2),
        "idle_line": (2, 22),
        "silence": (2, 10),
        "read_aloud": (12, 18),
        "full_line": (24, 34),
        "load": (0, 34),
    }


def test_order_of_the_steps_given_does_not_matter() -> None:
    assert lay_out(STEPS) == lay_out(reversed(STEPS))


def test_a_late_preflight_moves_all_that_waits_for_it() -> None:
    moved = times({"preflight": Happened(0.0, 5.0)}, now_s=5.0)
    assert moved["silence"] == (5, 13)
    assert moved["read_aloud"] == (15, 21)
    assert moved["full_line"] == (27, 37)


def test_what_ends_early_frees_those_behind_it() -> None:
    freed = times({"preflight": Happened(0, 2), "idle_line": Happened(2, 2.1), "silence": Happened(2, 2.1)}, 2.2)
    assert freed["read_aloud"][0] == 2.1 + 2
    assert freed["full_line"][0] == 2.1 + 2
    assert freed["load"] == (0, 2.1 + 2 + 10)


def test_a_running_step_that_overruns_is_planned_to_end_now() -> None:
    assert times({"preflight": Happened(0.0)}, now_s=3.5)["silence"][0] == 3.5


def test_a_step_that_is_to_go_on_for_longer_moves_those_that_wait_for_it() -> None:
    longer = times({"preflight": Happened(0, 2), "idle_line": Happened(2, seconds=45)}, now_s=20.5)
    assert longer["idle_line"] == (2, 47)
    assert longer["full_line"] == (49, 59)
    assert longer["load"] == (0, 59)


def test_free_is_what_runs_beside_and_nobody_waits_for() -> None:
    plan = lay_out(STEPS)
    line = next(step for step in STEPS if step.id == "idle_line")
    assert free_until_s(line, STEPS, plan) == 18
    assert free_until_s(line, [line], plan) == 0


def test_a_quick_run_is_shorter_but_its_preflight_is_not() -> None:
    quick = {s.step: s for s in lay_out(STEPS, quick=True)}
    assert quick["preflight"].seconds == 2
    assert quick["silence"].seconds < 8
    assert total_s(tuple(quick.values())) < 25


def test_a_step_that_runs_all_along_has_its_own_length_when_alone() -> None:
    assert total_s(lay_out([STEPS[0]])) == 10
