"""network.voice_quality on lines whose truth is known."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from checks.interface import NotMeasured
from checks.network.voice_quality import CHECK
from checks.steps.full_line import FullLineCapture
from protocol.messages import ReflectorCounts
from protocol.trace import Trace
from report.catalogue import CHECKS
from report.evaluate import evaluate
from report.policy import Criterion, default
from report.vocabulary import Verdict
from tests.checks.network.captures import assess, full, idle, value
from tests.protocol.lines import Line, steady

FULL = {
    "network.mos_full_line",
    "network.mos_full_line_up",
    "network.mos_full_line_down",
    "network.mos_cqe_full_line",
    "network.delay_full_line_up_ms",
    "network.delay_full_line_down_ms",
}
UNWELL = ReflectorCounts(received=600, unique=600, reflected=600, highest_sequence=599, unwell=True)


def full_line(queue_up_ms: float, queue_down_ms: float) -> FullLineCapture:
    """A quiet second, a download of 5 s, a quiet second, an upload of 5 s; queues of that length stand meanwhile."""
    up, down = np.full(600, 20.0), np.full(600, 30.0)
    down[50:300] += queue_down_ms
    up[350:600] += queue_up_ms
    return full(Line(up.tolist(), down.tolist()).trace(), (1.0, 6.0), (7.0, 12.0))


def test_a_clean_line_is_near_the_codecs_best() -> None:
    outcome = assess(CHECK, idle(steady(925)))
    assert value(outcome, "network.loss_after_buffer_percent") == 0
    assert value(outcome, "network.mos_drop") < 0.1
    assert value(outcome, "network.mos_idle_line") == pytest.approx(4.38, abs=0.06)
    assert value(outcome, "network.mos_cqe_idle_line") == pytest.approx(4.38, abs=0.06)
    assert outcome.facts["codec"] == "G.711 with concealment"
    assert {m.metric for m in outcome.measurements} == set(CHECKS[CHECK.id].metrics) - FULL


def test_late_packets_are_lost_to_a_short_buffer_and_not_to_a_long_one() -> None:
    down = np.full(925, 30.0)
    down[::20] += 80
    outcome = assess(CHECK, idle(Line([20.0] * 925, down.tolist())))
    assert value(outcome, "network.loss_fixed_60_percent") == pytest.approx(5.0, abs=0.2)
    assert value(outcome, "network.loss_fixed_100_percent") == 0


def test_loss_costs_quality_and_its_uncertainty_is_kept() -> None:
    draw = np.random.default_rng(3)
    lost = frozenset(np.flatnonzero(draw.random(925) < 0.06).tolist())
    outcome = assess(CHECK, idle(steady(925, lost_down=lost)))
    drop = outcome.value("network.mos_drop")
    assert drop is not None
    assert drop.low is not None
    assert drop.high is not None
    assert 0.3 < drop.low < drop.value < drop.high
    assert value(outcome, "network.mos_down") < value(outcome, "network.mos_up")
    limits = {"network.loss_after_buffer_percent": Criterion(pass_=0.5, fail=2)}
    evaluation = evaluate([outcome], msgspec.structs.replace(default(), criteria=limits))
    assert evaluation.checks[0].verdict is Verdict.FAIL
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding.code == "network.loss"


def test_a_standing_queue_is_seen_in_its_direction() -> None:
    outcome = assess(CHECK, idle(steady(925)), full_line(queue_up_ms=300, queue_down_ms=40))
    assert value(outcome, "network.delay_full_line_up_ms") == pytest.approx(300, abs=1)
    assert value(outcome, "network.delay_full_line_down_ms") == pytest.approx(40, abs=1)
    assert value(outcome, "network.mos_full_line") < value(outcome, "network.mos_idle_line") - 0.3
    assert value(outcome, "network.mos_full_line_up") == value(outcome, "network.mos_full_line")
    assert value(outcome, "network.mos_full_line_down") > value(outcome, "network.mos_full_line_up") + 0.2


@pytest.mark.parametrize(
    ("up_ms", "down_ms", "code", "params"),
    [
        (300, 40, "network.bufferbloat_up", {"up_ms": 300}),
        (40, 300, "network.bufferbloat_down", {"down_ms": 300}),
        (300, 200, "network.bufferbloat", {"up_ms": 300, "down_ms": 200}),
    ],
)
def test_a_queue_is_named_with_its_direction(up_ms: int, down_ms: int, code: str, params: dict[str, int]) -> None:
    (bloat,) = assess(CHECK, idle(steady(925)), full_line(up_ms, down_ms)).findings
    assert (bloat.code, bloat.params) == (code, params)


def test_a_line_that_stays_quick_while_full_is_no_bufferbloat() -> None:
    outcome = assess(CHECK, idle(steady(925)), full_line(queue_up_ms=20, queue_down_ms=10))
    assert outcome.findings == []
    assert value(outcome, "network.mos_full_line") == pytest.approx(value(outcome, "network.mos_idle_line"), abs=0.1)


def test_a_line_that_is_as_uneven_idle_as_full_is_no_bufferbloat() -> None:
    draw = np.random.default_rng(3)
    shaky = Line((20 + draw.uniform(0, 300, 925)).tolist(), [20.0] * 925)
    outcome = assess(CHECK, idle(shaky), full(shaky.trace(), (1.0, 6.0), (7.0, 12.0)))
    assert value(outcome, "network.delay_full_line_up_ms") > 200
    assert not [found.code for found in outcome.findings if "bufferbloat" in found.code]


@pytest.mark.parametrize(
    "capture",
    [
        full(None, (1.0, 6.0), (7.0, 12.0)),
        full(Trace(0.02, (), ()), (1.0, 6.0), None),
        full(steady(600).trace(), None, None),
        full(steady(600).trace(), (1.0, 1.5), None),
        full(steady(600, lost_up=frozenset(range(600))).trace(), (1.0, 6.0), (7.0, 12.0)),
        full(steady(600).trace(), (1.0, 6.0), (7.0, 12.0), UNWELL),
    ],
    ids=["no probe", "an empty trace", "no transfer", "too short a transfer", "no answer", "an unwell reflector"],
)
def test_without_a_probed_full_line_nothing_is_said_of_it(capture: FullLineCapture) -> None:
    outcome = assess(CHECK, idle(steady(925)), capture)
    assert not FULL & {m.metric for m in outcome.measurements}


def test_an_unwell_reflector_is_named_where_it_spoilt_the_full_line() -> None:
    outcome = assess(CHECK, idle(steady(925)), full(steady(600).trace(), (1.0, 6.0), (7.0, 12.0), UNWELL))
    assert [f.code for f in outcome.disturbed_by] == ["employer.reflector_unwell"]


def test_a_line_that_died_while_full_says_nothing_of_that_part() -> None:
    trace = steady(600, lost_up=frozenset(range(340, 600))).trace()
    outcome = assess(CHECK, idle(steady(925)), full(trace, (1.0, 6.0), (7.0, 12.0)))
    assert outcome.value("network.delay_full_line_up_ms") is None
    assert value(outcome, "network.delay_full_line_down_ms") == pytest.approx(0, abs=0.1)


def test_a_silent_line_has_no_quality() -> None:
    with pytest.raises(NotMeasured) as reason:
        assess(CHECK, idle(steady(925, lost_up=frozenset(range(925))), web_answers=True))
    assert reason.value.because.code == "network.udp_blocked"
