"""What can be said of the network."""

from __future__ import annotations

from report.catalogue import bandwidth
from report.catalogue.kinds import CheckKind, FindingKind, Metric

METRICS: tuple[Metric, ...] = (*bandwidth.METRICS,)

CHECKS: tuple[CheckKind, ...] = (*bandwidth.CHECKS,)

FINDINGS: tuple[FindingKind, ...] = (*bandwidth.FINDINGS,)
