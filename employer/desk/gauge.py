"""One metric's limits as words and as a small scale: where the value lies, how sure it is, where the limits are."""

from __future__ import annotations

from dataclasses import dataclass

from employer.desk.language import Language
from report.catalogue import METRICS, Better
from report.policy import Criterion
from report.vocabulary import Measurement

WIDTH = 120
"""Of the scale's own units."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the policy asks of a metric, in words."""

    asks: str
    """"≤ 150": what passes."""
    fails: str
    """"> 300": what is beyond the limit; empty when the metric never fails."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the scale."""

    kind: str
    """``pass``, ``warn`` or ``fail``."""
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Gauge:
    """The scale of one metric. All geometry is in units of ``WIDTH``; what lies off the scale stands at its edge."""

    zones: tuple[Zone, ...]
    value: float
    low: float
    high: float
    """Ends of the 95 % interval; equal to ``value`` where none is known."""


def limits(metric: str, criterion: Criterion, language: Language) -> Limits:
    """The criterion in words, with the metric's decimals."""
    asks, fails = ("≥", "<") if _higher_is_better(metric) else ("≤", ">")
    beyond = "" if criterion.fail is None else f"{fails} {language.words.number(metric, criterion.fail)}"
    return Limits(f"{asks} {language.words.number(metric, criterion.pass_)}", beyond)


def gauge(measurement: Measurement, criterion: Criterion) -> Gauge:
    """The scale for a measurement under its criterion."""
    ends = [criterion.pass_] if criterion.fail is None else [criterion.pass_, criterion.fail]
    room = max(max(ends) - min(ends), abs(criterion.pass_) * 0.6) or 1.0
    bottom = min(ends) - room if min(ends) < 0 else 0.0
    top = max(ends) + room

    def place(value: float) -> float:
        return round(WIDTH * min(max((value - bottom) / (top - bottom), 0.0), 1.0), 1)

    edges = [0.0, *(place(end) for end in sorted(ends)), float(WIDTH)]
    kinds = ["pass", "warn"] if criterion.fail is None else ["pass", "warn", "fail"]
    if _higher_is_better(measurement.metric):
        kinds.reverse()
    zones = [Zone(kind, x, round(end - x, 1)) for kind, x, end in zip(kinds, edges, edges[1:], strict=False)]
    low = measurement.value if measurement.low is None else measurement.low
    high = measurement.value if measurement.high is None else measurement.high
    return Gauge(tuple(z for z in zones if z.width > 0), place(measurement.value), place(low), place(high))


def _higher_is_better(metric: str) -> bool:
    kind = METRICS.get(metric)
    return kind is not None and kind.better is Better.HIGHER
