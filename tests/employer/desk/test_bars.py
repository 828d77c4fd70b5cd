"""Octaves as bars."""

from __future__ import annotations

from employer.desk.bars import HEIGHT, WIDTH, is_octave, octaves
from employer.desk.language import language
from tests.employer.desk.office import OCTAVES

EN = language("en")


def test_octaves_stand_in_order_and_inside_the_picture() -> None:
    facts: dict[str, str | int | float | bool] = {f"octave_{k}_dbfs": v for k, v in reversed(OCTAVES.items())}
    bars = octaves(facts | {"cores": 8}, EN)
    assert [bar.label for bar in bars] == list(OCTAVES)
    assert all(0 < bar.height <= HEIGHT and bar.y + bar.height == HEIGHT for bar in bars)
    assert bars[-1].x + bars[-1].width < WIDTH
    assert bars[0].height > bars[-1].height


def test_no_octave_no_picture_and_no_nonsense() -> None:
    assert octaves({"cores": 8}, EN) == ()
    assert octaves({"octave_1k_dbfs": "<b>", "octave_2k_dbfs": 1e300}, EN) == ()
    assert not is_octave("octave_x_dbfs")


def test_a_single_octave_or_equal_ones_are_drawn() -> None:
    (bar,) = octaves({"octave_1k_dbfs": -60}, EN)
    assert 0 < bar.height <= HEIGHT
