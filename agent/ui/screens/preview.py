"""What will be sent: the exact document, what may be left out of it, and a comment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from agent.language import N_, _
from agent.session import Detail
from agent.session import Preview as Document
from agent.ui.document_lines import lines, raw_lines
from agent.ui.keys import letter, named
from agent.ui.screens.page import Page
from agent.ui.sending import preview, send
from agent.ui.text import Prose, said
from agent.ui.widgets.action import Action
from agent.ui.widgets.tick import Tick


class Preview(Page):
    """Nothing else leaves this computer but what stands here."""

    AUTO_FOCUS = "#document"
    languages_in_head = False
    BINDINGS: ClassVar[list[BindingType]] = [
        letter("b", "bytes", N_("exact bytes"), N_("The bytes that are signed, as they are"), id="bytes"),
        named("enter", "send", N_("send"), N_("Send the report"), id="send", show=False),
        named("escape", "app.back", N_("back"), N_("Back to the result, nothing sent"), id="back", display="Esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._document: Document | None = None
        self._bytes = False

    def body(self) -> Iterable[Widget]:
        """Ticks, comment, document, actions."""
        yield Prose(said((_("What will be sent"), "bold $ink")), classes="title")
        promise = _(
            "Exactly this, and nothing else. It is protected against changes; "
            "this is the computer's mark, not your personal signature."
        )
        yield Prose(said((promise, "$quiet")))
        yield Vertical(id="ticks")
        yield Input(
            self.program.journey.comment,
            placeholder=_("A comment for the company, if you like"),
            id="comment",
            max_length=1000,
        )
        with VerticalScroll(id="document"):
            yield Prose(id="text")
        with Horizontal(classes="actions"):
            yield Action(_("Send the report"), "screen.send", key="Enter", main=True)
            yield Action(_("Back"), "app.back", key="Esc")

    def on_mount(self) -> None:
        """Asks what may be left out."""
        self._open()

    @work
    async def _open(self) -> None:
        details = await self.asked(self.program.session.details)
        journey = self.program.journey
        if journey.left_out is None:
            journey.left_out = frozenset(d.code for d in details or () if not d.sent)
        self.query_one("#ticks", Vertical).mount(*(self._tick(detail) for detail in details or ()))
        self._refresh()

    def _tick(self, detail: Detail) -> Tick:
        left_out = self.program.journey.left_out or frozenset()
        return Tick(detail.code, detail.title, detail.about, detail.code not in left_out, self.program.glyphs)

    @on(Tick.Changed)
    def _ticked(self, event: Tick.Changed) -> None:
        journey = self.program.journey
        journey.left_out = (journey.left_out or frozenset()) ^ {event.code}
        self._refresh()

    @on(Input.Changed)
    def _commented(self, event: Input.Changed) -> None:
        self.program.journey.comment = event.value
        self._refresh()

    @on(Input.Submitted)
    def _comment_done(self) -> None:
        self.query_one("#document").focus()

    @work(exclusive=True)
    async def _refresh(self) -> None:
        self._document = await self.asked(lambda: preview(self.program.session, self.program.journey))
        self._show()

    def _show(self) -> None:
        if self._document is None:
            return
        payload = self._document.payload
        text = said(raw_lines(payload)) if self._bytes else Content("\n").join(lines(payload))
        self.query_one("#text", Prose).say(text)

    def action_bytes(self) -> None:
        """The same document, as bytes or for reading."""
        self._bytes = not self._bytes
        self._show()

    @work(exclusive=True, group="send")
    async def action_send(self) -> None:
        """Sends what is shown."""
        self.query_one(".actions .-main", Action).label = said(_("Sending…"))
        await send(self)
