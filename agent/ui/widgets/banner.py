"""The verdict in one line, and the one thing to do next."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from agent.language import _, words
from agent.ui import areas
from agent.ui.glyphs import Glyphs
from agent.ui.text import Prose, said
from agent.verdict import banner
from report.evaluate import Evaluation
from report.vocabulary import Readiness

_SIGN = {
    Readiness.READY: ("good", "success"),
    Readiness.READY_WITH_WARNINGS: ("warn", "warning"),
    Readiness.NOT_READY: ("bad", "error"),
    Readiness.INCOMPLETE: ("none", "secondary"),
}


class Banner(Vertical):
    """✗ Not ready yet: one thing left — with what was found, what to do, and the number for the phone."""

    def __init__(self, evaluation: Evaluation, os: str, glyphs: Glyphs) -> None:
        super().__init__(classes=f"-{evaluation.readiness}")
        self._evaluation = evaluation
        self._os = os
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Headline with the spoken number, then the sentences."""
        glyph, colour = _SIGN[self._evaluation.readiness]
        action = self._evaluation.next_action
        number = words().finding_number(action.finding) if action else None
        with Horizontal(classes="headline"):
            headline = f"{getattr(self._glyphs, glyph)} {banner(self._evaluation)}"
            yield Prose(said((headline, f"bold ${colour}")), classes="verdict")
            if number is not None:
                yield Prose(said((_("code {number}").format(number=number), "$quiet")), classes="number")
        if action is None:
            yield Prose(self._no_action(), classes="found")
            return
        yield Prose(words().finding_text(action.finding), classes="found")
        advice = words().finding_advice(action.finding, self._os)
        if advice:
            yield Prose(said((advice, "bold")), classes="advice")

    def _no_action(self) -> str:
        if self._evaluation.readiness is Readiness.INCOMPLETE:
            names = dict.fromkeys(areas.title(areas.area_of(metric)) for metric in self._evaluation.missing)
            return _("What was measured is good. Still missing: {areas}.").format(areas=", ".join(names))
        return _("Everything that was measured is good. Have a good shift.")
