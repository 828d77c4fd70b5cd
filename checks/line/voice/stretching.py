"""A jitter buffer that adapts by stretching time, as WebRTC's NetEq does in browsers and most softphones of today.

How deep it aims to be: each half second the largest delay above the fastest packet of the last two seconds is
remembered, for about half a minute; the aim is what covers 95 % of those, rounded up to whole packets. How it gets
there: it plays a little slower or faster, which is hardly heard. When a packet's turn has come and nothing is there, it
conceals until something is, and plays on from there: late speech is heard late rather than dropped, and what is lost to
the ear is the time of concealment. A packet that others overtook is given up after its length.

It knows at each turn only what had arrived by then.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from protocol.packets import Floats

QUANTILE = 0.95
FORGET = 0.983
"""What is left of a memory's weight after each half second."""
OPENING_WEIGHT = 2.0
"""How much more the first half seconds count than they would alone."""
SPAN_MS = 500.0
FASTEST_OF = 100
"""Packets, two seconds."""
BUCKETS = 100
START_MS = 80.0
BLOCK_MS = 10.0
"""Sound is fetched in blocks of this length; waiting takes whole ones."""
STRETCH_MS = 2.0
"""Most that playing slower or faster gains per packet: a pitch period in each third."""


class Turn(NamedTuple):
    """What was played when a packet's turn came."""

    missing: bool
    by_copy: bool
    due_ms: float


class Stretching:
    """The buffer at work over one direction of a trace.

    ``own`` and ``copy``, a value per packet, are when it and its copy arrived: ms after it was sent, above the smallest
    delay of the line, infinity where lost, NaN where not known.
    """

    def __init__(self, own: Floats, copy: Floats, packet_ms: float) -> None:
        self._own, self._copy, self._packet_ms = own.tolist(), copy.tolist(), packet_ms
        at = np.arange(len(own)) * packet_ms + own
        self._order = [int(row) for row in np.argsort(at, kind="stable") if math.isfinite(at[row])]
        self._at = at.tolist()
        ahead = np.append(np.fmin.accumulate(at[::-1])[::-1], np.inf)[1:]
        self._overtaken_at = np.where(np.isnan(ahead), np.inf, ahead).tolist()
        self._aim = _Aim(packet_ms)

    def turns(self) -> Iterator[Turn]:
        """Each packet's, in the order of sending."""
        due_ms, concealed_ms, arrived = START_MS, 0.0, 0
        for row, own in enumerate(self._own):
            now_ms = row * self._packet_ms + due_ms
            while arrived < len(self._order) and self._at[self._order[arrived]] <= now_ms:
                heard = self._order[arrived]
                self._aim.saw(self._own[heard], self._at[heard])
                arrived += 1
            due_ms += self._stretch(due_ms)
            if concealed_ms >= self._packet_ms:
                concealed_ms -= self._packet_ms
                yield Turn(True, False, due_ms)
                continue
            copied = self._copy[row] < own and own > due_ms
            there_ms = self._copy[row] if copied else own
            if there_ms > due_ms:
                if not self._waits(row, there_ms, due_ms):
                    yield Turn(True, False, due_ms)
                    continue
                waited_ms = math.ceil((there_ms - due_ms) / BLOCK_MS) * BLOCK_MS
                due_ms += waited_ms
                concealed_ms += waited_ms
            missing = concealed_ms >= self._packet_ms
            concealed_ms -= self._packet_ms if missing else 0.0
            yield Turn(missing, copied and not missing, due_ms)

    def _stretch(self, due_ms: float) -> float:
        """Toward the aim; up to a packet more than that is left as it is."""
        aim_ms = self._aim.ms
        if due_ms < aim_ms:
            return min(STRETCH_MS, aim_ms - due_ms)
        return -min(STRETCH_MS, max(0.0, due_ms - aim_ms - self._packet_ms))

    def _waits(self, row: int, there_ms: float, due_ms: float) -> bool:
        """Whether it conceals until the packet is there, rather than giving it up for one that came before it."""
        overtaken_ms = self._overtaken_at[row] - row * self._packet_ms
        return math.isfinite(there_ms) and there_ms <= max(due_ms + self._packet_ms, overtaken_ms)


class _Aim:
    """How deep the buffer aims to be, above the smallest delay of the line."""

    def __init__(self, packet_ms: float) -> None:
        self._packet_ms = packet_ms
        self._recent: deque[float] = deque(maxlen=FASTEST_OF)
        self._weights = np.zeros(BUCKETS)
        self._spans = 0
        self._span_began_ms: float | None = None
        self._largest_ms = 0.0
        self._depth_ms = START_MS

    @property
    def ms(self) -> float:
        return (min(self._recent) if self._recent else 0.0) + self._depth_ms

    def saw(self, delay_ms: float, at_ms: float) -> None:
        """A packet arrived."""
        self._recent.append(delay_ms)
        if self._span_began_ms is None:
            self._span_began_ms = at_ms
        elif at_ms - self._span_began_ms > SPAN_MS:
            self._remember()
            self._span_began_ms, self._largest_ms = at_ms, 0.0
        self._largest_ms = max(self._largest_ms, delay_ms - min(self._recent))

    def _remember(self) -> None:
        self._spans += 1
        kept = min(FORGET, 1 - OPENING_WEIGHT / (self._spans + 1))
        self._weights *= kept
        self._weights[min(BUCKETS - 1, int(self._largest_ms // self._packet_ms))] += 1 - kept
        bucket = int(np.searchsorted(np.cumsum(self._weights), QUANTILE * self._weights.sum()))
        self._depth_ms = (1 + min(bucket, BUCKETS - 1)) * self._packet_ms
