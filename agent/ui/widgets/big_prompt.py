"""What to do now, in letters that can be read across a desk, with the seconds."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from agent.ui.letters import big
from agent.ui.text import said


class BigPrompt(Widget):
    """A big word at the left, a big countdown at the right."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._seconds: int | None = None

    def show(self, text: str, seconds: int | None) -> None:
        """Draws this, if it is different."""
        if (text, seconds) != (self._text, self._seconds):
            self._text, self._seconds = text, seconds
            self.refresh()

    def render(self) -> Content:
        """Three rows; plain bold text where the big one doesn't fit."""
        seconds = "" if self._seconds is None else str(self._seconds)
        word, count = big(self._text), big(seconds) or [""] * 3
        gap = self.size.width - len(count[0])
        if word is None or len(word[0]) + 4 > gap:
            word = ["", self._text, ""]
        rows = [
            said((left, "bold $ink"), " " * max(1, gap - len(left)), (right, "bold $primary"))
            for left, right in zip(word, count, strict=True)
        ]
        return Content("\n").join(rows)
