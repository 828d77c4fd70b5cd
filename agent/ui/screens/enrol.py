"""Paste the invitation link, and this computer is connected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from agent.errors import AgentError
from agent.language import N_, _
from agent.session import Membership
from agent.ui.keys import named
from agent.ui.offthread import off_thread
from agent.ui.screens.page import Page
from agent.ui.text import Prose, said
from agent.ui.widgets.action import Action


class Enrol(Page):
    """One field, one button."""

    AUTO_FOCUS = "Input"
    languages_in_head = False
    BINDINGS: ClassVar[list[BindingType]] = [
        named("escape", "app.back", N_("back"), N_("Back, without connecting"), id="back", display="Esc"),
    ]

    def __init__(self, link: str = "") -> None:
        super().__init__()
        self._link = link
        self._member: Membership | None = None

    def body(self) -> Iterable[Widget]:
        """What to paste, and where."""
        yield Prose(said((_("Connect this computer with your employer"), "bold $ink")), classes="title")
        yield Prose(
            _("Your employer sent you an invitation link. Copy it, then paste it here with Ctrl+V or Ctrl+Shift+V.")
        )
        yield Input(self._link, placeholder="https://…", id="link", max_length=2000)
        yield Prose(
            _("A key is made on this computer. It never leaves it, and marks your reports as coming from here."),
            classes="small-print",
        )
        yield Prose(id="came-of-it")
        with Horizontal(classes="actions"):
            yield Action(_("Connect"), "screen.connect", key="Enter", main=True)

    @on(Input.Submitted)
    def action_connect(self) -> None:
        """Connects, or goes on when connected."""
        if self._member is not None:
            self.program.back()
        else:
            self._enrol(self.query_one(Input).value.strip())

    @work(exclusive=True)
    async def _enrol(self, link: str) -> None:
        told = self.query_one("#came-of-it", Prose)
        told.say((_("One moment: talking to the company's server."), "$quiet"))
        try:
            member = await off_thread(lambda: self.program.session.enrol(link))
        except AgentError as error:
            told.say((error.sentence, "bold $warning"), "\n", error.next_step)
            self.query_one(Input).focus()
            return
        self._connected(told, member)

    def _connected(self, told: Prose, member: Membership) -> None:
        self._member = member
        hello = _("Connected: {operator}, {employer}.").format(operator=member.operator, employer=member.employer)
        told.say((f"{self.program.glyphs.good} {hello}", "bold $success"))
        if member.pending:
            wait = _("Support still has to approve this computer. Read them this: {code}").format(
                code=member.fingerprint
            )
            told.say((f"{self.program.glyphs.good} {hello}", "bold $success"), "\n", wait)
        self.query_one(Input).disabled = True
        button = self.query_one(Action)
        button.label = said(_("Go on"), ("  Enter", "dim"))
        button.focus()
