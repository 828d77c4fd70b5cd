"""95 % intervals: of a share (exact, by the beta distribution) and of a statistic of a series (block bootstrap)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_RESAMPLES = 400
_BLOCK = 25
"""Half a second at 50 packets a second: longer than the delays of a line remember each other."""
_SEED = 8762
"""Fixed, so that the same trace gives the same interval on both sides."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


def clopper_pearson(hits: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of a binomial share (Clopper and Pearson, 1934), each end in 0 to 1.

    ``hits`` and ``trials`` need not be whole: independent events that come in clumps of *b* count as ``hits / b`` of
    ``trials / b``. No trials: the whole range.
    """
    if trials <= 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    low = 0.0 if hits <= 0 else _beta_quantile(tail, hits, trials - hits + 1)
    high = 1.0 if hits >= trials else _beta_quantile(1 - tail, hits + 1, trials - hits)
    return low, high


def block_bootstrap(values: Floats, statistic: Callable[..., Floats]) -> Estimate | None:
    """``statistic`` (``numpy.mean``, ``numpy.median``) of a series, with its interval.

    Neighbours in a series of delays resemble each other, so whole blocks are drawn (Künsch, 1989; circular).
    ``None`` for an empty series.
    """
    n = len(values)
    if n == 0:
        return None
    block = max(1, min(_BLOCK, n // 4))
    draw = np.random.default_rng(_SEED)
    starts = draw.integers(0, n, size=(_RESAMPLES, math.ceil(n / block)))
    picked = (starts[:, :, np.newaxis] + np.arange(block)) % n
    resampled = statistic(values[picked.reshape(_RESAMPLES, -1)[:, :n]], axis=1)
    low, high = np.percentile(resampled, [2.5, 97.5])
    value = float(statistic(values))
    return Estimate(value, min(value, float(low)), max(value, float(high)))


def _beta_quantile(share: float, a: float, b: float) -> float:
    """Where the cumulative beta distribution reaches ``share``, by bisection to the precision of a float."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _beta_cumulative(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta_cumulative(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function (DLMF 8.17)."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_cumulative(1 - x, b, a)
    if x <= 0:
        return 0.0
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x) - math.log(a)
    )
    return math.exp(log_front) * _beta_fraction(x, a, b)


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method."""
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 2000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / (1 + term * d)
            c = 1 + term / c
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return value
