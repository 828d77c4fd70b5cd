"""A question from a running step, calmly, with the safe answer first."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from agent import guide
from agent.language import N_
from agent.ui.keys import named
from agent.ui.text import Prose, said
from agent.ui.widgets.choices import Choice, Choices
from checks.interface import Prompt


class QuestionBox(ModalScreen[str | None]):
    """Gives back the answer; ``None`` when the question was withdrawn or the run cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        named(
            "escape",
            "default",
            N_("without an answer"),
            N_("Goes on without an answer"),
            id="question.default",
            show=False,
        ),
    ]

    def __init__(self, prompt: Prompt) -> None:
        super().__init__()
        self._prompt = prompt

    def compose(self) -> ComposeResult:
        """Question, why it is asked, answers."""
        asked = guide.question(self._prompt)
        with Vertical(classes="box"):
            yield Prose(said((asked.title[:1].upper() + asked.title[1:], "bold")))
            yield Prose(asked.text, classes="next-step")
            pairs = zip(self._prompt.options, asked.options, strict=True)
            yield Choices([Choice(option, shown) for option, shown in pairs], id="answers")

    def on_option_list_option_selected(self, event: Choices.OptionSelected) -> None:
        """Answers."""
        event.stop()
        self.dismiss(event.option_id)

    def action_default(self) -> None:
        """Answers as where nobody can be asked."""
        self.dismiss(self._prompt.default)
