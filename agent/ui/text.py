"""Text that is safe to draw: never markup, and without control characters, whoever wrote it.

Everything on the screens goes through here. A device may be called ``[@click=app.quit]x[/]`` or carry an escape
sequence in its name; it must appear as the letters that it is.
"""

from __future__ import annotations

from typing import Any

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from agent.text import plain

Part = str | Content | tuple[str, str | Style]
"""A piece of a line: plain text, finished content, or text with a style."""


def said(*parts: Part) -> Content:
    """One content from its parts, every text made safe."""
    return Content("").join(_part(part) for part in parts)


def _part(part: Part) -> Content:
    if isinstance(part, Content):
        return part
    if isinstance(part, str):
        return Content(plain(part))
    text, style = part
    return Content.styled(plain(text), style)


class Prose(Static):
    """Text on a screen. Takes text or content, never markup."""

    def __init__(self, text: str | Content = "", **kwargs: Any) -> None:
        super().__init__(said(text), markup=False, **kwargs)

    def say(self, *parts: Part) -> None:
        """Shows something else."""
        self.update(said(*parts))
