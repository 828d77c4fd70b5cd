"""A part of the report that may be left out: ticked or not."""

from __future__ import annotations

import textwrap
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from agent.language import N_
from agent.ui.glyphs import Glyphs
from agent.ui.keys import named
from agent.ui.text import said


class Tick(Widget, can_focus=True):
    """``[■] Names of programs``, and below it what they are good for."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        named(
            "enter,space",
            "turn",
            N_("leave out or in"),
            N_("Leave this out of the report, or in"),
            id="tick",
            show=False,
        ),
    ]

    class Changed(Message):
        """Ticked or unticked."""

        def __init__(self, code: str) -> None:
            super().__init__()
            self.code = code

    def __init__(self, code: str, title: str, about: str, ticked: bool, glyphs: Glyphs) -> None:
        super().__init__()
        self.code = code
        self.ticked = ticked
        self._title = title
        self._about = about
        self._glyphs = glyphs

    def render(self) -> Content:
        """The tick, its title, what it is about."""
        box = f"[{self._glyphs.ticked if self.ticked else ' '}] "
        about = textwrap.wrap(self._about, max(20, self.size.width - len(box)))
        below = "".join(f"\n{' ' * len(box)}{line}" for line in about)
        return said((box, "bold $primary"), (self._title, "$foreground"), (below, "$quiet"))

    def action_turn(self) -> None:
        """Changes the tick."""
        self.ticked = not self.ticked
        self.refresh()
        self.post_message(self.Changed(self.code))

    def on_click(self) -> None:
        """The same with the mouse."""
        self.action_turn()
