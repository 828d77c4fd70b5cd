""" "Copy for support": a report as the text of a service-desk ticket."""

from __future__ import annotations

from collections.abc import Iterator

from agent.entries import Entry, EntryState
from agent.language import N_, _, words
from agent.text import plain
from agent.verdict import READINESS
from report.catalogue import FINDINGS, METRICS, Better, FindingKind
from report.document import Report
from report.evaluate import CheckVerdict, CriterionVerdict, Evaluation
from report.vocabulary import Finding, Verdict

_MARKS = {Verdict.PASS: "+", Verdict.WARN: "!", Verdict.FAIL: "x", None: "?"}
_STATES = {
    EntryState.DRAFT: N_("not sent"),
    EntryState.WAITING: N_("waiting to be sent"),
    EntryState.DELIVERED: N_("delivered, receipt verified"),
    EntryState.REFUSED: N_("refused by the employer"),
}


def text(entry: Entry, report: Report, evaluation: Evaluation, operator: str) -> str:
    """The ticket: what is wrong and who mends it first, then every finding and number. Safe to paste anywhere."""
    return plain("\n".join(_lines(entry, report, evaluation, operator))) + "\n"


def _lines(entry: Entry, report: Report, evaluation: Evaluation, operator: str) -> Iterator[str]:
    w = words()
    findings = [f for check in evaluation.checks for f in check.findings]
    first = evaluation.next_action.finding if evaluation.next_action else next(iter(findings), None)
    kind = FINDINGS.get(first.code) if first else None
    title = w.finding_title(first) if first else _(READINESS[entry.readiness])
    yield _("Workstation check: {title}").format(title=title)
    yield ""
    yield from _head(entry, report, operator, kind)
    if first is not None:
        yield ""
        yield _("What to do: {advice}").format(advice=w.finding_advice(first, report.agent.os) or w.finding_text(first))
    for check in evaluation.checks:
        yield ""
        yield from _check(check)
    if report.comment:
        yield ""
        yield _("The operator writes: {comment}").format(comment=report.comment)


def _head(entry: Entry, report: Report, operator: str, kind: FindingKind | None) -> Iterator[str]:
    yield _("Category: {category}").format(category=kind.category if kind else "–")
    yield _("Severity: {severity}").format(severity=kind.severity if kind else "–")
    yield _("Short code: {code}").format(code=entry.short_code or "–")
    if operator:
        yield _("Operator: {name}").format(name=operator)
    yield _("Result: {readiness}").format(readiness=_(READINESS[entry.readiness]))
    yield _("Report: {state}").format(state=_(_STATES[entry.state]))
    if entry.problem:
        yield f"  {entry.problem}"
    yield _("Measured: {time} (UTC)").format(time=entry.when.replace("T", " ").rstrip("Z"))
    yield _("Computer: {system}, program {version}").format(
        system=report.agent.os_version, version=report.agent.version
    )


def _check(check: CheckVerdict) -> Iterator[str]:
    w = words()
    yield f"{_MARKS[check.verdict]} {w.check_title(check.check)}"
    for finding in check.findings:
        yield f"    {_number(finding)}{w.finding_text(finding)}"
    for criterion in check.criteria:
        if criterion.measurement is not None:
            yield f"    {_value(criterion)}"


def _number(finding: Finding) -> str:
    number = words().finding_number(finding)
    return f"[{number}] " if number else f"[{finding.code}] "


def _value(criterion: CriterionVerdict) -> str:
    w = words()
    assert criterion.measurement is not None
    kind = METRICS.get(criterion.metric)
    sign = "≥" if kind and kind.better is Better.HIGHER else "≤"
    limit = f"{sign} {w.number(criterion.metric, criterion.criterion.pass_)}"
    return f"{w.metric_title(criterion.metric)}: {w.value(criterion.measurement)} ({limit})"
