"""Something went wrong: the sentence, and the next step."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from agent.errors import AgentError
from agent.language import N_, _
from agent.ui.keys import named
from agent.ui.text import Prose, said
from agent.ui.widgets.action import Action


class Notice(ModalScreen[None]):
    """A calm box over the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        named("escape", "close", N_("close"), N_("Back to where you were"), id="notice.close", show=False),
    ]

    def __init__(self, error: AgentError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        """Sentence, next step, one button."""
        with Vertical(classes="box"):
            yield Prose(said((self._error.sentence, "bold")))
            yield Prose(self._error.next_step, classes="next-step")
            yield Action(_("All right"), "screen.close", key="Enter", main=True)

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)
