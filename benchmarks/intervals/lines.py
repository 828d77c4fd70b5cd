"""Simulated lines whose parameters are known: delays and losses of many traces at once, an array row for each trace."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from protocol.packets import OneWay, Packets
from tests.lab.router.ways import Distribution, quantile

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Draw = np.random.Generator
DelaysOf = Callable[[Draw, int, int], Floats]
"""Of so many traces of so many packets, in ms."""
LossesOf = Callable[[Draw, int, int], Flags]

INTERVAL_S = 0.02
_NORMAL = np.linspace(-6, 6, 4001)
_BELOW = np.array([NormalDist().cdf(z) for z in _NORMAL])


@dataclass(frozen=True, slots=True)
class Jitter:
    """Independent or correlated delays, tied by the same Gaussian copula as the laboratory's router."""

    distribution: Distribution
    ms: float
    correlation: float = 0.0
    keep_order: bool = False

    def __call__(self, draw: Draw, traces: int, packets: int) -> Floats:
        """Delays."""
        normal = draw.standard_normal((packets, traces))
        if self.correlation:
            fresh = math.sqrt(1 - self.correlation**2)
            for k in range(1, packets):
                normal[k] = self.correlation * normal[k - 1] + fresh * normal[k]
        of_normal = np.array([quantile(self.distribution, below) for below in _BELOW])
        delays: Floats = self.ms * np.interp(normal.T, _NORMAL, of_normal)
        if self.keep_order:
            sent_ms = np.arange(packets) * INTERVAL_S * 1000
            delays = np.maximum.accumulate(delays + sent_ms, axis=1) - sent_ms
        return delays


@dataclass(frozen=True, slots=True)
class Stalls:
    """A little jitter, and a line that stands still again and again, as behind a scanning access point."""

    stall_ms: float = 100.0
    every_s: float = 1.024
    """Ten beacons; no whole number of packets, or each trace would catch its stalls at another moment for good."""

    def __call__(self, draw: Draw, traces: int, packets: int) -> Floats:
        """Delays."""
        into_s = (np.arange(packets) * INTERVAL_S + self.every_s * draw.random((traces, 1))) % self.every_s
        held_ms = np.maximum(0.0, self.stall_ms - into_s * 1000)
        return held_ms + draw.exponential(1.0, (traces, packets))


@dataclass(frozen=True, slots=True)
class CrossTraffic:
    """A bottleneck of 2 Mbit/s with others' bursts of packets of 1,500 bytes in the queue (Lindley's recursion)."""

    load: float = 0.5
    burst: float = 10.0

    def __call__(self, draw: Draw, traces: int, packets: int) -> Floats:
        """Delays."""
        other_ms, own_ms, step_ms, settle = 6.0, 0.8, INTERVAL_S * 1000, 500
        rate = self.load * step_ms / (self.burst * other_ms)
        waiting, delays = np.zeros(traces), np.empty((packets, traces))
        for k in range(-settle, packets):
            bursts = draw.poisson(rate, traces)
            came = np.where(bursts > 0, draw.negative_binomial(np.maximum(bursts, 1), 1 / self.burst) + bursts, 0)
            waiting = np.maximum(0.0, waiting + own_ms + other_ms * came - step_ms)
            if k >= 0:
                delays[k] = waiting + own_ms
        return delays.T


@dataclass(frozen=True, slots=True)
class Loss:
    """Bernoulli's loss, or Gilbert's and Elliott's in bursts."""

    percent: float
    burst: float = 1.0

    def __call__(self, draw: Draw, traces: int, packets: int) -> Flags:
        """Which packets are lost."""
        share = self.percent / 100
        chance = draw.random((packets, traces))
        if self.burst <= 1:
            return np.asarray((chance < share).T)
        end, begin = 1 / self.burst, share / (1 - share) / self.burst
        now = draw.random(traces) < share
        lost = np.empty((packets, traces), dtype=np.bool_)
        for k in range(packets):
            now = np.where(now, chance[k] >= end, chance[k] < begin)
            lost[k] = now
        return lost.T


def no_delay(draw: Draw, traces: int, packets: int) -> Floats:
    """A line without jitter."""
    return np.zeros((traces, packets))


def no_loss(draw: Draw, traces: int, packets: int) -> Flags:
    """A line that loses nothing."""
    return np.zeros((traces, packets), dtype=np.bool_)


def one_way(delay_ms: Floats, lost: Flags) -> OneWay:
    """One direction as a trace shows it."""
    nothing = np.zeros(len(delay_ms), dtype=np.bool_)
    sent_ms = np.arange(len(delay_ms)) * INTERVAL_S * 1000
    return OneWay(
        delay_ms=np.where(lost, np.nan, delay_ms),
        arrival_ns=np.where(lost, 0, (sent_ms + delay_ms) * 1e6).astype(np.int64),
        offered=~nothing,
        lost=lost,
        perhaps_lost=nothing,
        reordered=nothing,
        copies=nothing.astype(np.int64),
    )


def trace(up: OneWay, down: OneWay) -> Packets:
    """Both directions; what was lost up never set out down."""
    rows = len(up.delay_ms)
    return Packets(
        sent_s=np.arange(rows, dtype=np.float64) * INTERVAL_S,
        rtt_ms=up.delay_ms + down.delay_ms,
        late_ms=np.zeros(rows),
        queued_ms=np.full(rows, np.nan),
        up=up,
        down=down,
        clock_skew_ppm=0.0,
        clock_step_ms=0.0,
    )
