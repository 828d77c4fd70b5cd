"""Opens the app on a scripted session inside a test, and reads its screen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path

from textual.pilot import Pilot

from agent import language
from agent.errors import Exit
from agent.preferences import Preferences, ThemeName
from agent.ui.app import ReadinessApp
from agent.ui.glyphs import FULL, Glyphs
from agent.ui.journey import Journey
from tests.agent.ui.scripted import SCENES, Scene, ScriptedSession

SMALL, WIDE = (80, 24), (120, 36)


class Stage:
    """The app with its pilot."""

    def __init__(self, app: ReadinessApp, session: ScriptedSession, pilot: Pilot[Exit]) -> None:
        self.app = app
        self.session = session
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Types, and lets everything settle."""
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        """Lets workers and repaints finish; a running check goes on."""
        for _ in range(3):
            await self.pilot.pause()
            await self.app.workers.wait_for_complete()
        await self.pilot.pause(0.15)

    async def run_through(self) -> None:
        """Lets the run in progress end at once, and its result come."""
        self.session.runners[-1].finish()
        for _ in range(40):
            await self.settle()
            if self.app.runner is None:
                return

    @property
    def where(self) -> str:
        """The name of the screen's class."""
        return type(self.app.screen).__name__

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(rows(self.app))


def rows(app: ReadinessApp) -> list[str]:
    """The screen's lines of text, from its SVG picture."""
    width, height = app.size
    grid = [[" "] * width for _ in range(height)]
    for x, y, text in _pieces(app.export_screenshot()):
        for offset, character in enumerate(text.rstrip("\n")):
            grid[y][x + offset] = character
    return ["".join(row).rstrip() for row in grid]


_PIECE = re.compile(
    r'<text class="[^"]*-r\d+" x="([\d.]+)" y="[\d.]+" '
    r'textLength="[\d.]+" clip-path="[^"]*-line-(\d+)\)">([^<]*)</text>'
)
_CELL = 12.2
"""Width of a cell in the picture's units."""


def _pieces(svg: str) -> list[tuple[int, int, str]]:
    """(column, row, text) of each piece of text in a picture by ``export_screenshot``."""
    return [
        (round(float(x) / _CELL), int(line), unescape(text).replace("\xa0", " "))
        for x, line, text in _PIECE.findall(svg)
    ]


@asynccontextmanager
async def opened(
    scene: str | Scene = "noisy",
    speak: str = "en",
    size: tuple[int, int] = SMALL,
    frozen_s: float | None = 0.0,
    folder: Path | None = None,
    theme: ThemeName = "dark",
    glyphs: Glyphs = FULL,
    journey: Journey | None = None,
) -> AsyncIterator[Stage]:
    """The app, opened in a language and a size; the run's clock stands at ``frozen_s``."""
    language.use(speak)
    session = ScriptedSession(SCENES[scene] if isinstance(scene, str) else scene, frozen_s, speak)
    preferences = Preferences(language=speak, theme=theme, animations=False)
    app = ReadinessApp(session, journey or Journey(), preferences, folder or Path("/nonexistent"), glyphs)
    async with app.run_test(size=size, tooltips=False) as pilot:
        stage = Stage(app, session, pilot)
        await stage.settle()
        yield stage
