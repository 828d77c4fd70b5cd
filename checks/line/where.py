"""Where on the way the trouble is: this computer, the home, beyond it, the company's end, a VPN. Pure.

Blames nobody without proof. A place is named only where what is nearer was asked over the same time, and either shows
the same trouble or is clean of it by more than luck; everything else is *cannot tell*, with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from checks.line.doubts import LATE_SHARE, QUEUE_MS
from checks.line.in_use import BUSY_DOWN_MBIT_S, BUSY_UP_MBIT_S
from checks.line.interface_traffic import OtherTraffic
from checks.line.nearby.messages import Asked, Nearby
from checks.line.trains import CLEAN, Likeness, Train, likeness
from protocol.messages import ReflectorCounts
from protocol.packets import Packets
from protocol.trace import Trace

TROUBLE_P95_MS, TROUBLE_P99_MS = 15.0, 40.0
"""Round trips above the fastest one, from which on delay is trouble."""
TROUBLE_LOST_SHARE, TROUBLE_LOST = 0.005, 4
"""Packets without an answer, as a share and as a number."""
TROUBLE_LONG_MS = 150.0
"""A median round trip that is trouble by itself."""
LEAST_LATE_MS = 8.0
"""Delays of less are no trouble, however small the others are."""
MOSTLY_HOME, HARDLY_HOME = 0.6, 0.2
"""Of a long round trip, what the router's own takes."""
FEWEST_ECHOES = 20
HELD_MS, HELD_SHARE = 20.0, 0.01
"""The reflector keeps answers back so long, and so many of them."""
LATE_SEND_MS = 5.0
"""A packet handed over so much too late shows that this computer was busy."""


class Place(StrEnum):
    """Where the trouble is."""

    NOWHERE = "nowhere"
    """There is none to speak of."""
    THIS_COMPUTER = "this_computer"
    HOME = "home"
    """Between this computer and the home's router, both included."""
    BEYOND = "beyond"
    """Between the home's router and the company's server."""
    TOWARD_COMPANY = "toward_company"
    """Beyond the home, but not on the way that leads elsewhere as well: between provider and company, or the company's
    own."""
    COMPANY = "company"
    """The company's measuring server, by its own word."""
    VPN = "vpn"
    """In the VPN, or beyond the home: it can't be told while everything goes through the VPN."""
    CANNOT_TELL = "cannot_tell"


class Reason(StrEnum):
    """Why that place."""

    NO_TROUBLE = "no_trouble"
    SENT_LATE = "sent_late"
    OWN_QUEUE = "own_queue"
    OWN_TRAFFIC = "own_traffic"
    SERVER_UNWELL = "server_unwell"
    SERVER_HELD = "server_held"
    ROUTER_CLEAN = "router_clean"
    ROUTER_SAME = "router_same"
    ROUTER_PART = "router_part"
    ROUTER_OTHER = "router_other"
    ROUTER_SILENT = "router_silent"
    NO_ROUTER = "no_router"
    SAME_MOMENTS = "same_moments"
    SECOND_CLEAN = "second_clean"
    SECOND_SAME = "second_same"
    BY_VPN = "by_vpn"
    SEVERAL = "several"
    TOO_LITTLE = "too_little"


