"""Settings: language, look, devices. Each line shows its value; Enter or → takes the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import msgspec
from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from agent.language import LANGUAGES, N_, _, language
from agent.ui.keys import named
from agent.ui.offthread import off_thread
from agent.ui.screens.page import Page
from agent.ui.text import Prose, said
from agent.ui.widgets.action import Action
from agent.ui.widgets.choices import Choice, Choices
from checks.audio.devices.interface import Endpoint, Survey
from checks.audio.devices.watch import survey

THEME_NAMES = {"dark": N_("dark"), "light": N_("light"), "contrast": N_("high contrast")}


class Settings(Page):
    """Changes hold at once, and are kept."""

    languages_in_head = False
    BINDINGS: ClassVar[list[BindingType]] = [
        named(
            "right",
            "turn(1)",
            N_("next value"),
            N_("The next value of this line"),
            id="value.next",
            display="→",
            show=False,
        ),
        named(
            "left", "turn(-1)", N_("value before"), N_("The value before"), id="value.before", display="←", show=False
        ),
        named("escape", "app.back", N_("back"), N_("Back to where you were"), id="back", display="Esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._survey: Survey | None = None

    def body(self) -> Iterable[Widget]:
        """One line per setting."""
        yield Prose(said((_("Settings"), "bold $ink")), classes="title")
        yield Prose(
            said((_("Enter takes the next value of a line. What you change here is kept on this computer."), "$quiet"))
        )
        yield Choices([], id="settings")
        with Horizontal(classes="actions"):
            yield Action(_("Back"), "app.back", key="Esc", main=True)

    def on_mount(self) -> None:
        """Shows the values, and asks which devices there are."""
        self._show()
        self._look_for_devices()

    @work
    async def _look_for_devices(self) -> None:
        self._survey = await off_thread(survey)
        self._show()

    def _show(self) -> None:
        self.query_one(Choices).offer(
            [Choice(name, title, value=_named(options, value)) for name, title, options, value in self._lines()]
        )

    def _lines(self) -> list[tuple[str, str, Sequence[tuple[Any, str]], Any]]:
        """Field of the preferences, its title, (value, name) of its options, present value."""
        chosen, found = self.program.preferences, self._survey
        return [
            ("language", _("Language"), list(LANGUAGES.items()), language()),
            ("theme", _("Look"), [(name, _(shown)) for name, shown in THEME_NAMES.items()], chosen.theme),
            ("animations", _("Moving pictures"), [(True, _("on")), (False, _("off"))], chosen.animations),
            (
                "microphone",
                _("Microphone"),
                _devices(found.inputs if found else None, chosen.microphone),
                chosen.microphone,
            ),
            ("speaker", _("Loudspeaker"), _devices(found.outputs if found else None, chosen.speaker), chosen.speaker),
        ]

    def on_option_list_option_selected(self, event: Choices.OptionSelected) -> None:
        """The next value of the line that was chosen."""
        self._turn(event.option_id or "", 1)

    def action_turn(self, by: int) -> None:
        """The next or the former value of the marked line."""
        marked = self.query_one(Choices).highlighted_option
        if marked is not None:
            self._turn(marked.id or "", by)

    def _turn(self, field: str, by: int) -> None:
        options, value = next((o, v) for name, _title, o, v in self._lines() if name == field)
        values = [v for v, _name in options]
        at = values.index(value) if value in values else -by
        new = values[(at + by) % len(values)]
        if field == "language":
            self.program.speak(new)
            return
        self.program.prefer(msgspec.structs.replace(self.program.preferences, **{field: new}))
        self._show()


def _devices(endpoints: Sequence[Endpoint] | None, chosen: str | None) -> list[tuple[str | None, str]]:
    """The system's default, what is there, and what was chosen even while it is away."""
    found: list[tuple[str | None, str]] = [(None, _("as the system has it"))]
    found += [(e.id, e.name) for e in endpoints or ()]
    if chosen not in [value for value, _name in found]:
        away = _("{device} (not connected now)") if endpoints is not None else "{device}"
        found.append((chosen, away.format(device=chosen)))
    return found


def _named(options: Sequence[tuple[Any, str]], value: Any) -> str:
    return next((name for v, name in options if v == value), str(value))
