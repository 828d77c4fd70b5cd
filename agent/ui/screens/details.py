"""Details for support: every measurement with limit and interval."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from agent.language import N_, _
from agent.session import Entry
from agent.times import local
from agent.ui.detail_lines import lines
from agent.ui.keys import letter, named
from agent.ui.screens.page import Page
from agent.ui.text import Prose, said
from agent.ui.widgets.action import Action
from agent.verdict import READINESS
from report.evaluate import Evaluation, evaluate


class Details(Page):
    """The numbers of the present run, or of one in the history."""

    AUTO_FOCUS = "#document"
    languages_in_head = False
    BINDINGS: ClassVar[list[BindingType]] = [
        letter("c", "copy", N_("copy for support"), N_("Copies the ticket's text"), id="copy"),
        named("escape", "app.back", N_("back"), N_("Back to where you were"), id="back", display="Esc"),
    ]

    def __init__(self, evaluation: Evaluation | None, entry: Entry | None = None) -> None:
        super().__init__()
        self._evaluation = evaluation
        self._entry = entry
        self._ticket = ""

    def body(self) -> Iterable[Widget]:
        """One long text."""
        yield Prose(self._title(), classes="title")
        with VerticalScroll(id="document"):
            yield Prose(id="text")
        yield Prose(id="note")
        with Horizontal(classes="actions"):
            yield Action(_("Back"), "app.back", key="Esc", main=True)

    def on_mount(self) -> None:
        """Fetches a past run."""
        self._open()

    def on_resize(self) -> None:
        """The courses use the room."""
        super().on_resize()
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what has been closed has a ticket."""
        return self._entry is not None or action != "copy"

    @work
    async def _open(self) -> None:
        if self._entry is not None:
            entry_id, session = self._entry.id, self.program.session
            found = await self.asked(lambda: (session.report_of(entry_id), session.ticket_text(entry_id)))
            if found is None:
                return
            (report, _receipt), self._ticket = found
            self._evaluation = evaluate(report.outcomes, session.policy)
        self._show()

    def _show(self) -> None:
        if self._evaluation is not None:
            room = self.size.width - 8
            shown = Content("\n").join(lines(self._evaluation, self.program.glyphs, room))
            self.query_one("#text", Prose).say(shown)

    def _title(self) -> Content:
        if self._entry is None:
            return said((_("Details for support"), "bold $ink"))
        verdict = _(READINESS[self._entry.readiness])
        return said(
            (local(self._entry.when), "bold $ink"), f"  {verdict}", (f"  {self._entry.short_code}", "bold $primary")
        )

    def action_copy(self) -> None:
        """Puts the ticket's text on the clipboard."""
        self.app.copy_to_clipboard(self._ticket)
        self.query_one("#note", Prose).say((_("Copied."), "$quiet"))
