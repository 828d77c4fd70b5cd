"""Outcomes under a policy: the verdicts, the readiness and the next action."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.catalogue import FINDINGS, METRICS, Better, finding
from report.evaluate import evaluate
from report.limits import judge
from report.policy import Criterion, Policy, default
from report.vocabulary import Finding, Measurement, Outcome, Readiness, Status, Verdict

CPU = "computer.cpu_busy_percent"
DOWN = "network.bandwidth_down_mbit_s"


def policy(**criteria: Criterion) -> Policy:
    named = {name.replace("__", "."): criterion for name, criterion in criteria.items()}
    return msgspec.structs.replace(default(), criteria=named)


def measured(
    metric: str, value: float, *findings: Finding, low: float | None = None, high: float | None = None
) -> Outcome:
    unit = METRICS[metric].unit
    check = {"computer": "computer.load", "network": "network.bandwidth"}[metric.partition(".")[0]]
    return Outcome(
        check=check,
        version=1,
        status=Status.MEASURED,
        measurements=[Measurement(metric=metric, value=value, unit=unit, low=low, high=high)],
        findings=list(findings),
    )


def not_measured(check: str, status: Status, code: str = "run.cancelled") -> Outcome:
    return Outcome(check=check, version=1, status=status, because=finding(code))


CPU_LIMITS = policy(computer__cpu_busy_percent=Criterion(pass_=60, fail=85))
DOWN_LIMITS = policy(network__bandwidth_down_mbit_s=Criterion(pass_=5, fail=1))


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict", "close"),
    [
        (50, None, None, Verdict.PASS, False),
        (60, None, None, Verdict.PASS, False),
        (58, 55, 61, Verdict.PASS, True),
        (20, 0, 90, Verdict.PASS, False),
        (70, 62, 78, Verdict.WARN, False),
        (84, 80, 88, Verdict.WARN, True),
        (86, None, None, Verdict.FAIL, False),
        (90, 86, 94, Verdict.FAIL, False),
        (90, 84, 96, None, True),
    ],
)
def test_the_value_decides_and_only_a_fail_needs_the_whole_interval(
    value: float, low: float | None, high: float | None, verdict: Verdict | None, close: bool
) -> None:
    measurement = Measurement(metric=CPU, value=value, unit="%", low=low, high=high)
    judged = judge(measurement, Criterion(pass_=60, fail=85), Better.LOWER)
    assert (judged.verdict, judged.close) == (verdict, close)


@given(
    st.floats(-1e6, 1e6),
    st.floats(0, 1e3),
    st.floats(0, 1e3),
    st.floats(-1e6, 1e6),
    st.one_of(st.none(), st.floats(0, 1e6)),
)
def test_higher_is_better_mirrors_lower_is_better(
    value: float, below: float, above: float, passes: float, gap: float | None
) -> None:
    up = Measurement(metric=CPU, value=value, unit="%", low=value - below, high=value + above)
    down = Measurement(metric=CPU, value=-value, unit="%", low=-value - above, high=-value + below)
    lower = Criterion(pass_=passes, fail=None if gap is None else passes + gap)
    higher = Criterion(pass_=-passes, fail=None if gap is None else -passes - gap)
    assert judge(up, lower, Better.LOWER).verdict == judge(down, higher, Better.HIGHER).verdict


def test_without_a_fail_limit_nothing_fails() -> None:
    never = policy(computer__cpu_busy_percent=Criterion(pass_=60))
    assert evaluate([measured(CPU, 100)], never).readiness is Readiness.READY_WITH_WARNINGS


def test_ready_when_all_passes() -> None:
    result = evaluate([measured(CPU, 10)], CPU_LIMITS)
    assert (result.readiness, result.next_action, result.missing) == (Readiness.READY, None, ())


def test_a_missed_limit_brings_the_catalogues_finding_with_value_and_limit() -> None:
    result = evaluate([measured(CPU, 93.26)], CPU_LIMITS)
    assert result.readiness is Readiness.NOT_READY
    assert result.next_action is not None
    assert CPU in FINDINGS[result.next_action.finding.code].explains
    assert result.next_action.finding.params == {"value": pytest.approx(93.26, abs=0.5), "limit": 60}
    assert result.next_action.check == "computer.load"


def test_a_more_specific_finding_stands_in_for_the_limits_own() -> None:
    busy = finding("computer.busy_program", program="encoder", percent=80.0)
    check = evaluate([measured(CPU, 93, busy)], CPU_LIMITS).of("computer.load")
    assert check is not None
    assert [f.code for f in check.findings] == ["computer.busy_program"]


def test_what_explains_a_metric_is_no_warning_where_the_metric_passes() -> None:
    busy = finding("computer.busy_program", program="encoder", percent=40.0)
    result = evaluate([measured(CPU, 45, busy)], CPU_LIMITS)
    assert result.readiness is Readiness.READY
    assert result.next_action is None
    assert busy in result.checks[0].findings


@pytest.mark.parametrize("status", [Status.SKIP, Status.INCONCLUSIVE, Status.ERROR])
def test_not_measured_is_incomplete_and_never_a_fail(status: Status) -> None:
    result = evaluate([not_measured("computer.load", status)], CPU_LIMITS)
    assert result.readiness is Readiness.INCOMPLETE
    assert result.missing == (CPU,)
    assert result.checks[0].verdict is None
    assert result.next_action is not None
    assert result.next_action.finding.code == "run.cancelled"


def test_an_undecided_interval_is_incomplete_and_asks_to_measure_again() -> None:
    result = evaluate([measured(CPU, 90, low=80, high=99)], CPU_LIMITS)
    assert result.readiness is Readiness.INCOMPLETE
    assert result.next_action is not None
    assert result.next_action.finding.code == "run.undecided"
    assert result.next_action.finding.params == {"value": 90, "limit": 85}


def test_an_optional_criterion_never_makes_a_run_incomplete() -> None:
    optional = policy(computer__cpu_busy_percent=Criterion(pass_=60, fail=85, required=False))
    assert evaluate([not_measured("computer.load", Status.SKIP)], optional).readiness is Readiness.READY


def test_one_fail_is_enough_for_not_ready_whatever_is_missing() -> None:
    both = policy(
        computer__cpu_busy_percent=Criterion(pass_=60, fail=85),
        network__bandwidth_down_mbit_s=Criterion(pass_=5, fail=1),
    )
    result = evaluate([not_measured("network.bandwidth", Status.SKIP), measured(CPU, 99)], both)
    assert result.readiness is Readiness.NOT_READY
    assert result.next_action is not None
    assert result.next_action.check == "computer.load"


def test_lost_outcomes_are_missing_too() -> None:
    assert evaluate([], CPU_LIMITS).readiness is Readiness.INCOMPLETE


def test_an_unknown_finding_is_shown_and_decides_nothing() -> None:
    newer = Finding(code="computer.from_a_newer_version", text="Something new.")
    result = evaluate([measured(CPU, 10, newer)], CPU_LIMITS)
    assert result.readiness is Readiness.READY
    assert newer in result.checks[0].findings


def test_higher_is_better_fails_below() -> None:
    assert evaluate([measured(DOWN, 0.5)], DOWN_LIMITS).readiness is Readiness.NOT_READY
    assert evaluate([measured(DOWN, 3)], DOWN_LIMITS).readiness is Readiness.READY_WITH_WARNINGS
    assert evaluate([measured(DOWN, 30)], DOWN_LIMITS).readiness is Readiness.READY


def test_a_finding_may_name_the_check_to_measure_again() -> None:
    """Lost speech is mended on the line; its call quality rests on the full line as well, which need not be filled."""
    lossy = measured("network.loss_after_buffer_percent", 6.0, low=5.0, high=7.0)
    evaluation = evaluate([lossy], policy(**{"network.loss_after_buffer_percent": Criterion(pass_=0.5, fail=2)}))
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding.code == "network.loss"
    assert evaluation.next_action.check == "network.jitter"
    assert evaluation.checks[0].again == "network.jitter"
