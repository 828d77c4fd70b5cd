"""Two trains of packets over the same time: does the nearer one show what troubles the farther one? Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from checks.line.nearby.messages import Echo
from protocol.packets import Flags, Floats

NEAR_S = 0.08
"""Packets this close in time go through the same pause, queue or burst of losses."""
BLOCKS_S = (0.13, 0.5)
"""How unevenly hits are spread is told by counting them in blocks of these lengths."""
CHANCE = 0.01
"""How improbable it must be that a nearer train looks so clean by luck."""
CLEAN, SAME = 0.35, (0.5, 1.8)
"""Share of hits in the nearer train over that in the farther one: up to here it is clean, between these the same."""
SAME_AT_MOMENTS = 0.25
"""The same where it comes at the same moments: a pause of both directions hits a long round trip twice, a short one
once."""
ALIKE, ALIKE_CHANCE = 0.8, 0.05
"""Where moments can't be compared, the shares have to be as alike as chance allows."""
FEWEST_HITS = 3.0
"""Independent ones, in the nearer train, before it is said to show the same."""
UNEVEN = 1.5
"""Index of dispersion from which on hits come in bursts, whose moments can be compared."""
TOGETHER, APART = 0.4, 0.15
"""How often the nearer train is hit near a hit of the farther one, over how often the farther one is itself: from here
on they are hit together; up to here, apart."""


_QUICK = 10.0


@dataclass(frozen=True, slots=True)
class Train:
    """Packets that were sent regularly, and their round trips."""

    at_s: Floats
    took_ms: Floats
    """NaN: lost."""

    @classmethod
    def of(cls, echoes: Sequence[Echo], began_ns: int) -> Train:
        """From a target's echoes; times count from ``began_ns``."""
        return cls(
            np.array([(e.left_ns - began_ns) / 1e9 for e in echoes], dtype=np.float64),
            np.array([np.nan if e.took_ns is None else e.took_ns / 1e6 for e in echoes], dtype=np.float64),
        )

    def __len__(self) -> int:
        return len(self.at_s)

    @property
    def lost(self) -> Flags:
        """Which had no answer."""
        return np.isnan(self.took_ms)

    @property
    def lost_share(self) -> float:
        """0 to 1; 0 of none."""
        return float(self.lost.mean()) if len(self) else 0.0

    def median_ms(self) -> float | None:
        """Of the round trips; ``None`` without an answer."""
        return None if self.lost.all() else float(np.nanmedian(self.took_ms))

    def above_least_ms(self, percent: float) -> float | None:
        """That percentile of the round trips, above the fastest one; ``None`` without an answer."""
        return None if self.lost.all() else float(np.nanpercentile(self.took_ms, percent) - np.nanmin(self.took_ms))

    def above_quick_ms(self, percent: float) -> float:
        """That percentile of the round trips, above the tenth: a longer train has a smaller least, but not a smaller
        tenth percentile. 0 without an answer."""
        return 0.0 if self.lost.all() else float(np.diff(np.nanpercentile(self.took_ms, (_QUICK, percent)))[0])

    def lates(self, by_ms: float) -> Hits:
        """Which of those that came took longer than the quick ones by ``by_ms`` or more."""
        came = ~self.lost
        took = self.took_ms[came]
        return Hits(self.at_s[came], took >= np.percentile(took, _QUICK) + by_ms)

    def losses(self) -> Hits:
        """Which were lost."""
        return Hits(self.at_s, self.lost)


