"""Makes traces of a line whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from protocol.arrivals import Arrivals
from protocol.messages import ReflectorCounts
from protocol.trace import Answer, Sent, Trace

START_NS = 1_750_000_000_000_000_000
SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line that does to packet ``k`` exactly what stands in row ``k``."""

    up_ms: Sequence[float]
    down_ms: Sequence[float]
    lost_up: frozenset[int] = frozenset()
    lost_down: frozenset[int] = frozenset()
    doubled_up: frozenset[int] = frozenset()
    doubled_down: frozenset[int] = frozenset()
    held_ms: float = 0.2
    clock_off_ns: int = 0
    """The reflector's clock minus the sender's."""
    interval_s: float = 0.02

    def trace(self) -> Trace:
        """What a sender sees of it."""
        sent = self._sent()
        answers = []
        for reflector_sequence, (arrived_ns, k, copy) in enumerate(self._arrivals()):
            if k in self.lost_down and copy == 0:
                continue
            left_ns = arrived_ns + round(self.held_ms * 1e6)
            answer = Answer(
                k,
                reflector_sequence,
                arrived_ns + self.clock_off_ns,
                left_ns + self.clock_off_ns,
                left_ns + round(self.down_ms[k] * 1e6),
            )
            answers += [answer] * (1 + (k in self.doubled_down))
        return Trace(self.interval_s, tuple(sent), tuple(sorted(answers, key=lambda a: a.received_ns)))

    def _sent(self) -> list[Sent]:
        return [Sent(k, START_NS + round(k * self.interval_s * 1e9), 50_000, 20_000) for k in range(len(self.up_ms))]

    def _arrivals(self) -> list[tuple[int, int, int]]:
        """When, which packet, and which copy of it."""
        return sorted(
            (packet.left_ns + round(self.up_ms[k] * 1e6), k, copy)
            for k, packet in enumerate(self._sent())
            if k not in self.lost_up
            for copy in range(1 + (k in self.doubled_up))
        )

    def counts_with_arrivals(self) -> ReflectorCounts:
        """What the reflector saw, packet by packet."""
        told = Arrivals()
        for at_ns, k, _ in self._arrivals():
            told.add(k, at_ns + self.clock_off_ns)
        return msgspec.structs.replace(self.counts(), arrivals=told.encode())

    def counts(self) -> ReflectorCounts:
        """What the reflector saw, in numbers alone."""
        arrived = [k for k in range(len(self.up_ms)) if k not in self.lost_up]
        copies = len(arrived) + len(self.doubled_up - self.lost_up)
        return ReflectorCounts(
            received=copies, unique=len(arrived), reflected=copies, highest_sequence=max(arrived, default=-1)
        )


def steady(n: int, **changes: object) -> Line:
    """``n`` packets, 20 ms up and 30 ms down, without jitter."""
    return Line(np.full(n, 20.0).tolist(), np.full(n, 30.0).tolist(), **changes)  # type: ignore[arg-type]
