"""Regular short pauses of the line, as Wi-Fi makes them that leaves its channel to look for other networks.

During a pause packets wait, and then arrive all at once: each was delayed by as much less as it was sent later. Such a
staircase alone proves little, since a queue in front of a busy line can look the same; pauses of one length that come
like a clock do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from checks.line.nearby.messages import Nearby
from protocol.packets import Floats, OneWay, Packets
from report.catalogue import finding
from report.vocabulary import Finding

SHORTEST_MS, LONGEST_MS = 35.0, 300.0
"""Of the longest wait in a pause: packets set out every 20 ms, so a pause is up to that much longer."""
AT_ONCE_MS = 6.0
"""What waited together arrives within so much of each other, or a tenth of the wait where that is more."""
BACK_TO_NORMAL = 0.5
"""Before and behind a pause, packets wait less than this share of its longest wait."""
BASE_PACKETS, BASE_QUANTILE = 51, 0.3
"""The line's present delay without a pause: a low quantile of the packets around."""
QUICKEST_S, SLOWEST_S = 0.4, 12.0
FEWEST = 3
ALIKE = 0.3
"""Lengths differ by no more than this share from the middle one."""
TOLERANCE_S = {3: 0.007, 4: 0.025, 5: 0.040}
"""How far so many pauses may be off the beat. Three fall into step by chance more easily than five, so they must come
more exactly: of lines with random pauses, 1 in 2,000 seems regular."""
TOLERANCE_OF_MANY = 0.06
"""Of the period, for more of them than that."""
ON_THE_BEAT, NOT_MISSING = 0.8, 0.75
"""Of all pauses that were seen, and of those that should have been there."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The line stood still."""

    ended_s: float
    """From the trace's first packet."""
    length_ms: float


@dataclass(frozen=True, slots=True)
class RegularPauses:
    """The line stands still again and again."""

    every_s: float
    length_ms: float
    count: int


def regular_pauses(rows: Packets) -> RegularPauses | None:
    """The pauses, if they come regularly, of both directions together; ``None`` where they don't."""
    if not len(rows):
        return None
    found = sorted(all_pauses(rows), key=lambda pause: pause.ended_s)
    if len(found) < FEWEST:
        return None
    middle_ms = float(np.median([pause.length_ms for pause in found]))
    alike = [pause for pause in found if abs(pause.length_ms - middle_ms) <= 10 + ALIKE * middle_ms]
    if len(alike) < max(FEWEST, ON_THE_BEAT * len(found)):
        return None
    beat = _beat(np.array([pause.ended_s for pause in alike]), float(rows.sent_s[-1]))
    if beat is None or beat[1] < ON_THE_BEAT * len(found):
        return None
    return RegularPauses(every_s=beat[0], length_ms=middle_ms, count=beat[1])


def pause_findings(rows: Packets, nearby: Nearby | None) -> list[Finding]:
    """``network.wifi_pause`` where there are regular pauses; ``network.line_pause`` where the link is known not to be
    Wi-Fi."""
    pauses = regular_pauses(rows)
    if pauses is None:
        return []
    perhaps_wifi = nearby is None or nearby.link.kind in ("wifi", "unknown")
    code = "network.wifi_pause" if perhaps_wifi else "network.line_pause"
    return [finding(code, every_s=round(pauses.every_s, 1), length_ms=round(pauses.length_ms / 10) * 10)]


def all_pauses(rows: Packets) -> list[Pause]:
    """A pause that holds both directions shows in each of them: it is one."""
    up_wait_ms, down_wait_ms = _waits_ms(rows.up), _waits_ms(rows.down)
    up = _pauses(rows.sent_s, up_wait_ms)
    way_s = (np.nanmin(rows.rtt_ms) if (~np.isnan(rows.rtt_ms)).any() else 0.0) / 1000
    down = _pauses(rows.sent_s + way_s + np.nan_to_num(up_wait_ms) / 1000, down_wait_ms)
    apart = [pause for pause in down if not any(abs(pause.ended_s - other.ended_s) < QUICKEST_S / 4 for other in up)]
    return up + apart


