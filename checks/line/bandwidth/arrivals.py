"""What the other side says arrived of an upload: whether that can be, and all connections on one scale of time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from checks.line.bandwidth.connections import Upload
from checks.line.bandwidth.rate import STEP_S
from protocol.messages import Uploaded

TOLERANCE_S = 1.0
"""Between what this computer and the other side make of the same time: what is on its way is not there yet."""
HELD_BACK_SHARE, HELD_BACK_BYTES = 0.5, 1_000_000
"""Of what was acknowledged, and at least so much, had not arrived: something on the way took it in."""


def believable(answer: Uploaded, sent_bytes: int, sending_s: float, passed_s: float) -> bool:
    """Whether an answer agrees with itself and with what was sent: ``sent_bytes`` within ``sending_s``.

    ``passed_s`` is the whole time since the transfer began. Whoever takes in an upload, and passes it on at once when
    it is whole, makes the time too short.
    """
    return (
        answer.bytes == sum(answer.arrived)
        and all(count >= 0 for count in answer.arrived)
        and answer.bytes <= sent_bytes
        and math.isfinite(answer.seconds + answer.began_s)
        and sending_s - max(TOLERANCE_S, sending_s / 2) <= answer.seconds <= passed_s + TOLERANCE_S
        and len(answer.arrived) <= answer.seconds / STEP_S + 2
    )


class Arrivals:
    """What arrived by all answers, by the other side's clock.

    Each answer counts from its own first byte. ``until`` picks the end of the whole from those of all connections.
    """

    def __init__(
        self, connections: Sequence[Upload], passed_s: float, until: Callable[[Iterable[float]], float]
    ) -> None:
        answered = [(upload, upload.answer) for upload in connections if upload.answer is not None]
        answers = [answer for _, answer in answered if answer.bytes]
        self.unanswered = len(connections) - len(answered)
        self.bytes = sum(answer.bytes for answer in answers)
        self.seconds = 0.0
        self.steps: list[int] = []
        self.believable = all(
            believable(answer, upload.sent_bytes, upload.sending_s, passed_s) for upload, answer in answered
        )
        began = [answer.began_s for answer in answers]
        if answers and self.believable and max(began) - min(began) > passed_s + TOLERANCE_S:
            self.believable = False
        if answers and self.believable:
            self.seconds = until([answer.began_s - min(began) + answer.seconds for answer in answers])
            for answer in answers:
                self._add(answer.arrived, round((answer.began_s - min(began)) / STEP_S))
        self.held_back = _held_back(connections, self.bytes)

    def _add(self, arrived: list[int], later_steps: int) -> None:
        self.steps += [0] * (later_steps + len(arrived) - len(self.steps))
        for step, count in enumerate(arrived, start=later_steps):
            self.steps[step] += count


def _held_back(connections: Sequence[Upload], arrived_bytes: int) -> bool:
    acknowledged = sum(upload.acknowledged_bytes or 0 for upload in connections)
    missing = acknowledged - arrived_bytes
    return missing > HELD_BACK_BYTES and missing > HELD_BACK_SHARE * acknowledged
