"""Says what the trouble is and where, in the outcome of each check that the line makes miss a limit."""

from __future__ import annotations

from collections.abc import Iterable

from checks.line.link.facts import Link
from checks.line.nearby.messages import Nearby
from checks.line.pauses import pause_findings
from checks.line.where import Evidence, Place, Placed, Reason, place
from checks.steps.idle_line import IdleLineCapture
from protocol.packets import Packets
from report.catalogue import METRICS, finding
from report.limits import judge
from report.policy import Policy
from report.vocabulary import Finding, Measurement, Verdict

_CODES = {
    Place.THIS_COMPUTER: "network.trouble_in_computer",
    Place.HOME: "network.trouble_at_home",
    Place.BEYOND: "network.trouble_beyond_home",
    Place.TOWARD_COMPANY: "network.trouble_toward_company",
    Place.VPN: "network.trouble_with_vpn",
}


def evidence_of(capture: IdleLineCapture, rows: Packets) -> Evidence:
    """What one look at the idle line knows of the place."""
    return Evidence(rows, capture.probed.trace, capture.counts, capture.others, capture.nearby or Nearby())


_NOT_THE_HOMES = {"network.trouble_beyond_home", "network.trouble_toward_company"}


def trouble(capture: IdleLineCapture, rows: Packets, measured: Iterable[Measurement], policy: Policy) -> list[Finding]:
    """What is known of the trouble: regular pauses, and its place where these measurements miss a limit. Pauses that
    come from beyond the home are not taken for its Wi-Fi's."""
    where = _place(capture, rows, measured, policy)
    if any(found.code in _NOT_THE_HOMES for found in where):
        return where
    return [*pause_findings(rows, capture.nearby), *where]


def _place(capture: IdleLineCapture, rows: Packets, measured: Iterable[Measurement], policy: Policy) -> list[Finding]:
    """Where it is that makes these measurements miss a limit, or that it can't be told; nothing where they keep theirs,
    or nothing is known of what is near."""
    if capture.nearby is None or all(
        judge(measurement, criterion, METRICS[measurement.metric].better).verdict is Verdict.PASS
        for measurement in measured
        if (criterion := policy.criteria.get(measurement.metric)) is not None
    ):
        return []
    return _said(place(evidence_of(capture, rows)), capture.nearby.link)


def _said(placed: Placed, link: Link) -> list[Finding]:
    code = _CODES.get(placed.place)
    if placed.place is Place.HOME and link.kind == "wifi":
        code = "network.trouble_on_wifi"
    if code:
        return [finding(code, late_ms=round(placed.late_ms), lost_percent=round(placed.lost_percent, 1))]
    if Reason.ROUTER_SILENT in placed.reasons:
        return [finding("network.router_silent")]
    return [finding("network.place_unknown")] if placed.place is Place.CANNOT_TELL else []
