"""Intervals, against published values and against their promise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from protocol.intervals import block_bootstrap, clopper_pearson


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(5, 100, 0.01643, 0.11283), (10, 100, 0.04900, 0.17622), (1, 20, 0.00127, 0.24873), (20, 20, 0.83157, 1.0)],
)
def test_clopper_pearson_gives_the_tabulated_values(hits: int, trials: int, low: float, high: float) -> None:
    assert clopper_pearson(hits, trials) == pytest.approx((low, high), abs=6e-6)


def test_no_loss_in_299_packets_shows_less_than_one_percent() -> None:
    _, one_sided_95 = clopper_pearson(0, 299, confidence=0.90)
    assert one_sided_95 == pytest.approx(1 - 0.05 ** (1 / 299), rel=1e-9)
    assert one_sided_95 < 0.01


def test_the_ends_are_where_the_binomial_tails_are_two_and_a_half_percent() -> None:
    low, high = clopper_pearson(17, 1000)

    def at_most(k: int, p: float) -> float:
        return sum(math.comb(1000, i) * p**i * (1 - p) ** (1000 - i) for i in range(k + 1))

    assert at_most(17, high) == pytest.approx(0.025, rel=1e-6)
    assert 1 - at_most(16, low) == pytest.approx(0.025, rel=1e-6)


def test_without_trials_nothing_is_known() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_bootstrap_covers_the_mean_of_a_series_with_memory() -> None:
    """Exponential values smeared over ten neighbours: independent resampling would cover about half the time."""
    draw = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        series = np.convolve(draw.exponential(10, 1009), np.ones(10) / 10, mode="valid")
        estimate = block_bootstrap(series, np.mean)
        assert estimate is not None
        covered += estimate.low <= 10 <= estimate.high
    assert covered >= 170


def test_bootstrap_of_the_same_series_gives_the_same_interval() -> None:
    series = np.random.default_rng(1).normal(size=500)
    assert block_bootstrap(series, np.median) == block_bootstrap(series, np.median)
    assert block_bootstrap(np.zeros(0), np.mean) is None
