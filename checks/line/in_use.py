"""Whether other programs' traffic, rather than the line, may be what misses a limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from checks.interface import NotMeasured
from checks.line.interface_traffic import Moment, OtherTraffic
from protocol.packets import Packets
from protocol.trace import Trace
from report.catalogue import METRICS, finding
from report.limits import judge
from report.policy import Policy
from report.vocabulary import Measurement, Status, Verdict

BUSY_UP_MBIT_S, BUSY_DOWN_MBIT_S = 0.5, 2.0
"""Enough to fill half of a line that just about passes (``network.bandwidth_*`` in the default policy)."""
QUEUE_S = 1.0
"""After a busy moment a queue is given so long to run empty."""
FEWEST_CALM_S = 3.0
"""Less says nothing of a line."""

Measure = Callable[[Packets], Iterable[Measurement]]


def raise_if_it_may_be_others(
    rows: Packets, trace: Trace, others: OtherTraffic | None, measure: Measure, policy: Policy
) -> None:
    """Raises :class:`NotMeasured` where a fail limit is missed, or perhaps missed, but not for certain in the moments
    in which nobody else used the line.

    ``measure`` gives the judged measurements of a part of the trace. A line that fails in the calm moments too fails.
    """
    busy = [m for m in (others.moments if others else ()) if _busy(m)]
    if not busy or not trace.sent or not {Verdict.FAIL, None} & _verdicts(measure(rows), policy):
        return
    calm = _calm(rows, trace, busy)
    if len(calm) * trace.interval_s >= FEWEST_CALM_S and Verdict.FAIL in _verdicts(measure(calm), policy):
        return
    up, down = (round(max(rate), 1) for rate in ([m.up_mbit_s for m in busy], [m.down_mbit_s for m in busy]))
    raise NotMeasured(Status.INCONCLUSIVE, finding("network.line_in_use", up_mbit_s=up, down_mbit_s=down))


def _busy(moment: Moment) -> bool:
    return moment.up_mbit_s >= BUSY_UP_MBIT_S or moment.down_mbit_s >= BUSY_DOWN_MBIT_S


def _verdicts(measured: Iterable[Measurement], policy: Policy) -> set[Verdict | None]:
    return {
        judge(measurement, criterion, METRICS[measurement.metric].better).verdict
        for measurement in measured
        if (criterion := policy.criteria.get(measurement.metric)) is not None
    }


def _calm(rows: Packets, trace: Trace, busy: Sequence[Moment]) -> Packets:
    calm = np.ones(len(rows), dtype=np.bool_)
    for moment in busy:
        began_s, ended_s = ((ns - trace.sent[0].left_ns) / 1e9 for ns in (moment.began_ns, moment.ended_ns))
        calm &= (rows.sent_s < began_s) | (rows.sent_s > ended_s + QUEUE_S)
    return rows.where(calm)