@dataclass(frozen=True, slots=True)
class Placed:
    """The answer."""

    place: Place
    reasons: tuple[Reason, ...]
    late_ms: float = 0.0
    """How much the slowest packets were late by: the 95th percentile of the round trip above its least, or the 99th
    where only that is trouble."""
    lost_percent: float = 0.0
    """Packets without an answer."""

    @property
    def sure(self) -> bool:
        """Shown by more than one thing: by the moments, or by a second target."""
        return bool({Reason.SAME_MOMENTS, Reason.SECOND_CLEAN, Reason.SERVER_UNWELL} & set(self.reasons))


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of one look at the line."""

    rows: Packets
    trace: Trace
    counts: ReflectorCounts | None
    others: OtherTraffic | None
    nearby: Nearby

    @property
    def line(self) -> Train:
        """The whole way, there and back."""
        return Train(self.rows.sent_s, self.rows.rtt_ms)

    def train(self, asked: Asked | None) -> Train | None:
        """Of a nearer target, on the line's clock; ``None`` where it can't be asked, or never answered."""
        if asked is None or not self.trace.sent:
            return None
        train = Train.of(asked.echoes, self.trace.sent[0].left_ns)
        return None if train.lost.all() else train


def place(evidence: Evidence) -> Placed:
    """Where the trouble is."""
    line = evidence.line
    own = _this_computer(evidence)
    if own:
        return Placed(Place.THIS_COMPUTER, own, *_sizes(line))
    if evidence.counts is not None and evidence.counts.unwell:
        return Placed(Place.COMPANY, (Reason.SERVER_UNWELL,), *_sizes(line))
    held = _held(evidence.trace)
    kinds = _kinds(line)
    if not kinds:
        where = Placed(Place.COMPANY, (Reason.SERVER_HELD,)) if held else Placed(Place.NOWHERE, (Reason.NO_TROUBLE,))
    elif line.lost.all():
        where = Placed(Place.CANNOT_TELL, (Reason.TOO_LITTLE,))
    elif _busy(evidence.others):
        where = Placed(Place.CANNOT_TELL, (Reason.OWN_TRAFFIC,))
    else:
        where = Placed(*_by_what_is_nearer(evidence, line, kinds))
        if held and where.place is not Place.HOME:
            where = Placed(Place.CANNOT_TELL, (Reason.SERVER_HELD, Reason.SEVERAL))
    return Placed(where.place, where.reasons, *_sizes(line))


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of trouble on the whole way."""

    name: str
    by_ms: float | None = None
    """Late by so much; ``None``: lost. Not of a long round trip."""


_LONG = _Kind("long")


def _kinds(line: Train) -> list[_Kind]:
    found = []
    p95_ms, p99_ms = line.above_least_ms(95) or 0.0, line.above_least_ms(99) or 0.0
    if p95_ms >= TROUBLE_P95_MS or p99_ms >= TROUBLE_P99_MS:
        percent = 95 if p95_ms >= TROUBLE_P95_MS else 99
        found.append(_Kind("late", max(LEAST_LATE_MS, line.above_quick_ms(percent) / 2)))
    if line.lost_share >= TROUBLE_LOST_SHARE and line.lost.sum() >= TROUBLE_LOST:
        found.append(_Kind("lost"))
    if (line.median_ms() or 0.0) >= TROUBLE_LONG_MS:
        found.append(_LONG)
    return found


def _sizes(line: Train) -> tuple[float, float]:
    p95_ms, p99_ms = line.above_least_ms(95) or 0.0, line.above_least_ms(99) or 0.0
    return (p95_ms if p95_ms >= TROUBLE_P95_MS else max(p95_ms, p99_ms)), 100 * line.lost_share


def _this_computer(evidence: Evidence) -> tuple[Reason, ...]:
    """Packets that it sent too late, or kept waiting; or lateness of the line just when it was late itself."""
    rows = evidence.rows
    if not len(rows):
        return ()
    queued = rows.queued_ms[~np.isnan(rows.queued_ms)]
    found = []
    if float(np.mean(rows.late_ms > evidence.trace.interval_s * 1000)) > LATE_SHARE or _late_together(evidence):
        found.append(Reason.SENT_LATE)
    if len(queued) and float(np.percentile(queued, 95)) > QUEUE_MS:
        found.append(Reason.OWN_QUEUE)
    return tuple(found)


def _late_together(evidence: Evidence) -> bool:
    """Most of the line's late packets are ones that this computer was late with: as where no kernel stamps them."""
    rows, line = evidence.rows, evidence.line
    by_ms = next((kind.by_ms for kind in _kinds(line) if kind.by_ms is not None), None)
    if by_ms is None:
        return False
    late, sent_late = line.lates(by_ms).hit, rows.late_ms > LATE_SEND_MS
    if not late.any():
        return False
    among_late, at_all = float(sent_late[~line.lost][late].mean()), float(sent_late.mean())
    return among_late >= 0.5 and among_late >= 3 * at_all


def _held(trace: Trace) -> bool:
    held_ms = np.array([(a.reflector_sent_ns - a.reflector_received_ns) / 1e6 for a in trace.answers])
    return bool(len(held_ms) and float(np.mean(held_ms > HELD_MS)) >= HELD_SHARE)


