"""What the page of one report says, from the report and its evaluation: pure, and the same words as the operator's."""

from __future__ import annotations

from dataclasses import dataclass

from employer.desk import bars, gauge, marks, plots
from employer.desk.language import Language
from employer.desk.marks import Mark
from employer.desk.names import fact_title
from report.catalogue import FINDINGS
from report.catalogue.kinds import N_
from report.document import Earlier, Report
from report.evaluate import CheckVerdict, CriterionVerdict, Evaluation
from report.policy import Policy
from report.vocabulary import Finding, Measurement, Outcome, Status

AREAS = {"room": N_("Room"), "headset": N_("Headset"), "network": N_("Line"), "computer": N_("Computer")}
"""The four areas, in the order in which the operator sees them."""

_CATEGORIES = {
    "Audio device": N_("Audio device"),
    "Work environment": N_("Work environment"),
    "Network": N_("Network"),
    "Computer performance": N_("Computer performance"),
    "Readiness program": N_("Readiness program"),
    "Employer service": N_("Employer service"),
}
_MENDERS = {
    "operator": N_("the operator can mend it"),
    "support": N_("support can mend it"),
    "employer": N_("the employer can mend it"),
    "provider": N_("the provider can mend it"),
}


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding in words."""

    number: int | None
    """Said over the phone; ``None`` for a finding that this version doesn't know."""
    code: str
    title: str
    text: str
    advice: str
    severity: str
    """``info``, ``minor``, ``major``, ``blocking``; empty when unknown."""
    category: str
    mender: str


@dataclass(frozen=True, slots=True)
class MeasurementView:
    """One measurement in words, with its limits where the policy has any."""

    metric: str
    title: str
    about: str
    value: str
    """With its unit; empty when it was not measured."""
    interval: str
    """"31–38", 95 %; empty where none is known."""
    limits: gauge.Limits | None
    gauge: gauge.Gauge | None
    mark: Mark | None
    """``None`` where there is no limit to judge it by."""
    close: bool
    required: bool


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check."""

    id: str
    version: int
    title: str
    measures: str
    why: str
    mark: Mark
    judged: tuple[MeasurementView, ...]
    unjudged: tuple[MeasurementView, ...]
    findings: tuple[FindingView, ...]
    disturbed_by: tuple[FindingView, ...]
    facts: tuple[tuple[str, str], ...]
    plots: tuple[plots.Plot, ...]
    octaves: tuple[bars.Bar, ...]
    measured_at: str
    """Seconds into the run; empty when nothing was measured."""


@dataclass(frozen=True, slots=True)
class AreaView:
    """One of the four areas, or a further one that a newer program reports."""

    id: str
    title: str
    mark: Mark
    checks: tuple[CheckView, ...]


@dataclass(frozen=True, slots=True)
class EarlierView:
    """An outcome that a re-run replaced before the report was sent."""

    title: str
    replaced_at: str
    """UTC, RFC 3339, by the operator's clock."""
    mark: Mark
    measurements: tuple[MeasurementView, ...]
    because: FindingView | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """All that a report's page says of the run itself."""

    readiness: Mark
    next_action: FindingView | None
    measure_again: str
    """Title of the check to measure again after the next action; empty without one."""
    missing: tuple[str, ...]
    """Titles of required metrics without a verdict."""
    shown_readiness: Mark | None
    """What the operator saw, where that differs from the employer's own evaluation."""
    areas: tuple[AreaView, ...]
    earlier: tuple[EarlierView, ...]


def report_view(report: Report, evaluation: Evaluation, policy: Policy, language: Language) -> ReportView:
    """The words for a report under an evaluation. ``policy`` is the one that the evaluation was made under."""
    action = evaluation.next_action
    shown = report.shown.readiness
    return ReportView(
        readiness=marks.of_readiness(evaluation.readiness, language),
        next_action=finding_view(action.finding, report.agent.os, language) if action else None,
        measure_again=language.words.check_title(action.check) if action else "",
        missing=tuple(language.words.metric_title(metric) for metric in evaluation.missing),
        shown_readiness=marks.of_readiness(shown, language) if shown != evaluation.readiness else None,
        areas=_areas(report, evaluation, policy, language),
        earlier=tuple(_earlier(e, report.agent.os, language) for e in report.earlier),
    )


