"""How the clocks of the two ends ran apart during a trace, told by the two directions together.

What the reflector's clock gains is added to every delay up and taken from every delay down; the round trip doesn't see
it. A queue does the opposite: it lengthens one direction, and the round trip with it. So each look is at two series:
half the difference of the directions, in which the clocks show, and half their sum, which says how much of the same
kind the line itself does. Without that, 100 ppm over 45 s would be 4.5 ms of delay that no packet had.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MOST_PPM = 700.0
"""What grows faster is no clock: crystals are within 100 ppm, and systems correct clocks by at most 500 ppm (RFC 5905,
section 11.3)."""
_LEAST_PPM = 1.0
_PARTS = 8
"""Of the trace, each with a level of its own."""
_FEWEST = 25
"""Packets in a part."""
_SURE = 5.0
"""Standard errors from zero. A trace without drift whose parts are independent goes so far in 1 of 4,000."""
_PERHAPS = 2.0
"""Standard errors by which the round trip's own slope may be chance."""

_STEP_LEAST_MS = 2.0
_STEP_SURE = 4.0
"""How many times a step of the clock is larger than any that the round trip makes."""
_WINDOW = 50
"""Packets on either side of a step: a second."""


@dataclass(frozen=True, slots=True)
class _Slope:
    """Of the clocks."""

    ms_per_s: float
    error: float
    """Standard error, from how far both series stray from their lines."""


def skew_ppm(sent_s: Floats, up_ms: Floats, down_ms: Floats) -> float:
    """How much faster the reflector's clock ran than the sender's, in millionths; 0 where the trace doesn't show it.

    A line through the levels of eight parts of the trace. The level is the fastest packet's, or the mean where the
    fastest are less steady. Where the round trip has a slope as well, a queue grew in one direction, it can't be told
    in which, and of the two answers the smaller is given. Delays in ms, NaN where not known.
    """
    known = ~np.isnan(up_ms) & ~np.isnan(down_ms)
    if int(known.sum()) < _PARTS * _FEWEST:
        return 0.0
    sent_s, up_ms, down_ms = sent_s[known], up_ms[known], down_ms[known]
    slope = _best_slope(sent_s, up_ms, down_ms)
    tilt_ms = slope.ms_per_s * sent_s
    rest = _best_slope(sent_s, up_ms - tilt_ms, down_ms + tilt_ms)
    ppm = 1000 * (slope.ms_per_s + rest.ms_per_s)
    sure = _LEAST_PPM <= abs(ppm) <= _MOST_PPM and abs(ppm) > _SURE * 1000 * rest.error
    return ppm if sure else 0.0


def step_ms(up_ms: Floats, down_ms: Floats) -> float:
    """How far the reflector's clock was set ahead, or back, in one step during the trace; 0 where none shows.

    Both directions jump at once by as much, one up and one down, and the round trip never does anything alike.
    """
    known = ~np.isnan(up_ms) & ~np.isnan(down_ms)
    if int(known.sum()) < 2 * _WINDOW:
        return 0.0
    up, down = (sliding_window_view(way[known], _WINDOW).min(axis=1) for way in (up_ms, down_ms))
    jump_up, jump_down = up[_WINDOW:] - up[:-_WINDOW], down[_WINDOW:] - down[:-_WINDOW]
    clock, line = (jump_up - jump_down) / 2, (jump_up + jump_down) / 2
    at = int(np.argmax(np.abs(clock)))
    overlapping = np.abs(np.arange(len(line)) - at) < _WINDOW
    overlapping[at] = False
    jumps_ms = float(np.abs(line[~overlapping]).max())
    found = float(clock[at])
    return found if abs(found) >= max(_STEP_LEAST_MS, _STEP_SURE * jumps_ms) else 0.0


def _best_slope(sent_s: Floats, up_ms: Floats, down_ms: Floats) -> _Slope:
    levels: tuple[Callable[[Floats], Any], ...] = (np.min, np.mean)
    return min((_slope(sent_s, up_ms, down_ms, level) for level in levels), key=lambda slope: slope.error)


def _slope(sent_s: Floats, up_ms: Floats, down_ms: Floats, level: Callable[[Floats], Any]) -> _Slope:
    parts = np.array_split(np.arange(len(sent_s)), _PARTS)
    at_s, up, down = (
        np.array([of(way[part]) for part in parts]) for of, way in ((np.mean, sent_s), (level, up_ms), (level, down_ms))
    )
    away_s = at_s - at_s.mean()
    leverage = float(away_s @ away_s)
    clock, line = (up - down) / 2, (up + down) / 2
    by_clock, by_line = float(away_s @ clock) / leverage, float(away_s @ line) / leverage
    strayed = _squares(clock - by_clock * away_s) + _squares(line - by_line * away_s)
    error = math.sqrt(strayed / (2 * _PARTS - 4) / leverage)
    by_queue = max(0.0, abs(by_line) - _PERHAPS * error)
    return _Slope(math.copysign(max(0.0, abs(by_clock) - by_queue), by_clock), error)


def _squares(values: Floats) -> float:
    return float(((values - values.mean()) ** 2).sum())
