"""The report has gone, or waits: its short code, the receipt, and a ticket's text for support."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from agent.language import N_, _
from agent.session import Delivery, EntryState
from agent.times import local
from agent.ui.keys import letter, named
from agent.ui.letters import big
from agent.ui.screens.page import Page
from agent.ui.text import Prose, said
from agent.ui.widgets.action import Action


class Sent(Page):
    """What came of sending."""

    AUTO_FOCUS = ".-main"
    BINDINGS: ClassVar[list[BindingType]] = [
        letter("c", "copy", N_("copy for support"), N_("Copies the ticket's text"), id="copy", show=False),
        letter("h", "app.history", N_("history"), N_("Earlier checks, and what waits to be sent"), id="history"),
        letter("d", "app.details", N_("details"), N_("Every number, with its limit"), id="details"),
        named("escape", "app.close_run", N_("close"), N_("Back to the start"), id="close", display="Esc"),
    ]

    def __init__(self, delivery: Delivery) -> None:
        super().__init__()
        self._delivery = delivery
        self._ticket = ""

    def body(self) -> Iterable[Widget]:
        """Headline, code, receipt, ticket."""
        yield Prose(self._headline(), classes="title")
        yield Prose(self._sentence())
        with Horizontal(id="code"):
            yield Prose(said((_("Short code\nfor the phone"), "$quiet")), id="code-name")
            yield Prose(said(("\n".join(big(self._delivery.entry.short_code) or []), "bold $primary")), id="big-code")
            yield Prose(said((self._delivery.entry.short_code, "bold")), id="small-code")
        with VerticalScroll(id="ticket"):
            yield Prose(id="ticket-text")
        yield Prose(id="note")
        with Horizontal(classes="actions"):
            yield Action(_("Finish"), "app.close_run", key="Enter", main=True)
            yield Action(_("Copy for support"), "screen.copy", key="C")

    def on_mount(self) -> None:
        """Fetches the ticket's text."""
        self._open()

    @work
    async def _open(self) -> None:
        entry = self._delivery.entry.id
        self._ticket = await self.asked(lambda: self.program.session.ticket_text(entry)) or ""
        self.query_one("#ticket-text", Prose).say(self._ticket)

    def _headline(self) -> Content:
        glyphs = self.program.glyphs
        if self._delivery.receipt is not None:
            return said((f"{glyphs.good} ", "bold $success"), (_("The company has your report"), "bold $success"))
        if self._delivery.entry.state is EntryState.REFUSED:
            return said((f"{glyphs.bad} ", "bold $error"), (_("The company did not take the report"), "bold $error"))
        return said((f"{glyphs.warn} ", "bold $warning"), (_("Your report waits on this computer"), "bold $warning"))

    def _sentence(self) -> Content:
        receipt, error = self._delivery.receipt, self._delivery.error
        if receipt is not None:
            return said(
                _("Received {when}. Valid until {until}. The receipt is kept here.").format(
                    when=local(receipt.received_at), until=local(receipt.valid_until)
                )
            )
        told = f"{error.sentence} {error.next_step}" if error else ""
        if self._delivery.entry.state is EntryState.REFUSED:
            return said(told)
        return said(
            f"{told}\n" if told else "", _("Nothing is lost: it will be sent again by itself when the program runs.")
        )

    def action_copy(self) -> None:
        """Puts the ticket's text on the clipboard, where the terminal allows it (OSC 52)."""
        self.app.copy_to_clipboard(self._ticket)
        self.query_one("#note", Prose).say(
            (_("Copied. If your terminal didn't let it through, mark the text above with the mouse."), "$quiet")
        )
