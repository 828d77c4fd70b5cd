"""The octaves of the silence as a small picture: where a fan hums and where a street roars."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from employer.desk.language import Language

WIDTH = 320
HEIGHT = 96
"""Of the drawing's own units."""
_GAP = 6.0
_OCTAVE = re.compile(r"octave_(\d+k?)_dbfs")


@dataclass(frozen=True, slots=True)
class Bar:
    """One octave."""

    x: float
    y: float
    width: float
    height: float
    label: str
    """Its centre in hertz: "63", "1k"."""
    value: str
    """Its level, dBFS."""


def is_octave(fact: str) -> bool:
    """Whether a fact of that name is drawn here."""
    return _OCTAVE.fullmatch(fact) is not None


def octaves(facts: Mapping[str, str | int | float | bool], language: Language) -> tuple[Bar, ...]:
    """One bar for each octave among a check's facts, lowest first; none where there is no octave."""
    levels = {
        found.group(1): float(value)
        for name, value in facts.items()
        if (found := _OCTAVE.fullmatch(name)) and isinstance(value, int | float) and abs(value) <= 300
    }
    if not levels:
        return ()
    bottom = math.floor((min(levels.values()) - 3) / 10) * 10
    top = max(math.ceil(max(levels.values()) / 10) * 10, bottom + 10)
    step = WIDTH / len(levels)
    bars = []
    for place, (label, level) in enumerate(sorted(levels.items(), key=lambda pair: _hertz(pair[0]))):
        height = round(HEIGHT * (level - bottom) / (top - bottom), 1)
        bars.append(
            Bar(
                x=round(place * step + _GAP / 2, 1),
                y=round(HEIGHT - height, 1),
                width=round(step - _GAP, 1),
                height=height,
                label=label,
                value=language.plain_number(level, 0),
            )
        )
    return tuple(bars)


def _hertz(label: str) -> int:
    return int(label[:-1]) * 1000 if label.endswith("k") else int(label)
