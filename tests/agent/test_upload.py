"""Waiting spreads out, honours what the employer asks, and never ends."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from agent.upload import BACK_OFF_FIRST_S, BACK_OFF_MOST_S, back_off_s


@given(st.integers(0, 10_000))
def test_the_wait_stays_within_its_span(attempts: int) -> None:
    assert 0 <= back_off_s(attempts) <= min(BACK_OFF_MOST_S, BACK_OFF_FIRST_S * 2 ** min(attempts, 20))


def test_the_nth_failure_is_told_as_documented() -> None:
    """``docs/protocol.md``: between 0 and min(3600, 2ⁿ) seconds; before the nth failure there were n - 1."""
    for n in range(1, 14):
        assert min(BACK_OFF_MOST_S, BACK_OFF_FIRST_S * 2 ** (n - 1)) == min(3600, 2**n)
    assert "min(3600, 2ⁿ)" in (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")


@given(st.integers(0, 50), st.floats(0, 1e5))
def test_the_employers_wish_is_the_least(attempts: int, asked_s: float) -> None:
    assert back_off_s(attempts, asked_s) >= asked_s


def test_many_that_failed_together_come_back_apart() -> None:
    waits = sorted(back_off_s(10) for _ in range(400))
    assert waits[40] < 500
    assert waits[-40] > 1500
    assert len(set(waits)) == 400
