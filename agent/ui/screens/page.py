"""What every screen has: a head with the employer's name and the languages, a body, and the keys at the foot."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.screen import Screen
from textual.widget import Widget

from agent.errors import AgentError
from agent.language import LANGUAGES, N_, _, language
from agent.ui.keys import named
from agent.ui.offthread import off_thread
from agent.ui.text import Prose, said
from agent.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from agent.ui.app import ReadinessApp

T = TypeVar("T")

LEAST_WIDTH, LEAST_HEIGHT = 80, 24
"""The smallest terminal that everything fits into."""


class LanguageName(Prose):
    """A language in the head, by its code; a click changes to it."""

    def __init__(self, code: str) -> None:
        here = code == language()
        super().__init__(said((code.upper(), "bold $primary" if here else "$quiet")), classes="language")
        self._code = code
        self.tooltip = said(LANGUAGES[code])

    def on_click(self) -> None:
        """Speaks this language."""
        cast("Page", self.screen).program.speak(self._code)


class Page(Screen[None]):
    """Base of the screens."""

    AUTO_FOCUS = "Choices, .-main, Button"
    HORIZONTAL_BREAKPOINTS = [(0, "-small"), (LEAST_WIDTH, "-normal"), (112, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LEAST_HEIGHT, "-even"), (32, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        named("left,up", "app.focus_previous", N_("back"), N_("The thing before"), id="focus.before", show=False),
        named("right,down", "app.focus_next", N_("forth"), N_("The next thing"), id="focus.next", show=False),
    ]
    languages_in_head: ClassVar[bool] = True
    """The language can be changed here without losing anything."""

    @property
    def program(self) -> ReadinessApp:
        """The app, by its own type."""
        return cast("ReadinessApp", self.app)

    def compose(self) -> ComposeResult:
        """Head, body, keys; and a kind word in a terminal that is too small for them."""
        with Horizontal(id="head"):
            yield Prose(said(("readiness", "bold")), id="name")
            member = self.program.session.membership
            yield Prose(said((member.employer if member else "", "$quiet")), id="employer")
            if self.languages_in_head:
                for code in LANGUAGES:
                    yield LanguageName(code)
        with Container(id="body"):
            yield from self.body()
        yield KeyBar(id="keys")
        yield Prose(id="too-small")

    def body(self) -> Iterable[Widget]:
        """What stands between head and foot."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Says what is needed when there is too little room."""
        text = _("This window is {width} × {height}. Please make it a little larger: {least_width} × {least_height}.")
        self.query_one("#too-small", Prose).say(
            text.format(
                width=self.size.width, height=self.size.height, least_width=LEAST_WIDTH, least_height=LEAST_HEIGHT
            )
        )

    async def asked(self, call: Callable[[], T]) -> T | None:
        """The result of a blocking call to the session; ``None`` when it failed, which is then told."""
        try:
            return await off_thread(call)
        except AgentError as error:
            if self.is_attached:
                self.program.tell(error)
            return None
