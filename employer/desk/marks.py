"""A verdict as a reader sees it: a sign and a word together, never a colour alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from employer.desk.language import Language
from report.catalogue.kinds import N_
from report.evaluate import CheckVerdict
from report.vocabulary import Readiness, Status, Verdict

Kind = Literal["pass", "warn", "fail", "unsure", "none"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands beside a thing that was judged, or was not."""

    kind: Kind
    """Chooses shape and colour in the style sheet."""
    word: str

    @property
    def sign(self) -> str:
        """✓ ! ✗, or ? where chance could have decided, or – where nothing was measured."""
        return _SIGNS[self.kind]


_SIGNS: dict[Kind, str] = {"pass": "✓", "warn": "!", "fail": "✗", "unsure": "?", "none": "–"}

_READINESS: dict[str, tuple[Kind, str]] = {
    Readiness.READY: ("pass", N_("Ready")),
    Readiness.READY_WITH_WARNINGS: ("warn", N_("Ready with warnings")),
    Readiness.NOT_READY: ("fail", N_("Not ready yet")),
    Readiness.INCOMPLETE: ("none", N_("Not fully measured")),
}

_VERDICTS: dict[Verdict, tuple[Kind, str]] = {
    Verdict.PASS: ("pass", N_("good")),
    Verdict.WARN: ("warn", N_("borderline")),
    Verdict.FAIL: ("fail", N_("beyond the limit")),
}

_UNSURE = N_("undecided")

_STATUSES: dict[Status, tuple[Kind, str]] = {
    Status.MEASURED: ("unsure", _UNSURE),
    Status.SKIP: ("none", N_("not measured")),
    Status.INCONCLUSIVE: ("unsure", N_("inconclusive")),
    Status.ERROR: ("none", N_("could not be measured")),
}

_WORST_FIRST: tuple[Kind, ...] = ("fail", "unsure", "none", "warn", "pass")


def of_readiness(readiness: str | None, language: Language) -> Mark:
    """A whole report; ``None``: this operator has sent none yet. An unknown word is shown as it is."""
    if readiness is None:
        return Mark("none", language.gettext(N_("No report yet")))
    kind, word = _READINESS.get(readiness, ("none", readiness))
    return Mark(kind, language.gettext(word))


def of_verdict(verdict: Verdict | None, measured: bool, language: Language) -> Mark:
    """One measurement under its limits; without a verdict it is undecided, or was not measured."""
    kind, word = _VERDICTS[verdict] if verdict else _STATUSES[Status.MEASURED if measured else Status.SKIP]
    return Mark(kind, language.gettext(word))


def of_check(check: CheckVerdict, language: Language) -> Mark:
    """One check: its verdict, or why it has none."""
    if check.informs:
        return of_status(check.outcome.status, language)
    kind, word = _VERDICTS[check.verdict] if check.verdict else _STATUSES[check.outcome.status]
    return Mark(kind, language.gettext(word))


def of_status(status: Status, language: Language) -> Mark:
    """An outcome that no policy has judged."""
    if status is Status.MEASURED:
        return Mark("pass", language.gettext(N_("measured")))
    kind, word = _STATUSES[status]
    return Mark(kind, language.gettext(word))


def of_stored(verdict: Verdict | None, language: Language) -> Mark:
    """One area in a list, where only its worst verdict is known."""
    return of_verdict(verdict, False, language)


def worst(marks: Iterable[Mark], language: Language) -> Mark:
    """The mark of an area: that of its worst check; "not measured" where it has none."""
    ranked = sorted(marks, key=lambda mark: _WORST_FIRST.index(mark.kind))
    return ranked[0] if ranked else Mark("none", language.gettext(_STATUSES[Status.SKIP][1]))
