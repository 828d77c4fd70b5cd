"""What can be said of the computer."""

from __future__ import annotations

from report.catalogue.kinds import CheckKind, FindingKind, Metric

METRICS: tuple[Metric, ...] = ()

CHECKS: tuple[CheckKind, ...] = ()

FINDINGS: tuple[FindingKind, ...] = ()
