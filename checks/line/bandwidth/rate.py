"""From bytes in each tenth of a second to a rate with its interval, without the slow start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checks.machine.statistics import mean_interval

STEP_S = 0.1
SLOW_START_S = 1.5
"""Dropped at the start: the connections are still finding out what the line carries."""
SLOW_START_SHARE = 1 / 3
"""Most that is dropped: a fast line reaches the data cap early, and is up to speed early too."""
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

    The last step is dropped unless it is whole. Transfers too short for steps give their plain average, without an
    interval. Raises ``ValueError`` when nothing was carried in no time.
    """
    if seconds <= 0 or not step_bytes:
        raise ValueError("nothing was carried")
    whole = list(step_bytes[: int(seconds / STEP_S + 1e-6)])
    whole += [0] * (int(seconds / STEP_S + 1e-6) - len(whole))
    dropped = min(round(SLOW_START_S / STEP_S), int(len(whole) * SLOW_START_SHARE))
    kept = [mbit_s(count, STEP_S) for count in whole[dropped:]]
    if len(kept) < FEWEST_STEPS:
        return Rate(mbit_s(sum(step_bytes), seconds), None, None, seconds, 0.0)
    mean, low, high = mean_interval(kept)
    return Rate(mean, max(0.0, low), high, len(kept) * STEP_S, dropped * STEP_S)


def mbit_s(count: float, seconds: float) -> float:
    """Bytes in a time, as megabits a second (10⁶)."""
    return count * 8 / seconds / 1e6
