"""In which direction each packet was lost, told by the reflector's own sequence numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from protocol import arrivals
from protocol.arrivals import Arrival
from protocol.messages import ReflectorCounts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_COPIES = 4
"""More answers than this for each packet sent are no count of answers."""
LOOKED_AT = 32
"""A lost answer is looked for among so many missing packets before and behind the place where it falls."""


class Fate(IntEnum):
    """What became of a packet and its answer."""

    ANSWERED = 0
    LOST_UP = 1
    """It never reached the reflector."""
    LOST_DOWN = 2
    """The reflector answered; the answer never came."""
    LOST_SOMEWHERE = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of each packet sent, a row each."""

    fate: Ints
    """A :class:`Fate`."""
    copies_up: Ints
    """How often it reached the reflector beyond the first time."""
    there_ns: Ints | None = None
    """When it first reached the reflector, by its clock; 0: never. ``None``: known of answered packets only."""


def settle(sent: int, heard: Sequence[tuple[int, int]], counts: ReflectorCounts | None = None) -> Settled:
    """What became of ``sent`` packets, numbered from 0.

    ``heard`` are the answers in order of arrival: (sender's sequence, reflector's sequence). The reflector numbers
    its answers: a gap in its numbers is an answer lost on the way down, and stands for the unanswered packet nearest
    to where it falls, or for a copy of an answered one. The other unanswered packets were lost on the way up; those
    after the last answer can't be told apart without ``counts``. With ``counts`` the numbers lost each way and the
    number of copies are right, and where several in a row are missing in both directions, which is which is a guess.
    Without them, so is which gap was a copy's. Where the reflector tells its arrivals nothing is a guess.
    """
    told = _arrivals(counts, sent, heard) if counts is not None else None
    if told is not None:
        return _as_told(sent, heard, told)
    fate = np.full(sent, Fate.LOST_SOMEWHERE, dtype=np.int64)
    answered = sorted({sequence for sequence, _ in heard})
    fate[answered] = Fate.ANSWERED
    copies = np.bincount([sequence for sequence, _ in set(heard)], minlength=sent)
    copies = np.maximum(copies - 1, 0)
    if not _count_answers(sent, heard):
        return Settled(fate, copies)
    trusted = counts is not None and _is_of_this_stream(counts, sent, heard)
    missing = np.flatnonzero(fate == Fate.LOST_SOMEWHERE)
    if counts is not None and trusted:
        gaps = _expected_senders(heard, counts.reflected)
        lost_down = _nearest(missing, gaps, most=counts.unique - len(answered))
    else:
        gaps = _expected_senders(heard, _next_reflector_sequence(heard))
        lost_down = _nearest(missing, gaps, within=_reach(heard))
    fate[list(lost_down.values())] = Fate.LOST_DOWN
    last = answered[-1] if answered else -1
    for row in missing:
        if fate[row] == Fate.LOST_SOMEWHERE and (row < last or trusted):
            fate[row] = Fate.LOST_UP
    return Settled(fate, copies + _behind(np.delete(gaps, list(lost_down)), np.flatnonzero(fate != Fate.LOST_UP), sent))


def _arrivals(counts: ReflectorCounts, sent: int, heard: Sequence[tuple[int, int]]) -> list[Arrival] | None:
    """What the reflector tells of its arrivals, where it tells all of this stream."""
    try:
        told = arrivals.decode(counts.arrivals)
    except ValueError:
        return None
    whole = 0 < len(told) == counts.reflected == counts.received and _is_of_this_stream(counts, sent, heard)
    ours = all(reflector < len(told) and told[reflector][0] == sender for sender, reflector in heard)
    return told if whole and ours else None


def _as_told(sent: int, heard: Sequence[tuple[int, int]], told: Sequence[Arrival]) -> Settled:
    there_ns = np.zeros(sent, dtype=np.int64)
    copies = np.full(sent, -1, dtype=np.int64)
    for row, at_ns in told:
        if row < sent:
            there_ns[row] = there_ns[row] or at_ns
            copies[row] += 1
    fate = np.where(copies < 0, Fate.LOST_UP, Fate.LOST_DOWN).astype(np.int64)
    fate[[sender for sender, _ in heard]] = Fate.ANSWERED
    return Settled(fate, np.maximum(copies, 0), there_ns)


def _nearest(missing: Ints, gaps: Floats, most: int | None = None, within: float = np.inf) -> dict[int, int]:
    """For each gap by its index the missing packet that it stands for; nearest pairs first, exactly ``most``."""
    left = min(len(gaps), len(missing)) if most is None else most
    near = np.searchsorted(missing, gaps)[:, np.newaxis] + np.arange(-LOOKED_AT, LOOKED_AT)
    near = np.clip(near, 0, len(missing) - 1)
    distance = np.abs(missing[near] - gaps[:, np.newaxis]) if len(missing) else np.zeros((0, 1))
    found: dict[int, int] = {}
    used: set[int] = set()
    for place in np.argsort(distance, axis=None, kind="stable").tolist():
        gap, column = divmod(place, 2 * LOOKED_AT)
        if left == 0 or distance[gap, column] > within:
            break
        row = int(missing[near[gap, column]])
        if gap not in found and row not in used:
            found[gap] = row
            used.add(row)
            left -= 1
    if within == np.inf and left:
        free_gaps = [gap for gap in range(len(gaps)) if gap not in found]
        free_rows = [int(row) for row in missing if row not in used]
        found.update(list(zip(free_gaps, free_rows, strict=False))[:left])
    return found


def _behind(gaps: Floats, arrived: Ints, sent: int) -> Ints:
    """Copies whose answers were lost: each of the packet that arrived last before the gap."""
    if not len(gaps) or not len(arrived):
        return np.zeros(sent, dtype=np.int64)
    rows = arrived[np.clip(np.searchsorted(arrived, gaps, side="right") - 1, 0, None)]
    return np.bincount(rows, minlength=sent)


def _reach(heard: Sequence[tuple[int, int]]) -> float:
    """How far from its gap a packet may be, in packets: as far as packets overtake, once copies are about."""
    in_order = sorted((reflector, sender) for sender, reflector in set(heard))
    senders = np.array([sender for _, sender in in_order], dtype=np.int64)
    if len(np.unique(senders)) == len(senders):
        return np.inf
    return 1.0 + float((np.maximum.accumulate(senders) - senders).max())


def _expected_senders(heard: Sequence[tuple[int, int]], reflected: int) -> Floats:
    """Where in the sender's sequence each lost answer falls: between its neighbours in the reflector's."""
    sender_of = {reflector: sender for sender, reflector in heard}
    if not sender_of:
        return np.arange(reflected, dtype=np.float64)
    known = np.array(sorted(sender_of))
    lost = np.setdiff1d(np.arange(reflected), known)
    senders = np.array([sender_of[int(r)] for r in known])
    inside = np.interp(lost, known, senders)
    before = senders[0] - (known[0] - lost)
    after = senders[-1] + (lost - known[-1])
    falls: Floats = np.where(lost < known[0], before, np.where(lost > known[-1], after, inside))
    return falls


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
