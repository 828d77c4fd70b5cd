"""The catalogue: every metric, finding and check that is known, by its name."""

from __future__ import annotations

from types import MappingProxyType

from report.catalogue import bandwidth, computer, headset, line, place, room, run
from report.catalogue.kinds import (
    Better,
    Category,
    CheckKind,
    FindingKind,
    Mender,
    Metric,
    Severity,
)
from report.vocabulary import Finding, Measurement, Param

__all__ = [
    "CHECKS",
    "FINDINGS",
    "METRICS",
    "Better",
    "Category",
    "CheckKind",
    "FindingKind",
    "Mender",
    "Metric",
    "Severity",
    "finding",
    "measurement",
]

_PARTS = (run, room, headset, line, place, bandwidth, computer)

METRICS = MappingProxyType({m.name: m for part in _PARTS for m in part.METRICS})
FINDINGS = MappingProxyType({f.code: f for part in _PARTS for f in part.FINDINGS})
CHECKS = MappingProxyType({c.id: c for part in _PARTS for c in part.CHECKS})


def finding(code: str, **params: Param) -> Finding:
    """A finding of the catalogue with its English sentence filled in.

    Raises ``KeyError`` for an unknown code and ``ValueError`` for parameters other than the catalogue's.
    """
    kind = FINDINGS[code]
    if set(params) != set(kind.params):
        raise ValueError(f"{code} takes {sorted(kind.params)}, got {sorted(params)}")
    return Finding(code=code, params=params, text=kind.says.format(**params))


def measurement(metric: str, value: float, low: float | None = None, high: float | None = None) -> Measurement:
    """A measurement of the catalogue's metric, in its unit, two digits finer than it is shown.

    Raises ``KeyError`` for an unknown metric.
    """
    kind = METRICS[metric]

    def rounded(number: float) -> float:
        return float(round(number, kind.decimals + 2))

    return Measurement(
        metric=metric,
        value=rounded(value),
        unit=kind.unit,
        low=None if low is None else rounded(low),
        high=None if high is None else rounded(high),
    )
