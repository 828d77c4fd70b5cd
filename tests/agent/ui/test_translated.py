"""No sentence on any screen is hard-coded: in the pseudo-language all of them stand in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import pytest
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList

from agent.language import LANGUAGES, PSEUDO
from agent.ui.widgets.action import Action
from checks.audio.reading import TEXTS
from tests.agent.ui.scripted import CODE, ERRORS, MEMBER, OLD_ENTRIES, POLICY
from tests.agent.ui.stage import Stage, opened

pytestmark = pytest.mark.anyio

BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
NAMES = {
    "readiness",
    "https",
    PSEUDO,
    "Enter",
    "Esc",
    "Tab",
    *LANGUAGES.values(),
    *(code.upper() for code in LANGUAGES),
}
"""What needs no translation: the program's name, keys, languages in their own words."""


def texts(widget: Widget) -> Iterator[str]:
    """All that this widget may show."""
    yield Content.from_markup(widget.border_title or "").plain
    yield Content.from_markup(widget.border_subtitle or "").plain
    yield str(widget.tooltip or "")
    if isinstance(widget, OptionList):
        yield from (str(option.prompt) for option in widget.options)
    elif isinstance(widget, Input):
        yield widget.placeholder
    elif isinstance(widget, Action):
        yield str(widget.label)
    elif not widget.children:
        yield str(widget.render())


def leaves(value: object) -> Iterator[str]:
    """All strings of a document, names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield str(name)
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)


def data(stage: Stage) -> list[str]:
    """What comes from elsewhere: the employer's words, the document's values, the ticket, the text that is read."""
    found = [*TEXTS.values(), *stage.session.ticket_text("").split("\n"), *(part for error in ERRORS for part in error)]
    found += leaves(msgspec.to_builtins(POLICY))
    found += leaves([MEMBER.employer, MEMBER.operator, [e.short_code for e in OLD_ENTRIES], CODE])
    if stage.app.journey.evaluation is not None:
        found += leaves(msgspec.json.decode(stage.session.preview().payload))
    found += leaves(msgspec.to_builtins(stage.session.scene.outcomes))
    found += [part for detail in stage.session.details() for part in (detail.title, detail.about)]
    return sorted({" ".join(text.split()) for text in found if len(text) > 1}, key=len, reverse=True)


def hard_coded(stage: Stage) -> list[str]:
    """Words on this screen that no translation touched and that are nobody's data."""
    found = []
    for widget in stage.app.screen.walk_children(Widget):
        for text in texts(widget):
            left = " ".join(text.split())
            for known in data(stage):
                left = left.replace(known, "")
            while BRACKETED.search(left):
                left = BRACKETED.sub("", left)
            found += [
                f"{type(widget).__name__}: {word}" for word in re.findall(r"[^\W\d_]{2,}", left) if word not in NAMES
            ]
    return found


async def test_every_screen_of_the_way_to_the_receipt_is_translated() -> None:
    async with opened("noisy", PSEUDO, frozen_s=5.2) as stage:
        assert "⟦Is this workstation ready for calls?⟧" in stage.text
        steps = [
            [],
            ["s"],
            ["escape", "h"],
            ["down", "enter"],
            ["escape", "escape", "question_mark"],
            ["escape", "enter"],
        ]
        for keys in steps:
            await stage.press(*keys)
            assert not hard_coded(stage), stage.where
        await stage.run_through()
        for keys in ([], ["w"], ["escape", "d"], ["escape", "enter"], ["c"]):
            await stage.press(*keys)
            assert not hard_coded(stage), stage.where


async def test_enrolment_and_questions_are_translated() -> None:
    async with opened("alone", PSEUDO) as stage:
        for keys in ([], ["enter"], [*"https", "colon", "enter"]):
            await stage.press(*keys)
            assert not hard_coded(stage), stage.where
    async with opened("metered", PSEUDO, frozen_s=1.0) as stage:
        await stage.press("enter")
        await stage.settle()
        assert stage.where == "QuestionBox"
        assert not hard_coded(stage)


async def test_waiting_is_translated() -> None:
    async with opened("waiting", PSEUDO, frozen_s=31.0) as stage:
        await stage.press("enter")
        assert not hard_coded(stage), stage.where
        await stage.run_through()
        await stage.press("enter")
        assert not hard_coded(stage), stage.where
