"""95 % intervals for values that hang together in time, as load and lateness do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

BATCHES = 10
"""Batches of a series: long enough to be nearly independent, enough of them for a narrow interval."""
T_95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
"""Student's t, two-sided 95 %, for 1 to 9 degrees of freedom."""
_Z_95 = 1.96


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean of a series with its 95 % interval, by the method of batch means.

    Neighbours in time are alike, so the values are averaged in :data:`BATCHES` stretches, and the spread of
    those is used. One value alone gives an interval without bounds. Raises ``ValueError`` when empty.
    """
    if not values:
        raise ValueError("no values")
    mean = sum(values) / len(values)
    batches = min(BATCHES, len(values))
    if batches == 1:
        return mean, -math.inf, math.inf
    edges = [round(i * len(values) / batches) for i in range(batches + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]
    centre = sum(means) / batches
    variance = sum((m - centre) ** 2 for m in means) / (batches - 1)
    half = T_95[batches - 2] * math.sqrt(variance / batches)
    return mean, mean - half, mean + half


def share_interval(events: Sequence[bool]) -> tuple[float, float, float]:
    """Share of true events, 0 to 1, with its 95 % interval (Wilson's score).

    Events that come in bursts say less than as many single ones: the count is divided by the mean length of a
    burst. Raises ``ValueError`` when empty.
    """
    if not events:
        raise ValueError("no events")
    count = sum(events)
    bursts = sum(now and not was for was, now in zip((False, *events), events, strict=False))
    share = count / len(events)
    n = len(events) / (count / bursts if bursts else 1.0)
    z2 = _Z_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return share, max(0.0, centre - half), min(1.0, centre + half)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that ``percent`` of all are at or below (nearest rank). Raises ``ValueError`` when empty."""
    if not values:
        raise ValueError("no values")
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]
