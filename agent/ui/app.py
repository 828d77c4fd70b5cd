"""The app: which screen follows which. What a screen shows and does is the screen's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal

import msgspec
from textual import work
from textual.app import App
from textual.binding import BindingType

from agent import preferences as kept
from agent.errors import AgentError, Exit
from agent.language import N_, _, language
from agent.preferences import Preferences
from agent.runner import Runner
from agent.session import Delivery, Entry, Session
from agent.ui.glyphs import Glyphs
from agent.ui.journey import Journey, Place
from agent.ui.keys import letter, named
from agent.ui.offthread import off_thread
from agent.ui.reading import text_to_read
from agent.ui.screens.check import CheckScreen
from agent.ui.screens.details import Details
from agent.ui.screens.enrol import Enrol
from agent.ui.screens.help import Help
from agent.ui.screens.history import History
from agent.ui.screens.notice import Notice
from agent.ui.screens.page import Page
from agent.ui.screens.preview import Preview
from agent.ui.screens.result import Result
from agent.ui.screens.sent import Sent
from agent.ui.screens.settings import Settings
from agent.ui.screens.welcome import Welcome
from agent.ui.themes import THEMES
from report.evaluate import Evaluation

LEAVE_S = 1.0
"""The longest that a running check may hold somebody who leaves."""


class ReadinessApp(App[Exit]):
    """One person, one session."""

    TITLE = "readiness"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = ["styles/base.tcss", "styles/check.tcss", "styles/result.tcss", "styles/pages.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        letter("s", "settings", N_("settings"), N_("Language, look, devices"), id="settings"),
        named(
            "question_mark,f1,comma", "help", N_("help"), N_("The keys, and what is measured"), id="help", display="?"
        ),
        letter("q", "leave", N_("leave"), N_("Leave. Nothing is lost"), id="leave"),
        named("ctrl+c", "leave", N_("leave"), N_("Leave. Nothing is lost"), id="interrupt", show=False, priority=True),
    ]

    def __init__(
        self, session: Session, journey: Journey, preferences: Preferences, folder: Path, glyphs: Glyphs
    ) -> None:
        """``folder`` is where the preferences are kept."""
        super().__init__()
        self.session = session
        self.journey = journey
        self.preferences = preferences
        self.glyphs = glyphs
        self.runner: Runner | None = None
        """The run in progress."""
        self.os = _this_system()
        self._folder = folder
        self._leaving = False
        self.restart = False
        """The screens should start anew, in another language."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = preferences.theme
        self.animation_level = "full" if preferences.animations else "none"
        self.set_class(glyphs.plain, "-plain-glyphs")

    def on_mount(self) -> None:
        """Opens where the journey stands."""
        self.push_screen(Welcome())
        if self.journey.place is Place.RESULT and self.journey.evaluation is not None:
            self.push_screen(Result(self.journey.evaluation))
        elif self.journey.place is Place.SENT and self.journey.delivery is not None:
            self.push_screen(Sent(self.journey.delivery))

    # Forward

    def enrol(self) -> None:
        """To the invitation link."""
        self.push_screen(Enrol())

    def check(self, *, for_employer: bool) -> None:
        """A new run."""
        self.journey.begin(for_employer=for_employer)
        self._run(lambda: self.session.begin(for_employer=for_employer))

    def again(self, checks: tuple[str, ...]) -> None:
        """Measures some checks again, within the present run."""
        self._run(lambda: self.session.again(checks))

    def _run(self, begin: Callable[[], Runner]) -> None:
        self._to_welcome()
        self.push_screen(CheckScreen(begin, text_to_read(language())))

    def run_ended(self, evaluation: Evaluation | None) -> None:
        """From the run to its result; back to what was before when there is none."""
        self.runner = None
        if self._leaving:
            return
        self._to_welcome()
        if evaluation is not None:
            self.journey.measured(evaluation)
        if self.journey.evaluation is not None:
            self.push_screen(Result(self.journey.evaluation))

    def preview(self) -> None:
        """What will be sent."""
        self.push_screen(Preview())

    def sent(self, delivery: Delivery) -> None:
        """What came of sending."""
        self.journey.sent(delivery)
        self._to_welcome()
        self.push_screen(Sent(delivery))

    def entry(self, entry: Entry) -> None:
        """One run of the history."""
        self.push_screen(Details(None, entry))

    def help(self, area: str) -> None:
        """Help that begins with one area."""
        self.push_screen(Help(area))

    def tell(self, error: AgentError) -> None:
        """Says what went wrong, and the next step."""
        self.push_screen(Notice(error))

    def speak(self, code: str) -> None:
        """Starts the screens anew in another language."""
        if code != language() and self.runner is None:
            self.prefer(msgspec.structs.replace(self.preferences, language=code))
            self.restart = True
            self.exit()

    def prefer(self, preferences: Preferences) -> None:
        """Takes on new preferences, and keeps them."""
        self.preferences = preferences
        self.theme = preferences.theme
        self.animation_level = "full" if preferences.animations else "none"
        self.session.devices = preferences.devices
        try:
            kept.save(self._folder, preferences)
        except OSError as error:
            self.tell(
                AgentError(
                    _("Your settings can't be kept: {reason}.").format(reason=error.strerror or type(error).__name__),
                    _("They hold until you close the program."),
                )
            )

    # Back

    def back(self) -> None:
        """To the screen before."""
        if len(self.screen_stack) > 2:
            self.pop_screen()

    def _to_welcome(self) -> None:
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A running check is not left for the settings."""
        return self.runner is None or action not in ("settings", "history", "details")

    async def action_back(self) -> None:
        """Esc."""
        self.back()

    @work
    async def action_close_run(self) -> None:
        """Closes the run: a draft where it wasn't sent."""
        await self._keep()
        self.journey.close()
        self._to_welcome()

    def action_history(self) -> None:
        """Earlier runs."""
        self._open(History)

    def action_details(self) -> None:
        """The present run's numbers."""
        if self.journey.evaluation is not None:
            self.push_screen(Details(self.journey.evaluation))

    def action_settings(self) -> None:
        """Language, look, devices."""
        self._open(Settings)

    def action_help(self) -> None:
        """Keys and areas."""
        self._open(Help)

    def _open(self, page: type[Page]) -> None:
        if not isinstance(self.screen, page):
            self.push_screen(page())

    @work(exclusive=True, group="leave")
    async def action_leave(self) -> None:
        """Leaves: stops a run within a second, and keeps what there is."""
        if self._leaving:
            return
        self._leaving = True
        if self.runner is not None:
            runner, self.runner = self.runner, None
            runner.cancel()
            await off_thread(lambda: runner.join(LEAVE_S))
            self.journey.interrupted = True
            await self._keep(always=True)
        else:
            await self._keep()
        self.exit(self.journey.exit_code())

    async def _keep(self, always: bool = False) -> None:
        if always or self.journey.unsent:
            try:
                await off_thread(self.session.keep_draft)
            except AgentError as error:
                self.journey.problems.append(f"{error.sentence} {error.next_step}")


def _this_system() -> Literal["linux", "windows", "darwin"]:
    if sys.platform == "win32":
        return "windows"
    return "darwin" if sys.platform == "darwin" else "linux"
