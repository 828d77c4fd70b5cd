"""A script of a line that changes is read as written, and a mistake in it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.router import script
from tests.lab.router.network import Hop
from tests.lab.router.ways import Way


def read(folder: Path, text: str) -> list[Hop]:
    path = folder / "line.toml"
    path.write_text(text, "utf-8")
    return script.read(path)


def test_the_example_of_the_help_text_is_a_script(tmp_path: Path) -> None:
    lan, wan = read(tmp_path, script.EXAMPLE)
    assert (lan.up, lan.down) == ([], [(4.0, Way(jitter_ms=10))])
    assert wan == Hop([(0.0, Way(delay_ms=20)), (8.0, Way(delay_ms=20, loss_percent=5))], [])


def test_without_a_home_router_there_is_one_hop(tmp_path: Path) -> None:
    assert read(tmp_path, "[[down]]\njitter_ms = 3") == [Hop([], [(0.0, Way(jitter_ms=3))])]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[[up]]\ndelay = 5", "delay: no such impairment; there are delay_ms"),
        ("[[up]]\ndistribution = 'flat'", "flat"),
        ("[[left]]", "left"),
        ("[[up]]\n[[lan.up]]", "not both"),
        ("[[up]]\nfrom_s = [", "Invalid value"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(script.ScriptError, match=named):
        read(tmp_path, text)
