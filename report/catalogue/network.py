"""What can be said of the network."""

from __future__ import annotations

from report.catalogue import line
from report.catalogue.kinds import CheckKind, FindingKind, Metric

METRICS: tuple[Metric, ...] = (*line.METRICS,)

CHECKS: tuple[CheckKind, ...] = (*line.CHECKS,)

FINDINGS: tuple[FindingKind, ...] = (*line.FINDINGS,)
