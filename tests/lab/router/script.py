"""A line that changes, written as TOML: for each direction of each hop, from which second on it does what."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tests.lab.router.network import Hop
from tests.lab.router.ways import Course, Way

EXAMPLE = """
[[wan.up]]           # without a home router: [[up]]
delay_ms = 20
[[wan.up]]
from_s = 8
delay_ms = 20
loss_percent = 5
[[lan.down]]
from_s = 4
jitter_ms = 10
"""


class ScriptError(Exception):
    """A script can't be read. The sentence says where."""


class _Both(Struct, frozen=True, forbid_unknown_fields=True):
    up: list[dict[str, Any]] = []
    down: list[dict[str, Any]] = []


class _Script(_Both, frozen=True, forbid_unknown_fields=True):
    lan: _Both | None = None
    wan: _Both | None = None


def read(path: Path) -> list[Hop]:
    """The hops of a script, from the home outward: two when it speaks of ``lan`` or ``wan``, else one.

    Each phase gives ``from_s`` (0 when left out) and fields of :class:`Way`. Raises :class:`ScriptError`, ``OSError``.
    """
    try:
        script = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Script)
        if script.lan is None and script.wan is None:
            return [_hop(script)]
        if script.up or script.down:
            raise ScriptError("up and down stand alone, or under lan and wan: not both")
        return [_hop(script.lan or _Both()), _hop(script.wan or _Both())]
    except (ValueError, TypeError, msgspec.ValidationError) as error:
        raise ScriptError(str(error)) from error


def _hop(both: _Both) -> Hop:
    return Hop(_course(both.up), _course(both.down))


def _course(phases: list[dict[str, Any]]) -> Course:
    course = []
    for phase in phases:
        rest = {name: value for name, value in phase.items() if name != "from_s"}
        if unknown := rest.keys() - Way.__dataclass_fields__.keys():
            raise ScriptError(f"{', '.join(sorted(unknown))}: no such impairment; there are {_known()}")
        course.append((float(phase.get("from_s", 0.0)), msgspec.convert(rest, Way)))
    return course


def _known() -> str:
    return ", ".join(Way.__dataclass_fields__)
