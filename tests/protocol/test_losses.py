"""Where packets were lost, from the reflector's numbers alone and with its counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.losses import Fate, settle
from protocol.messages import ReflectorCounts
from tests.protocol.lines import Line, steady


def fates_of(line: Line, *, counts: bool = False) -> list[Fate]:
    heard = [(answer.sequence, answer.reflector_sequence) for answer in line.trace().answers]
    return [Fate(f) for f in settle(len(line.up_ms), heard, line.counts() if counts else None).fate]


def rows_with(fate: Fate, found: list[Fate]) -> set[int]:
    return {row for row, f in enumerate(found) if f is fate}


def test_gaps_are_told_apart_by_direction() -> None:
    found = fates_of(steady(50, lost_up=frozenset({5, 6, 20}), lost_down=frozenset({10, 30, 31})))
    assert rows_with(Fate.LOST_UP, found) == {5, 6, 20}
    assert rows_with(Fate.LOST_DOWN, found) == {10, 30, 31}


def test_the_first_packets_are_told_apart_too() -> None:
    assert rows_with(Fate.LOST_DOWN, fates_of(steady(50, lost_down=frozenset({0, 1})))) == {0, 1}
    assert rows_with(Fate.LOST_UP, fates_of(steady(50, lost_up=frozenset({0, 1})))) == {0, 1}


def test_where_both_directions_lose_in_a_row_the_numbers_are_right() -> None:
    found = fates_of(steady(50, lost_up=frozenset({2, 11}), lost_down=frozenset({0, 1, 10, 12})))
    assert len(rows_with(Fate.LOST_DOWN, found)) == 4
    assert len(rows_with(Fate.LOST_UP, found)) == 2


def test_trailing_losses_need_the_reflectors_counts() -> None:
    line = steady(50, lost_up=frozenset({48, 49}), lost_down=frozenset({46, 47}))
    assert rows_with(Fate.LOST_SOMEWHERE, fates_of(line)) == {46, 47, 48, 49}
    found = fates_of(line, counts=True)
    assert rows_with(Fate.LOST_DOWN, found) == {46, 47}
    assert rows_with(Fate.LOST_UP, found) == {48, 49}


def test_counts_tell_even_when_no_answer_came() -> None:
    found = fates_of(steady(20, lost_down=frozenset(range(20))), counts=True)
    assert set(found) == {Fate.LOST_DOWN}


def test_counts_of_another_stream_are_not_believed() -> None:
    line = steady(50, lost_up=frozenset({49}))
    heard = [(answer.sequence, answer.reflector_sequence) for answer in line.trace().answers]
    foreign = ReflectorCounts(received=400, unique=400, reflected=400, highest_sequence=399)
    assert settle(50, heard, foreign).fate[49] == Fate.LOST_SOMEWHERE


def test_a_reflector_that_began_anew_leaves_the_direction_open() -> None:
    heard = [(k, k) for k in range(10)] + [(k, k - 15) for k in range(15, 30)]
    assert rows_with(Fate.LOST_SOMEWHERE, [Fate(f) for f in settle(30, heard).fate]) == set(range(10, 15))


@pytest.mark.parametrize("number", [1_000_000, 2**32 - 1])
def test_numbers_that_count_nothing_leave_the_direction_open(number: int) -> None:
    found = [Fate(f) for f in settle(3, [(0, 0), (2, number)]).fate]
    assert found == [Fate.ANSWERED, Fate.LOST_SOMEWHERE, Fate.ANSWERED]


def test_counts_that_count_nothing_are_not_believed() -> None:
    absurd = ReflectorCounts(received=2**40, unique=2, reflected=2**40, highest_sequence=2)
    assert settle(4, [(0, 0), (2, 1)], absurd).fate[3] == Fate.LOST_SOMEWHERE


@given(
    up=st.sets(st.integers(0, 199), max_size=40),
    down=st.sets(st.integers(0, 199), max_size=40),
    data=st.data(),
)
def test_the_number_lost_in_each_direction_is_exact_with_counts(
    up: set[int], down: set[int], data: st.DataObject
) -> None:
    jitter = data.draw(st.lists(st.floats(0, 19), min_size=200, max_size=200))
    line = Line([20 + j for j in jitter], [30.0] * 200, lost_up=frozenset(up), lost_down=frozenset(down - up))
    found = fates_of(line, counts=True)
    assert len(rows_with(Fate.LOST_UP, found)) == len(up)
    assert len(rows_with(Fate.LOST_DOWN, found)) == len(down - up)


@given(data=st.data())
def test_copies_whose_answers_were_lost_are_not_taken_for_lost_packets(data: st.DataObject) -> None:
    """Every answer of the reflector, copies included, may be lost by itself."""
    packets = st.sets(st.integers(0, 99), max_size=20)
    lost_up, doubled = data.draw(packets), data.draw(packets)
    arrived = [k for k in range(100) if k not in lost_up for _ in range(1 + (k in doubled))]
    lost_answers = data.draw(st.sets(st.integers(0, len(arrived) - 1), max_size=20))
    heard = [(sender, number) for number, sender in enumerate(arrived) if number not in lost_answers]
    unique = len(set(arrived))
    settled = settle(100, heard, ReflectorCounts(len(arrived), unique, len(arrived), max(arrived)))
    assert (settled.fate == Fate.LOST_UP).sum() == len(lost_up)
    assert (settled.fate == Fate.LOST_DOWN).sum() == unique - len({sender for sender, _ in heard})
    assert settled.copies_up.sum() == len(arrived) - unique


def test_without_counts_a_gap_far_from_any_missing_packet_is_a_copys_once_copies_are_about() -> None:
    heard = [(0, 0), (1, 1), (1, 2), (2, 3), (3, 4), *((k, k + 2) for k in range(4, 30)), (31, 32)]
    assert rows_with(Fate.LOST_UP, [Fate(f) for f in settle(32, heard).fate]) == {30}


def test_half_of_many_packets_lost_both_ways_is_settled_at_once() -> None:
    n = 4000
    line = steady(n, lost_up=frozenset(range(0, n, 4)), lost_down=frozenset(range(1, n, 4)))
    found = fates_of(line, counts=True)
    assert len(rows_with(Fate.LOST_UP, found)) == len(rows_with(Fate.LOST_DOWN, found)) == n // 4


def test_reordering_on_the_way_up_does_not_blur_the_directions() -> None:
    draw = np.random.default_rng(3)
    lost_up, lost_down = frozenset({40, 90, 91, 150}), frozenset({60, 120})
    line = Line((20 + draw.uniform(0, 80, 200)).tolist(), [30.0] * 200, lost_up=lost_up, lost_down=lost_down)
    found = fates_of(line, counts=True)
    assert len(rows_with(Fate.LOST_UP, found)) == len(lost_up)
    assert len(rows_with(Fate.LOST_DOWN, found)) == len(lost_down)
