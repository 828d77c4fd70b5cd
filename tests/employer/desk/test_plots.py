"""A series as a picture."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from employer.desk.language import language
from employer.desk.plots import HEIGHT, WIDTH, plot, scale
from report.vocabulary import Series

EN = language("en")


def series(*values: float | None, start_s: float = 0.0, step_s: float = 0.5) -> Series:
    return Series(name="line.rtt_ms", unit="ms", step_s=step_s, start_s=start_s, values=list(values))


def test_a_gap_in_the_series_is_a_gap_in_the_picture() -> None:
    drawn = plot(series(1, 2, None, None, 3, 4), EN)
    assert drawn is not None
    assert len(drawn.lines) == 2
    assert drawn.missing == 2


def test_a_point_without_neighbours_is_a_dot() -> None:
    drawn = plot(series(None, 5, None), EN)
    assert drawn is not None
    assert drawn.lines == ()
    assert drawn.dots == ((WIDTH / 2, 0.0),)


def test_nothing_measured_is_no_picture_rather_than_a_line_at_zero() -> None:
    assert plot(series(None, None), EN) is None
    assert plot(series(), EN) is None


def test_the_numbers_beside_the_picture_are_those_of_the_series() -> None:
    drawn = plot(series(20, 22.5, 60, start_s=2), EN)
    assert drawn is not None
    assert (drawn.lowest, drawn.middle, drawn.highest) == ("20", "22.5", "60")
    assert (drawn.start_label, drawn.end_label) == ("2", "3")
    assert (drawn.low_label, drawn.high_label) == ("0", "60")


def test_zero_is_in_the_picture_of_what_is_never_negative() -> None:
    assert scale(20, 22) == (0, 25)


def test_decibels_are_drawn_around_their_own_range() -> None:
    low, high = scale(-62, -55)
    assert (low, high) == (-62, -54)


@given(
    st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=600),
    st.floats(min_value=1e-9, max_value=1e9),
)
def test_whatever_a_report_claims_the_picture_keeps_its_frame(values: list[float | None], step_s: float) -> None:
    drawn = plot(series(*values, step_s=step_s), EN)
    if drawn is None:
        return
    coordinates = [float(n) for line in drawn.lines for n in re.findall(r"-?[\d.e+]+", line.replace("M", " "))]
    xs = coordinates[0::2] + [x for x, _ in drawn.dots]
    ys = coordinates[1::2] + [y for _, y in drawn.dots]
    assert all(0 <= x <= WIDTH for x in xs)
    assert all(-0.1 <= y <= HEIGHT + 0.1 for y in ys)
