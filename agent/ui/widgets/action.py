"""A flat button that names its key."""

from __future__ import annotations

from typing import Any

from textual.widgets import Button

from agent.ui.text import said


class Action(Button):
    """A button of one line: what it does, and the key that does the same. ``does`` is an action of the screen."""

    ALLOW_SELECT = False

    def __init__(self, text: str, does: str, *, key: str = "", main: bool = False, **kwargs: Any) -> None:
        super().__init__(said(text, (f"  {key}" if key else "", "dim")), action=does, compact=True, **kwargs)
        self.set_class(main, "-main")
