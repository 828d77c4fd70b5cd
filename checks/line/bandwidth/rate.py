"""From bytes in each tenth of a second to a rate with its interval, without the slow start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checks.machine.statistics import mean_interval

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


@dataclass(frozen=True, slots=True)
class Rate:
    """Mbit/s with its 95 % interval."""

    mbit_s: float
    low: float | None
    high: float | None
    seconds: float
    """That it rests on."""
    dropped_s: float


def rate(step_bytes: Sequence[int], seconds: float) -> Rate:
    """The rate of a transfer that took ``seconds`` and carried ``step_bytes`` in each :data:`STEP_S` of them.

    No more is dropped than the slow start took. A slow line is up to speed at once, then stalls when its queue
    overflows, and catches up in a burst: only together do the three give its rate. The last step is dropped unless it
    is whole. Transfers too short for steps give their plain average, without an interval. Raises ``ValueError`` when
    nothing was carried in no time.
    """
    if seconds <= 0 or not step_bytes:
        raise ValueError("nothing was carried")
    steps = int(seconds / STEP_S + 1e-6)
    whole = [*step_bytes[:steps], *[0] * (steps - len(step_bytes))]
    if steps - _most_dropped(steps) < FEWEST_STEPS:
        return Rate(mbit_s(sum(step_bytes), seconds), None, None, seconds, 0.0)
    dropped = _slow_start(whole)
    mean, low, high = mean_interval([mbit_s(count, STEP_S) for count in whole[dropped:]])
    return Rate(mean, max(0.0, low), high, (steps - dropped) * STEP_S, dropped * STEP_S)


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


def mbit_s(count: float, seconds: float) -> float:
    """Bytes in a time, as megabits a second (10⁶)."""
    return count * 8 / seconds / 1e6
