"""Jitter buffers on lines whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from checks.line.voice.jitter_buffer import ADAPTIVE_MAX_MS, ADAPTIVE_MIN_MS, adaptive, fixed
from protocol.packets import OneWay, packets
from tests.protocol.lines import Line, steady


def up(line: Line) -> OneWay:
    return packets(line.trace(), line.counts()).up


def test_a_steady_line_loses_nothing_and_adds_the_depth() -> None:
    assert not fixed(up(steady(200)), 60).missing.any()
    assert fixed(up(steady(200)), 60).delay_ms == pytest.approx(60)
    assert not adaptive(up(steady(200))).missing.any()
    assert adaptive(up(steady(200))).delay_ms == pytest.approx(ADAPTIVE_MIN_MS)


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
    assert playout.delay_ms == pytest.approx(80, abs=4)
    assert playout.missing.mean() < 0.01
    assert fixed(up(line), 20).missing.mean() > 0.2


def test_the_adaptive_buffer_follows_a_line_that_becomes_slower() -> None:
    line = Line([20.0] * 300 + [180.0] * 300, [30.0] * 600)
    missing = adaptive(up(line)).missing
    assert missing[300:320].any()
    assert not missing[420:].any()


def test_the_adaptive_buffer_has_a_longest_reach() -> None:
    draw = np.random.default_rng(8)
    line = Line((20 + draw.uniform(0, 2000, 500)).tolist(), [30.0] * 500)
    playout = adaptive(up(line))
    assert playout.missing.mean() > 0.7
    assert playout.delay_ms < 2 * ADAPTIVE_MAX_MS


def test_a_dead_line_is_all_missing() -> None:
    way = up(steady(50, lost_up=frozenset(range(50))))
    assert adaptive(way).missing.all()
    assert fixed(way, 60).missing.all()
