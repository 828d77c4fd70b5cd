"""Clocks that run apart or are set, told from queues and jitter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from protocol import drift
from protocol.line_statistics import LineStatistics, statistics
from protocol.packets import packets
from tests.protocol.lines import Line

Ways = tuple[np.ndarray, np.ndarray]
Make = Callable[[np.random.Generator, int], Ways]
N = 925


def steady(draw: np.random.Generator, n: int) -> Ways:
    return 20 + draw.exponential(0.05, n), 30 + draw.exponential(0.05, n)


def jittery(draw: np.random.Generator, n: int) -> Ways:
    return 20 + draw.exponential(5, n), 30 + draw.exponential(8, n)


def fuzzy(draw: np.random.Generator, n: int) -> Ways:
    return 40 + draw.normal(0, 5, n), 50 + draw.normal(0, 5, n)


def growing_up(draw: np.random.Generator, n: int) -> Ways:
    up, down = jittery(draw, n)
    return up + np.linspace(0, 10, n), down


def growing_down(draw: np.random.Generator, n: int) -> Ways:
    up, down = steady(draw, n)
    return up, down + np.linspace(0, 4, n)


def filled_up_then_down(draw: np.random.Generator, n: int) -> Ways:
    """As a bandwidth measurement fills one direction after the other."""
    up, down = steady(draw, n)
    at = np.arange(n) / n
    return up + 8 * (at > 0.6), down + 8 * ((at > 0.2) & (at <= 0.6))


def stalling(draw: np.random.Generator, n: int) -> Ways:
    up, down = steady(draw, n)
    into_s = (np.arange(n) * 0.02 + 0.37) % 1
    return up + np.maximum(0, into_s - 0.9) * 1000, down


LINES = (steady, jittery, fuzzy, growing_up, growing_down, filled_up_then_down, stalling)


def at_s(n: int) -> np.ndarray:
    return np.arange(n) * 0.02


def said_of(ways: Ways, skew_ppm: float = 0.0, step_ms: float = 0.0) -> LineStatistics:
    up, down = ways
    gained = skew_ppm / 1000 * at_s(len(up)) + step_ms * (np.arange(len(up)) >= 600)
    line = Line((up + gained).tolist(), (down - gained).tolist())
    return statistics(packets(line.trace(), line.counts()), line.interval_s)


def p95(said: LineStatistics) -> tuple[float, float]:
    assert said.up.delay_p95_ms is not None
    assert said.down.delay_p95_ms is not None
    return said.up.delay_p95_ms, said.down.delay_p95_ms


@pytest.mark.parametrize("make", [steady, jittery, stalling])
@pytest.mark.parametrize("skew_ppm", [-500, -100, -20, 20, 100, 500])
def test_delays_are_as_if_the_clocks_ran_together(make: Make, skew_ppm: float) -> None:
    for seed in range(5):
        ways = make(np.random.default_rng(seed), N)
        right, said = said_of(ways), said_of(ways, skew_ppm)
        assert said.clock_skew_ppm == pytest.approx(skew_ppm, abs=12)
        assert p95(said) == pytest.approx(p95(right), abs=0.2)
        assert said.rtt_p50_ms == right.rtt_p50_ms


@pytest.mark.parametrize("make", LINES)
def test_a_line_alone_makes_no_drift_and_no_step(make: Make) -> None:
    for seed in range(40):
        up, down = make(np.random.default_rng(seed), N)
        assert abs(drift.skew_ppm(at_s(N), up, down)) < 3
        assert drift.step_ms(up, down) == 0


@pytest.mark.parametrize("skew_ppm", [100, 500])
def test_drift_is_told_beside_a_growing_queue(skew_ppm: float) -> None:
    said = said_of(growing_up(np.random.default_rng(4), N), skew_ppm)
    assert said.clock_skew_ppm == pytest.approx(skew_ppm, rel=0.3)


def test_of_too_few_packets_nothing_is_said() -> None:
    up, down = steady(np.random.default_rng(1), 100)
    gained = 0.5 * at_s(100)
    assert drift.skew_ppm(at_s(100), up + gained, down - gained) == 0
    unanswered = np.full(N, np.nan)
    assert drift.skew_ppm(at_s(N), unanswered, unanswered) == 0
    assert drift.step_ms(unanswered, unanswered) == 0


def test_lost_packets_do_not_hide_it() -> None:
    draw = np.random.default_rng(8)
    up, down = jittery(draw, N)
    gained = 0.1 * at_s(N)
    up, down = up + gained, down - gained
    gone = draw.random(N) < 0.2
    up[gone], down[gone] = np.nan, np.nan
    assert drift.skew_ppm(at_s(N), up, down) == pytest.approx(100, abs=15)


@pytest.mark.parametrize("make", [steady, jittery, stalling])
@pytest.mark.parametrize("step_ms", [-40.0, 40.0])
def test_a_clock_that_is_set_is_told(make: Make, step_ms: float) -> None:
    said = said_of(make(np.random.default_rng(2), N), step_ms=step_ms)
    assert said.clock_step_ms == pytest.approx(step_ms, abs=2)


def test_a_part_of_the_trace_has_the_drift_of_the_whole() -> None:
    up, down = steady(np.random.default_rng(3), N)
    gained = 0.3 * at_s(N)
    line = Line((up + gained).tolist(), (down - gained).tolist())
    part = packets(line.trace()).between(2, 4)
    assert part.clock_skew_ppm == pytest.approx(300, abs=2)
    assert np.nanmax(part.up.delay_ms) - np.nanmin(part.up.delay_ms) < 0.6
