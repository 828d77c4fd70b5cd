"""In which direction each packet was lost, told by the reflector's own sequence numbers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from protocol.messages import ReflectorCounts

MOST_COPIES = 4
"""More answers than this for each packet sent are no count of answers."""


class Fate(IntEnum):
    """What became of a packet and its answer."""

    ANSWERED = 0
    LOST_UP = 1
    """It never reached the reflector."""
    LOST_DOWN = 2
    """The reflector answered; the answer never came."""
    LOST_SOMEWHERE = 3


def fates(sent: int, heard: Sequence[tuple[int, int]], counts: ReflectorCounts | None = None) -> NDArray[np.int64]:
    """The :class:`Fate` of each of ``sent`` packets, numbered from 0.

    ``heard`` are the answers in order of arrival: (sender's sequence, reflector's sequence). The reflector numbers
    its answers: a gap in its numbers is an answer lost on the way down, and stands for the unanswered packet nearest
    to where it falls. The other unanswered packets were lost on the way up; those after the last answer can't be told
    apart without ``counts``. Where several in a row are missing in both directions the numbers of each are right, and
    which is which is a guess.
    """
    fate = np.full(sent, Fate.LOST_SOMEWHERE, dtype=np.int64)
    answered = sorted({sequence for sequence, _ in heard})
    fate[answered] = Fate.ANSWERED
    if not _count_answers(sent, heard):
        return fate
    trusted = counts is not None and _is_of_this_stream(counts, sent, heard)
    reflected = counts.reflected if counts is not None and trusted else _next_reflector_sequence(heard)

    missing = [row for row in range(sent) if fate[row] == Fate.LOST_SOMEWHERE]
    for expected in _expected_senders(heard, reflected):
        if not missing:
            break
        nearest = min(range(len(missing)), key=lambda i: abs(missing[i] - expected))
        fate[missing.pop(nearest)] = Fate.LOST_DOWN
    last = answered[-1] if answered else -1
    for row in missing:
        if row < last or trusted:
            fate[row] = Fate.LOST_UP
    return fate


def _expected_senders(heard: Sequence[tuple[int, int]], reflected: int) -> list[float]:
    """Where in the sender's sequence each lost answer falls: between its neighbours in the reflector's."""
    sender_of = {reflector: sender for sender, reflector in heard}
    if not sender_of:
        return [float(r) for r in range(reflected)]
    known = np.array(sorted(sender_of))
    lost = np.setdiff1d(np.arange(reflected), known)
    senders = np.array([sender_of[int(r)] for r in known])
    inside = np.interp(lost, known, senders)
    before = senders[0] - (known[0] - lost)
    after = senders[-1] + (lost - known[-1])
    return [float(x) for x in np.where(lost < known[0], before, np.where(lost > known[-1], after, inside))]


def _next_reflector_sequence(heard: Sequence[tuple[int, int]]) -> int:
    return max((reflector for _, reflector in heard), default=-1) + 1


def _count_answers(sent: int, heard: Sequence[tuple[int, int]]) -> bool:
    """The reflector's numbers count its answers: none stands for two packets, as after a restart; none is absurd."""
    unique = len({reflector for _, reflector in heard}) == len(set(heard))
    return unique and _next_reflector_sequence(heard) <= MOST_COPIES * sent


def _is_of_this_stream(counts: ReflectorCounts, sent: int, heard: Sequence[tuple[int, int]]) -> bool:
    """Counts that contradict the trace are of another stream, or of a reflector that was started again since."""
    senders = {sender for sender, _ in heard}
    return (
        _next_reflector_sequence(heard) <= counts.reflected <= MOST_COPIES * sent
        and len(senders) <= counts.unique <= sent
        and max(senders, default=-1) <= counts.highest_sequence < sent
    )
