"""A trace as columns, one row per packet sent: delay, loss, order and copies in each direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol import drift
from protocol.losses import Fate, settle
from protocol.messages import ReflectorCounts
from protocol.trace import Answer, Trace

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NS_PER_MS = 1e6


@dataclass(frozen=True, slots=True)
class OneWay:
    """One direction of the line, a row per packet sent. Rows of packets that never set out carry no delay."""

    delay_ms: Floats
    """One-way delay plus the unknown difference of the two clocks, often negative; NaN where not known. What the
    clocks ran apart meanwhile is taken out."""
    arrival_ns: Ints
    """By the receiver's clock; 0 where not known. Only its order counts."""
    offered: Flags
    """It set out in this direction, as far as is known."""
    lost: Flags
    perhaps_lost: Flags
    """Lost, and not known in which direction."""
    reordered: Flags
    """It arrived behind one that was sent later (RFC 4737, section 3.3)."""
    copies: Ints
    """Duplicates beyond the first that arrived."""
    certain: float = 1.0
    """How much of what was seen is this direction's at the least: a half where both stand for the round trip."""


@dataclass(frozen=True, slots=True)
class Packets:
    """A trace as columns, one row per packet sent, in order of sending."""

    sent_s: Floats
    """From the first packet."""
    rtt_ms: Floats
    """Round trip without the time that the reflector held it; NaN where unanswered."""
    late_ms: Floats
    queued_ms: Floats
    """NaN where not known."""
    up: OneWay
    down: OneWay
    clock_skew_ppm: float
    """How much faster the reflector's clock ran, as far as the whole trace shows; taken out of the delays."""
    clock_step_ms: float
    """How far the reflector's clock was set during the whole trace; it is still in the delays."""
    round_trips_only: bool = False
    """What the directions did is not known apart: each is given all that happened to the round trips."""

    def __len__(self) -> int:
        return len(self.sent_s)

    def between(self, start_s: float, end_s: float) -> Packets:
        """Only the packets sent in that time, counted from the trace's first."""
        return self.where((self.sent_s >= start_s) & (self.sent_s < end_s))

    def where(self, rows: Flags) -> Packets:
        """Only these packets, one flag for each."""
        return Packets(
            self.sent_s[rows],
            self.rtt_ms[rows],
            self.late_ms[rows],
            self.queued_ms[rows],
            _rows(self.up, rows),
            _rows(self.down, rows),
            self.clock_skew_ppm,
            self.clock_step_ms,
            self.round_trips_only,
        )


def packets(trace: Trace, counts: ReflectorCounts | None = None) -> Packets:
    """The trace as columns. ``counts``, what the reflector saw of the same stream, settles what became of packets whose
    answers never came: where they were lost, and what the way up did to those that arrived."""
    row_of = {packet.sequence: row for row, packet in enumerate(trace.sent)}
    heard = [answer for answer in trace.answers if answer.sequence in row_of]
    first: dict[int, Answer] = {}
    for answer in heard:
        first.setdefault(row_of[answer.sequence], answer)

    n = len(trace.sent)
    answered = np.array(sorted(first), dtype=np.int64)
    left = np.array([packet.left_ns for packet in trace.sent], dtype=np.int64)
    there, back, home, numbers = _answer_columns(first, n)
    if trace.round_trips_only:
        return _round_trips(trace, answered, left, home, _copies_down(heard, row_of, n))
    settled = settle(n, [(row_of[answer.sequence], answer.reflector_sequence) for answer in heard], counts)
    lost_up, lost_down, unknown = (settled.fate == f for f in (Fate.LOST_UP, Fate.LOST_DOWN, Fate.LOST_SOMEWHERE))
    sent_s, up_ms, down_ms = (
        (left - left[:1]) / 1e9,
        _ms_where(there - left, answered),
        _ms_where(home - back, answered),
    )
    skew_ppm = drift.skew_ppm(sent_s, up_ms, down_ms)
    gained_ms = skew_ppm / 1000 * sent_s
    arrived_ns = there if settled.there_ns is None else settled.there_ns
    arrived = np.flatnonzero(arrived_ns)
    return Packets(
        sent_s=sent_s,
        rtt_ms=_ms_where((there - left) + (home - back), answered),
        late_ms=_late_ms(trace),
        queued_ms=_queued_ms(trace),
        up=OneWay(
            delay_ms=_ms_where(arrived_ns - left, arrived) - gained_ms,
            arrival_ns=arrived_ns,
            offered=~unknown,
            lost=lost_up,
            perhaps_lost=unknown,
            reordered=_overtaken(arrived, arrived_ns, np.arange(n)),
            copies=settled.copies_up,
        ),
        down=OneWay(
            delay_ms=down_ms + gained_ms,
            arrival_ns=home,
            offered=~unknown & ~lost_up,
            lost=lost_down,
            perhaps_lost=unknown,
            reordered=_overtaken(answered, home, numbers),
            copies=_copies_down(heard, row_of, n),
        ),
        clock_skew_ppm=skew_ppm,
        clock_step_ms=drift.step_ms(up_ms, down_ms),
    )


