"""What the documentation says is what the code does."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from agent.__main__ import COMMANDS
from agent.errors import Exit
from checks.registry import check_ids
from report.catalogue import CHECKS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_generated_pages_are_up_to_date() -> None:
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    assert list(generate["outdated"]()) == [], "run `make docs`"


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_command_and_exit_code_is_in_the_readme() -> None:
    for command in COMMANDS:
        assert f"`readiness {command}" in README
    for code in Exit:
        assert f"| {code.value} |" in README


def test_every_check_has_a_card_and_every_card_a_check() -> None:
    assert set(CHECKS) == set(check_ids())
