"""How steady the line is: round trip, jitter and loss in each direction, over the idle line."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from checks.interface import Captures, Context, StepId
from checks.line import length
from checks.line.doubts import beside, raise_if_void, void
from checks.line.in_use import raise_if_it_may_be_others
from checks.line.round_trips import known, round_trip_findings
from checks.line.trouble import trouble
from checks.steps.idle_line import IdleLineCapture
from protocol.intervals import Estimate
from protocol.line_statistics import DirectionStatistics, LineStatistics, statistics, worse_jitter_ms
from protocol.packets import Floats, Packets, packets
from report.catalogue import measurement
from report.policy import Policy
from report.vocabulary import Measurement, Outcome, Series, Status

EVIDENCE_STEP_S = 0.25


class JitterCheck:
    """The idle line, packet by packet."""

    id: ClassVar[str] = "network.jitter"
    version: ClassVar[int] = 1
    uses: ClassVar[tuple[StepId, ...]] = ("idle_line",)

    def assess(self, captures: Captures, context: Context) -> Outcome:
        """Statistics of the trace; ``inconclusive`` where this computer or the reflector disturbed them."""
        capture = captures.need("idle_line", IdleLineCapture)
        trace = capture.probed.trace
        rows = packets(trace, capture.counts)
        said = statistics(rows, trace.interval_s)
        raise_if_void(capture.probed, said, capture.counts, capture.web_answers, context.target)
        raise_if_it_may_be_others(
            rows,
            trace,
            capture.others,
            lambda part: _measurements(statistics(part, trace.interval_s)),
            context.policy,
        )
        measured = known(_measurements(said), rows)
        return Outcome(
            check=self.id,
            version=self.version,
            status=Status.MEASURED,
            measurements=measured,
            findings=trouble(capture, rows, measured, context.policy),
            disturbed_by=[*round_trip_findings(rows), *beside(capture.others, capture.counts, said)],
            evidence=_evidence(rows),
            facts=_facts(capture, said),
        )

    def wants_more(self, captures: Captures, policy: Policy) -> float:
        """The planned length where something disturbs; else until the limits are clear (:mod:`checks.line.length`)."""
        capture = captures.need("idle_line", IdleLineCapture)
        trace = capture.probed.trace
        said = statistics(packets(trace, capture.counts), trace.interval_s)
        if said.answered and void(capture.probed, said, capture.counts):
            return max(0.0, length.PLANNED_S - trace.seconds)
        return length.wanted_s(_measurements(said), policy, trace.seconds)


def _measurements(said: LineStatistics) -> list[Measurement]:
    measured = [
        _estimate("network.rtt_p50_ms", said.rtt_p50_ms),
        _value("network.rtt_p95_ms", said.rtt_p95_ms),
        _estimate("network.jitter_ms", worse_jitter_ms(said)),
        *_direction("up", said.up),
        *_direction("down", said.down),
        _value("network.send_late_p99_ms", said.late_p99_ms),
        _value("network.own_queue_p95_ms", said.queued_p95_ms),
    ]
    return [m for m in measured if m is not None]


def _direction(way: str, said: DirectionStatistics) -> list[Measurement | None]:
    return [
        _estimate(f"network.jitter_{way}_ms", said.jitter_ms),
        _value(f"network.ipdv_{way}_ms", said.ipdv_ms),
        _value(f"network.delay_p95_{way}_ms", said.delay_p95_ms),
        _value(f"network.delay_p99_{way}_ms", said.delay_p99_ms),
        _estimate(f"network.loss_{way}_percent", said.loss.percent),
        _value(f"network.longest_loss_{way}_packets", said.loss.longest_burst),
        _value(f"network.reordered_{way}_packets", said.reordered),
        _value(f"network.duplicated_{way}_packets", said.duplicated),
    ]


def _estimate(metric: str, said: Estimate | None) -> Measurement | None:
    return None if said is None else measurement(metric, said.value, said.low, said.high)


def _value(metric: str, value: float | None) -> Measurement | None:
    return None if value is None else measurement(metric, value)


def _facts(capture: IdleLineCapture, said: LineStatistics) -> dict[str, str | int | float | bool]:
    facts: dict[str, str | int | float | bool] = {
        "packets_sent": said.sent,
        "packets_answered": said.answered,
        "arrivals_by_kernel": capture.probed.arrivals_by_kernel,
        "departures_by_kernel": capture.probed.departures_by_kernel,
        "marked_as_voice": capture.probed.expedited,
        "ip_version": 6 if ":" in capture.probed.address else 4,
        "clock_skew_ppm": round(said.clock_skew_ppm, 1),
    }
    if capture.counts is not None:
        facts["reflector_received"] = capture.counts.received
    elif capture.counts_problem:
        facts["reflector_counts"] = capture.counts_problem
    return facts


def _evidence(rows: Packets) -> list[Series]:
    """The round trip and the losses, four points a second."""
    in_step = np.floor(rows.sent_s / EVIDENCE_STEP_S).astype(np.int64)

    def series(name: str, unit: str, values: Floats, summary: Callable[[Floats], float]) -> Series:
        points = [
            _point(values[(in_step == step) & ~np.isnan(values)], summary)
            for step in range(int(in_step.max(initial=-1)) + 1)
        ]
        return Series(name=name, unit=unit, step_s=EVIDENCE_STEP_S, values=points[:600])

    lost = np.where(np.isnan(rows.rtt_ms), 1.0, 0.0)
    return [
        series("network.rtt_p50_ms", "ms", rows.rtt_ms, lambda part: float(np.median(part))),
        series("network.rtt_max_ms", "ms", rows.rtt_ms, lambda part: float(part.max())),
        series("network.lost_packets", "packets", lost, lambda part: float(part.sum())),
    ]


def _point(values: Floats, summary: Callable[[Floats], float]) -> float | None:
    return round(summary(values), 2) if len(values) else None


CHECK = JitterCheck()
