"""Earlier runs: drafts, what waits to be sent, what was delivered and until when it is valid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from agent.language import N_, _
from agent.session import Entry, EntryState
from agent.times import local
from agent.ui.keys import named
from agent.ui.screens.page import Page
from agent.ui.text import Prose, said
from agent.ui.widgets.action import Action
from agent.ui.widgets.choices import Choice, Choices
from agent.verdict import READINESS


class History(Page):
    """A list, newest first. Enter opens a run's details."""

    languages_in_head = False
    BINDINGS: ClassVar[list[BindingType]] = [
        named("escape", "app.back", N_("back"), N_("Back to where you were"), id="back", display="Esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[Entry, ...] = ()

    def body(self) -> Iterable[Widget]:
        """Title and list."""
        yield Prose(said((_("History"), "bold $ink")), classes="title")
        yield Prose(id="note")
        yield Choices([], id="entries")
        with Horizontal(classes="actions"):
            yield Action(_("Back"), "app.back", key="Esc", main=True)

    def on_mount(self) -> None:
        """Fetches the list."""
        self._open()

    @work
    async def _open(self) -> None:
        self._entries = await self.asked(self.program.session.history) or ()
        note = "" if self._entries else _("No check has been kept yet.")
        self.query_one("#note", Prose).say((note, "$quiet"))
        self.query_one(Choices).offer([Choice(e.id, headline(e), hint(e)) for e in self._entries])
        self.query_one(Choices).display = bool(self._entries)

    def on_option_list_option_selected(self, event: Choices.OptionSelected) -> None:
        """Opens a run."""
        entry = next((e for e in self._entries if e.id == event.option_id), None)
        if entry is not None:
            self.program.entry(entry)


def headline(entry: Entry) -> str:
    """When, and how it was."""
    code = f"   {entry.short_code}" if entry.short_code else ""
    return f"{local(entry.when)}   {_(READINESS[entry.readiness])}{code}"


def hint(entry: Entry) -> str:
    """Where the report is now."""
    if entry.state is EntryState.DRAFT:
        return _("Not sent: only on this computer")
    if entry.state is EntryState.WAITING:
        waits = _("Waits to be sent, and will be tried again by itself.")
        return f"{waits} {entry.problem}".rstrip()
    if entry.state is EntryState.REFUSED:
        refused = _("The company did not take it.")
        return f"{refused} {entry.problem}".rstrip()
    if entry.valid_until is None:
        return _("Delivered; the receipt is kept here")
    return _("Delivered, valid until {until}; the receipt is kept here").format(until=local(entry.valid_until))
