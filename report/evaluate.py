"""The one place that says pass, warn, fail, ready: outcomes under a policy. Both sides call it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from report.catalogue import CHECKS, FINDINGS, METRICS, Mender, Severity, finding
from report.limits import judge
from report.policy import Criterion, Policy
from report.vocabulary import Finding, Measurement, Outcome, Readiness, Status, Verdict


@dataclass(frozen=True, slots=True)
class CriterionVerdict:
    """One metric under its limits."""

    metric: str
    criterion: Criterion
    measurement: Measurement | None
    """``None``: not measured."""
    verdict: Verdict | None
    """``None``: not measured, or the interval straddles the fail limit."""
    close_to_limit: bool
    """The interval reaches across a limit."""


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """One check under the policy."""

    check: str
    outcome: Outcome
    verdict: Verdict | None
    """The worst of its criteria and findings; ``None``: nothing was measured, or chance could have decided."""
    criteria: tuple[CriterionVerdict, ...]
    findings: tuple[Finding, ...]
    """Observed and limit findings, and why nothing was measured: what stands most in the way first."""

    @property
    def informs(self) -> bool:
        """It measured what the policy sets no limit to: that is neither good nor bad."""
        return self.verdict is Verdict.PASS and not self.criteria

    @property
    def again(self) -> str:
        """The check to measure again when this one isn't good: another one, where the first finding says so."""
        return (_again(self.findings[0]) if self.findings else "") or self.check


@dataclass(frozen=True, slots=True)
class NextAction:
    """The single best thing to do now."""

    finding: Finding
    check: str
    """What to measure again afterwards."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Outcomes under a policy."""

    readiness: Readiness
    checks: tuple[CheckVerdict, ...]
    """In the order of the outcomes."""
    missing: tuple[str, ...]
    """Required metrics that were not measured or are undecided, by name."""
    next_action: NextAction | None

    def of(self, check: str) -> CheckVerdict | None:
        """The verdict on that check, or ``None`` when it is not among the outcomes."""
        return next((c for c in self.checks if c.check == check), None)


def evaluate(outcomes: Sequence[Outcome], policy: Policy) -> Evaluation:
    """Judges outcomes under a policy. Pure and total: the same outcomes and policy always give the same answer.

    One failed check makes the run ``not_ready``, whatever else is missing. A required metric that was not measured
    makes it ``incomplete``, never ``not_ready``.
    """
    checks = tuple(_judge_check(outcome, policy) for outcome in outcomes)
    decided = {c.metric for check in checks for c in check.criteria if c.verdict is not None}
    missing = tuple(m for m, criterion in policy.criteria.items() if criterion.required and m not in decided)
    verdicts = {check.verdict for check in checks}
    if Verdict.FAIL in verdicts:
        readiness = Readiness.NOT_READY
    elif missing:
        readiness = Readiness.INCOMPLETE
    elif Verdict.WARN in verdicts:
        readiness = Readiness.READY_WITH_WARNINGS
    else:
        readiness = Readiness.READY
    return Evaluation(readiness, checks, missing, _next_action(checks, missing))


def _judge_check(outcome: Outcome, policy: Policy) -> CheckVerdict:
    criteria = tuple(_judge_criteria(outcome, policy))
    explained = {metric for f in outcome.findings for metric in _explains(f)}
    findings = list(outcome.findings)
    findings += [f for c in criteria if c.metric not in explained for f in _limit_finding(c)]
    if outcome.because is not None and outcome.because not in findings:
        findings.append(outcome.because)
    findings.sort(key=lambda f: _rank(f, outcome, criteria))
    return CheckVerdict(outcome.check, outcome, _verdict(outcome, criteria), criteria, tuple(findings))


def _explains(found: Finding) -> tuple[str, ...]:
    kind = FINDINGS.get(found.code)
    return kind.explains if kind else ()


_IDLE = 3
"""Of :func:`_rank`: from here on a finding doesn't stand in the way."""


def _rank(found: Finding, outcome: Outcome, criteria: Sequence[CriterionVerdict]) -> tuple[int, int]:
    """How much a finding stands in the way, lowest first; within that, the most severe first.

    One that explains metrics does so only where such a metric misses a limit.
    """
    severity = _severity(found)
    verdicts = {c.verdict for c in criteria if c.metric in _explains(found) and c.measurement is not None}
    if Verdict.FAIL in verdicts or (not verdicts and severity is Severity.BLOCKING):
        standing = 0
    elif None in verdicts or found == outcome.because:
        standing = 1
    elif Verdict.WARN in verdicts or (not verdicts and severity is not Severity.INFO):
        standing = 2
    else:
        standing = _IDLE
    return standing, -severity.rank


