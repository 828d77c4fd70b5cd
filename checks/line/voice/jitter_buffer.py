"""Simulated jitter buffers: which packets of a trace would have been in time to be played, and at what delay."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from protocol.packets import Flags, Floats, OneWay

PACKET_MS = 20.0
ADAPTIVE_QUANTILE = 0.97
"""Of the recent delays, how many the adaptive buffer means to catch."""
ADAPTIVE_MEMORY = 100
"""Packets that it remembers: two seconds."""
ADAPTIVE_MIN_MS, ADAPTIVE_MAX_MS = 20.0, 200.0
"""How far it lets itself be stretched."""


@dataclass(frozen=True, slots=True)
class Playout:
    """What left the buffer, a row per packet that set out."""

    missing: Flags
    """Not there when its turn came: lost on the way, or late. A packet of unknown fate counts as there."""
    known: Flags
    """Its fate is known: it arrived at a known time, or was lost in this direction."""
    delay_ms: float
    """Mean of what waiting on the way and in the buffer add to the smallest delay of the line."""


def fixed(way: OneWay, depth_ms: float) -> Playout:
    """A buffer that holds the packet which opens the call for ``depth_ms``, and keeps that rhythm.

    Which packet opens the call is chance; the typical one is taken, of median delay.
    """
    above = _above_minimum(way)
    due_ms = _median(above) + depth_ms
    return Playout(way.lost | (above > due_ms), _known(way, above), due_ms)


def adaptive(way: OneWay) -> Playout:
    """A buffer that follows the line, as softphones' do: it aims at a quantile of the delays of the last two seconds,
    rounded up to whole packets, and stretches or shortens speech to get there (no loss is counted for that)."""
    above = _above_minimum(way)
    due_ms = np.full(len(above), ADAPTIVE_MIN_MS)
    recent: list[float] = []
    for row, delay in enumerate(above):
        if recent:
            floor = min(recent)
            reach = math.ceil((np.quantile(recent, ADAPTIVE_QUANTILE) - floor) / PACKET_MS) * PACKET_MS
            due_ms[row] = floor + min(max(reach, ADAPTIVE_MIN_MS), ADAPTIVE_MAX_MS)
        else:
            due_ms[row] = (0.0 if np.isnan(delay) else delay) + ADAPTIVE_MIN_MS
        if not np.isnan(delay):
            recent = [*recent[1 - ADAPTIVE_MEMORY :], delay]
    return Playout(way.lost | (above > due_ms), _known(way, above), float(np.mean(due_ms)) if len(due_ms) else 0.0)


def _above_minimum(way: OneWay) -> Floats:
    arrived = way.delay_ms[~np.isnan(way.delay_ms)]
    return way.delay_ms - (arrived.min() if len(arrived) else 0.0)


def _known(way: OneWay, above: Floats) -> Flags:
    return way.lost | ~np.isnan(above)


def _median(above: Floats) -> float:
    arrived = above[~np.isnan(above)]
    return float(np.median(arrived)) if len(arrived) else 0.0