def _round_trips(trace: Trace, answered: Ints, left: Ints, home: Ints, copies: Ints) -> Packets:
    """Both directions as if each had done all that was seen: neither did more, and the worse one did half at least.

    Of unsteadiness this holds where the directions waver independently of each other: then the mean |D| of their sum
    lies between that of the worse direction and twice that.
    """
    rtt_ms = _ms_where(home - left, answered)
    n = len(rtt_ms)
    either = OneWay(
        delay_ms=rtt_ms,
        arrival_ns=home,
        offered=np.ones(n, dtype=np.bool_),
        lost=np.isnan(rtt_ms),
        perhaps_lost=np.zeros(n, dtype=np.bool_),
        reordered=_overtaken(answered, home, np.arange(n)),
        copies=copies,
        certain=0.5,
    )
    return Packets(
        sent_s=(left - left[:1]) / 1e9,
        rtt_ms=rtt_ms,
        late_ms=_late_ms(trace),
        queued_ms=_queued_ms(trace),
        up=either,
        down=either,
        clock_skew_ppm=0.0,
        clock_step_ms=0.0,
        round_trips_only=True,
    )


def _late_ms(trace: Trace) -> Floats:
    return np.array([packet.late_ns / _NS_PER_MS for packet in trace.sent])


def _queued_ms(trace: Trace) -> Floats:
    return np.array([np.nan if p.queued_ns is None else p.queued_ns / _NS_PER_MS for p in trace.sent])


def _answer_columns(first: dict[int, Answer], n: int) -> Ints:
    """When the reflector received and answered, when the answer arrived, and its number; 0 where unanswered."""
    columns = np.zeros((4, n), dtype=np.int64)
    for row, answer in first.items():
        columns[:, row] = (
            answer.reflector_received_ns,
            answer.reflector_sent_ns,
            answer.received_ns,
            answer.reflector_sequence,
        )
    return columns


def _ms_where(ns: Ints, rows: Ints) -> Floats:
    ms = np.full(len(ns), np.nan)
    ms[rows] = ns[rows] / _NS_PER_MS
    return ms


def _overtaken(rows: Ints, arrival_ns: Ints, order_sent: Ints) -> Flags:
    """Which of these rows arrived after one that was sent later."""
    by_arrival = rows[np.argsort(arrival_ns[rows], kind="stable")]
    sent = order_sent[by_arrival]
    behind = np.zeros(len(arrival_ns), dtype=np.bool_)
    behind[by_arrival] = sent < np.maximum.accumulate(sent)
    return behind


def _copies_down(heard: list[Answer], row_of: dict[int, int], n: int) -> Ints:
    """One answer of the reflector arrived more than once."""
    copies = np.zeros(n, dtype=np.int64)
    seen: set[tuple[int, int]] = set()
    for answer in heard:
        key = (answer.sequence, answer.reflector_sequence)
        copies[row_of[answer.sequence]] += key in seen
        seen.add(key)
    return copies


def _rows(way: OneWay, rows: Flags) -> OneWay:
    return OneWay(
        way.delay_ms[rows],
        way.arrival_ns[rows],
        way.offered[rows],
        way.lost[rows],
        way.perhaps_lost[rows],
        way.reordered[rows],
        way.copies[rows],
        way.certain,
    )
