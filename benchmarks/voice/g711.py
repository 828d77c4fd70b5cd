"""G.711 for listening tests, and a concealment of lost packets in the spirit of its appendix I.

The concealment is our own, written after the Recommendation's description (ITU-T G.711, appendix I), not its reference
code: speech of the last pitch periods is repeated, more of them as the gap grows, and fades to silence within 60 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.voice.sentences import RATE, Samples

Law = Literal["mu", "A"]
Floats = NDArray[np.float64]

PACKET = RATE // 50
_BLOCK = RATE // 100
"""10 ms, in which the concealment thinks."""
_HISTORY = 390
_PITCH = (40, 120)
"""Samples: 200 Hz to 66 Hz."""
_TEMPLATE = 160
_FADE_PER_BLOCK = 0.2


def through(law: Law, samples: Samples) -> Samples:
    """Encoded and decoded: 16 steps in each of 8 segments, each twice as coarse as the one before."""
    loud = np.abs(samples.astype(np.int64))
    if law == "mu":
        loud = np.minimum(loud, 32635) + 132
        coarse = np.int64(1) << (np.log2(loud).astype(np.int64) - 4)
        heard = loud // coarse * coarse + coarse // 2 - 132
    else:
        coarse = np.int64(1) << np.maximum(np.log2(np.maximum(loud, 1)).astype(np.int64) - 4, 4)
        heard = loud // coarse * coarse + coarse // 2
    signed: Samples = (np.where(samples < 0, -1, 1) * np.minimum(heard, 32767)).astype(np.int16)
    return signed


def silenced(samples: Samples, missing: Sequence[bool]) -> Samples:
    """What is heard without concealment: silence where packets are missing."""
    gaps = np.repeat(np.asarray(missing, np.bool_), PACKET)
    return np.where(gaps, 0, samples[: len(gaps)]).astype(np.int16)


def concealed(samples: Samples, missing: Sequence[bool]) -> Samples:
    """What is heard with concealment, packet by packet."""
    heard = np.zeros(len(missing) * PACKET)
    repeat: _Repetition | None = None
    for row, lost in enumerate(missing):
        at = slice(row * PACKET, (row + 1) * PACKET)
        if lost:
            if repeat is None:
                repeat = _Repetition(heard[max(0, at.start - _HISTORY) : at.start])
                repeat.smooth_into(heard, at.start)
            heard[at] = np.concatenate([repeat.block(), repeat.block()])
            continue
        heard[at] = samples[at]
        if repeat is not None:
            over = min(PACKET // 2, 32 + 32 * (repeat.blocks - 1))
            ramp = (np.arange(over) + 0.5) / over
            heard[at.start : at.start + over] = heard[at.start : at.start + over] * ramp + repeat.more(over) * (
                1 - ramp
            )
            repeat = None
    return np.clip(np.round(heard), -32768, 32767).astype(np.int16)


class _Repetition:
    """The last pitch periods before a gap, over and over."""

    def __init__(self, before: Floats) -> None:
        self._before = np.concatenate([np.zeros(_HISTORY - len(before)), before])
        self._pitch = _pitch(self._before)
        self._quarter = self._pitch // 4
        self._cycle = self._cycle_of(1)
        self._phase = 0
        self.blocks = 0
        """How many 10 ms blocks were made."""

    def smooth_into(self, heard: Floats, start: int) -> None:
        """Bends the last quarter period before the gap to the one that the cycle ends with. (The Recommendation delays
        its output for this.)"""
        end = min(self._quarter, start)
        if end:
            heard[start - end : start] = self._cycle[-end:]

    def block(self) -> Floats:
        """The next 10 ms."""
        if self.blocks in (1, 2):
            self._grow(self.blocks + 1)
        made = self._take(_BLOCK) * self._gain(_BLOCK)
        self.blocks += 1
        return made

    def more(self, number: int) -> Floats:
        """What would come next, to fade over from."""
        return self._take(number) * self._gain(number)

    def _take(self, number: int) -> Floats:
        where = (self._phase + np.arange(number)) % len(self._cycle)
        self._phase = int((self._phase + number) % len(self._cycle))
        return np.asarray(self._cycle[where])

    def _gain(self, number: int) -> Floats:
        """Full for 10 ms, then a fifth less each 10 ms."""
        passed = self.blocks - 1 + np.arange(number) / _BLOCK
        return np.clip(1 - _FADE_PER_BLOCK * np.maximum(passed, 0), 0, 1)

    def _grow(self, periods: int) -> None:
        """More periods, so that a long gap doesn't buzz; faded over to, in phase."""
        old, phase = self._cycle, self._phase
        self._cycle = self._cycle_of(periods)
        self._phase = phase % self._pitch
        over = min(self._quarter, len(self._cycle) - self._phase)
        ramp = (np.arange(over) + 0.5) / max(over, 1)
        tail = old[(phase + np.arange(over)) % len(old)]
        where = self._phase + np.arange(over)
        self._cycle = self._cycle.copy()
        self._cycle[where] = self._cycle[where] * ramp + tail * (1 - ramp)

    def _cycle_of(self, periods: int) -> Floats:
        """That many periods, whose last quarter period is bent so that the end meets the beginning."""
        length = periods * self._pitch
        cycle = self._before[-length:].copy()
        over = self._quarter
        if over:
            ramp = (np.arange(over) + 0.5) / over
            cycle[-over:] = cycle[-over:] * (1 - ramp) + self._before[-length - over : -length] * ramp
        return cycle


def _pitch(before: Floats) -> int:
    """The distance, in samples, at which the last 20 ms look most like what was before them."""
    shortest, longest = _PITCH
    template = before[-_TEMPLATE:]
    lags = np.arange(shortest, longest + 1)
    shifted = np.lib.stride_tricks.sliding_window_view(before, _TEMPLATE)[len(before) - _TEMPLATE - lags]
    energy = np.sqrt(np.maximum((shifted**2).sum(axis=1), 1.0))
    return int(lags[int(np.argmax(shifted @ template / energy))])
