"""How long the line is probed: shorter when clear, longer while chance could decide a failure, and no more failures
by chance than the interval promises."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from checks.interface import Captures
from checks.line.length import MOST_S, PLANNED_S, wanted_s
from checks.network import jitter as jitter_check
from checks.network import voice_quality
from report.catalogue import Better, measurement
from report.limits import judge
from report.policy import Criterion, Policy, default
from report.vocabulary import Measurement, Verdict
from tests.checks.network.captures import idle
from tests.protocol.lines import Line, steady

LIMITS = Criterion(pass_=20, fail=30)
POLICY = msgspec.structs.replace(default(), criteria={"network.jitter_ms": LIMITS})


def jitter(value: float, half_width: float) -> Measurement:
    return measurement("network.jitter_ms", value, value - half_width, value + half_width)


def wanted(value: float, half_width: float, so_far_s: float, policy: Policy = POLICY) -> float:
    return wanted_s([jitter(value, half_width)], policy, so_far_s)


def test_a_clearly_good_line_needs_no_more_after_nine_seconds() -> None:
    assert wanted(8, 2, 9.0) == 0


@pytest.mark.parametrize("value", [22.0, 60.0])
def test_trouble_gets_the_planned_time_and_no_more_where_it_is_clear(value: float) -> None:
    assert wanted(value, 2, 9.0) == PLANNED_S - 9.0
    assert wanted(value, 2, PLANNED_S) == 0


@pytest.mark.parametrize("value", [19.0, 29.0, 31.0])
def test_an_interval_across_the_fail_limit_is_given_all_the_time_that_there_is(value: float) -> None:
    assert wanted(value, 12, 9.0) == PLANNED_S - 9.0
    assert wanted(value, 12, PLANNED_S) == MOST_S - PLANNED_S
    assert wanted(value, 12, 44.0) == 1.0
    assert wanted(value, 12, 50.0) == 0


def test_the_one_that_is_least_clear_decides() -> None:
    clear, unclear = measurement("network.rtt_p50_ms", 40, 39, 41), jitter(31, 4)
    policy = msgspec.structs.replace(POLICY, criteria=default().criteria)
    assert wanted_s([clear], policy, 20.0) == 0
    assert wanted_s([clear, unclear], policy, 20.0) == MOST_S - 20.0


def test_what_nobody_judges_needs_no_more_time() -> None:
    never_fails = msgspec.structs.replace(POLICY, criteria={"network.jitter_ms": Criterion(pass_=20)})
    assert wanted(31, 12, 20.0, never_fails) == 0
    assert wanted(31, 12, 9.0, msgspec.structs.replace(POLICY, criteria={})) == 0


def wanted_of(line: Line, **more: float) -> tuple[float, float]:
    """What the line's two checks want, of a look without the reflector's counts."""
    capture = idle(line, **more)  # type: ignore[arg-type]
    captures = Captures({"idle_line": replace(capture, counts=None)})
    return jitter_check.CHECK.wants_more(captures, default()), voice_quality.CHECK.wants_more(captures, default())


def test_nine_seconds_of_a_steady_line_are_enough_for_both_checks() -> None:
    assert wanted_of(steady(450)) == (0, 0)


def test_loss_near_the_limit_is_what_voice_wants_more_of() -> None:
    draw = np.random.default_rng(3)
    lossy = steady(900, lost_up=frozenset(np.flatnonzero(draw.random(900) < 0.02).tolist()))
    jitter_wants, voice_wants = wanted_of(lossy)
    assert jitter_wants == 0
    assert voice_wants == pytest.approx(MOST_S - 18)


def test_a_disturbed_look_gets_the_planned_time_and_a_dead_line_none() -> None:
    assert wanted_of(steady(450), clock_step_ms=50.0)[0] == pytest.approx(PLANNED_S - 9)
    assert wanted_of(steady(900), clock_step_ms=50.0) == (0, 0)
    assert wanted_of(steady(450, lost_up=frozenset(range(450)))) == (0, 0)


def test_looking_again_and_again_fails_no_more_lines_by_chance_than_looking_once() -> None:
    """Lines whose true jitter is exactly the fail limit: the interval promises at most 2.5 % on the failing side."""
    draw, runs, packets_s = np.random.default_rng(5), 3000, 50
    looks_s = (9.0, 12.0, 15.0, 18.0, 21.0, 24.0, 27.0, 30.0, 33.0, 36.0, 39.0, 42.0, 44.0)
    failed = 0
    for _ in range(runs):
        changes = draw.exponential(30.0, int(looks_s[-1] * packets_s))
        for so_far_s in looks_s:
            part = changes[: int(so_far_s * packets_s)]
            said = jitter(float(part.mean()), 1.96 * float(part.std()) / len(part) ** 0.5)
            if wanted_s([said], POLICY, so_far_s) <= 1.5 or so_far_s == looks_s[-1]:
                break
        failed += judge(said, LIMITS, Better.LOWER).verdict is Verdict.FAIL
    assert failed / runs < 0.035