def _busy(others: OtherTraffic | None) -> bool:
    return others is not None and (others.up_mbit_s >= BUSY_UP_MBIT_S or others.down_mbit_s >= BUSY_DOWN_MBIT_S)


def _by_what_is_nearer(evidence: Evidence, line: Train, kinds: list[_Kind]) -> tuple[Place, tuple[Reason, ...]]:
    router, second = evidence.train(evidence.nearby.router), evidence.train(evidence.nearby.second)
    by_router, moments = _all_kinds(line, router, kinds)
    by_second, _ = _all_kinds(line, second, kinds)
    vpn = evidence.nearby.link.vpn
    if by_second is Likeness.CLEAN and not vpn:
        seen = (Reason.ROUTER_CLEAN,) if by_router is Likeness.CLEAN else ()
        return Place.TOWARD_COMPANY, (*seen, Reason.SECOND_CLEAN)
    if by_router is Likeness.SAME:
        return Place.HOME, (Reason.ROUTER_SAME, *((Reason.SAME_MOMENTS,) if moments else ()))
    if by_router is Likeness.CLEAN:
        if vpn:
            return Place.VPN, (Reason.ROUTER_CLEAN, Reason.BY_VPN)
        return Place.BEYOND, (Reason.ROUTER_CLEAN, *((Reason.SECOND_SAME,) if by_second is Likeness.SAME else ()))
    if by_router is None and vpn:
        return Place.VPN, (Reason.BY_VPN, Reason.ROUTER_SILENT)
    return Place.CANNOT_TELL, (_why_not(evidence.nearby, by_router),)


def _why_not(nearby: Nearby, by_router: Likeness | None) -> Reason:
    if by_router is None:
        return Reason.NO_ROUTER if nearby.router is None else Reason.ROUTER_SILENT
    return {Likeness.PART: Reason.ROUTER_PART, Likeness.OTHER: Reason.ROUTER_OTHER}.get(by_router, Reason.TOO_LITTLE)


def _all_kinds(line: Train, nearer: Train | None, kinds: list[_Kind]) -> tuple[Likeness | None, bool]:
    """What a nearer train says of all kinds of trouble together: of one where others leave it open, of none where they
    contradict each other. A router that is slow or sparing with answers is still clean of what it shows not at all.
    ``None`` without such a train."""
    if nearer is None:
        return None, False
    said = [_one_kind(line, nearer, kind) for kind in kinds]
    likenesses = {one for one, _ in said}
    if {Likeness.SAME, Likeness.CLEAN} <= likenesses:
        return Likeness.PART, False
    if Likeness.CLEAN in likenesses:
        likenesses.discard(Likeness.OTHER)
    for telling in (Likeness.OTHER, Likeness.PART, Likeness.SAME, Likeness.CLEAN):
        if telling in likenesses:
            return telling, any(moments for one, moments in said if one is telling)
    return Likeness.TOO_FEW, False


def _one_kind(line: Train, nearer: Train, kind: _Kind) -> tuple[Likeness, bool]:
    if kind.by_ms is not None:
        return _lateness(line, nearer, kind.by_ms)
    if kind is not _LONG:
        return likeness(line.losses(), nearer.losses())
    whole_ms, near_ms = line.median_ms(), nearer.median_ms()
    if whole_ms is None or near_ms is None or len(nearer) - int(nearer.lost.sum()) < FEWEST_ECHOES:
        return Likeness.TOO_FEW, False
    share = near_ms / whole_ms
    if share <= HARDLY_HOME:
        return Likeness.CLEAN, False
    return (Likeness.SAME if MOSTLY_HOME <= share <= 1.1 else Likeness.PART), False


def _lateness(line: Train, nearer: Train, by_ms: float) -> tuple[Likeness, bool]:
    """A nearer train whose own delays are not small beside the line's isn't clean, however few reach ``by_ms``."""
    said, moments = likeness(line.lates(by_ms), nearer.lates(by_ms))
    small_ms = max(LEAST_LATE_MS, CLEAN * line.above_quick_ms(95))
    if said is Likeness.CLEAN and not moments and nearer.above_quick_ms(95) > small_ms:
        return Likeness.PART, False
    return said, moments
