"""Simulated jitter buffers: which packets of a trace would have been heard, and at what delay."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from checks.line.voice.stretching import Stretching
from protocol.packets import Flags, Floats, OneWay

PACKET_MS = 20.0


@dataclass(frozen=True, slots=True)
class Playout:
    """What left the buffer, a row per packet that set out."""

    missing: Flags
    """Not heard: lost on the way or late, and not recovered. A packet of unknown fate counts as heard."""
    by_copy: Flags
    """Heard from the copy that the packet after it carried."""
    known: Flags
    """Its fate is known: it arrived at a known time, or was lost in this direction."""
    due_ms: Floats
    """When it was played, above the smallest delay of the line."""

    @property
    def delay_ms(self) -> float:
        """Mean of what waiting on the way and in the buffer add to the smallest delay of the line."""
        return float(np.mean(self.due_ms)) if len(self.due_ms) else 0.0

    def where(self, rows: Flags) -> Playout:
        """Only these packets, one flag for each."""
        return Playout(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def fixed(way: OneWay, depth_ms: float, *, forward_correction: bool = False) -> Playout:
    """A buffer that holds the packet which opens the call for ``depth_ms``, and keeps that rhythm.

    Which packet opens the call is chance; the typical one is taken, of median delay.
    """
    own, copy = _arrivals(way, forward_correction)
    arrived = own[np.isfinite(own)]
    due_ms = np.full(len(own), (float(np.median(arrived)) if len(arrived) else 0.0) + depth_ms)
    late = own > due_ms
    by_copy = late & ~(copy > due_ms)
    return Playout(late & ~by_copy, by_copy, _known(own), due_ms)


def adaptive(way: OneWay, *, forward_correction: bool = False) -> Playout:
    """A buffer that follows the line, as those of browsers do (:mod:`checks.line.voice.stretching`)."""
    own, copy = _arrivals(way, forward_correction)
    missing, by_copy = np.zeros((2, len(own)), dtype=np.bool_)
    due_ms = np.zeros(len(own))
    for row, turn in enumerate(Stretching(own, copy, PACKET_MS).turns()):
        missing[row], by_copy[row], due_ms[row] = turn
    return Playout(missing, by_copy, _known(own), due_ms)


def _arrivals(way: OneWay, forward_correction: bool) -> tuple[Floats, Floats]:
    """When each packet, and the copy of it that travels with the next, arrived: ms after it was sent, above the
    smallest delay of the line; infinity for what is lost, NaN for what isn't known."""
    known = way.delay_ms[~np.isnan(way.delay_ms)]
    own = np.where(way.lost, np.inf, way.delay_ms - (known.min() if len(known) else 0.0))
    copy = np.full(len(own), np.inf)
    if forward_correction:
        copy[:-1] = np.where(np.isnan(own[1:]), 0.0, own[1:]) + PACKET_MS
    return own, copy


def _known(own: Floats) -> Flags:
    return ~np.isnan(own)
