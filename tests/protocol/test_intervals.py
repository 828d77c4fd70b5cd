"""Intervals, against published values, against their promise in short, and at the edges."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.intervals import Estimate, Flags, Floats, bursts, of_mean, of_median, of_share

NONE = np.zeros(0, dtype=np.bool_)


def flags(rows: int, *hits: int) -> Flags:
    found = np.zeros(rows, dtype=np.bool_)
    found[list(hits)] = True
    return found


def share(hits: Flags) -> Estimate:
    return of_share(hits, np.zeros_like(hits))


def in_waves(draw: np.random.Generator, n: int, memory: float) -> Floats:
    """Exponential values of mean 10 that resemble their neighbours: a Gaussian copula of that correlation."""
    normal = draw.standard_normal(n)
    for k in range(1, n):
        normal[k] = memory * normal[k - 1] + math.sqrt(1 - memory**2) * normal[k]
    below = np.array([0.5 * math.erfc(-z / math.sqrt(2)) for z in normal])
    return np.asarray(-10 * np.log1p(-np.minimum(below, 1 - 1e-12)))


@pytest.mark.parametrize("memory", [0.0, 0.9, 0.97])
@pytest.mark.parametrize(("interval", "truth"), [(of_mean, 10.0), (of_median, 10 * math.log(2))])
def test_a_series_with_memory_keeps_the_promise(
    interval: Callable[[Floats], Estimate | None], truth: float, memory: float
) -> None:
    draw = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        said = interval(in_waves(draw, 800, memory))
        assert said is not None
        covered += said.low <= truth <= said.high
    assert covered >= 182


@pytest.mark.parametrize("mean_burst", [1, 6])
def test_a_share_keeps_the_promise_in_bursts_too(mean_burst: int) -> None:
    draw, truth, covered = np.random.default_rng(6), 0.02, 0
    for _ in range(200):
        hits = np.zeros(1000, dtype=np.bool_)
        at = int(draw.geometric(truth / (1 - truth) / mean_burst)) - 1
        while at < len(hits):
            length = int(draw.geometric(1 / mean_burst))
            hits[at : at + length] = True
            at += length + int(draw.geometric(truth / (1 - truth) / mean_burst))
        said = share(hits)
        covered += said.low <= truth <= said.high
    assert covered >= 184


def test_independent_values_have_nearly_the_textbooks_interval() -> None:
    draw = np.random.default_rng(7)
    widths = []
    for _ in range(100):
        said = of_mean(draw.exponential(10, 1000))
        assert said is not None
        widths.append(said.high - said.low)
    textbook = 2 * 1.96 * 10 / math.sqrt(1000)
    assert textbook < np.mean(widths) < 1.6 * textbook


def test_single_hits_have_clopper_and_pearsons_lower_end() -> None:
    """Their interval of 10 in 1,000 is 0.481 to 1.831 %."""
    said = share(flags(1000, *range(30, 1000, 100)))
    assert said.value == pytest.approx(0.01)
    assert said.low == pytest.approx(0.00481, rel=0.01)
    assert 0.01831 < said.high < 0.025


def test_no_hit_is_no_proof_of_none() -> None:
    exact = 1 - 0.025 ** (1 / 925)
    said = share(flags(925))
    assert (said.value, said.low) == (0.0, 0.0)
    assert exact < said.high < 0.035
    assert share(flags(2250)).high < 0.015


def test_hits_in_a_clump_say_less_than_as_many_apart() -> None:
    apart, clump = share(flags(1000, *range(50, 1000, 100))), share(flags(1000, *range(500, 510)))
    assert apart.value == clump.value
    assert clump.low < apart.low
    assert clump.high > 2 * apart.high


def test_rows_that_were_perhaps_hit_count_for_the_upper_end_alone() -> None:
    sure = share(flags(990, 100, 300))
    said = of_share(flags(1000, 100, 300), flags(1000, *range(990, 1000)))
    assert said.value == pytest.approx(sure.value)
    assert said.low == pytest.approx(sure.low, rel=0.02)
    assert said.high > sure.high


def test_bursts_that_come_in_clumps_are_fewer_than_runs() -> None:
    assert bursts(NONE) == 0
    assert bursts(flags(50, 7)) == 1
    assert bursts(flags(1000, *range(50, 1000, 100))) == 10
    assert bursts(flags(1000, *range(500, 510))) == 1
    broken_up = flags(3000, *(at + step for at in (200, 900, 1500, 2800) for step in range(0, 30, 3)))
    assert bursts(broken_up) < 10, "40 runs of one, in four clumps"


def test_little_is_said_of_little() -> None:
    assert of_mean(np.zeros(0)) is None
    assert of_median(np.zeros(0)) is None
    assert of_share(NONE, NONE) == Estimate(0.0, 0.0, 1.0)
    few = np.array([1.0, 2.0, 6.0])
    assert of_mean(few) == Estimate(3.0, 1.0, 6.0)
    assert of_median(few) == Estimate(2.0, 1.0, 6.0)


def test_what_never_changes_is_known_exactly() -> None:
    assert of_mean(np.zeros(100)) == Estimate(0.0, 0.0, 0.0)
    assert of_mean(np.full(100, 7.0)) == Estimate(7.0, 7.0, 7.0)
    assert of_median(np.full(100, 7.0)) == Estimate(7.0, 7.0, 7.0)


def test_all_hit() -> None:
    said = share(np.ones(200, dtype=np.bool_))
    assert (said.value, said.high) == (1.0, 1.0)
    assert 0.5 < said.low < 1


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=120))
def test_a_share_lies_within_its_interval_whatever_is_hit(rows: list[tuple[bool, bool]]) -> None:
    hits = np.array([hit for hit, _ in rows], dtype=np.bool_)
    perhaps = np.array([maybe and not hit for hit, maybe in rows], dtype=np.bool_)
    said = of_share(hits, perhaps)
    assert 0 <= said.low <= said.value <= said.high <= 1


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=120))
def test_a_mean_and_a_median_lie_within_their_intervals_whatever_was_seen(values: list[float]) -> None:
    series = np.array(values)
    for said in (of_mean(series), of_median(series)):
        assert said is not None
        assert 0 <= said.low <= said.value <= said.high
        assert math.isfinite(said.high)
