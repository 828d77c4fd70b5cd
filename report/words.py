"""The catalogue's words in a language: what operator and support both read."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from report.catalogue import CHECKS, FINDINGS, METRICS, place, series
from report.vocabulary import Finding, Measurement, Param

LANGUAGES = ("en", "ru")
NO_BREAK = "\N{NO-BREAK SPACE}"
_AFTER_A_NUMBER = re.compile(r"(?<=\d) (?=\S)")
"""Where no line may break: "25 ms", "25 of 50"."""


def translator(package: str, language: str) -> Callable[[str], str]:
    """The translation function of a package's own ``locale`` folder; English for an unknown language.

    ``package`` is ``report``, ``agent`` or ``employer``.
    """
    return _catalogue(package, language).gettext


def plural_translator(package: str, language: str) -> Callable[[str, str, int], str]:
    """The plural form of :func:`translator`."""
    return _catalogue(package, language).ngettext


@cache
def _catalogue(package: str, language: str) -> gettext.NullTranslations:
    folder = Path(__file__).resolve().parent.parent / package / "locale"
    return gettext.translation(package, str(folder), [language], fallback=True)


class Words:
    """The catalogue's sentences in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._t = translator("report", language)

    def check_title(self, check: str) -> str:
        """The check's name for a card; its id when unknown."""
        kind = CHECKS.get(check)
        return self._t(kind.title) if kind else check

    def check_help(self, check: str) -> tuple[str, str, str]:
        """What it measures, why it matters on a call, what to do; empty when unknown."""
        kind = CHECKS.get(check)
        return (self._t(kind.measures), self._t(kind.why), self._t(kind.todo)) if kind else ("", "", "")

    def fact(self, name: str, value: str) -> str:
        """A fact's value in plain words where the catalogue has them; else as it is."""
        known = place.FACTS.get(name, {})
        return ", ".join(self._t(known[part]) if part in known else part for part in value.split(", "))

    def metric_title(self, metric: str) -> str:
        """The metric's plain name; its code when unknown."""
        kind = METRICS.get(metric)
        return self._t(kind.title) if kind else metric

    def metric_about(self, metric: str) -> str:
        """How the metric is got; empty when unknown."""
        kind = METRICS.get(metric)
        return self._t(kind.about) if kind else ""

    def series_title(self, name: str) -> str:
        """The plain name of a series of evidence: its own, or that of the metric whose course it is; else the name."""
        return self._t(series.TITLES[name]) if name in series.TITLES else self.metric_title(name)

    def value(self, measurement: Measurement) -> str:
        """The value with the catalogue's decimals and its unit: "23.4 ms", which no line break parts."""
        return f"{self.number(measurement.metric, measurement.value)}{NO_BREAK}{self.unit(measurement.unit)}".strip()

    def unit(self, unit: str) -> str:
        """A unit as it is written in this language: "ms", "мс"."""
        return self._t(unit) if unit else ""

    def number(self, metric: str, value: float) -> str:
        """A value with the metric's decimals, without its unit; a comma in Russian, a true minus sign."""
        kind = METRICS.get(metric)
        return self._written(f"{value:.{kind.decimals if kind else 2}f}")

    def finding_title(self, finding: Finding) -> str:
        """A few words for a card."""
        kind = FINDINGS.get(finding.code)
        return self._t(kind.title) if kind else finding.code

    def finding_number(self, finding: Finding) -> int | None:
        """The number that can be said over the phone."""
        kind = FINDINGS.get(finding.code)
        return kind.number if kind else None

    def finding_text(self, finding: Finding) -> str:
        """What was found; the sentence that travelled when the code or its parameters are unknown here."""
        kind = FINDINGS.get(finding.code)
        return self._fill(kind.says, finding.params, finding.text) if kind else finding.text or finding.code

    def finding_advice(self, finding: Finding, os: str = "any") -> str:
        """What to do now on that operating system; empty when unknown."""
        kind = FINDINGS.get(finding.code)
        if kind is None or not kind.advice:
            return ""
        advice = kind.advice.get(os) or kind.advice.get("any") or next(iter(kind.advice.values()))
        return self._fill(advice, finding.params, "")

    def _fill(self, template: str, params: Mapping[str, Param], fallback: str) -> str:
        try:
            shown = {k: self._shown(v) for k, v in params.items()}
            return _AFTER_A_NUMBER.sub(NO_BREAK, self._t(template).format(**shown))
        except (KeyError, IndexError, ValueError):
            return fallback

    def _shown(self, value: Param) -> str:
        """A parameter as it stands in a sentence: numbers with up to two decimals, without trailing zeros."""
        if isinstance(value, str):
            return value
        return self._written(str(value) if isinstance(value, int) else f"{value:.2f}".rstrip("0").rstrip("."))

    def _written(self, text: str) -> str:
        """A number's digits as they are written in this language: a true minus sign, in Russian a decimal comma."""
        if float(text) == 0:
            text = text.lstrip("-")
        text = text.replace("-", "\N{MINUS SIGN}")
        return text.replace(".", ",") if self.language == "ru" else text
