"""Help: the keys, and for each card what it measures, why it matters on a call, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from agent.language import N_, _, words
from agent.ui import areas
from agent.ui.keys import named
from agent.ui.screens.page import Page
from agent.ui.text import Prose, said
from agent.ui.widgets.action import Action
from report.catalogue import CHECKS


class Help(Page):
    """One page; opened for one area, it begins there."""

    AUTO_FOCUS = "#document"
    languages_in_head = False
    BINDINGS: ClassVar[list[BindingType]] = [
        named("escape", "app.back", N_("back"), N_("Back to where you were"), id="back", display="Esc"),
    ]

    def __init__(self, area: str = "") -> None:
        super().__init__()
        self._area = area

    def body(self) -> Iterable[Widget]:
        """Keys, then the areas; the asked one first."""
        yield Prose(said((_("Help"), "bold $ink")), classes="title")
        with VerticalScroll(id="document"):
            if not self._area:
                yield Prose(said((_("Keys"), "bold $primary")))
                yield Prose(Content("\n").join(self._keys()), classes="indented")
            for area in sorted(areas.AREAS, key=lambda a: a != self._area):
                yield Prose(said((areas.title(area), "bold $primary")))
                yield Prose(Content("\n").join(about_area(area)), classes="indented")
        with Horizontal(classes="actions"):
            yield Action(_("Back"), "app.back", key="Esc", main=True)

    def _keys(self) -> Iterator[Content]:
        pairs = [
            (_("Arrows, Tab"), _("move")),
            ("Enter", _("does what is marked")),
            ("R", _("measure again what isn't good yet")),
            ("W", _("what will be sent")),
            ("D", _("details for support")),
            ("H", _("history")),
            ("S", _("settings")),
            ("Esc", _("back, or stop the check")),
            ("Q", _("leave; nothing is lost")),
        ]
        for key, does in pairs:
            yield said((f"{key:<16}", "bold"), does)
        yield said(
            (_("The letters work on a Russian keyboard layout as well. The mouse does everything too."), "$quiet")
        )
        yield said("")


def about_area(area: str) -> Iterator[Content]:
    """What is measured in one area, why, and what to do."""
    for check in (c for c in CHECKS if areas.area_of(c) == area):
        measures, why, todo = words().check_help(check)
        yield said((words().check_title(check), "bold"))
        for name, text in ((_("Measures"), measures), (_("Matters"), why), (_("To do"), todo)):
            yield said((f"{name}: ", "$quiet"), text)
    yield said("")
