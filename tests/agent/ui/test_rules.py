"""Rules of the screens' code: light to import, and no way around the safe text."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import ui
from agent.ui.document_lines import lines, raw_lines
from tests.agent.ui.scripted import SCENES, ScriptedSession

UI = Path(ui.__file__).parent
SOURCES = sorted(UI.rglob("*.py"))
DANGEROUS = {"Static", "Label", "Markdown", "from_markup", "notify", "Text"}
"""What would read markup in a text."""


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = "import agent.ui, sys; print([m for m in ('textual', 'numpy', 'msgspec') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(UI)))
def test_text_reaches_the_screen_only_through_the_helper(source: Path) -> None:
    if source.name == "text.py":
        return
    tree = ast.parse(source.read_text(encoding="utf-8"))
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} | {
        n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)
    }
    assert not used & DANGEROUS
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id == "Content":
            assert all(isinstance(a, ast.Constant) for a in call.args), "Content() of something that nobody made safe"


def leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif not isinstance(value, bool) and value is not None:
        yield str(value)


@pytest.mark.parametrize("scene", ["noisy", "good"])
def test_the_readable_document_leaves_nothing_of_the_exact_one_out(scene: str) -> None:
    session = ScriptedSession(SCENES[scene])
    session.begin(for_employer=True)
    session.runners[-1].finish()
    payload = session.preview(comment="Anything else?").payload
    readable = "\n".join(line.plain for line in lines(payload))
    codes_with_a_title = {m["metric"] for o in json.loads(payload)["outcomes"] for m in o.get("measurements", [])}
    for leaf in leaves(json.loads(payload)):
        assert leaf in readable or leaf in codes_with_a_title, leaf
    assert raw_lines(payload).encode() == payload


def test_a_hostile_name_is_text_in_the_document() -> None:
    session = ScriptedSession(SCENES["hostile"])
    session.begin(for_employer=True)
    session.runners[-1].finish()
    readable = "\n".join(line.plain for line in lines(session.preview().payload))
    assert "[@click=app.quit]x[/]evil" in readable
    assert "\x1b" not in readable
