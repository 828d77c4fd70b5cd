"""What disturbed a look at the line: doubts that void its numbers, and those that only travel beside them."""

from __future__ import annotations

from checks.interface import NotMeasured, Target
from checks.line.interface_traffic import OtherTraffic
from checks.line.probing import STOOD_STILL_S, Probed
from protocol.line_statistics import LineStatistics
from protocol.messages import ReflectorCounts
from report.catalogue import finding
from report.vocabulary import Finding, Status

FEWEST_ANSWERS = 50
"""A second of a call; below, a percentile says nothing."""
LATE_SHARE = 0.05
"""Packets sent more than one interval late: a call of this computer would be as uneven, whatever the line."""
QUEUE_MS = 10.0
"""In this computer's own queue, at the 95th percentile: half a packet."""
CLOCK_STEP_MS = 2.0
SILENT_END_S = 2.0
"""An end without answers, as long as no buffer and no short outage: the connection broke off."""
OTHER_TRAFFIC_MBIT_S = 1.0


def raise_if_void(
    probed: Probed,
    said: LineStatistics,
    counts: ReflectorCounts | None,
    web_answers: bool | None,
    target: Target | None,
) -> None:
    """Raises :class:`NotMeasured` where numbers would mislead: for want of answers, or by what disturbed them."""
    if said.answered == 0:
        raise NotMeasured(Status.ERROR, _why_silent(web_answers, target))
    because = void(probed, said, counts)
    if because is not None:
        raise NotMeasured(Status.INCONCLUSIVE, because)


def beside(others: OtherTraffic | None, counts: ReflectorCounts | None, said: LineStatistics) -> list[Finding]:
    """What is worth knowing though the numbers stand."""
    found = []
    moved = others.up_mbit_s + others.down_mbit_s if others is not None else 0.0
    if moved > OTHER_TRAFFIC_MBIT_S:
        found.append(finding("network.other_traffic", value=round(moved, 1)))
    if counts is None and said.up.loss.perhaps_lost:
        found.append(finding("network.counts_missing"))
    return found


def _why_silent(web_answers: bool | None, target: Target | None) -> Finding:
    port = target.port if target else 0
    if target is not None and target.speaks == "stun":
        return finding("network.stun_silent", host=target.host, port=port)
    return finding("network.udp_blocked", port=port) if web_answers else finding("network.unreachable")


def spoiled(probed: Probed) -> Finding | None:
    """What happened to this computer or its network meanwhile, whatever the line was like; ``None``: nothing did."""
    stood_s = max(probed.slept_s, max((packet.late_ns for packet in probed.trace.sent), default=0) / 1e9)
    if stood_s > STOOD_STILL_S:
        return finding("network.stood_still", seconds=round(stood_s))
    if probed.network == "changed":
        return finding("network.changed")
    if probed.network == "cut":
        return finding("network.cut")
    if abs(probed.clock_step_ms) > CLOCK_STEP_MS:
        return finding("network.clock_set", step_ms=round(probed.clock_step_ms))
    return None


def void(probed: Probed, said: LineStatistics, counts: ReflectorCounts | None) -> Finding | None:
    """Why the numbers would mislead, though there were answers; ``None`` when they stand."""
    if (because := spoiled(probed)) is not None:
        return because
    if said.late_share > LATE_SHARE:
        return finding("network.disturbed_sender", percent=round(100 * said.late_share))
    if said.queued_p95_ms is not None and said.queued_p95_ms > QUEUE_MS:
        return finding("network.own_queue", queue_ms=round(said.queued_p95_ms))
    if said.clock_step_ms:
        return finding("employer.clock_set", step_ms=round(said.clock_step_ms))
    if counts is not None and counts.unwell:
        return finding("employer.reflector_unwell")
    if probed.trace.silent_end_s > SILENT_END_S:
        return finding("network.lost_midway", seconds=round(probed.trace.silent_end_s, 1))
    if said.answered < FEWEST_ANSWERS:
        return finding("network.too_few_answers", answered=said.answered, sent=said.sent)
    return None
