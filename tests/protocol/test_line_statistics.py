"""Statistics of lines whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from protocol.line_statistics import LineStatistics, jitter_ms, statistics, worse_jitter_ms
from protocol.packets import packets
from protocol.trace import Trace
from tests.protocol.lines import Line, steady


def statistics_of(line: Line) -> LineStatistics:
    return statistics(packets(line.trace(), line.counts()), line.interval_s)


def test_a_steady_line_has_its_delay_and_no_jitter() -> None:
    said = statistics_of(steady(200))
    assert said.rtt_p50_ms is not None
    assert said.rtt_p50_ms.value == pytest.approx(50.0)
    assert said.up.jitter_ms is not None
    assert said.up.jitter_ms.value == pytest.approx(0.0, abs=1e-9)
    assert (said.sent, said.answered) == (200, 200)
    assert (said.late_p99_ms, said.queued_p95_ms) == pytest.approx((0.05, 0.02))


def test_the_round_trip_is_without_the_reflectors_own_time() -> None:
    said = statistics_of(steady(100, held_ms=400.0))
    assert said.rtt_min_ms == pytest.approx(50.0)


@pytest.mark.parametrize("clock_off_s", [-7200, -0.2, 0.2, 7200])
def test_a_reflectors_wrong_clock_changes_nothing(clock_off_s: float) -> None:
    """With the clock behind, one-way delays are negative: they are kept, not clamped."""
    draw = np.random.default_rng(2)
    up, down = (20 + draw.exponential(5, 300)).tolist(), (30 + draw.exponential(2, 300)).tolist()
    right = statistics_of(Line(up, down))
    off = statistics_of(Line(up, down, clock_off_ns=round(clock_off_s * 1e9)))
    assert off.up.jitter_ms is not None
    assert right.up.jitter_ms is not None
    assert off.up.jitter_ms.value == pytest.approx(right.up.jitter_ms.value)
    assert off.down.delay_p95_ms == pytest.approx(right.down.delay_p95_ms)
    assert off.rtt_p50_ms == right.rtt_p50_ms


def test_jitter_is_what_rfc_3550s_running_estimate_is_on_average() -> None:
    draw = np.random.default_rng(11)
    delay = 20 + draw.exponential(6, 4000)
    line = Line(delay.tolist(), [30.0] * 4000, interval_s=0.2)
    j, over_the_run = 0.0, []
    for d in np.abs(np.diff(delay)):
        j += (d - j) / 16
        over_the_run.append(j)
    said = jitter_ms(packets(line.trace()).up)
    assert said is not None
    assert said.value == pytest.approx(np.mean(over_the_run), rel=0.01)
    assert said.value == pytest.approx(6.0, rel=0.1), "the mean |difference| of two exponentials is their mean"
    assert said.low < said.value < said.high


def test_jitter_goes_by_the_order_of_arrival_and_ipdv_by_the_order_of_sending() -> None:
    line = Line([100.0, 10.0, 10.0], [1.0] * 3)
    said = statistics_of(line)
    assert said.up.jitter_ms is not None
    assert said.up.jitter_ms.value == pytest.approx((0 + 90) / 2), "arrives as 1, 2, 0"
    assert said.up.ipdv_ms == pytest.approx((90 + 0) / 2)
    assert said.up.reordered == 1


def test_directions_are_kept_apart() -> None:
    draw = np.random.default_rng(4)
    said = statistics_of(Line((20 + draw.uniform(0, 15, 500)).tolist(), [30.0] * 500))
    assert said.up.jitter_ms is not None
    assert said.down.jitter_ms is not None
    assert said.up.jitter_ms.value == pytest.approx(5.0, rel=0.1), "a third of the range"
    assert said.down.jitter_ms.value == pytest.approx(0.0, abs=1e-9)
    assert said.up.delay_p95_ms == pytest.approx(0.95 * 15, rel=0.05)


def test_the_worse_of_two_directions_alike_is_not_taken_for_worse_than_both() -> None:
    draw = np.random.default_rng(9)
    alike = statistics_of(Line((20 + draw.exponential(5, 900)).tolist(), (30 + draw.exponential(5, 900)).tolist()))
    apart = statistics_of(Line((20 + draw.exponential(5, 900)).tolist(), (30 + draw.exponential(15, 900)).tolist()))
    worse = worse_jitter_ms(alike)
    assert worse is not None
    assert alike.up.jitter_ms is not None
    assert alike.down.jitter_ms is not None
    assert worse.value == max(alike.up.jitter_ms.value, alike.down.jitter_ms.value)
    assert worse.low == min(alike.up.jitter_ms.low, alike.down.jitter_ms.low)
    assert worse_jitter_ms(apart) == apart.down.jitter_ms


def test_loss_is_counted_per_direction_with_its_interval() -> None:
    said = statistics_of(
        steady(1000, lost_up=frozenset(range(100, 900, 100)), lost_down=frozenset({250, 251, 252, 253}))
    )
    assert (said.up.loss.offered, said.up.loss.lost, said.up.loss.longest_burst) == (1000, 8, 1)
    assert (said.down.loss.offered, said.down.loss.lost, said.down.loss.longest_burst) == (992, 4, 4)
    assert said.up.loss.percent.value == pytest.approx(0.8)
    assert said.up.loss.percent.low == pytest.approx(0.346, rel=0.01), "Clopper-Pearson, 8 of 1000"
    assert 1.570 < said.up.loss.percent.high < 2.5, "Clopper-Pearson's 1.570, and room for bursts"


def test_losses_in_clumps_show_less_than_as_many_single_ones() -> None:
    single = statistics_of(steady(1000, lost_up=frozenset(range(50, 1000, 100)))).up.loss.percent
    clump = statistics_of(steady(1000, lost_up=frozenset(range(500, 510)))).up.loss.percent
    assert clump.value == single.value == pytest.approx(1.0)
    assert clump.low < single.low
    assert clump.high > 2 * single.high


def test_losses_of_unknown_direction_widen_both_intervals_and_move_neither_value() -> None:
    line = steady(1000, lost_up=frozenset(range(990, 1000)))
    unknown = statistics(packets(line.trace()), 0.02)
    assert (unknown.up.loss.lost, unknown.down.loss.lost) == (0, 0)
    assert unknown.up.loss.perhaps_lost == 10
    assert unknown.up.loss.percent.value == 0.0
    assert unknown.up.loss.percent.high > statistics_of(line).down.loss.percent.high
    assert unknown.up.loss.percent.low == 0.0


def test_duplicates_are_counted_once_and_where_they_arose() -> None:
    said = statistics_of(
        steady(300, doubled_up=frozenset({7, 8}), doubled_down=frozenset({50}), lost_up=frozenset({100}))
    )
    assert (said.up.duplicated, said.down.duplicated) == (2, 1)
    assert (said.up.loss.lost, said.down.loss.lost) == (1, 0)
    assert said.answered == 299


def test_a_part_of_the_run_can_be_looked_at() -> None:
    line = Line([20.0] * 100 + [120.0] * 100, [30.0] * 200)
    rows = packets(line.trace())
    assert len(rows.between(0, 2)) == 100
    later = statistics(rows.between(2, 4), 0.02)
    assert later.rtt_p50_ms is not None
    assert later.rtt_p50_ms.value == pytest.approx(150.0)


def test_a_dead_line_has_no_delays() -> None:
    said = statistics_of(steady(50, lost_down=frozenset(range(50))))
    assert said.answered == 0
    assert said.rtt_p50_ms is None
    assert said.up.jitter_ms is None
    assert said.down.loss.percent.value == pytest.approx(100.0)


def test_an_empty_trace_is_no_error() -> None:
    said = statistics(packets(Trace(0.02, (), ())), 0.02)
    assert (said.sent, said.answered, said.rtt_p50_ms) == (0, 0, None)


def test_a_silent_end_is_seen() -> None:
    assert steady(100, lost_up=frozenset(range(60, 100))).trace().silent_end_s == pytest.approx(0.8)
    assert steady(100).trace().silent_end_s == 0
