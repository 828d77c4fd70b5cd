"""What one direction of the line does to its packets: when each is let go, or that it is dropped."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from statistics import NormalDist
from typing import Literal, NamedTuple

Distribution = Literal["exponential", "normal", "uniform", "pareto"]

_STANDARD = NormalDist()
_PARETO_SHAPE = 3.0
_NS_PER_MS = 1_000_000


class Fate(IntEnum):
    """What became of a packet in the router."""

    SENT = 0
    LOST = 1
    """By the loss model."""
    OVERFLOWED = 2
    """The queue was full."""
    COPY = 3
    """Sent once more."""


@dataclass(frozen=True, slots=True)
class Way:
    """One direction of the line. All of it may be combined."""

    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    """The RFC 3550 jitter that packets with independent delays show: the mean of |difference|."""
    distribution: Distribution = "exponential"
    correlation: float = 0.0
    """Of one packet's delay with the next one's, 0 to 1. It lowers the jitter that is seen."""
    keep_order: bool = False
    """Nothing overtakes, as in one queue. It lowers the jitter that is seen where that is as long as an interval."""
    loss_percent: float = 0.0
    loss_burst: float = 1.0
    """Mean length of runs of lost packets: 1 is Bernoulli's loss, more is Gilbert's and Elliott's."""
    duplicate_percent: float = 0.0
    reorder_percent: float = 0.0
    reorder_ms: float = 30.0
    """How long a packet that is to be overtaken is held back."""
    spike_every_s: float = 0.0
    """The line stands still so often (0: never)…"""
    spike_ms: float = 0.0
    """… for so long, then lets go of all that it held."""
    rate_mbit_s: float = 0.0
    """Bottleneck; 0: none."""
    queue_bytes: int = 64_000
    """In front of the bottleneck; what doesn't fit is dropped."""


Course = Way | Sequence[tuple[float, Way]]
"""What a direction does all the time, or from which second on what: ``[(0, Way()), (8, Way(loss_percent=5))]``."""


class Decision(NamedTuple):
    """What happens to one packet."""

    fate: Fate
    release_ns: tuple[int, ...] = ()
    """When it is let go, and each of its copies."""


class Impairment:
    """One direction at work. Times are monotonic nanoseconds; ``seed`` makes a run repeatable."""

    def __init__(self, course: Course, seed: int) -> None:
        self._course = [(0.0, course)] if isinstance(course, Way) else sorted(course, key=lambda phase: phase[0])
        self._draw = random.Random(seed)
        self._normal = self._draw.gauss(0, 1)
        self._in_loss = False
        self._free_ns = 0
        self._last_release_ns = 0
        self._began_ns: int | None = None
        self._ahead: list[tuple[int, Way]] = []
        self.way = Way()

    def begin(self, now_ns: int) -> None:
        """The course and the spikes begin now, or begin again; without this, with the first packet."""
        self._began_ns = now_ns
        self.way = Way()
        self._ahead = [(now_ns + round(from_s * 1e9), way) for from_s, way in reversed(self._course)]

    def decide(self, size: int, now_ns: int) -> Decision:
        """What happens to a packet of ``size`` bytes that arrives now."""
        if self._began_ns is None:
            self.begin(now_ns)
        while self._ahead and self._ahead[-1][0] <= now_ns:
            self.way = self._ahead.pop()[1]
        if self._loses():
            return Decision(Fate.LOST)
        through_ns = self._through_bottleneck(size, now_ns)
        if through_ns is None:
            return Decision(Fate.OVERFLOWED)
        release_ns = self._after_spike(through_ns) + round(self._delay_ms() * _NS_PER_MS)
        if self.way.keep_order:
            release_ns = max(release_ns, self._last_release_ns)
        self._last_release_ns = release_ns
        copies = 1 + (self._draw.random() * 100 < self.way.duplicate_percent)
        return Decision(Fate.SENT, (release_ns,) * copies)

    def _loses(self) -> bool:
        """A chain of two states; the share lost is ``loss_percent``, the mean stay in the bad one ``loss_burst``."""
        share = self.way.loss_percent / 100
        if share <= 0:
            return False
        if share >= 1 or self.way.loss_burst <= 1:
            return self._draw.random() < share
        leave = 1 / self.way.loss_burst
        if self._in_loss:
            self._in_loss = self._draw.random() >= leave
        else:
            self._in_loss = self._draw.random() < leave * share / (1 - share)
        return self._in_loss

    def _through_bottleneck(self, size: int, now_ns: int) -> int | None:
        if self.way.rate_mbit_s <= 0:
            return now_ns
        ns_per_byte = 8000 / self.way.rate_mbit_s
        waiting_bytes = max(0, self._free_ns - now_ns) / ns_per_byte
        if waiting_bytes + size > self.way.queue_bytes:
            return None
        self._free_ns = max(now_ns, self._free_ns) + round(size * ns_per_byte)
        return self._free_ns

    def _after_spike(self, at_ns: int) -> int:
        if self.way.spike_every_s <= 0 or self._began_ns is None:
            return at_ns
        every_ns, long_ns = round(self.way.spike_every_s * 1e9), round(self.way.spike_ms * _NS_PER_MS)
        into_ns = (at_ns - self._began_ns) % every_ns
        quiet_ns = every_ns - long_ns
        return at_ns if into_ns < quiet_ns else at_ns + every_ns - into_ns

    def _delay_ms(self) -> float:
        held = self.way.reorder_ms if self._draw.random() * 100 < self.way.reorder_percent else 0.0
        return self.way.delay_ms + held + self._jitter_ms()

    def _jitter_ms(self) -> float:
        """A sample of the distribution, tied to the last one by a Gaussian copula."""
        if self.way.jitter_ms <= 0:
            return 0.0
        tie = self.way.correlation
        self._normal = tie * self._normal + math.sqrt(1 - tie * tie) * self._draw.gauss(0, 1)
        return self.way.jitter_ms * quantile(self.way.distribution, _STANDARD.cdf(self._normal))


def quantile(distribution: Distribution, share: float) -> float:
    """Of a distribution from 0 up, scaled so that the mean difference of two independent samples is 1."""
    share = min(max(share, 1e-9), 1 - 1e-9)
    match distribution:
        case "exponential":
            return -math.log1p(-share)
        case "uniform":
            return 3 * share
        case "normal":
            sigma = math.sqrt(math.pi) / 2
            return max(0.0, sigma * (3 + _STANDARD.inv_cdf(share)))
        case "pareto":
            mean = (2 * _PARETO_SHAPE - 1) / (2 * _PARETO_SHAPE)
            scale = mean * (_PARETO_SHAPE - 1)
            return float(scale * ((1 - share) ** (-1 / _PARETO_SHAPE) - 1))
