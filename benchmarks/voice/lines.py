"""Lines for listening tests: drawn at random for each kind of impairment, and what a probe would have seen of them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import get_args

from checks.line.voice import jitter_buffer
from checks.line.voice.jitter_buffer import Playout
from protocol.packets import OneWay, Packets, packets
from protocol.stamp import PACKET_BYTES
from tests.lab.router.ways import Distribution, Fate, Impairment, Way
from tests.protocol.lines import Line

PACKETS = 800
"""Two sentences of eight seconds."""
INTERVAL_NS = 20_000_000
DELAY_MS = 20.0

Buffer = Callable[..., Playout]
BUFFERS: dict[str, Buffer] = {
    "fixed 60": partial(jitter_buffer.fixed, depth_ms=60),
    "fixed 100": partial(jitter_buffer.fixed, depth_ms=100),
    "adaptive": jitter_buffer.adaptive,
}


@dataclass(frozen=True, slots=True)
class TestedLine:
    """One line, from the speaker to the listener; the way back is clean."""

    kind: str
    """Of impairment; the results are told apart by it."""
    way: Way
    buffer: str
    seed: int

    def packets(self) -> Packets:
        """What a probe would have seen of it; outgoing is the way that is tested."""
        impairment = Impairment(self.way, self.seed)
        decisions = [impairment.decide(PACKET_BYTES, k * INTERVAL_NS) for k in range(PACKETS)]
        sent = [decision.fate is Fate.SENT for decision in decisions]
        line = Line(
            up_ms=[d.release_ns[0] / 1e6 - k * 20.0 if sent[k] else 0.0 for k, d in enumerate(decisions)],
            down_ms=[DELAY_MS] * PACKETS,
            lost_up=frozenset(k for k in range(PACKETS) if not sent[k]),
        )
        return packets(line.trace(), line.counts())

    def play(self, way: OneWay, *, forward_correction: bool) -> Playout:
        """What leaves its jitter buffer."""
        return BUFFERS[self.buffer](way, forward_correction=forward_correction)


def drawn(each: int, seed: int) -> list[TestedLine]:
    """``each`` lines of every kind, from hardly impaired to hardly usable, through the three buffers by turns."""
    draw = random.Random(seed)
    made = []
    for kind, way in _KINDS.items():
        for number in range(each):
            buffer = list(BUFFERS)[number % len(BUFFERS)]
            made.append(TestedLine(kind, way(draw), buffer, draw.getrandbits(32)))
    return made


def _random_loss(draw: random.Random) -> Way:
    return Way(delay_ms=DELAY_MS, loss_percent=_spread(draw, 0.3, 15))


def _bursts(draw: random.Random) -> Way:
    return Way(delay_ms=DELAY_MS, loss_percent=_spread(draw, 0.5, 15), loss_burst=draw.uniform(2, 8))


def _jitter(draw: random.Random, distribution: Distribution) -> Way:
    jitter_ms, keep_order = _spread(draw, 8, 90), draw.random() < 0.5
    return Way(delay_ms=DELAY_MS, jitter_ms=jitter_ms, distribution=distribution, keep_order=keep_order)


def _waves(draw: random.Random) -> Way:
    return Way(delay_ms=DELAY_MS, jitter_ms=_spread(draw, 10, 90), correlation=0.9, keep_order=True)


def _mixed(draw: random.Random) -> Way:
    return Way(
        delay_ms=DELAY_MS,
        jitter_ms=_spread(draw, 4, 30),
        loss_percent=_spread(draw, 0.5, 6),
        loss_burst=draw.uniform(1, 4),
    )


def _spread(draw: random.Random, low: float, high: float) -> float:
    """Evenly over the logarithm."""
    return math.exp(draw.uniform(math.log(low), math.log(high)))


_KINDS: dict[str, Callable[[random.Random], Way]] = {
    "random loss": _random_loss,
    "bursts of loss": _bursts,
    **{f"jitter, {name}": partial(_jitter, distribution=name) for name in get_args(Distribution)},
    "jitter, in waves": _waves,
    "jitter and loss": _mixed,
}
