"""Every screen as it was last approved, in both languages, small and wide, in each look.

When a change is meant, look at the screens (``python -m tests.agent.ui.scripted``) and approve them anew:
``READINESS_APPROVE_SCREENS=1 pytest tests/agent/ui/test_screens.py``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.preferences import ThemeName
from agent.ui.glyphs import PLAIN
from tests.agent.ui.picture import kept
from tests.agent.ui.stage import SMALL, WIDE, Stage, opened

pytestmark = pytest.mark.anyio

APPROVED = Path(__file__).parent / "screens"
APPROVE = os.environ.get("READINESS_APPROVE_SCREENS") == "1"


class Look:
    """Compares screens with the approved ones, and tells all that differ at once."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._differ: list[str] = []

    def at(self, stage: Stage, name: str) -> None:
        """This screen now."""
        file = APPROVED / f"{self._kind}-{name}.txt"
        now = kept(stage.cells)
        if APPROVE:
            file.parent.mkdir(exist_ok=True)
            file.write_text(now, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != now:
            self._differ.append(f"{file.name} differs. Now:\n{now}")

    def done(self) -> None:
        """Fails when any screen differed."""
        assert not self._differ, "\n\n".join(self._differ)


@pytest.mark.parametrize("speak", ["en", "ru"])
async def test_the_way_to_the_receipt(speak: str) -> None:
    look = Look(speak)
    async with opened("noisy", speak, frozen_s=5.2) as stage:
        look.at(stage, "welcome")
        await stage.press("enter")
        look.at(stage, "check-quiet")
        await stage.run_through()
        look.at(stage, "result")
        await stage.press("w")
        look.at(stage, "preview")
        await stage.press("escape", "d")
        look.at(stage, "details")
        await stage.press("escape", "enter")
        look.at(stage, "sent")
    look.done()


@pytest.mark.parametrize("speak", ["en", "ru"])
async def test_beside_the_way(speak: str) -> None:
    look = Look(speak)
    async with opened("alone", speak) as stage:
        look.at(stage, "welcome-alone")
        await stage.press("h")
        look.at(stage, "history")
        await stage.press("escape", "question_mark")
        look.at(stage, "help")
        await stage.press("escape", "enter")
        look.at(stage, "enrol")
    async with opened("metered", speak, frozen_s=1.0) as stage:
        await stage.press("enter")
        look.at(stage, "question")
        await stage.pilot.resize_terminal(60, 20)
        await stage.settle()
    look.done()


@pytest.mark.parametrize(("at_s", "name"), [(12.0, "check-soon"), (16.0, "check-read"), (31.0, "check-full")])
async def test_the_run_goes_on(at_s: float, name: str) -> None:
    look = Look("ru")
    async with opened("noisy", "ru", frozen_s=at_s) as stage:
        await stage.press("enter")
        look.at(stage, name)
    look.done()


@pytest.mark.parametrize("speak", ["en", "ru"])
async def test_a_closer_look_is_told_as_it_goes_on(speak: str) -> None:
    look = Look(speak)
    async with opened("closer look", speak, frozen_s=26.0) as stage:
        await stage.press("enter")
        look.at(stage, "check-closer-look")
    look.done()


async def test_good_news_and_waiting() -> None:
    look = Look("en")
    async with opened("waiting") as stage:
        await stage.press("enter")
        await stage.run_through()
        look.at(stage, "result-good")
        await stage.press("enter")
        look.at(stage, "waiting")
    look.done()


@pytest.mark.parametrize("theme", ["light", "contrast"])
async def test_wide_and_in_other_looks(theme: ThemeName) -> None:
    look = Look(f"wide-{theme}")
    async with opened("noisy", "en", WIDE, frozen_s=31.0, theme=theme) as stage:
        await stage.press("enter")
        look.at(stage, "check-full")
        await stage.run_through()
        look.at(stage, "result")
    look.done()


def lacking(text: str) -> set[str]:
    """Signs that fonts of old consoles lack: not in WGL4, which joins the old code pages and adds the minus."""

    def known(sign: str) -> bool:
        return sign in "−\n" or any(sign.encode(page, "ignore") for page in ("cp437", "cp866", "cp1251", "cp1252"))

    return {sign for sign in text if not known(sign)}


async def test_old_consoles() -> None:
    look = Look("plain")
    async with opened("noisy", "ru", SMALL, frozen_s=31.0, glyphs=PLAIN) as stage:
        await stage.press("enter")
        look.at(stage, "check-full")
        assert not lacking(stage.text)
        await stage.run_through()
        look.at(stage, "result")
        assert not lacking(stage.text)
    look.done()


async def test_without_colour_everything_is_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened("noisy") as stage:
        await stage.press("enter")
        await stage.run_through()
        inks = {part for row in stage.cells for cell in row for part in [*(cell.ink.split() or [""])[:1], cell.ground]}
        colours = [c for c in inks if c.startswith("#")]
        assert colours
        assert all(c[1:3] == c[3:5] == c[5:7] for c in colours), "only greys"
        for told in ("✗ Room", "not yet", "✓ Headset", "good", "✗ Not ready yet: one thing left"):
            assert told in stage.text