def finding_view(found: Finding, os: str, language: Language) -> FindingView:
    """A finding in the words that the operator read on that operating system."""
    kind = FINDINGS.get(found.code)
    words = language.words
    return FindingView(
        number=kind.number if kind else None,
        code=found.code,
        title=words.finding_title(found),
        text=words.finding_text(found),
        advice=words.finding_advice(found, os),
        severity=kind.severity.value if kind else "",
        category=language.gettext(_CATEGORIES[kind.category]) if kind else "",
        mender=language.gettext(_MENDERS[kind.mender]) if kind else "",
    )


def _areas(report: Report, evaluation: Evaluation, policy: Policy, language: Language) -> tuple[AreaView, ...]:
    by_area: dict[str, list[CheckView]] = {area: [] for area in AREAS}
    for check in evaluation.checks:
        area = check.check.partition(".")[0]
        by_area.setdefault(area, []).append(_check(check, report.agent.os, policy, language))
    return tuple(
        AreaView(
            id=area,
            title=language.gettext(AREAS[area]) if area in AREAS else area,
            mark=marks.worst((c.mark for c in checks), language),
            checks=tuple(checks),
        )
        for area, checks in by_area.items()
    )


def _check(check: CheckVerdict, os: str, policy: Policy, language: Language) -> CheckView:
    outcome = check.outcome
    measures, why, _ = language.words.check_help(check.check)
    judged = {c.metric for c in check.criteria}
    drawn = (plots.plot(series, language) for series in outcome.evidence)
    return CheckView(
        id=check.check,
        version=outcome.version,
        title=language.words.check_title(check.check),
        measures=measures,
        why=why,
        mark=marks.of_check(check, language),
        judged=tuple(_judged(c, language) for c in check.criteria),
        unjudged=tuple(_unjudged(m, language) for m in outcome.measurements if m.metric not in judged),
        findings=tuple(finding_view(f, os, language) for f in check.findings),
        disturbed_by=tuple(finding_view(f, os, language) for f in outcome.disturbed_by),
        facts=_facts(outcome, language),
        plots=tuple(p for p in drawn if p is not None),
        octaves=bars.octaves(outcome.facts, language),
        measured_at=language.plain_number(outcome.measured_at_s) if outcome.status is Status.MEASURED else "",
    )


def _judged(verdict: CriterionVerdict, language: Language) -> MeasurementView:
    measured = verdict.measurement
    words = language.words
    return MeasurementView(
        metric=verdict.metric,
        title=words.metric_title(verdict.metric),
        about=words.metric_about(verdict.metric),
        value=words.value(measured) if measured else "",
        interval=_interval(measured, language) if measured else "",
        limits=gauge.limits(verdict.metric, verdict.criterion, language),
        gauge=gauge.gauge(measured, verdict.criterion) if measured else None,
        mark=marks.of_verdict(verdict.verdict, measured is not None, language),
        close=verdict.close_to_limit,
        required=verdict.criterion.required,
    )


def _unjudged(measured: Measurement, language: Language) -> MeasurementView:
    return MeasurementView(
        metric=measured.metric,
        title=language.words.metric_title(measured.metric),
        about=language.words.metric_about(measured.metric),
        value=language.words.value(measured),
        interval=_interval(measured, language),
        limits=None,
        gauge=None,
        mark=None,
        close=False,
        required=False,
    )


def _interval(measured: Measurement, language: Language) -> str:
    """Both ends, or the one that is known: "31–38", "≤ 1"."""
    low, high = (
        None if end is None else language.words.number(measured.metric, end) for end in (measured.low, measured.high)
    )
    if low is not None and high is not None:
        return f"{low} … {high}" if "−" in low + high else f"{low}–{high}"
    if low is not None:
        return f"≥ {low}"
    return "" if high is None else f"≤ {high}"


def _facts(outcome: Outcome, language: Language) -> tuple[tuple[str, str], ...]:
    return tuple(
        (fact_title(name, language), _fact(name, value, language))
        for name, value in outcome.facts.items()
        if not bars.is_octave(name)
    )


def _fact(name: str, value: str | int | float | bool, language: Language) -> str:
    if isinstance(value, bool):
        return language.gettext("yes") if value else language.gettext("no")
    if isinstance(value, str):
        return language.words.fact(name, value)
    return language.plain_number(value, 2) if isinstance(value, float) else str(value)


def _earlier(earlier: Earlier, os: str, language: Language) -> EarlierView:
    outcome = earlier.outcome
    return EarlierView(
        title=language.words.check_title(outcome.check),
        replaced_at=earlier.replaced_at,
        mark=marks.of_status(outcome.status, language),
        measurements=tuple(_unjudged(m, language) for m in outcome.measurements),
        because=finding_view(outcome.because, os, language) if outcome.because else None,
    )
