"""Jitter buffers on lines whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from checks.line.voice.jitter_buffer import PACKET_MS, adaptive, fixed
from protocol.packets import OneWay, packets
from tests.protocol.lines import Line, steady


def up(line: Line) -> OneWay:
    return packets(line.trace(), line.counts()).up


def test_a_steady_line_loses_nothing_and_adds_the_depth() -> None:
    assert not fixed(up(steady(200)), 60).missing.any()
    assert fixed(up(steady(200)), 60).delay_ms == pytest.approx(60)
    assert not adaptive(up(steady(200))).missing.any()
    assert adaptive(up(steady(1000))).due_ms[-1] == pytest.approx(2 * PACKET_MS)


def test_a_fixed_buffer_misses_what_comes_later_than_its_depth() -> None:
    delay = np.full(200, 20.0)
    delay[[50, 90]] += 59
    delay[[60, 120, 121]] += 61
    missing = fixed(up(Line(delay.tolist(), [30.0] * 200)), 60).missing
    assert set(np.flatnonzero(missing)) == {60, 120, 121}


def test_what_was_lost_on_the_way_is_missing_in_any_buffer() -> None:
    way = up(steady(100, lost_up=frozenset({40, 41})))
    for playout in (fixed(way, 100), adaptive(way)):
        assert set(np.flatnonzero(playout.missing)) == {40, 41}


def test_answers_lost_on_the_way_back_are_not_held_against_this_direction() -> None:
    way = up(steady(100, lost_down=frozenset({40, 41})))
    assert not adaptive(way).missing.any()
    assert set(np.flatnonzero(~adaptive(way).known)) == {40, 41}


def test_the_adaptive_buffer_stretches_for_jitter_and_pays_with_delay() -> None:
    draw = np.random.default_rng(8)
    line = Line((20 + draw.uniform(0, 75, 1000)).tolist(), [30.0] * 1000)
    playout = adaptive(up(line))
    assert playout.delay_ms == pytest.approx(90, abs=12)
    assert playout.missing.mean() < 0.005
    assert fixed(up(line), 20).missing.mean() > 0.2


def test_a_stall_silences_as_much_as_it_exceeds_the_buffer_however_many_packets_come_at_once() -> None:
    delay = np.full(1000, 20.0)
    delay[600:620] += 400 - PACKET_MS * np.arange(20)
    playout = adaptive(up(Line(delay.tolist(), [30.0] * 1000)))
    assert set(np.flatnonzero(playout.missing)) == set(range(600, 618)), "400 ms, less 40 ms that were in the buffer"
    assert playout.due_ms[618] == pytest.approx(400, abs=25)


def test_the_adaptive_buffer_does_not_look_ahead() -> None:
    calm = adaptive(up(steady(1000)))
    delay = np.full(1000, 20.0)
    delay[600:] += np.random.default_rng(8).exponential(50, 400)
    troubled = adaptive(up(Line(delay.tolist(), [30.0] * 1000)))
    assert (troubled.due_ms[:600] == calm.due_ms[:600]).all()


def test_the_adaptive_buffer_follows_a_line_that_becomes_slower_and_faster_again() -> None:
    line = Line([20.0] * 300 + [180.0] * 300 + [20.0] * 1500, [30.0] * 2100)
    playout = adaptive(up(line))
    assert playout.missing.sum() * PACKET_MS == pytest.approx(160 - 40, abs=20), "the step, less what was in the buffer"
    assert set(np.flatnonzero(playout.missing)) <= set(range(300, 310))
    assert playout.due_ms[590] > 160
    assert playout.due_ms[-1] < playout.due_ms[590] - 100


def test_a_packet_that_others_overtook_is_given_up_after_its_length() -> None:
    delay = np.full(1000, 20.0)
    delay[500] += 500
    playout = adaptive(up(Line(delay.tolist(), [30.0] * 1000)))
    assert set(np.flatnonzero(playout.missing)) == {500}
    assert playout.due_ms[501] == playout.due_ms[499]


def test_a_fixed_buffer_takes_the_copy_only_where_it_is_there_in_time() -> None:
    delay = np.full(1000, 20.0)
    delay[[501, 701]] += [39.0, 41.0]
    way = up(Line(delay.tolist(), [30.0] * 1000, lost_up=frozenset({300, 500, 700})))
    playout = fixed(way, 60, forward_correction=True)
    assert set(np.flatnonzero(playout.by_copy)) == {300, 500}
    assert set(np.flatnonzero(playout.missing)) == {700}
    assert set(np.flatnonzero(fixed(way, 60).missing)) == {300, 500, 700}


def test_the_adaptive_buffer_takes_copies_and_waits_a_little_for_them() -> None:
    draw = np.random.default_rng(8)
    lost = frozenset(range(150, 1000, 10))
    way = up(Line((20 + draw.exponential(3, 1000)).tolist(), [30.0] * 1000, lost_up=lost))
    playout = adaptive(way, forward_correction=True)
    assert playout.by_copy.sum() + playout.missing.sum() == pytest.approx(len(lost), abs=2)
    assert playout.missing.sum() <= 2
    assert set(np.flatnonzero(adaptive(way).missing)) >= lost


def test_what_happened_to_a_packet_of_unknown_fate_is_not_held_against_the_line() -> None:
    line = steady(200, lost_up=frozenset(range(150, 200)))
    way = packets(line.trace()).up
    for playout in (fixed(way, 60), adaptive(way)):
        assert not playout.missing.any()
        assert not playout.known[150:].any()


def test_a_dead_line_is_all_missing() -> None:
    way = up(steady(50, lost_up=frozenset(range(50))))
    assert adaptive(way).missing.all()
    assert fixed(way, 60).missing.all()
