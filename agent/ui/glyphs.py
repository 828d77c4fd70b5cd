"""The few signs that the screens draw with, and plain stand-ins for consoles that lack them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = "READINESS_GLYPHS"
"""Environment variable: ``plain`` or ``full`` decides where the guess is wrong."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs. Every sign is one cell wide."""

    plain: bool
    good: str
    warn: str
    bad: str
    none: str
    """Not measured."""
    live: str
    """A card that is being measured now."""
    idle: str
    levels: str
    """Eight heights of a bar, lowest first."""
    rail_done: str
    rail_edge: str
    rail_todo: str
    mark: str
    """Marks the peak on a meter."""
    ticked: str
    dots: str
    """A dot at four heights, lowest first: the jitter strip where there is no braille."""
    down: str
    up: str


FULL = Glyphs(
    plain=False,
    good="✓",
    warn="!",
    bad="✗",
    none="–",
    live="●",
    idle="○",
    levels="▁▂▃▄▅▆▇█",
    rail_done="━",
    rail_edge="╸",
    rail_todo="─",
    mark="┃",
    ticked="■",
    dots="",
    down="↓",
    up="↑",
)

PLAIN = Glyphs(
    plain=True,
    good="√",
    warn="!",
    bad="x",
    none="-",
    live="*",
    idle="o",
    levels="_.░░▒▒▓█",
    rail_done="=",
    rail_edge=">",
    rail_todo="-",
    mark="|",
    ticked="x",
    dots="_.-^",
    down="v",
    up="^",
)
"""Code page 437 and 866 have all of these."""


def choose(environ: Mapping[str, str], encoding: str, platform: str = sys.platform) -> Glyphs:
    """The set that the terminal can show, by what is known of it."""
    asked = environ.get(VARIABLE, "")
    if asked in ("plain", "full"):
        return PLAIN if asked == "plain" else FULL
    utf8 = encoding.lower().replace("-", "") in ("utf8", "utf8sig", "cp65001")
    old_windows = platform == "win32" and not ({"WT_SESSION", "TERM_PROGRAM", "ConEmuANSI"} & environ.keys())
    linux_console = environ.get("TERM", "") == "linux"
    return PLAIN if old_windows or linux_console or not utf8 else FULL
