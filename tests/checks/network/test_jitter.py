"""network.jitter on lines whose truth is known: the right number, or none."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from checks.interface import Captures, NotMeasured
from checks.line.interface_traffic import OtherTraffic
from checks.network.jitter import CHECK
from checks.steps.idle_line import IdleLineCapture
from protocol.trace import Sent
from report.catalogue import CHECKS, finding
from report.evaluate import evaluate
from report.policy import Criterion, default
from report.vocabulary import Finding, Readiness, Status, Verdict
from report.words import Words
from tests.checks.network.captures import CONTEXT, assess, idle, value, without_counts
from tests.protocol.lines import Line, steady


def jittery(mean_ms: float, n: int = 925) -> Line:
    """Exponential delays on the way down: their jitter is their mean."""
    return Line([20.0] * n, (30 + np.random.default_rng(7).exponential(mean_ms, n)).tolist())


def with_sent(capture: IdleLineCapture, sent: list[Sent]) -> IdleLineCapture:
    trace = replace(capture.probed.trace, sent=tuple(sent))
    return replace(capture, probed=replace(capture.probed, trace=trace))


def why_not(capture: IdleLineCapture) -> tuple[Status, Finding]:
    with pytest.raises(NotMeasured) as reason:
        assess(CHECK, capture)
    return reason.value.status, reason.value.because


def test_the_numbers_are_the_lines() -> None:
    outcome = assess(CHECK, idle(jittery(8.0)))
    assert value(outcome, "network.jitter_down_ms") == pytest.approx(8.0, rel=0.15)
    assert value(outcome, "network.jitter_up_ms") == pytest.approx(0.0, abs=1e-6)
    assert value(outcome, "network.jitter_ms") == value(outcome, "network.jitter_down_ms")
    assert value(outcome, "network.rtt_p50_ms") == pytest.approx(50 + 8 * np.log(2), rel=0.02)
    assert value(outcome, "network.loss_up_percent") == 0
    assert outcome.status is Status.MEASURED
    assert not outcome.findings
    assert not outcome.disturbed_by


def test_every_metric_of_the_card_is_measured() -> None:
    outcome = assess(CHECK, idle(steady(925)))
    assert {m.metric for m in outcome.measurements} == set(CHECKS["network.jitter"].metrics)


def test_the_worse_direction_is_judged_with_its_own_interval() -> None:
    outcome = assess(CHECK, idle(jittery(8.0)))
    judged, down = outcome.value("network.jitter_ms"), outcome.value("network.jitter_down_ms")
    assert judged is not None
    assert down is not None
    assert (judged.low, judged.high) == (down.low, down.high)
    assert down.low is not None
    assert down.low < down.value


def test_a_jittery_line_fails_with_a_finding_and_a_next_action() -> None:
    draw = np.random.default_rng(1)
    outcome = assess(CHECK, idle(Line([20.0] * 925, (30 + draw.uniform(0, 160, 925)).tolist())))
    policy = msgspec.structs.replace(default(), criteria={"network.jitter_ms": Criterion(pass_=20, fail=30)})
    evaluation = evaluate([outcome], policy)
    assert evaluation.readiness is Readiness.NOT_READY
    assert evaluation.checks[0].verdict is Verdict.FAIL
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding.code == "network.high_jitter"
    assert "never" not in evaluation.next_action.finding.text


def test_evidence_is_short_and_shows_where_packets_were_lost() -> None:
    outcome = assess(CHECK, idle(steady(925, lost_up=frozenset(range(100, 110)))))
    lost = next(series for series in outcome.evidence if series.name == "network.lost_packets")
    assert sum(v for v in lost.values if v is not None) == 10
    assert lost.values[8] == 10
    assert all(len(series.values) == 74 for series in outcome.evidence)
    assert all(Words("en").series_title(series.name) != series.name for series in outcome.evidence)


@pytest.mark.parametrize(("web_answers", "code"), [(True, "network.udp_blocked"), (False, "network.unreachable")])
def test_no_answer_at_all_is_an_error_with_the_likely_reason(web_answers: bool, code: str) -> None:
    dead = steady(925, lost_up=frozenset(range(925)))
    status, because = why_not(idle(dead, web_answers=web_answers))
    assert (status, because.code) == (Status.ERROR, code)


def test_a_line_that_breaks_off_is_inconclusive() -> None:
    status, because = why_not(idle(steady(925, lost_down=frozenset(range(600, 925)))))
    assert (status, because.code) == (Status.INCONCLUSIVE, "network.lost_midway")
    assert because.params == {"seconds": 6.5}


def test_hardly_any_answer_is_inconclusive() -> None:
    lost = frozenset(k for k in range(925) if k % 40)
    status, because = why_not(idle(steady(925, lost_up=lost)))
    assert (status, because.code) == (Status.INCONCLUSIVE, "network.too_few_answers")


def test_a_computer_that_sends_too_late_is_no_fault_of_the_line() -> None:
    capture = idle(steady(925))
    sent = [
        msgspec.structs.replace(packet, late_ns=25_000_000 if k % 10 == 0 else packet.late_ns)
        for k, packet in enumerate(capture.probed.trace.sent)
    ]
    status, because = why_not(with_sent(capture, sent))
    assert (status, because.code) == (Status.INCONCLUSIVE, "network.disturbed_sender")
    assert because.params == {"percent": 10}


def test_a_queue_inside_the_computer_is_no_fault_of_the_line() -> None:
    capture = idle(steady(925))
    sent = [msgspec.structs.replace(p, queued_ns=15_000_000) for p in capture.probed.trace.sent]
    status, because = why_not(with_sent(capture, sent))
    assert (status, because.code) == (Status.INCONCLUSIVE, "network.own_queue")


def test_a_clock_set_meanwhile_voids_the_numbers() -> None:
    status, because = why_not(idle(steady(925), clock_step_ms=-40.0))
    assert (status, because.code) == (Status.INCONCLUSIVE, "network.clock_set")


def test_the_companys_clock_set_meanwhile_voids_the_numbers() -> None:
    set_ms = np.where(np.arange(925) < 400, 0.0, 40.0)
    status, because = why_not(idle(Line((20 + set_ms).tolist(), (30 - set_ms).tolist())))
    assert (status, because.code) == (Status.INCONCLUSIVE, "employer.clock_set")
    assert because.params == {"step_ms": 40}


def test_how_the_clocks_ran_apart_is_a_fact_and_no_delay() -> None:
    gained_ms = np.arange(925) * 0.02 * 0.1
    outcome = assess(CHECK, idle(Line((20 + gained_ms).tolist(), (30 - gained_ms).tolist())))
    assert outcome.facts["clock_skew_ppm"] == 100.0
    assert value(outcome, "network.delay_p95_up_ms") == pytest.approx(0, abs=0.01)


def test_an_unwell_reflector_voids_the_numbers() -> None:
    line = steady(925)
    status, because = why_not(idle(line, counts=msgspec.structs.replace(line.counts(), unwell=True)))
    assert (status, because.code) == (Status.INCONCLUSIVE, "employer.reflector_unwell")


def test_other_traffic_is_told_beside_the_numbers() -> None:
    outcome = assess(CHECK, idle(steady(925), others=OtherTraffic(up_mbit_s=0.2, down_mbit_s=8.0)))
    assert [f.code for f in outcome.disturbed_by] == ["network.other_traffic"]
    assert not assess(CHECK, idle(steady(925), others=OtherTraffic(0.1, 0.1))).disturbed_by


def test_missing_counts_are_told_only_where_they_matter() -> None:
    clean, open_end = steady(925), steady(925, lost_up=frozenset({924}))
    assert not assess(CHECK, without_counts(idle(clean))).disturbed_by
    outcome = assess(CHECK, without_counts(idle(open_end)))
    assert [f.code for f in outcome.disturbed_by] == ["network.counts_missing"]
    assert outcome.facts["reflector_counts"] == "status 503"


def test_without_a_line_the_steps_own_reason_is_given() -> None:
    reason = NotMeasured(Status.SKIP, finding("network.not_enrolled"))
    with pytest.raises(NotMeasured) as raised:
        CHECK.assess(Captures(missing={"idle_line": reason}), CONTEXT)
    assert raised.value is reason
