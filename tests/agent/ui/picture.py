"""A screen as text that can be kept and compared: its letters, and below them how each cell looks.

It is read from the SVG of ``App.export_screenshot``. The second part has a line for each of the screen's lines:
``a3 b70 a7`` says that three cells look like *a*, seventy like *b*; the legend says what *a* and *b* are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from itertools import groupby
from string import ascii_letters

_CELL_WIDTH, _CELL_HEIGHT = 12.2, 24.4
"""Of a cell in the picture's units."""
_PIECE = re.compile(
    r'<text class="[^"]*-(?P<style>r\d+)" x="(?P<x>[\d.]+)" y="[\d.]+" '
    r'textLength="[\d.]+" clip-path="[^"]*-line-(?P<line>\d+)\)">(?P<text>[^<]*)</text>'
)
_GROUND = re.compile(
    r'<rect fill="(?P<colour>#[0-9a-f]{6})" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" width="(?P<width>[\d.]+)"'
)
_STYLE = re.compile(r"\.terminal-\d+-(?P<style>r\d+) \{ (?P<rules>[^}]*) \}")


@dataclass(frozen=True)
class Cell:
    """One character and how it looks."""

    character: str = " "
    ink: str = ""
    ground: str = ""


def cells(svg: str, width: int, height: int) -> list[list[Cell]]:
    """The screen's cells, line by line."""
    inks = {m["style"]: _rules(m["rules"]) for m in _STYLE.finditer(svg)}
    grounds = [[""] * width for _ in range(height)]
    for m in _GROUND.finditer(svg):
        x, y = round(float(m["x"]) / _CELL_WIDTH), round((float(m["y"]) - 1.5) / _CELL_HEIGHT)
        for column in range(x, min(width, x + round(float(m["width"]) / _CELL_WIDTH))):
            if y < height:
                grounds[y][column] = m["colour"]
    drawn = [[Cell(ground=ground) for ground in row] for row in grounds]
    for m in _PIECE.finditer(svg):
        x, y = round(float(m["x"]) / _CELL_WIDTH), int(m["line"])
        for column, character in enumerate(unescape(m["text"]).replace("\xa0", " ").rstrip("\n"), x):
            drawn[y][column] = Cell(character, inks[m["style"]], grounds[y][column])
    return drawn


def letters(drawn: list[list[Cell]]) -> list[str]:
    """The lines of text."""
    return ["".join(cell.character for cell in row).rstrip() for row in drawn]


def kept(drawn: list[list[Cell]]) -> str:
    """The screen as it is kept in a file."""
    looks: dict[str, str] = {}
    lines = []
    for row in drawn:
        names = [looks.setdefault(look, _name(len(looks))) for look in _looks(row)]
        lines.append(" ".join(f"{name}{len(list(run))}" for name, run in groupby(names)))
    legend = [f"{name} {look}" for look, name in looks.items()]
    return "\n".join([*letters(drawn), "", *legend, "", *_folded(lines)]) + "\n"


def _folded(lines: list[str]) -> list[str]:
    """Equal lines that follow each other, once, with their number."""
    counted = [(line, len(list(run))) for line, run in groupby(lines)]
    return [f"{line} ×{number}" if number > 1 else line for line, number in counted]


def _looks(row: list[Cell]) -> list[str]:
    """How each cell looks. A blank looks like the letter before it, where the ground is the same."""
    found: list[str] = []
    ink = ground = ""
    for cell in row:
        if cell.character.strip() or "underline" in cell.ink:
            ink = cell.ink
        elif cell.ground != ground:
            ink = ""
        ground = cell.ground
        found.append(f"{ink} on {ground}".strip())
    return found


def _name(number: int) -> str:
    return ascii_letters[number] if number < len(ascii_letters) else f"({number})"


def _rules(css: str) -> str:
    """``fill: #d8dee6;font-weight: bold`` as ``#d8dee6 bold``."""
    found = dict(re.findall(r"([a-z-]+):\s*([^;]+)", css))
    words = [found.get("fill", "")]
    words += ["bold"] if found.get("font-weight") == "bold" else []
    words += ["italic"] if found.get("font-style") == "italic" else []
    words += [found["text-decoration"]] if "text-decoration" in found else []
    return " ".join(words).strip()