def _judge_criteria(outcome: Outcome, policy: Policy) -> Iterator[CriterionVerdict]:
    """The criteria that are this check's to keep: those it measured, and those the catalogue expects of it."""
    kind = CHECKS.get(outcome.check)
    expected = set(kind.metrics if kind else ())
    for metric, criterion in policy.criteria.items():
        measurement = outcome.value(metric)
        if measurement is not None:
            judged = judge(measurement, criterion, METRICS[metric].better)
            yield CriterionVerdict(metric, criterion, measurement, judged.verdict, judged.close)
        elif metric in expected:
            yield CriterionVerdict(metric, criterion, None, None, False)


def _verdict(outcome: Outcome, criteria: Sequence[CriterionVerdict]) -> Verdict | None:
    if outcome.status is not Status.MEASURED:
        return None
    verdicts = {c.verdict for c in criteria if c.measurement is not None}
    judged = {c.metric for c in criteria if c.measurement is not None}
    severities = {_severity(f) for f in outcome.findings if not judged & set(_explains(f))}
    if Verdict.FAIL in verdicts or Severity.BLOCKING in severities:
        return Verdict.FAIL
    if None in verdicts:
        return None
    if Verdict.WARN in verdicts or severities & {Severity.MAJOR, Severity.MINOR}:
        return Verdict.WARN
    return Verdict.PASS


def _limit_finding(criterion: CriterionVerdict) -> Iterator[Finding]:
    """The catalogue's finding for a missed limit; its parameters are the value and the pass limit.

    Where chance could have decided, the limit is the one that the interval straddles: the fail limit.
    """
    measured, limits = criterion.measurement, criterion.criterion
    if measured is None or criterion.verdict is Verdict.PASS:
        return
    decimals = METRICS[criterion.metric].decimals
    straddled = limits.fail if criterion.verdict is None else None
    code = _limit_code(criterion.metric) if straddled is None else "run.undecided"
    limit = limits.pass_ if straddled is None else straddled
    params = {"value": round(measured.value, decimals), "limit": round(limit, decimals)}
    if code:
        yield finding(code, **{name: params[name] for name in FINDINGS[code].params})


@cache
def _limit_code(metric: str) -> str | None:
    """The finding that explains this metric and needs to know no more than its value and limit."""
    return next(
        (f.code for f in FINDINGS.values() if metric in f.explains and set(f.params) <= {"value", "limit"}), None
    )


def _severity(found: Finding) -> Severity:
    kind = FINDINGS.get(found.code)
    return kind.severity if kind else Severity.INFO


def _next_action(checks: Sequence[CheckVerdict], missing: Sequence[str]) -> NextAction | None:
    """The most severe finding that the operator can mend, of what stands most in the way.

    What failed comes before what is missing, that before warnings. Where the operator can mend none of these, the most
    severe is named all the same: its advice says whom to turn to.
    """
    tiers: list[list[tuple[bool, tuple[int, int], NextAction]]] = [[], [], []]
    for check in checks:
        tier = _tier(check, missing)
        if tier is not None:
            ranked = [(_rank(f, check.outcome, check.criteria), f) for f in check.findings]
            standing = [(rank, f) for rank, f in ranked if rank[0] < _IDLE]
            tiers[tier] += [
                (not _operator_can(f), rank, NextAction(f, _again(f) or check.check)) for rank, f in standing
            ]
    for candidates in tiers:
        if candidates:
            return min(candidates, key=lambda candidate: candidate[:2])[2]
    return None


def _tier(check: CheckVerdict, missing: Sequence[str]) -> int | None:
    if check.verdict is Verdict.FAIL:
        return 0
    if any(c.metric in missing for c in check.criteria):
        return 1
    return 2 if check.verdict is Verdict.WARN else None


def _again(found: Finding) -> str:
    kind = FINDINGS.get(found.code)
    return kind.again if kind else ""


def _operator_can(found: Finding) -> bool:
    kind = FINDINGS.get(found.code)
    return kind is not None and kind.mender is Mender.OPERATOR
