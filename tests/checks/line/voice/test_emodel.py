"""The E-model against the values of the Recommendation and of published examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.line.voice.emodel import Path, mos, rate


def test_the_default_path_has_the_default_rating() -> None:
    rated = rate(Path())
    assert rated.r == pytest.approx(93.2, abs=0.05)
    assert (rated.ro, rated.i_s, rated.i_d) == pytest.approx((94.77, 1.41, 0.149), abs=0.005)
    assert rated.mos == pytest.approx(4.41, abs=0.005)


@pytest.mark.parametrize(("r", "score"), [(90, 4.34), (80, 4.02), (70, 3.60), (60, 3.10), (50, 2.58)])
def test_scores_are_those_of_annex_b(r: float, score: float) -> None:
    assert mos(r) == pytest.approx(score, abs=0.005)


def test_delay_of_150_ms_costs_little() -> None:
    assert rate(Path(t=150, ta=150, tr=300)).i_d == pytest.approx(3.81, abs=0.01)


@pytest.mark.parametrize(
    ("ie", "bpl", "r", "score"),
    [(11.0, 19.0, 70.5, 3.62), (0.0, 25.1, 82.5, 4.12)],
    ids=["G.729A with VAD", "G.711 with PLC"],
)
def test_two_percent_loss_at_150_ms(ie: float, bpl: float, r: float, score: float) -> None:
    rated = rate(Path(t=150, ta=150, tr=300, ie=ie, bpl=bpl, ppl=2))
    assert rated.r == pytest.approx(r, abs=0.05)
    assert rated.mos == pytest.approx(score, abs=0.005)


def test_bursts_are_worse_than_as_many_single_losses() -> None:
    assert rate(Path(ppl=2, burst_r=2)).r < rate(Path(ppl=2)).r


@given(
    ta=st.floats(10, 2000),
    ppl=st.floats(0, 100),
    more_ms=st.floats(0, 500),
    more_loss=st.floats(0, 50),
)
def test_more_delay_or_loss_is_never_better(ta: float, ppl: float, more_ms: float, more_loss: float) -> None:
    """From 10 ms on: below, the Recommendation's own echo term falls by a thousandth of a point."""

    def score(delay: float, loss: float) -> float:
        return rate(Path(t=delay, ta=delay, tr=2 * delay, ppl=loss, bpl=25.1)).mos

    assert score(ta + more_ms, ppl) <= score(ta, ppl) + 1e-9
    assert score(ta, min(100, ppl + more_loss)) <= score(ta, ppl) + 1e-9


@given(st.floats(-50, 150))
def test_a_score_is_on_the_scale(r: float) -> None:
    assert 1.0 <= mos(r) <= 4.5
