"""A list of ways to go on: arrows, Enter or the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual.widgets import OptionList
from textual.widgets.option_list import Option

from agent.ui.text import said

COLUMN = 20
"""Width of the titles before values."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to go on."""

    id: str
    title: str
    hint: str = ""
    """What it means, in one line."""
    value: str | None = None
    """How it is set now, in a column of its own."""


class Choices(OptionList):
    """A short list of choices, each with a hint below its title."""

    def __init__(self, choices: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*(self._option(choice) for choice in choices), markup=False, **kwargs)

    def offer(self, choices: Sequence[Choice]) -> None:
        """Replaces the choices, keeping the place where it still exists."""
        before = self.highlighted
        self.clear_options()
        self.add_options([self._option(choice) for choice in choices])
        self.highlighted = min(before or 0, len(choices) - 1) if choices else None

    @staticmethod
    def _option(choice: Choice) -> Option:
        if choice.value is not None:
            return Option(said((choice.title.ljust(COLUMN), "$quiet"), (choice.value, "bold")), id=choice.id)
        hint = (f"\n{choice.hint}" if choice.hint else "", "$quiet")
        return Option(said((choice.title, "bold"), hint), id=choice.id)
