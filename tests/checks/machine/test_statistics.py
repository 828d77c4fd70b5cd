"""Intervals: known values, and how often they hold the truth when values hang together."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.machine.statistics import mean_interval, percentile, share_interval


def test_the_mean_of_two_batches_has_students_t_with_one_degree_of_freedom() -> None:
    mean, low, high = mean_interval([1.0, 3.0])
    assert mean == 2.0
    assert high - mean == pytest.approx(12.706 * math.sqrt(2 / 2))
    assert mean - low == pytest.approx(high - mean)


def test_one_value_bounds_nothing_and_none_is_refused() -> None:
    assert mean_interval([7.0]) == (7.0, -math.inf, math.inf)
    with pytest.raises(ValueError, match="no values"):
        mean_interval([])
    with pytest.raises(ValueError, match="no events"):
        share_interval([])


def test_the_interval_holds_the_true_mean_of_a_load_that_lasts_for_seconds() -> None:
    """A process with a correlation of 0.7 from sample to sample: as many samples, far fewer independent ones."""
    rng = random.Random(20260)
    held = 0
    for _ in range(400):
        value, values = 0.0, []
        for _ in range(80):
            value = 0.7 * value + rng.gauss(0, 1)
            values.append(50 + value)
        _, low, high = mean_interval(values)
        held += low <= 50 <= high
    assert held / 400 > 0.86


def test_wilsons_interval_for_a_published_case() -> None:
    """Newcombe (1998), table I: 15 of 148, score method: 0.0624 to 0.1605."""
    events = [False] * 148
    for i in range(0, 15 * 9, 9):
        events[i] = True
    share, low, high = share_interval(events)
    assert share == pytest.approx(15 / 148)
    assert low == pytest.approx(0.0624, abs=1e-4)
    assert high == pytest.approx(0.1605, abs=1e-4)


def test_late_timers_in_one_burst_are_less_certain_than_scattered_ones() -> None:
    scattered = [i % 10 == 0 for i in range(500)]
    burst = [i < 50 for i in range(500)]
    assert share_interval(scattered)[0] == share_interval(burst)[0]
    assert share_interval(burst)[2] > 2 * share_interval(scattered)[2]


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_a_share_lies_within_its_interval(events: list[bool]) -> None:
    share, low, high = share_interval(events)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


@pytest.mark.parametrize(("percent", "value"), [(95, 19.0), (50, 10.0), (100, 20.0), (0, 1.0)])
def test_percentiles_by_nearest_rank(percent: float, value: float) -> None:
    assert percentile([float(i) for i in range(20, 0, -1)], percent) == value
