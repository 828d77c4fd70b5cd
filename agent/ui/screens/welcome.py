"""Who asks, why, and what for; what is measured; and the choice how to begin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget

from agent.errors import AgentError
from agent.language import N_, _, language
from agent.session import Session
from agent.ui.keys import letter
from agent.ui.screens.page import Page
from agent.ui.text import Prose, said
from agent.ui.widgets.choices import Choice, Choices


class Fact(Horizontal):
    """A name at the left, what it is at the right."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(Prose(said((name, "$quiet")), classes="fact-name"), Prose(text, classes="fact-text"))


class Welcome(Page):
    """The first screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        letter("h", "app.history", N_("history"), N_("Earlier checks, and what waits to be sent"), id="history"),
    ]

    def body(self) -> Iterable[Widget]:
        """Title, facts, choices."""
        yield Prose(said((_("Is this workstation ready for calls?"), "bold $ink")), classes="title")
        yield VerticalScroll(id="facts", can_focus=False)
        yield Choices([], id="ways")

    def on_mount(self) -> None:
        """Shows what is known, and asks the employer for what is new."""
        if not self.program.journey.noticed:
            self.program.journey.noticed = True
            for notice in self.program.session.notices:
                self.program.tell(AgentError(notice, ""))
        self._show()
        self._refresh()

    @work
    async def _refresh(self) -> None:
        await self.asked(self.program.session.refresh)
        self._show()

    def on_screen_resume(self) -> None:
        """After enrolment there is more to show."""
        self._show()

    def _show(self) -> None:
        session = self.program.session
        facts = self.query_one("#facts", VerticalScroll)
        facts.remove_children()
        facts.mount(*(Fact(name, text) for name, text in about(session)))
        self.query_one("#ways", Choices).offer(ways(session))
        self.query_one("#employer", Prose).say(
            (session.membership.employer if session.membership else _("no employer yet"), "$quiet")
        )

    def on_option_list_option_selected(self, event: Choices.OptionSelected) -> None:
        """Goes the chosen way."""
        if event.option_id == "enrol":
            self.program.enrol()
        else:
            self.program.check(for_employer=event.option_id == "employer")


def about(session: Session) -> list[tuple[str, str]]:
    """What a person should know before the check, as names and sentences."""
    lines: list[tuple[str, str]] = []
    if session.membership is not None:
        purpose = session.policy.purpose
        words = purpose.ru if language() == "ru" and purpose.ru else purpose
        lines += [
            (_("Who asks"), purpose.controller),
            (_("What for"), words.used_for),
            ("", words.not_used_for),
            (_("Seen by"), words.seen_by),
            (_("Kept"), words.kept),
            (_("Questions"), purpose.contact),
        ]
        if session.policy_from == "kept":
            lines.append(
                (_("Please note"), _("The company's server doesn't answer now. These are its rules as last seen."))
            )
        if session.membership.pending:
            code = session.membership.fingerprint
            lines.append(
                (
                    _("Please note"),
                    _("Support still has to approve this computer. Read them this: {code}").format(code=code),
                )
            )
    lines += [
        (_("Measured"), _("noise in the room, headset and voice, the line, the computer")),
        (
            _("Takes"),
            _("about 40 seconds and up to {megabytes} MB of data").format(megabytes=session.policy.line.data_cap_mb),
        ),
        (
            _("Stays here"),
            _("Sound is not recorded to a file and goes nowhere. Your files, names and passwords are not looked at."),
        ),
    ]
    return lines


def ways(session: Session) -> list[Choice]:
    """How a person may begin; the most likely first."""
    if session.membership is None:
        just_me = Choice("me", _("Just for me"), _("A trial. No report is made, and nothing is sent to anybody."))
        link = Choice("enrol", _("I have an invitation link"), _("Connects this computer with your employer."))
        return [link, just_me]
    for_employer = Choice(
        "employer",
        _("For {employer}").format(employer=session.membership.employer),
        _("You see the result first. Nothing is sent until you send it."),
    )
    trial = _("A trial, no report. The company's server sees only the line's test.")
    return [for_employer, Choice("me", _("Just for me"), trial)]
