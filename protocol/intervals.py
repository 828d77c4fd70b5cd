"""95 % intervals from one trace whose packets remember each other: of a mean, of a median, and of a share.

They promise to hold the *parameter* of what made the trace (the jitter that a very long look at the same line would
show), in 95 of 100 looks, whether packets are independent or come in waves and bursts that pass within a look.
``benchmarks/interval_coverage.py`` counts how often they do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST_VALUES = 20
"""Of fewer than this, the interval is their whole range."""

_SLOW, _FAST = slice(0, 4), slice(4, 16)
"""The slowest waves that fit into a series, and those above them."""
_T_SLOW = 2.999
"""Student's t, 98 %, with as many degrees of freedom as there are slow waves: 96 % between the ends of a normal series,
of which skewed ones use up the hundredth that is too much."""
_MOST_STEEP = 4.0
"""Most that the power at frequency zero is taken to lie above that of the slow waves."""
_WIDEST = 0.9
"""Most that the half-width of a mean's interval may be, as a share of the mean: its upper end is ten times the mean."""

_LOW_TAIL, _HIGH_TAIL = 0.025, 0.015
"""Of a share. Bursts are counted in whole numbers: with 2.5 % above, a look of 45 s without one would exclude 2 % of
loss in bursts of 12, where 24 of 1,000 such looks see none."""
_LOG_STEP = 0.01
_LOG_ENTER: Floats = (np.arange(-1700, 0, dtype=np.float64) + 0.5) * _LOG_STEP
"""Logarithms of the chance that a burst begins: from 4e-8 to 1."""
_LOG_LEAVE: Floats = _LOG_ENTER[-900:]
"""Of the chance that it ends: from 1e-4 to 1."""
_UNSEEN_BURST = 40
"""Packets in a mean burst, 0.8 s: the most that is allowed for where none was seen. Longer ones are outages."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    def at_least(self, share: float) -> Estimate:
        """The same where only ``share`` of it is certain."""
        return Estimate(self.value, share * self.low, self.high)


def of_mean(values: Floats) -> Estimate | None:
    """The mean of values that are never negative; ``None`` of none.

    The interval is Student's, joined with the same of the mean's reciprocal: delays are skewed, and a look that missed
    their rare large values shows too small a mean and too small a spread at once. Where the spread is small beside the
    mean, both are the same.
    """
    if not len(values):
        return None
    mean = float(np.mean(values))
    if len(values) < FEWEST_VALUES:
        return Estimate(mean, min(mean, float(values.min())), max(mean, float(values.max())))
    if mean <= 0:
        return Estimate(mean, mean, mean)
    half = _T_SLOW * _standard_error(values) / mean
    return Estimate(mean, mean * max(0.0, 1 - half), mean / (1 - min(half, _WIDEST)))


def of_median(values: Floats) -> Estimate | None:
    """The median; ``None`` of no values.

    The interval is Woodruff's (1952): that of the share of values up to the median, read off the sorted values.
    """
    n = len(values)
    if n == 0:
        return None
    median = float(np.median(values))
    half = _T_SLOW * _standard_error((values <= median).astype(np.float64)) if n >= FEWEST_VALUES else 0.5
    ordered = np.sort(values)
    low = ordered[max(0, math.floor((0.5 - half) * n) - 1)]
    high = ordered[min(n - 1, math.ceil((0.5 + half) * n))]
    return Estimate(median, min(median, float(low)), max(median, float(high)))


def of_share(hits: Flags, perhaps: Flags) -> Estimate:
    """How large a share is hit, 0 to 1, where hits come in bursts. A row per packet, in order.

    Rows that were ``perhaps`` hit count for the upper end alone. Without rows: 0, and nothing is known.

    The model is Gilbert's (1960): a chance that a burst begins and a chance that it ends; the share is
    ``begin / (begin + end)``. Of how often bursts begin, the ends are exact (Clopper and Pearson, 1934), and the
    lower end is theirs where no two hits hang together. Of how they end nothing is known beforehand: the upper end
    takes each chance for equally likely (Bayes and Laplace) and learns from the bursts that were seen. So a trace
    without a hit still allows for rare bursts, of up to :data:`_UNSEEN_BURST` packets on average.
    """
    rows, hit = len(hits), int(hits.sum())
    sure = rows - int(perhaps.sum())
    value = hit / sure if sure else 0.0
    low = _share_low(rows, hits)
    high = _share_high(rows, hits | perhaps)
    return Estimate(value, min(value, low), max(value, high))


def bursts(hits: Flags) -> float:
    """How many bursts the hits came in; not whole where bursts themselves come in clumps.

    The least of three: the unbroken runs; what the distances between hits say, without a choice of how far apart two
    bursts must be (the intervals estimator of Ferro and Segers, 2003); and as many bursts of Gilbert's as would vary
    as much, where single hits and long runs are mixed.
    """
    hit = int(hits.sum())
    if hit < 2:
        return float(hit)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], hits, [False])).astype(np.int8)))
    runs = (edges[1::2] - edges[::2]).astype(np.float64)
    as_varied = 2 * hit / (float((runs**2).sum()) / hit + 1)
    apart = np.diff(np.flatnonzero(hits)).astype(np.float64)
    if apart.max() <= 2:
        index = 2 * apart.sum() ** 2 / (len(apart) * (apart**2).sum())
    else:
        index = 2 * (apart - 1).sum() ** 2 / (len(apart) * ((apart - 1) * (apart - 2)).sum())
    return float(max(1.0, min(len(runs), index * hit, as_varied)))


def _standard_error(series: Floats) -> float:
    """Standard error of the mean of a series with memory.

    The power of the four slowest cosines estimates the spectrum at frequency zero, which is what the mean's variance
    is made of (the equal-weighted cosine estimator; Lazarus, Lewis, Stock and Watson, 2018). Few waves, so that only
    memory of more than an eighth of the series is missed, and 4 degrees of freedom. Where the faster waves carry less,
    the spectrum still rises toward zero: a memory that fades exponentially has a reciprocal spectrum that is linear
    in the frequency's square, by which it is extrapolated.
    """
    n = len(series)
    power = (_waves(n) @ (series - series.mean())) ** 2 * (2 / n)
    slow, fast = float(power[_SLOW].mean()), float(power[_FAST].mean())
    if slow <= 0:
        return 0.0
    squares = np.arange(1, _FAST.stop + 1, dtype=np.float64) ** 2
    slow_at, fast_at = squares[_SLOW].mean(), squares[_FAST].mean()
    fall = slow / fast - 1 if fast > 0 else math.inf
    level = 1 - fall * slow_at / (fast_at - slow_at)
    steep = 1 / min(1.0, max(level, 1 / _MOST_STEEP))
    return math.sqrt(slow * steep / n)


@lru_cache(maxsize=4)
def _waves(n: int) -> Floats:
    """The slowest cosines over ``n`` values, a row for each."""
    return np.cos(np.pi * np.outer(np.arange(1, _FAST.stop + 1), (np.arange(n) + 0.5) / n))


def _share_low(rows: int, hits: Flags) -> float:
    hit, began = int(hits.sum()), bursts(hits)
    if hit == 0:
        return 0.0
    missed = rows - hit
    enter = _beta(_LOG_ENTER, began, max(missed - began, 0.0) + 1)
    return _share_at(_LOW_TAIL, enter, _beta(_LOG_LEAVE, began + 1, hit - began))


def _share_high(rows: int, hits: Flags) -> float:
    hit, began = int(hits.sum()), bursts(hits)
    missed = rows - hit
    if missed == 0:
        return 1.0
    enter = _beta(_LOG_ENTER, began + 1, max(missed - began, 0.5))
    chances = _LOG_LEAVE if hit else _LOG_LEAVE[-math.log(_UNSEEN_BURST) < _LOG_LEAVE]
    return _share_at(1 - _HIGH_TAIL, enter, _beta(chances, began + 1, hit - began + 1))


def _beta(log_x: Floats, a: float, b: float) -> Floats:
    """The beta distribution over the steps of a logarithmic grid; with ``b`` = 0 all of it is at the grid's end."""
    if b <= 0:
        point = np.zeros(len(log_x))
        point[-1] = 1.0
        return point
    log_density = a * log_x + (b - 1) * np.log(-np.expm1(log_x))
    density: Floats = np.exp(log_density - log_density.max())
    return density / float(density.sum())


def _share_at(quantile: float, enter: Floats, leave: Floats) -> float:
    """The quantile of ``enter / (enter + leave)``: the logarithm of the odds is a difference, its density one
    convolution."""
    cumulative = np.cumsum(np.convolve(enter, leave[::-1]))
    log_odds = np.interp(quantile, cumulative, np.arange(len(cumulative)) * _LOG_STEP + _LOG_ENTER[0] - _LOG_LEAVE[-1])
    return 1 / (1 + math.exp(-log_odds))
