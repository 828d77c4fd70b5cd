"""How much the line carries in each direction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from checks.interface import Captures, Context, StepId
from checks.line.bandwidth.interface import Direction, Transfer
from checks.line.bandwidth.rate import STEP_S, mbit_s
from checks.steps.full_line import FullLineCapture, Window
from protocol.packets import packets
from protocol.stamp import PACKET_BYTES
from report.catalogue import finding, measurement
from report.policy import Policy
from report.vocabulary import Finding, Measurement, Outcome, Series, Status

OTHERS_LEAST_MBIT_S = 1.0
OTHERS_SHARE = 0.15
"""Of what was measured: other programs' traffic above both is told."""
IP_UDP_BYTES = 28
"""Around each packet of the call."""
TCP_PAYLOAD_SHARE = 1448 / 1500
"""Of a full packet of TCP over IPv4 with timestamps: what the call's packets took is counted as such payload."""
LEAST_BESIDE_S = 0.5
"""In less time the call's packets can't be told from chance."""


class BandwidthCheck:
    """Both directions of the full line."""

    id: ClassVar[str] = "network.bandwidth"
    version: ClassVar[int] = 2
    uses: ClassVar[tuple[StepId, ...]] = ("full_line",)

    def assess(self, captures: Captures, context: Context) -> Outcome:
        """The rates as the provider gave them, and what makes them doubtful."""
        capture = captures.need("full_line", FullLineCapture)
        transfers = [transfer for transfer in (capture.down, capture.up) if transfer is not None]
        beside = _beside_mbit_s(capture)
        used_mb = sum(transfer.bytes_used for transfer in transfers) / 1e6
        return Outcome(
            check=self.id,
            version=self.version,
            status=Status.MEASURED,
            measurements=[
                *(_rate(t, beside.get(t.direction, 0.0)) for t in transfers),
                measurement("network.data_used_mb", used_mb),
            ],
            findings=_findings(capture),
            disturbed_by=_disturbances(capture, transfers),
            evidence=[_series(t) for t in transfers if t.series_mbit_s],
            facts=_facts(capture, transfers, context.policy.line.data_cap_mb, beside),
        )

    def wants_more(self, captures: Captures, policy: Policy) -> float:
        """Never: its steps have the length they need."""
        return 0.0


def _rate(transfer: Transfer, beside_mbit_s: float) -> Measurement:
    metric = f"network.bandwidth_{transfer.direction}_mbit_s"
    low = None if transfer.low is None else transfer.low + beside_mbit_s
    high = None if transfer.high is None else transfer.high + beside_mbit_s
    return measurement(metric, transfer.mbit_s + beside_mbit_s, low, high)


def _beside_mbit_s(capture: FullLineCapture) -> dict[Direction, float]:
    """What the transfer would have carried in place of the call's packets that arrived beside it, by direction."""
    if capture.probed is None:
        return {}
    rows = packets(capture.probed.trace, capture.counts)
    windows: dict[Direction, Window | None] = {"down": capture.down_window, "up": capture.up_window}
    found: dict[Direction, float] = {}
    for direction, window in windows.items():
        if window is not None and window[1] - window[0] >= LEAST_BESIDE_S:
            part = rows.between(*window)
            way = part.down if direction == "down" else part.up
            arrived = int((~np.isnan(way.delay_ms)).sum())
            taken = arrived * (PACKET_BYTES + IP_UDP_BYTES) * TCP_PAYLOAD_SHARE
            found[direction] = mbit_s(taken, window[1] - window[0])
    return found


def _findings(capture: FullLineCapture) -> list[Finding]:
    found = [capture.failed] if capture.failed else []
    return [*found, finding("network.metered")] if capture.metered else found


def _disturbances(capture: FullLineCapture, transfers: list[Transfer]) -> list[Finding]:
    disturbed: dict[str, Finding] = {w.code: w for transfer in transfers for w in transfer.warnings}
    others, slowest = capture.other_mbit_s, min(transfer.mbit_s for transfer in transfers)
    if others is not None and others > max(OTHERS_LEAST_MBIT_S, OTHERS_SHARE * slowest):
        disturbed["network.other_traffic"] = finding("network.other_traffic", value=round(others, 1))
    return list(disturbed.values())


def _series(transfer: Transfer) -> Series:
    return Series(
        name=f"network.bandwidth_{transfer.direction}_mbit_s",
        unit="Mbit/s",
        step_s=STEP_S,
        values=list(transfer.series_mbit_s[:300]),
    )


def _facts(
    capture: FullLineCapture, transfers: list[Transfer], data_cap_mb: int, beside: Mapping[Direction, float]
) -> dict[str, str | int | float | bool]:
    facts: dict[str, str | int | float | bool] = {"provider": capture.provider, "data_cap_mb": data_cap_mb}
    for transfer in transfers:
        direction: Direction = transfer.direction
        facts[f"seconds_{direction}"] = round(transfer.seconds, 2)
        facts[f"slow_start_dropped_s_{direction}"] = round(transfer.dropped_s, 1)
        facts[f"connections_{direction}"] = transfer.connections
        if direction in beside:
            facts[f"call_beside_kbit_s_{direction}"] = round(1000 * beside[direction])
        if transfer.core_share is not None:
            facts[f"core_percent_{direction}"] = round(100 * transfer.core_share, 1)
        if transfer.congestion_control:
            facts[f"congestion_control_{direction}"] = transfer.congestion_control
    return facts


CHECK = BandwidthCheck()
