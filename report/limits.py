"""One measurement under one criterion: the rule that says pass, warn or fail."""

from __future__ import annotations

from dataclasses import dataclass

from report.catalogue import Better
from report.policy import Criterion
from report.vocabulary import Measurement, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """What a criterion says of a measurement."""

    verdict: Verdict | None
    """``None``: the value lies beyond the fail limit, its 95 % interval not wholly: chance could have decided."""
    close: bool
    """The interval reaches across a limit that the value keeps, or misses."""
    across_fail: bool
    """The interval reaches across the fail limit, whichever side the value is on."""
    limit: float
    """The limit that the value should keep: the pass limit."""


def judge(measurement: Measurement, criterion: Criterion, better: Better) -> Judged:
    """The value decides pass or warn; *fail* needs the whole 95 % interval beyond the fail limit.

    A measurement without an interval is taken as exact.
    """
    sign = -1.0 if better is Better.HIGHER else 1.0
    value = sign * measurement.value
    low, high = sorted(
        (sign * _or(measurement.low, measurement.value), sign * _or(measurement.high, measurement.value))
    )
    passes = sign * criterion.pass_
    across_pass, across_fail = low <= passes < high, False
    verdict: Verdict | None = Verdict.PASS if value <= passes else Verdict.WARN
    if criterion.fail is not None:
        fails = sign * criterion.fail
        across_fail = low <= fails < high
        if value > fails:
            verdict = Verdict.FAIL if low > fails else None
    return Judged(verdict, across_pass or across_fail, across_fail, criterion.pass_)


def _or(end: float | None, value: float) -> float:
    return value if end is None else end
