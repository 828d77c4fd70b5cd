"""The words of a verdict: "Not ready yet: one thing left"."""

from __future__ import annotations

from collections.abc import Mapping

from agent.language import N_, _, ngettext
from report.evaluate import Evaluation
from report.vocabulary import Readiness, Verdict

READINESS: Mapping[Readiness, str] = {
    Readiness.READY: N_("Ready"),
    Readiness.READY_WITH_WARNINGS: N_("Ready, with a remark"),
    Readiness.NOT_READY: N_("Not ready yet"),
    Readiness.INCOMPLETE: N_("Not complete yet"),
}
"""In English; translate with ``_``."""


def banner(evaluation: Evaluation) -> str:
    """One line that says it all, in the language in use."""
    name = _(READINESS[evaluation.readiness])
    if evaluation.readiness not in (Readiness.NOT_READY, Readiness.INCOMPLETE):
        return name
    left = things_left(evaluation)
    things = ngettext("one thing left", "{count} things left", left).format(count=left)
    return f"{name}: {things}"


def things_left(evaluation: Evaluation) -> int:
    """How many checks stand between the person and a shift; at least 1."""
    missing = set(evaluation.missing)
    standing = [
        check
        for check in evaluation.checks
        if check.verdict is Verdict.FAIL or missing & {criterion.metric for criterion in check.criteria}
    ]
    return max(1, len(standing))
