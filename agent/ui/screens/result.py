"""The verdict, the one next action, four cards, and what to do with it all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.widget import Widget

from agent.language import N_, _
from agent.ui import areas
from agent.ui.keys import letter, named
from agent.ui.screens.page import Page
from agent.ui.sending import send
from agent.ui.text import Prose
from agent.ui.widgets.action import Action
from agent.ui.widgets.banner import Banner
from agent.ui.widgets.result_card import ResultCard
from report.evaluate import Evaluation
from report.vocabulary import Verdict


class Result(Page):
    """What came of the run."""

    AUTO_FOCUS = ".-main"
    BINDINGS: ClassVar[list[BindingType]] = [
        letter("r", "again", N_("again"), N_("Measure again what isn't good yet"), id="again", show=False),
        letter(
            "w",
            "preview",
            N_("what will be sent"),
            N_("The report, exactly as it will be sent"),
            id="preview",
            show=False,
        ),
        letter("d", "app.details", N_("details"), N_("Every number, with its limit"), id="details"),
        letter("h", "app.history", N_("history"), N_("Earlier checks, and what waits to be sent"), id="history"),
        named(
            "escape",
            "app.close_run",
            N_("close"),
            N_("Back to the start; this run is kept as a draft"),
            id="close",
            display="Esc",
        ),
    ]

    def __init__(self, evaluation: Evaluation) -> None:
        super().__init__()
        self._evaluation = evaluation

    def body(self) -> Iterable[Widget]:
        """Banner, cards, actions."""
        glyphs = self.program.glyphs
        yield Banner(self._evaluation, self.program.os, glyphs)
        with Container(classes="cards"):
            for result in areas.results(self._evaluation):
                yield ResultCard(result, glyphs)
        yield Prose(id="note")
        with Horizontal(classes="actions"):
            if self.program.journey.for_employer:
                yield Action(_("Send the report"), "screen.send", key="Enter", main=True)
                yield Action(self._again_text(), "screen.again", key="R")
                yield Action(_("What will be sent"), "screen.preview", key="W")
            else:
                yield Action(_("Finish"), "app.close_run", key="Enter", main=True)
                yield Action(self._again_text(), "screen.again", key="R")

    def on_mount(self) -> None:
        """Where to go first: mend what can be mended, or send."""
        if not self.program.journey.for_employer:
            self.query_one("#note", Prose).say((_("This was a trial: only you have seen it."), "$quiet"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A trial has nothing to send."""
        return self.program.journey.for_employer or action not in ("send", "preview")

    def on_result_card_opened(self, event: ResultCard.Opened) -> None:
        """More about one area."""
        self.program.help(event.area)

    def action_again(self) -> None:
        """Measures again what isn't good yet."""
        self.program.again(to_mend(self._evaluation))

    def action_preview(self) -> None:
        """Shows the document."""
        self.program.preview()

    @work(exclusive=True)
    async def action_send(self) -> None:
        """Sends the report as it stands."""
        self.query_one("#note", Prose).say((_("Sending…"), "$quiet"))
        await send(self)

    def _again_text(self) -> str:
        mend = {areas.area_of(check) for check in to_mend(self._evaluation)}
        if len(mend) == 1:
            return _("{area} again").format(area=areas.title(next(iter(mend))))
        return _("Measure again")


def to_mend(evaluation: Evaluation) -> tuple[str, ...]:
    """The checks worth measuring again: what failed or is missing, else what has a remark, else all."""
    missing = set(evaluation.missing)
    failed = [
        c.again
        for c in evaluation.checks
        if c.verdict is Verdict.FAIL or missing & {criterion.metric for criterion in c.criteria}
    ]
    remarked = [c.again for c in evaluation.checks if c.verdict in (Verdict.WARN, None)]
    return tuple(dict.fromkeys(failed or remarked or [c.check for c in evaluation.checks]))
