"""What a tool says of a line against what the router did to each of its packets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.lab.router.record import Direction, Record
from tests.lab.router.ways import Fate

Floats = NDArray[np.float64]

_DELIVERED = (Fate.SENT, Fate.COPY)


@dataclass(frozen=True, slots=True)
class Side:
    """One direction as a tool saw it, or as it was."""

    delay_ms: Mapping[int, float]
    """One-way delay of each packet that arrived, by its number; of its first arrival."""
    jitter_ms: float | None
    """RFC 3550, averaged over the run where the tool allows it; ``None``: it says nothing."""
    lost: float | None
    duplicated: int | None
    reordered: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """Both directions, and the round trip where a tool knows only that."""

    up: Side
    down: Side
    rtt_ms: Mapping[int, float]


def truth(packets: Iterable[tuple[int, Record]], only: Collection[int] | None = None) -> Line:
    """What the router did to a tool's packets. Each comes with its number, which its answer has as well.

    ``only``: of these packets alone.
    """
    lanes: dict[Direction, dict[int, list[Record]]] = {Direction.UP: {}, Direction.DOWN: {}}
    for number, record in packets:
        if only is None or number in only:
            lanes[record.direction].setdefault(number, []).append(record)
    up, down = (_side(lanes[direction]) for direction in Direction)
    rtt = {n: up.delay_ms[n] + down.delay_ms[n] for n in up.delay_ms.keys() & down.delay_ms.keys()}
    return Line(up, down, rtt)


def _side(lane: dict[int, list[Record]]) -> Side:
    first = {n: min(passed, key=lambda r: r.out_ns) for n, copies in lane.items() if (passed := _delivered(copies))}
    return Side(
        delay_ms={n: record.delay_ms for n, record in first.items()},
        jitter_ms=rfc_3550_ms([r.delay_ms for r in sorted(first.values(), key=lambda r: r.out_ns)]),
        lost=len(lane) - len(first),
        duplicated=sum(record.fate is Fate.COPY for copies in lane.values() for record in copies),
        reordered=_overtaken([r.in_ns for r in sorted(first.values(), key=lambda r: r.out_ns)]),
    )


def _delivered(copies: list[Record]) -> list[Record]:
    return [record for record in copies if record.fate in _DELIVERED]


def rfc_3550_ms(delays_in_order_of_arrival: list[float]) -> float | None:
    """Interarrival jitter (RFC 3550, section 6.4.1), averaged: the mean change of delay from arrival to arrival."""
    if len(delays_in_order_of_arrival) < 2:
        return None
    return float(np.mean(np.abs(np.diff(delays_in_order_of_arrival))))


def _overtaken(sent_in_order_of_arrival: list[int]) -> int:
    """Packets that arrived behind one that was sent later (RFC 4737, section 3.3)."""
    sent = np.array(sent_in_order_of_arrival, dtype=np.int64)
    return int((sent < np.maximum.accumulate(sent)).sum()) if len(sent) else 0


@dataclass(frozen=True, slots=True)
class SideError:
    """What a tool got wrong of one direction. ``None``: it doesn't say."""

    true_jitter_ms: float
    delay_ms: Floats
    """Of each packet: what the tool says, less the truth."""
    p95_bias_ms: float | None
    """Of the 95th percentile above the smallest delay."""
    jitter_ms: float | None
    lost: float | None
    duplicated: int | None
    reordered: int | None


@dataclass(frozen=True, slots=True)
class LineError:
    """What a tool got wrong of a line."""

    up: SideError
    down: SideError
    rtt_ms: Floats
    """Of each round trip."""


def error(said: Line, true: Line) -> LineError:
    """The tool's word less the truth."""
    rtt = [said.rtt_ms[n] - true.rtt_ms[n] for n in sorted(said.rtt_ms.keys() & true.rtt_ms.keys())]
    return LineError(_side_error(said.up, true.up), _side_error(said.down, true.down), np.array(rtt))


def _side_error(said: Side, true: Side) -> SideError:
    common = sorted(said.delay_ms.keys() & true.delay_ms.keys())
    delay = np.array([said.delay_ms[n] - true.delay_ms[n] for n in common])
    return SideError(
        true_jitter_ms=true.jitter_ms or 0.0,
        delay_ms=delay,
        p95_bias_ms=_p95(said.delay_ms) - _p95(true.delay_ms) if common else None,
        jitter_ms=None if said.jitter_ms is None else said.jitter_ms - (true.jitter_ms or 0.0),
        lost=None if said.lost is None else said.lost - (true.lost or 0),
        duplicated=None if said.duplicated is None else said.duplicated - (true.duplicated or 0),
        reordered=None if said.reordered is None else said.reordered - (true.reordered or 0),
    )


def _p95(delay_ms: Mapping[int, float]) -> float:
    delays = np.array(list(delay_ms.values()))
    return float(np.percentile(delays, 95) - delays.min())
