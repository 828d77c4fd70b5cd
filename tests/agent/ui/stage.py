"""Opens the app on a scripted session inside a test, and reads its screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from agent import language
from agent.errors import Exit
from agent.preferences import Preferences, ThemeName
from agent.ui.app import ReadinessApp
from agent.ui.glyphs import FULL, Glyphs
from agent.ui.journey import Journey
from agent.ui.screens.check import CheckScreen
from tests.agent.ui.picture import Cell, cells, letters
from tests.agent.ui.scripted import SCENES, Scene, ScriptedSession

SMALL, WIDE = (80, 24), (120, 36)
ROUNDS = 3
"""A key may start a worker, whose answer opens a screen, which starts a worker."""
A_FRAME_S = 1 / 100
"""Of rest between two looks."""


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
        """Lets messages, workers and repaints finish, and a running check look once more."""
        for _ in range(ROUNDS):
            await self.pilot.pause(A_FRAME_S)
            await self.app.workers.wait_for_complete()
            for screen in self.app.screen_stack:
                if isinstance(screen, CheckScreen):
                    screen.look()
            await self.pilot.pause(A_FRAME_S)

    async def run_through(self) -> None:
        """Lets the run in progress end at once, and its result come."""
        self.session.runners[-1].finish()
        await self.settle()
        assert self.app.runner is None
        await self.settle()

    @property
    def where(self) -> str:
        """The name of the screen's class."""
        return type(self.app.screen).__name__

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(letters(self.cells))

    @property
    def cells(self) -> list[list[Cell]]:
        """The screen's cells."""
        return cells(self.app.export_screenshot(), *self.app.size)


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
