"""What can be said of the network: of the line as a call sees it, and of its bandwidth."""

from __future__ import annotations

from report.catalogue import bandwidth, line
from report.catalogue.kinds import CheckKind, FindingKind, Metric

METRICS: tuple[Metric, ...] = (*line.METRICS, *bandwidth.METRICS)

CHECKS: tuple[CheckKind, ...] = (*line.CHECKS, *bandwidth.CHECKS)

FINDINGS: tuple[FindingKind, ...] = (*line.FINDINGS, *bandwidth.FINDINGS)
