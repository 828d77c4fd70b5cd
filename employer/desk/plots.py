"""A series of evidence as a small picture: geometry for the page's SVG, and the numbers that stand beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median

from employer.desk.language import Language
from report.vocabulary import Series

WIDTH = 320
HEIGHT = 96
"""Of the drawing's own units; the page scales it."""

_ABSURD = 1e12
"""No evidence is as large; a value beyond is drawn as a gap rather than flatten all the others."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One series, ready to be drawn. All geometry is in units of ``WIDTH`` by ``HEIGHT``."""

    name: str
    title: str
    """Its plain name, where it has one."""
    unit: str
    lines: tuple[str, ...]
    """SVG path data, one per unbroken stretch; a gap in the series is a gap in the picture."""
    dots: tuple[tuple[float, float], ...]
    """Points with no neighbour, which a line can't show."""
    bottom: float
    top: float
    """Values at the bottom and top edge."""
    low_label: str
    high_label: str
    """The same, in words."""
    start_label: str
    end_label: str
    """Seconds from the start of the run, at the left and right edge."""
    lowest: str
    middle: str
    """The median."""
    highest: str
    missing: int
    """Points that were not measured."""


def plot(series: Series, language: Language) -> Plot | None:
    """The picture of a series, or ``None`` when none of its points was measured."""
    values = [v if v is not None and abs(v) < _ABSURD else None for v in series.values]
    known = [v for v in values if v is not None]
    if not known:
        return None
    bottom, top = scale(min(known), max(known))
    points = [_place(i, v, len(values), bottom, top) for i, v in enumerate(values)]
    stretches = list(_stretches(points))
    end_s = series.start_s + series.step_s * (len(values) - 1)
    return Plot(
        name=series.name,
        title=language.words.series_title(series.name),
        unit=language.words.unit(series.unit),
        lines=tuple("M" + "L".join(f"{x:g} {y:g}" for x, y in s) for s in stretches if len(s) > 1),
        dots=tuple(s[0] for s in stretches if len(s) == 1),
        bottom=bottom,
        top=top,
        low_label=language.plain_number(bottom, 2),
        high_label=language.plain_number(top, 2),
        start_label=language.plain_number(series.start_s),
        end_label=language.plain_number(end_s),
        lowest=language.plain_number(min(known), 2),
        middle=language.plain_number(median(known), 2),
        highest=language.plain_number(max(known), 2),
        missing=len(values) - len(known),
    )


def scale(low: float, high: float) -> tuple[float, float]:
    """Round bounds around the values; zero is one of them where it is near, so that small noise looks small."""
    if 0 <= low < high or low == high > 0:
        low = 0.0
    elif low < high <= 0 and high - low > -high:
        high = 0.0
    if high - low < 1e-6:
        low, high = low - 1, high + 1
    step = _round_step((high - low) / 5)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next((m * power for m in (1, 2, 2.5, 5) if m * power >= rough), 10 * power)


def _place(index: int, value: float | None, count: int, bottom: float, top: float) -> tuple[float, float] | None:
    if value is None:
        return None
    x = WIDTH * (index / (count - 1) if count > 1 else 0.5)
    y = HEIGHT * (1 - (value - bottom) / (top - bottom))
    return round(x, 1), round(y, 1)


def _stretches(points: list[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The points, split where one is missing."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            stretches.append([])
        else:
            stretches[-1].append(point)
    return [s for s in stretches if s]
