"""How long the line is to be probed: shorter when all is clearly well, longer while chance could decide a failure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from report.catalogue import METRICS
from report.limits import judge
from report.policy import Policy
from report.vocabulary import Measurement, Verdict

PLANNED_S = 17.0
"""A trace of this length is what the planned look brings: starting the prober and the last answers take the rest."""
MOST_S = 45.0
WIDER = 1.5
"""Intervals are taken so much wider here: who looks again and again, and stops at the first clear answer, would
otherwise take chance for an answer more often than the 5 in 100 that the interval promises."""


def wanted_s(measured: Iterable[Measurement], policy: Policy, so_far_s: float) -> float:
    """Seconds more that would help, after a trace of ``so_far_s``.

    Within the planned length nothing more is wanted once every limit is kept and no fail limit is within the
    interval's reach: trouble is given the planned time, to pass or to show what it is. Beyond it, more is wanted only
    while an interval reaches across a fail limit.
    """
    judged = [
        judge(_widened(measurement), criterion, METRICS[measurement.metric].better)
        for measurement in measured
        if (criterion := policy.criteria.get(measurement.metric)) is not None
    ]
    if so_far_s < PLANNED_S:
        clear = all(j.verdict is Verdict.PASS and not j.across_fail for j in judged)
        return 0.0 if clear else PLANNED_S - so_far_s
    return max(0.0, MOST_S - so_far_s) if any(j.across_fail for j in judged) else 0.0


def _widened(measurement: Measurement) -> Measurement:
    def away(end: float | None) -> float | None:
        return None if end is None else measurement.value + WIDER * (end - measurement.value)

    return msgspec.structs.replace(measurement, low=away(measurement.low), high=away(measurement.high))
