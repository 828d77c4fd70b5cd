"""Details that a person may leave out of a report, and outcomes without them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from report.catalogue import finding
from report.catalogue.kinds import N_
from report.vocabulary import Finding, Outcome, Param, replace


@dataclass(frozen=True, slots=True)
class PrivateDetail:
    """One kind of detail that is the person's to give or to keep."""

    code: str
    """Named in the report's ``left_out`` when it was kept back."""
    title: str
    about: str
    sent: bool
    """Whether it is sent unless the person decides otherwise."""


PROGRAM_NAMES = "computer.program_names"
_PROGRAM_FACT = re.compile(r"program_\d+")

DETAILS: tuple[PrivateDetail, ...] = (
    PrivateDetail(
        code=PROGRAM_NAMES,
        title=N_("Names of the programs that keep the computer busy"),
        about=N_("Support can then say which program to close. Only names, and only the busiest five."),
        sent=False,
    ),
)


def without(outcome: Outcome, left_out: Collection[str]) -> Outcome:
    """The same outcome without the details of those codes. What was measured stays, what names it goes."""
    return _without_program_names(outcome) if PROGRAM_NAMES in left_out else outcome


def _without_program_names(outcome: Outcome) -> Outcome:
    if outcome.check != "computer.load":
        return outcome
    return replace(
        outcome,
        findings=[_unnamed(f) for f in outcome.findings],
        facts={k: v for k, v in outcome.facts.items() if not _PROGRAM_FACT.fullmatch(k)},
    )


def _unnamed(found: Finding) -> Finding:
    """A finding that names a program, told without the name."""
    if "program" not in found.params:
        return found
    percent: Param = found.params.get("percent", 0)
    return finding("computer.busy_unnamed_program", percent=percent)