@dataclass(frozen=True, slots=True)
class Hits:
    """Which packets of a train were hit by one kind of trouble."""

    at_s: Floats
    hit: Flags

    @property
    def share(self) -> float:
        """0 to 1; 0 of none."""
        return float(self.hit.mean()) if len(self.hit) else 0.0

    def dispersion(self) -> float:
        """Variance of the counts in blocks over what it would be if hits were independent; at least 1. The larger of
        those of short and of long blocks: pauses in step with the long ones are seen in the short ones."""
        if not self.hit.any() or self.hit.all():
            return 1.0
        return max(1.0, *(self._dispersion(block_s) for block_s in BLOCKS_S))

    def _dispersion(self, block_s: float) -> float:
        block = np.floor(self.at_s / block_s).astype(np.int64)
        block -= block.min()
        counts, sizes = np.bincount(block, self.hit), np.bincount(block)
        expected = sizes * self.share
        independent = float((expected * (1 - self.share)).sum())
        return float(((counts - expected) ** 2).sum()) / independent

    def near(self, other: Hits) -> tuple[int, int]:
        """How many packets of ``other`` were sent within :data:`NEAR_S` of a hit of this one, and how many of those are
        hit. A packet isn't near itself."""
        moments = np.sort(self.at_s[self.hit])
        first, last = (np.searchsorted(moments, other.at_s + d, side) for d, side in _REACH)
        near = last - first > (self.hit if other is self else 0)
        return int(near.sum()), int(other.hit[near].sum())


_REACH: tuple[tuple[float, Literal["left", "right"]], ...] = ((-NEAR_S, "left"), (NEAR_S, "right"))


class Likeness(StrEnum):
    """What the nearer train says of the farther one's trouble."""

    CLEAN = "clean"
    """It does not have it: the trouble is farther."""
    SAME = "same"
    """It has the same, and where moments can be compared, at the same moments."""
    PART = "part"
    """It has less of it, but some."""
    OTHER = "other"
    """It has more, or has it at other moments: it doesn't tell of the way through it."""
    TOO_FEW = "too_few"
    """Too few packets, or too rare a trouble, to tell."""


def likeness(farther: Hits, nearer: Hits) -> tuple[Likeness, bool]:
    """What the nearer train says of one kind of trouble; and whether the moments were compared."""
    if not len(nearer.hit) or not farther.hit.any():
        return Likeness.TOO_FEW, False
    ratio = nearer.share / farther.share
    uneven, hits = farther.dispersion(), int(nearer.hit.sum())
    clump = 1 + (uneven - 1) * min(1.0, len(nearer.hit) / len(farther.hit))
    expected = farther.share * len(nearer.hit) / clump
    moments = _Moments.of(farther, nearer) if uneven >= UNEVEN else None
    if moments is None:
        if ratio <= CLEAN:
            return _clean_or_luck(hits / clump, SAME[0] * expected), False
        if hits / clump < FEWEST_HITS:
            return Likeness.TOO_FEW, False
        if ratio > SAME[1]:
            return Likeness.OTHER, False
        alike = ratio >= SAME[0] and _at_most(hits / clump, ALIKE * expected) >= ALIKE_CHANCE
        return (Likeness.SAME if alike else Likeness.PART), False
    if moments.likeness <= APART:
        return _clean_or_luck(moments.hits, TOGETHER * moments.expected), True
    if moments.hits < FEWEST_HITS:
        return Likeness.TOO_FEW, True
    if moments.likeness < TOGETHER or ratio > SAME[1]:
        return Likeness.OTHER, True
    return (Likeness.SAME if ratio >= SAME_AT_MOMENTS else Likeness.PART), True


@dataclass(frozen=True, slots=True)
class _Moments:
    """Packets of the nearer train near hits of the farther one."""

    expected: float
    """Hits among them, were they as often hit there as the farther train's own."""
    hits: int

    @property
    def likeness(self) -> float:
        return self.hits / self.expected

    @classmethod
    def of(cls, farther: Hits, nearer: Hits) -> _Moments | None:
        (own, own_hits), (packets, hits) = farther.near(farther), farther.near(nearer)
        return cls(packets * own_hits / own, hits) if own_hits and packets else None


def _clean_or_luck(seen: float, expected: float) -> Likeness:
    return Likeness.CLEAN if _at_most(seen, expected) < CHANCE else Likeness.TOO_FEW


def _at_most(seen: float, expected: float) -> float:
    """The chance of so few or fewer, where ``expected`` are to be expected (Poisson)."""
    term, total = math.exp(-expected), 0.0
    for k in range(math.floor(seen) + 1):
        total += term
        term *= expected / (k + 1)
    return total
