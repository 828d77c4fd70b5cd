"""The steps of a run in one line, with the seconds left."""

from __future__ import annotations

import math

from textual.content import Content
from textual.widget import Widget

from agent import guide
from agent.language import _
from agent.state import PhaseStatus, RunState
from agent.ui.glyphs import Glyphs
from agent.ui.moment import Stage, stages
from agent.ui.text import said

MOST_BAR = 24
_STYLES = {PhaseStatus.ENDED: "$foreground"}


class StepRail(Widget):
    """``✓ First look   2 Quiet ━━━━━━╸────   3 Read aloud   4 Full line        29 s left``."""

    ALLOW_SELECT = False

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._stages: tuple[Stage, ...] = ()
        self._left_s = 0

    def show(self, state: RunState) -> None:
        """Draws this state, if it looks different."""
        new, left_s = stages(state), math.ceil(state.left_s)
        if (new, left_s) != (self._stages, self._left_s):
            self._stages, self._left_s = new, left_s
            self.refresh()

    def render(self) -> Content:
        """The line, as wide as there is room."""
        left = _("{seconds} s left").format(seconds=self._left_s) if self._left_s else ""
        names = [self._called(n, stage) for n, stage in enumerate(self._stages, 1)]
        taken = sum(len(name) + 3 for name in names) + len(left)
        bar = min(MOST_BAR, max(0, self.size.width - taken - 2))
        line = said("")
        for name, stage in zip(names, self._stages, strict=True):
            style = "bold $primary" if stage.current else _STYLES.get(stage.status, "$quiet")
            line += (
                said((name, style), " ", self._bar(stage, bar), "  ") if stage.current else said((name, style), "   ")
            )
        gap = max(1, self.size.width - line.cell_length - len(left))
        return said(line, " " * gap, (left, "$foreground"))

    def _called(self, number: int, stage: Stage) -> str:
        signs = {PhaseStatus.ENDED: self._glyphs.good, PhaseStatus.MISSING: self._glyphs.none}
        return f"{signs.get(stage.status, number)} {guide.step(stage.step).title}"

    def _bar(self, stage: Stage, width: int) -> Content:
        done = math.floor(stage.fraction * width)
        edge = self._glyphs.rail_edge if 0 < stage.fraction < 1 and done < width else ""
        todo = self._glyphs.rail_todo * (width - done - len(edge))
        return said((self._glyphs.rail_done * done + edge, "$primary"), (todo, "$line"))
