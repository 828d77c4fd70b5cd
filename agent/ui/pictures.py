"""Small pictures as text, all on fixed scales: a quiet room must look quiet, and a calm line calm."""

from __future__ import annotations

import math
from collections.abc import Sequence

from agent.ui.glyphs import Glyphs

Points = Sequence[tuple[float, float]]
"""(seconds from the start of the run, value), oldest first."""

LEVEL_DBFS = (-80.0, -15.0)
"""Scale of the level meter: a quiet room to a raised voice close to the microphone."""
ABOVE_MINIMUM_MS = 60.0
"""Top of the jitter strip; its square-root scale keeps single milliseconds visible."""
JITTER_WINDOW_S = 12.0
PERCENT = (0.0, 100.0)

_BRAILLE = 0x2800
_BRAILLE_DOT = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Bits of a braille cell's left and right column, from the ground up."""


def meter(value: float | None, peak: float | None, width: int, scale: tuple[float, float], glyphs: Glyphs) -> str:
    """A horizontal bar up to ``value``, with a mark at ``peak``."""
    cells = [glyphs.rail_todo] * width
    if value is not None:
        full = round(_share(value, scale) * width)
        cells[:full] = [glyphs.rail_done] * full
    if peak is not None and width:
        cells[min(width - 1, round(_share(peak, scale) * width))] = glyphs.mark
    return "".join(cells)


def bars(
    values: Sequence[float | None], width: int, scale: tuple[float, float], glyphs: Glyphs, rows: int = 1
) -> list[str]:
    """The newest ``width`` values as upright bars, ``rows`` lines high; a blank where nothing was measured.

    The lowest value is still seen: as the lowest level, never as a blank.
    """
    newest = list(values)[-width:] if width else []
    full = len(glyphs.levels)
    heights = [0 if v is None else 1 + round(_share(v, scale) * (full * rows - 1)) for v in newest]
    return [
        "".join(_slice(height - full * row, glyphs.levels) for height in heights).rjust(width)
        for row in reversed(range(rows))
    ]


def _slice(height: int, levels: str) -> str:
    return " " if height <= 0 else levels[min(height, len(levels)) - 1]


def thinned(points: Points, now_s: float, window_s: float, width: int) -> list[float | None]:
    """The largest value in each of ``width`` equal slices of the last ``window_s`` seconds.

    The slices stand still in time: a picture drawn from them moves on by whole cells and never flickers.
    """
    if not width:
        return []
    slice_s = window_s / width
    last = math.floor(now_s / slice_s)
    found: list[float | None] = [None] * width
    for at, value in points:
        place = math.floor(at / slice_s) - last + width - 1
        if 0 <= place < width:
            before = found[place]
            found[place] = value if before is None else max(before, value)
    return found


def strip(rtt_ms: Points, now_s: float, width: int, glyphs: Glyphs, rows: int = 1) -> list[str]:
    """Dots of each packet's round trip above the smallest one, newest at the right, ``rows`` lines high."""
    if not rtt_ms:
        return [" " * width] * rows
    least = min(value for _, value in rtt_ms)
    if glyphs.dots:
        return _plain_strip([(t, v - least) for t, v in rtt_ms], now_s, width, glyphs, rows)
    heights = 4 * rows
    slice_s = JITTER_WINDOW_S / (2 * width)
    last = math.floor(now_s / slice_s)
    cells = [[0] * width for _ in range(rows)]
    for at, value in rtt_ms:
        column = math.floor(at / slice_s) - last + 2 * width - 1
        if 0 <= column < 2 * width:
            height = _height(value - least, heights)
            cells[rows - 1 - height // 4][column // 2] |= _BRAILLE_DOT[column % 2][height % 4]
    return ["".join(chr(_BRAILLE + bits) if bits else " " for bits in row) for row in cells]


def _plain_strip(above_ms: Points, now_s: float, width: int, glyphs: Glyphs, rows: int) -> list[str]:
    heights = [
        None if value is None else _height(value, len(glyphs.dots) * rows)
        for value in thinned(above_ms, now_s, JITTER_WINDOW_S, width)
    ]
    high = len(glyphs.dots)
    return [
        "".join(" " if h is None or h // high != row else glyphs.dots[h % high] for h in heights)
        for row in reversed(range(rows))
    ]


def _height(above_ms: float, heights: int) -> int:
    share = math.sqrt(max(0.0, above_ms) / ABOVE_MINIMUM_MS)
    return min(heights - 1, math.floor(share * heights))


def _share(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    return min(1.0, max(0.0, (value - low) / (high - low)))
