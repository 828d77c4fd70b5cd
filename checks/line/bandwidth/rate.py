"""From bytes in each tenth of a second to a rate with its interval, without the slow start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

from checks.machine.statistics import T_95

STEP_S = 0.1
SLOW_START_S = 1.5
"""Most that is dropped at the start, while the connections are still finding out what the line carries."""
SLOW_START_SHARE = 1 / 3
"""Most of it that is dropped: a fast line reaches the data cap early, and is up to speed early too."""
UP_TO_SPEED = 0.9
"""Of the mean: the first step that reaches it ends the slow start."""
BOOST = 1.2
"""A start that is faster than the rest by this is a provider's short boost, and is dropped as well."""
FEWEST_STEPS = 4
"""For an interval."""
BATCHES = 5
"""Of an interval: each longer than the silence while a lost packet is sent again."""
STABLE_STEPS = 25
"""Kept, before a transfer may end early…"""
STABLE_SHARE = 0.015
"""… because its interval reaches no further than this share of the rate, each way."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Mbit/s with its 95 % interval."""

    mbit_s: float
    low: float | None
    high: float | None
    seconds: float
    """That it rests on."""
    dropped_s: float
    """At the start."""


def rate(step_bytes: Sequence[int], seconds: float) -> Rate:
    """The rate of a transfer that took ``seconds`` and carried ``step_bytes`` in each :data:`STEP_S` of them.

    No more is dropped at the start than the slow start took. The last step is dropped unless it is whole. Transfers
    too short for steps give their plain average, without an interval. Raises ``ValueError`` when nothing was carried
    in no time.

    TCP hands over in order: while a lost packet is sent again nothing arrives, though the line carries on, and then
    all at once. So the rate is taken between two moments when everything had been handed over, and so are the batches
    of its interval (:func:`_edges`).
    """
    if seconds <= 0 or not step_bytes:
        raise ValueError("nothing was carried")
    steps = int(seconds / STEP_S + 1e-6)
    whole = [*step_bytes[:steps], *[0] * (steps - len(step_bytes))]
    if steps - _most_dropped(steps) < FEWEST_STEPS:
        return Rate(mbit_s(sum(step_bytes), seconds), None, None, seconds, 0.0)
    dropped = _slow_start(whole)
    carried = [0, *accumulate(whole[dropped:])]
    edges = _edges(carried)
    first, last = edges[0], edges[-1]
    mean = mbit_s(carried[last] - carried[first], (last - first) * STEP_S)
    half = _half_width(carried, edges, mean)
    low, high = (None, None) if half is None else (max(0.0, mean - half), mean + half)
    return Rate(mean, low, high, (last - first) * STEP_S, (dropped + first) * STEP_S)


def stable(step_bytes: Sequence[int], seconds: float) -> bool:
    """Whether going on would tell little more."""
    if seconds < STABLE_STEPS * STEP_S:
        return False
    found = rate(step_bytes, seconds)
    if not found.mbit_s or found.high is None or found.seconds < STABLE_STEPS * STEP_S - 1e-6:
        return False
    return found.high - found.mbit_s <= STABLE_SHARE * found.mbit_s


def longest_silence_s(step_bytes: Sequence[int], seconds: float) -> float:
    """The longest time without a byte, between the first byte and the end."""
    steps = [*step_bytes, *[0] * (int(seconds / STEP_S + 1e-6) - len(step_bytes))]
    return STEP_S * max(
        (len(list(run)) for silent, run in groupby(steps, lambda count: count == 0) if silent), default=0
    )


def full_after_s(seconds: float) -> float:
    """How long a transfer of ``seconds`` takes, at most, until the line is full."""
    return min(SLOW_START_S, seconds * SLOW_START_SHARE)


def _most_dropped(steps: int) -> int:
    return int(full_after_s(steps * STEP_S) / STEP_S + 1e-6)


def _slow_start(whole: Sequence[int]) -> int:
    """Steps of the slow start."""
    most = _most_dropped(len(whole))
    start, rest = whole[:most], whole[most:]
    if sum(start) * len(rest) > BOOST * sum(rest) * len(start):
        return most
    mean = sum(whole) / len(whole)
    return next((i for i, count in enumerate(start) if count >= UP_TO_SPEED * mean), most)


def _edges(carried: Sequence[int]) -> list[int]:
    """Ends of batches in a series of sums, each moved to the step within reach by which most had been handed over.

    Most is meant beside a steady stream of the same rate: there a silence and its burst lie between two edges, not
    across one. Inner edges move by half a batch at most, the outermost inward by a whole one.
    """
    steps = len(carried) - 1
    batches = max(2, min(BATCHES, steps // 2))
    length = steps / batches
    slope = carried[-1] / steps
    edges: list[int] = []
    for _ in range(3):
        edges = []
        for batch in range(batches + 1):
            reach = length if batch in (0, batches) else length / 2
            middle = batch * length
            within = range(max(0, math.ceil(middle - reach)), min(steps, math.floor(middle + reach)) + 1)
            later = 1 if batch else -1
            edges.append(max(within, key=lambda step: (carried[step] - slope * step, later * step)))
        edges = sorted(set(edges))
        if len(edges) == 1:
            return [0, steps]
        slope = (carried[edges[-1]] - carried[edges[0]]) / (edges[-1] - edges[0])
    return edges


def _half_width(carried: Sequence[int], edges: Sequence[int], mean: float) -> float | None:
    """Of the 95 % interval, from the spread of the batches, each weighed by its length. ``None`` for one batch."""
    count = len(edges) - 1
    if count < 2:
        return None
    steps = edges[-1] - edges[0]
    spread = sum((b - a) * (mbit_s(carried[b] - carried[a], (b - a) * STEP_S) - mean) ** 2 for a, b in pairwise(edges))
    return T_95[count - 2] * math.sqrt(spread / steps / (count - 1))


def mbit_s(count: float, seconds: float) -> float:
    """Bytes in a time, as megabits a second (10⁶)."""
    return count * 8 / seconds / 1e6
