"""Every number of a run for support: value, interval, limit, what disturbed it, and its course over time."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from agent.language import _, words
from agent.ui import areas
from agent.ui.glyphs import Glyphs
from agent.ui.pictures import bars
from agent.ui.text import said
from report.catalogue import METRICS, Better
from report.evaluate import CheckVerdict, CriterionVerdict, Evaluation
from report.vocabulary import Finding, Measurement, Series

NAME_WIDTH, VALUE_WIDTH = 46, 14
NARROW = 100
"""Below this width a measurement takes two lines."""
SCALES: dict[str, tuple[float, float]] = {
    "dBFS(A)": (-90.0, 0.0),
    "dBFS": (-90.0, 0.0),
    "dB": (0.0, 60.0),
    "ms": (0.0, 100.0),
    "%": (0.0, 100.0),
    "Mbit/s": (0.0, 100.0),
    "kHz": (0.0, 20.0),
}
"""Scales of the courses, by unit: the same for everybody, so that two reports can be compared by eye."""


def lines(evaluation: Evaluation, glyphs: Glyphs, width: int) -> Iterator[Content]:
    """All checks, in the order of the run."""
    for check in evaluation.checks:
        yield from _check(check, glyphs, width)
        yield said("")


def _check(check: CheckVerdict, glyphs: Glyphs, width: int) -> Iterator[Content]:
    glyph, word, style = ("·", _("measured"), "$quiet") if check.informs else areas.sign(check.verdict, glyphs)
    method = _("method {version}").format(version=check.outcome.version)
    yield said(
        (f"{glyph} ", f"bold {style}"),
        (words().check_title(check.check), "bold $ink"),
        (f"  {word}", style),
        (f"   {check.check} · {method}", "$quiet"),
    )
    for found in check.findings:
        yield from _finding(found)
    judged = {c.metric: c for c in check.criteria}
    for measured in check.outcome.measurements:
        yield _measurement(measured, judged.get(measured.metric), glyphs, width)
    for missing in (c for c in check.criteria if c.measurement is None):
        yield said("  ", words().metric_title(missing.metric), ("  " + _("not measured"), "$quiet"))
    for found in check.outcome.disturbed_by:
        yield said("  ", (_("Disturbed by: {what}").format(what=words().finding_text(found)), "$warning"))
    for name, value in check.outcome.facts.items():
        yield said((f"  {name}: {words().fact(name, str(value))}", "$quiet"))
    for series in check.outcome.evidence:
        yield _course(series, glyphs, width)


def _finding(found: Finding) -> Iterator[Content]:
    number = words().finding_number(found)
    yield said("  ", (f"{number}  " if number else "", "bold"), words().finding_text(found))


def _measurement(measured: Measurement, judged: CriterionVerdict | None, glyphs: Glyphs, width: int) -> Content:
    w = words()
    interval = ""
    if measured.low is not None and measured.high is not None:
        interval = f"{w.number(measured.metric, measured.low)} … {w.number(measured.metric, measured.high)}"
    glyph, _word, style = areas.sign(judged.verdict, glyphs) if judged else (" ", "", "$quiet")
    return said(
        (f"{glyph} ", f"bold {style}"),
        w.metric_title(measured.metric).ljust(NAME_WIDTH),
        (w.value(measured).rjust(VALUE_WIDTH), "bold"),
        (_behind(interval, _limit(judged), width), "$quiet"),
    )


def _behind(interval: str, limit: str, width: int) -> str:
    """Interval and limit: beside the value where there is room, else on a line of their own."""
    if width >= NARROW:
        return f"  {interval:<18}{limit}"
    both = "   ".join(part for part in (interval, limit) if part)
    return f"\n{both.rjust(NAME_WIDTH + VALUE_WIDTH + 2)}" if both else ""


def _limit(judged: CriterionVerdict | None) -> str:
    if judged is None:
        return ""
    sign = "≥" if METRICS[judged.metric].better is Better.HIGHER else "≤"
    limit = words().number(judged.metric, judged.criterion.pass_)
    close = _(", close") if judged.close_to_limit else ""
    return _("good {sign} {limit}").format(sign=sign, limit=limit) + close


def _course(series: Series, glyphs: Glyphs, width: int) -> Content:
    scale = SCALES.get(series.unit, (0.0, 100.0))
    seconds = len(series.values) * series.step_s
    bounds = f"{scale[0]:.0f} … {scale[1]:.0f}".replace("-", "−")
    unit = words().unit(series.unit)
    about = _("{bounds} {unit}, {seconds} s").format(bounds=bounds, unit=unit, seconds=round(seconds))
    room = max(10, width - len(about) - 8)
    stride = max(1, -(-len(series.values) // room))
    shown = [
        max((v for v in series.values[i : i + stride] if v is not None), default=None)
        for i in range(0, len(series.values), stride)
    ]
    picture = bars(shown, len(shown), scale, glyphs)[0]
    return said((f"  {series.name}\n", "$quiet"), "  ", (picture, "$secondary"), (f"  {about}", "$quiet"))
