"""The one place that says pass, warn, fail, ready: outcomes under a policy. Both sides call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report.policy import Policy
from report.vocabulary import Finding, Measurement, Outcome, Readiness, Verdict


@dataclass(frozen=True, slots=True)
class CriterionVerdict:
    """One metric under its limits."""

    metric: str
    check: str
    """The check that measures it, by the catalogue."""
    measurement: Measurement | None
    """``None``: not measured."""
    verdict: Verdict | None
    """``None``: not measured, or the interval straddles the fail limit."""
    close_to_limit: bool
    """The interval straddles a limit that the value keeps."""
    required: bool


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """One check under the policy."""

    check: str
    outcome: Outcome
    verdict: Verdict | None
    """The worst of its criteria and findings; ``None``: nothing was measured."""
    criteria: tuple[CriterionVerdict, ...]
    findings: tuple[Finding, ...]
    """Observed and limit findings, most severe first."""


@dataclass(frozen=True, slots=True)
class NextAction:
    """The single best thing to do now."""

    finding: Finding
    check: str
    """What to measure again afterwards; empty when it belongs to no single check."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Outcomes under a policy."""

    readiness: Readiness
    checks: tuple[CheckVerdict, ...]
    next_action: NextAction | None

    def of(self, check: str) -> CheckVerdict | None:
        """The verdict on that check, or ``None`` when it is not among the outcomes."""
        return next((c for c in self.checks if c.check == check), None)


def evaluate(outcomes: Sequence[Outcome], policy: Policy) -> Evaluation:
    """Judges outcomes under a policy. Pure and total: the same outcomes and policy always give the same answer."""
    raise NotImplementedError