def _waits_ms(way: OneWay) -> Floats:
    """How much longer each packet took than the line does at the time; NaN where it didn't arrive."""
    arrived = np.flatnonzero(~np.isnan(way.delay_ms))
    waits = np.full(len(way.delay_ms), np.nan)
    if len(arrived) >= BASE_PACKETS:
        delay = way.delay_ms[arrived]
        around = np.lib.stride_tricks.sliding_window_view(np.pad(delay, BASE_PACKETS // 2, mode="edge"), BASE_PACKETS)
        waits[arrived] = delay - np.quantile(around, BASE_QUANTILE, axis=1)
    return waits


def _pauses(set_out_s: Floats, wait_ms: Floats) -> list[Pause]:
    known = np.flatnonzero(~np.isnan(wait_ms))
    set_out_s, wait_ms = set_out_s[known], wait_ms[known]
    arrived_s = set_out_s + wait_ms / 1000
    found = []
    row = 0
    while row < len(known):
        longest_ms = float(wait_ms[row])
        held = 1
        if SHORTEST_MS <= longest_ms <= LONGEST_MS:
            held = int(np.searchsorted(set_out_s[row:], arrived_s[row] - AT_ONCE_MS / 1000))
            if _is_pause(wait_ms, arrived_s, row, held):
                length_ms = longest_ms + 1000 * float(np.median(np.diff(set_out_s[row : row + held]))) / 2
                found.append(Pause(float(np.median(arrived_s[row : row + held])), length_ms))
            else:
                held = 1
        row += held
    return found


def _is_pause(wait_ms: Floats, arrived_s: Floats, row: int, held: int) -> bool:
    """Whether the ``held`` packets from ``row`` on came at once, after and before others that did not wait."""
    if held < 2:
        return False
    normal_ms = BACK_TO_NORMAL * wait_ms[row]
    at_once_s = max(AT_ONCE_MS, 0.1 * wait_ms[row]) / 1000
    together = np.abs(arrived_s[row : row + held] - np.median(arrived_s[row : row + held])) <= at_once_s
    before, behind = wait_ms[row - 1 : row], wait_ms[row + held : row + held + 2]
    return bool(together.mean() >= 0.75 and (before < normal_ms).all() and (behind < normal_ms).all())


def _beat(ended_s: Floats, span_s: float) -> tuple[float, int] | None:
    """The period, and how many fall into step with it; ``None`` where there is none."""
    rates = np.arange(1 / SLOWEST_S, 1 / QUICKEST_S, 1 / (8 * max(span_s, 1.0)))
    in_step = np.abs(np.exp(2j * np.pi * np.outer(rates, ended_s)).mean(axis=1))
    for rate in rates[in_step > ON_THE_BEAT]:
        fitted = _fit(ended_s, 1 / float(rate))
        if fitted is not None and fitted[1] >= max(FEWEST, NOT_MISSING * (span_s / fitted[0])):
            return fitted
    return None


def _fit(ended_s: Floats, period_s: float) -> tuple[float, int] | None:
    """The period nearby that fits best, and how many keep within its tolerance."""
    phase = np.angle(np.exp(2j * np.pi * ended_s / period_s).mean()) / (2 * np.pi) * period_s
    beats = np.round((ended_s - phase) / period_s)
    if len(np.unique(beats)) < FEWEST:
        return None
    for _ in range(2):
        period_s, phase = (float(x) for x in np.polyfit(beats, ended_s, 1))
        off_s = np.abs(ended_s - phase - beats * period_s)
        number = len(np.unique(beats))
        kept = off_s <= TOLERANCE_S.get(number, TOLERANCE_OF_MANY * period_s)
        if len(np.unique(beats[kept])) < FEWEST or not QUICKEST_S <= period_s <= SLOWEST_S:
            return None
        beats, ended_s = beats[kept], ended_s[kept]
    return period_s, len(np.unique(beats))
