"""The document on running the employer's side says what there is, and no more."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from employer import nonces, server
from employer.__main__ import COMMANDS, parser
from employer.api import body
from employer.api.problems import KINDS
from employer.store.rows import Freshness

TEXT = (Path(__file__).parents[2] / "docs" / "employer.md").read_text("utf-8")


def options(command: str) -> set[str]:
    """The long options of a command."""
    subparsers = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    actions = subparsers.choices[command]._actions
    return {option for action in actions for option in action.option_strings if option.startswith("--")}


def section(title: str) -> str:
    """The part of the document under that heading."""
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_there(command: str) -> None:
    assert f"| `{command}" in section("Commands")


def test_every_option_of_serve_is_there_and_no_other() -> None:
    named = set(re.findall(r"--[a-z][a-z-]+", section("Commands").partition("`serve` in detail")[2]))
    assert named == options("serve") - {"--help"}


def test_every_problem_is_there_with_its_status_and_no_other() -> None:
    rows = re.findall(r"^\| (`.*?) \| ([\d, ]+) \|", section("Problems"), re.MULTILINE)
    told = {name: status.split(", ")[0] for names, status in rows for name in re.findall(r"`(\w+)`", names)}
    assert told == {name: str(kind.status) for name, kind in KINDS.items()}


def test_every_freshness_is_there() -> None:
    told = re.findall(r"^\| `(\w+)` \|", section("What becomes of a report"), re.MULTILINE)
    assert told == [freshness.value for freshness in Freshness]


def test_the_deadlines_are_those_of_the_program() -> None:
    for seconds in (server.HEADERS_DEADLINE_S, body.READ_DEADLINE_S, server.KEEP_ALIVE_S, server.SHUTDOWN_S):
        assert f" {seconds:g}" in section("Deadlines")
    assert nonces.LIFETIME.total_seconds() / 60 == 10
