"""The keys that do something now, at the foot of every screen; each can be clicked."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from agent.language import _
from agent.ui.text import said


class KeyHint(Widget):
    """One key and what it does."""

    ALLOW_SELECT = False

    def __init__(self, binding: Binding, node: DOMNode) -> None:
        super().__init__()
        self._binding = binding
        self._node = node
        if binding.tooltip:
            self.tooltip = said(_(binding.tooltip))

    def render(self) -> Content:
        """``R room again``."""
        key = self._binding.key_display or self.app.get_key_display(self._binding)
        return said((key, "bold $primary"), (f" {_(self._binding.description)}", "$quiet"))

    async def on_click(self) -> None:
        """Does what the key does."""
        await self.app.run_action(self._binding.action, self._node)


class KeyBar(Horizontal):
    """The active bindings that ask to be shown."""

    def compose(self) -> ComposeResult:
        """One hint for each action."""
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            if active.binding.show and active.enabled and active.binding.action not in seen:
                seen.add(active.binding.action)
                yield KeyHint(active.binding, active.node)

    def on_mount(self) -> None:
        """Follows the bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.call_after_refresh(self.recompose)
