"""What a probe saw of the line: every packet sent and every answer.

Without numpy: the probing process, which imports this, is to start at once and to cost little.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct


class Sent(Struct, frozen=True, array_like=True):
    """One packet of the session sender."""

    sequence: int
    left_ns: int
    """When it left, Unix time by the sender's clock: the kernel's word where it gives one."""
    late_ns: int
    """How far behind the schedule it was handed to the kernel."""
    queued_ns: int | None
    """How long it stayed in the sender's own queue; ``None`` where the kernel doesn't say."""


class Answer(Struct, frozen=True, array_like=True):
    """One packet of the reflector, as it arrived. Copies are answers of their own."""

    sequence: int
    """Of the sender's packet that it answers."""
    reflector_sequence: int
    reflector_received_ns: int
    """By the reflector's clock, which may be off and may drift."""
    reflector_sent_ns: int
    received_ns: int
    """By the sender's clock."""


@dataclass(frozen=True, slots=True)
class Trace:
    """All that one stream of probe packets saw."""

    interval_s: float
    """Planned distance between packets."""
    sent: tuple[Sent, ...]
    """In order of sequence."""
    answers: tuple[Answer, ...]
    """In order of arrival."""
    round_trips_only: bool = False
    """Whoever answered neither numbers nor stamps: what each direction did is not known."""

    @property
    def seconds(self) -> float:
        """How long it sent: from the first packet to one interval after the last."""
        return (self.sent[-1].left_ns - self.sent[0].left_ns) / 1e9 + self.interval_s if self.sent else 0.0

    @property
    def silent_end_s(self) -> float:
        """How long before the last packet the last one that was answered left; all of it when none was."""
        if not self.sent:
            return 0.0
        last = max((answer.sequence for answer in self.answers), default=-1)
        return sum(packet.sequence > last for packet in self.sent) * self.interval_s
