"""From bytes in tenths of a second to a rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.line.bandwidth.rate import longest_silence_s, rate, stable


def test_the_slow_start_is_dropped_and_no_more() -> None:
    """Half a second of start, then 10 Mbit/s: 125 000 bytes in each tenth."""
    found = rate([1_000, 5_000, 20_000, 60_000, 100_000] + [125_000] * 40, 4.5)
    assert found.mbit_s == pytest.approx(10.0)
    assert found.low == pytest.approx(10.0)
    assert found.high == pytest.approx(10.0)
    assert found.dropped_s == pytest.approx(0.5)
    assert found.seconds == pytest.approx(4.0)


def test_a_long_slow_start_is_dropped_for_a_second_and_a_half_at_most() -> None:
    found = rate([10_000] * 30 + [500_000] * 20, 5.0)
    assert found.dropped_s == pytest.approx(1.5)


def test_a_queue_that_overflowed_is_counted_with_its_stall_and_its_burst() -> None:
    """As seen on a line of 0.5 Mbit/s: at work at once, silent while what was lost is sent again, then all at once."""
    found = rate([6_250] * 8 + [0] * 10 + [6_250 * 11] + [6_250] * 21, 4.0)
    assert found.dropped_s == 0.0
    assert found.mbit_s == pytest.approx(0.5)


@given(st.integers(20, 39), st.integers(1, 5))
def test_packets_that_wait_for_a_lost_one_at_the_end_do_not_make_the_line_slower(begins: int, lasts: int) -> None:
    """Two megabits a second; from some step on nothing is handed over, then all of it at once, or not any more."""
    series = [25_000] * begins + [0] * lasts + [25_000 * (lasts + 1)] + [25_000] * 40
    found = rate(series[:40], 4.0)
    assert found.mbit_s == pytest.approx(2.0)


def test_a_boost_at_the_start_is_not_what_the_line_carries() -> None:
    found = rate([250_000] * 12 + [125_000] * 33, 4.5)
    assert found.dropped_s == pytest.approx(1.5)
    assert found.mbit_s == pytest.approx(10.0)


def test_of_a_short_transfer_no_more_than_a_third_is_dropped() -> None:
    found = rate([10_000] * 4 + [125_000] * 5, 0.9)
    assert found.dropped_s == pytest.approx(0.3)


def test_of_a_very_short_one_there_is_only_the_plain_average() -> None:
    found = rate([250_000, 50_000], 0.12)
    assert found.mbit_s == pytest.approx(300_000 * 8 / 0.12 / 1e6)
    assert (found.low, found.high, found.dropped_s) == (None, None, 0.0)


def test_a_line_that_stalls_at_the_end_is_slower_not_shorter() -> None:
    """Nothing arrived in the last second and a half: no step was written for it, yet it passed."""
    found = rate([50_000] * 5 + [125_000] * 20, 4.0)
    assert found.mbit_s < 8.5
    assert found.low is not None
    assert found.high is not None
    assert found.low < 5.0 < 7.0 < found.high


def test_the_last_step_counts_only_when_it_is_whole() -> None:
    assert rate([125_000] * 30 + [1], 3.05).mbit_s == pytest.approx(10.0)


def test_a_steady_line_has_told_all_it_will_and_an_unsteady_one_has_not() -> None:
    steady = [40_000, 90_000] + [125_000, 124_000] * 20
    assert not stable(steady, 1.9)
    assert stable(steady, 3.0)
    assert not stable([125_000, 125_000, 125_000, 125_000, 60_000] * 4 + [90_000] * 20, 4.0)
    assert not stable([0] * 30, 3.0)


def test_silence_counts_between_the_first_byte_and_the_end() -> None:
    assert longest_silence_s([5, 0, 0, 5, 0, 0, 0, 5], 0.8) == pytest.approx(0.3)
    assert longest_silence_s([5, 5], 2.0) == pytest.approx(1.8)
    assert longest_silence_s([5, 5], 0.2) == 0.0


def test_nothing_in_no_time_is_no_rate() -> None:
    with pytest.raises(ValueError, match="nothing"):
        rate([], 0.0)


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=100), st.floats(0.05, 10))
def test_a_rate_lies_within_its_interval_and_is_never_negative(step_bytes: list[int], seconds: float) -> None:
    found = rate(step_bytes, seconds)
    assert found.mbit_s >= 0
    if found.low is not None and found.high is not None:
        assert 0 <= found.low <= found.mbit_s + 1e-6
        assert found.mbit_s <= found.high + 1e-6
