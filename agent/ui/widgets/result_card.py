"""One area of the result: what it is like, in words, with the numbers behind."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from agent.ui import areas
from agent.ui.areas import AreaResult
from agent.ui.glyphs import Glyphs
from agent.ui.text import said


class ResultCard(Widget, can_focus=True):
    """✓ ! ✗ – with the word. Enter or a click opens its help."""

    ALLOW_SELECT = False

    class Opened(Message):
        """The person wants to know more about an area."""

        def __init__(self, area: str) -> None:
            super().__init__()
            self.area = area

    def __init__(self, result: AreaResult, glyphs: Glyphs) -> None:
        super().__init__(id=f"result-{result.area}", classes=f"-{result.verdict or 'none'}")
        self._result = result
        glyph, word, style = areas.sign(result.verdict, glyphs)
        self.border_title = said((f"{glyph} ", f"bold {style}"), (areas.title(result.area), "bold"))
        self.border_subtitle = said((word, style))

    def render(self) -> Content:
        """What it is like, and as much of the rest as there is room for."""
        rest = self._result.more[: max(0, self.size.height - 1)]
        return said((self._result.first, "$foreground"), *((f"\n{line}", "$quiet") for line in rest))

    def on_click(self) -> None:
        """Opens the help of this area."""
        self.post_message(self.Opened(self._result.area))

    def key_enter(self) -> None:
        """Opens the help of this area."""
        self.post_message(self.Opened(self._result.area))
