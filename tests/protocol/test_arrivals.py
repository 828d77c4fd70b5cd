"""What a reflector tells of each arrival leaves nothing of the way up to be guessed."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import arrivals
from protocol.arrivals import Arrivals
from protocol.line_statistics import statistics
from protocol.packets import packets
from tests.protocol.lines import Line, steady

ROWS = st.frozensets(st.integers(0, 59), max_size=25)


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**63 - 1)), max_size=50))
def test_arrivals_are_read_as_they_were_written(seen: list[tuple[int, int]]) -> None:
    told = Arrivals()
    for sequence, at_ns in seen:
        told.add(sequence, at_ns)
    assert arrivals.decode(told.encode()) == seen


@pytest.mark.parametrize("text", ["AAAA", "=", "не base64", "A" * 17])
def test_what_is_none_of_this_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"arrival|base64"):
        arrivals.decode(text)


def test_no_more_are_kept_than_a_look_can_have() -> None:
    told = Arrivals()
    for sequence in range(arrivals.MOST + 10):
        told.add(sequence, 1)
    assert len(arrivals.decode(told.encode())) == arrivals.MOST


@given(lost_up=ROWS, lost_down=ROWS, doubled_up=ROWS, seed=st.integers(0, 1000))
def test_each_packets_fate_on_the_way_up_is_known(
    lost_up: frozenset[int], lost_down: frozenset[int], doubled_up: frozenset[int], seed: int
) -> None:
    up_ms = np.random.default_rng(seed).uniform(10, 90, 60)
    doubled = doubled_up - lost_up
    line = Line(up_ms.tolist(), [30.0] * 60, lost_up=lost_up, lost_down=lost_down - lost_up, doubled_up=doubled)
    rows = packets(line.trace(), line.counts_with_arrivals())
    if len(lost_up) == 60:
        return
    assert set(np.flatnonzero(rows.up.lost)) == lost_up
    assert set(np.flatnonzero(rows.up.copies)) == doubled
    arrived = sorted(set(range(60)) - lost_up)
    assert not rows.up.perhaps_lost.any()
    shape_ms = rows.up.delay_ms[arrived] - up_ms[arrived]
    assert np.ptp(shape_ms + rows.clock_skew_ppm / 1000 * rows.sent_s[arrived]) < 0.001


def test_jitter_counts_packets_whose_answers_were_lost() -> None:
    up_ms = np.where(np.arange(500) % 50 < 5, 80.0, 20.0)
    late = frozenset(np.flatnonzero(up_ms > 50).tolist())
    line = Line(up_ms.tolist(), [30.0] * 500, lost_down=late)
    known = statistics(packets(line.trace(), line.counts_with_arrivals()), line.interval_s).up.jitter_ms
    unknown = statistics(packets(line.trace(), line.counts()), line.interval_s).up.jitter_ms
    assert known is not None
    assert unknown is not None
    assert known.value > 1.0
    assert unknown.value < 0.01


def test_arrivals_that_do_not_fit_the_answers_are_not_believed() -> None:
    line, other = steady(60, lost_down=frozenset({7})), steady(60, lost_up=frozenset({3}))
    foreign = msgspec.structs.replace(line.counts(), arrivals=other.counts_with_arrivals().arrivals)
    for counts in (foreign, msgspec.structs.replace(line.counts(), arrivals="AAAA")):
        rows = packets(line.trace(), counts)
        assert set(np.flatnonzero(rows.down.lost)) == {7}
        assert not rows.up.lost.any()
