"""One measurement under one criterion: the rule that says pass, warn or fail."""

from __future__ import annotations

from dataclasses import dataclass

from report.catalogue import Better
from report.policy import Criterion
from report.vocabulary import Measurement, Verdict

NEAR = 0.5
"""Of a limit: a value that keeps it by more is not near it, however far its interval reaches. A look without one lost
packet can't exclude rare bursts, and is not close to a failure for that."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a criterion says of a measurement."""

    verdict: Verdict | None
    """``None``: the value lies beyond the fail limit, its 95 % interval not wholly: chance could have decided."""
    close: bool
    """The interval reaches across a limit that the value misses, or is near to."""
    across_fail: bool
    """The same, of the fail limit alone."""
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

    def across(limit: float) -> bool:
        return low <= limit < high and (value > limit or limit - value <= NEAR * abs(limit))

    across_pass, across_fail = across(passes), False
    verdict: Verdict | None = Verdict.PASS if value <= passes else Verdict.WARN
    if criterion.fail is not None:
        fails = sign * criterion.fail
        across_fail = across(fails)
        if value > fails:
            verdict = Verdict.FAIL if low > fails else None
    return Judged(verdict, across_pass or across_fail, across_fail, criterion.pass_)


def _or(end: float | None, value: float) -> float:
    return value if end is None else end
