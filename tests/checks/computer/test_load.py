"""What the check says of captures: each condition by its own finding, and nothing that was not seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.computer.load import CHECK
from checks.interface import Captures, Context, NotMeasured
from checks.machine.cpu import CpuSample
from checks.machine.programs import Program
from checks.machine.system import Power, System
from checks.steps.load import LoadCapture
from report.policy import default
from report.vocabulary import Outcome, Status

CONTEXT = Context(policy=default())
QUIET = LoadCapture(
    seconds=20.0,
    system=System("Debian GNU/Linux 12", "x86_64", 2, 8.0, 3.5, "", ""),
    power=Power(None, None),
    cpu=tuple(CpuSample(0.5 * i, 14.0, 4.0, (20.0, 8.0)) for i in range(40)),
    late_ms=(0.2,) * 980 + (7.0,) * 20,
    gaps_s=(),
    programs=(Program("browser", 8.0),),
    memory_available_gib=3.0,
    swap_used_percent=None,
    disk_free_gib=50.0,
    throttled=None,
    frequency_mhz=None,
)


def assess(capture: LoadCapture) -> Outcome:
    return CHECK.assess(Captures({"load": capture}), CONTEXT)


def value(outcome: Outcome, metric: str) -> float:
    measurement = outcome.value(metric)
    assert measurement is not None
    return measurement.value


def codes(outcome: Outcome) -> list[str]:
    return [f.code for f in outcome.findings]


def test_our_own_share_is_taken_off_and_shown() -> None:
    outcome = assess(QUIET)
    assert value(outcome, "computer.cpu_busy_percent") == pytest.approx(10)
    assert value(outcome, "computer.own_cpu_percent") == pytest.approx(4)
    assert value(outcome, "computer.busiest_core_percent") == pytest.approx(20)
    assert outcome.findings == []
    assert outcome.disturbed_by == []


def test_late_timers_are_those_over_five_milliseconds() -> None:
    outcome = assess(QUIET)
    late = outcome.value("computer.late_timers_percent")
    assert late is not None
    assert late.low is not None
    assert late.high is not None
    assert late.value == pytest.approx(2.0)
    assert late.low < 2.0 < late.high
    assert value(outcome, "computer.timer_lateness_p95_ms") == pytest.approx(0.2)


def test_what_the_computer_lacks_is_not_measured() -> None:
    outcome = assess(replace(QUIET, late_ms=(), disk_free_gib=None))
    assert outcome.value("computer.late_timers_percent") is None
    assert outcome.value("computer.swap_used_percent") is None
    assert outcome.value("computer.disk_free_gib") is None
    assert [f.code for f in outcome.disturbed_by] == ["computer.timers_not_seen"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"programs": (Program("updater", 38.4), Program("browser", 9.0))}, "computer.busy_program"),
        ({"power": Power(True, 41.0)}, "computer.on_battery"),
        ({"system": replace(QUIET.system, remote="RDP")}, "computer.remote_desktop"),
        ({"system": replace(QUIET.system, virtual="VMware")}, "computer.virtual_machine"),
        ({"disk_free_gib": 0.7}, "computer.disk_nearly_full"),
        ({"throttled": True}, "computer.throttled"),
    ],
)
def test_each_condition_has_its_own_finding(change: dict[str, object], code: str) -> None:
    assert codes(assess(replace(QUIET, **change))) == [code]  # type: ignore[arg-type]


def test_a_charger_that_is_plugged_in_is_no_finding() -> None:
    outcome = assess(replace(QUIET, power=Power(False, 80.0)))
    assert outcome.findings == []
    assert outcome.facts["on_battery"] is False


def test_a_check_that_was_heavy_itself_and_a_computer_that_slept_are_told() -> None:
    heavy = tuple(CpuSample(s.at_s, 50.0, 40.0, s.cores_percent) for s in QUIET.cpu)
    outcome = assess(replace(QUIET, cpu=heavy, gaps_s=(12.5, 1.5)))
    assert [f.code for f in outcome.disturbed_by] == ["computer.check_is_heavy", "computer.stood_still"]
    assert outcome.disturbed_by[1].params == {"seconds": 14.0}


def test_an_idle_computer_is_never_less_than_idle() -> None:
    """The counters' rounding may give our own share a hair more than all that was busy."""
    outcome = assess(replace(QUIET, cpu=tuple(CpuSample(s.at_s, 1.0, 2.0, (1.0, 1.0)) for s in QUIET.cpu)))
    busy = outcome.value("computer.cpu_busy_percent")
    assert busy is not None
    assert (busy.value, busy.low, busy.high) == (0.0, 0.0, 0.0)


def test_a_glance_is_too_short_to_judge() -> None:
    with pytest.raises(NotMeasured) as caught:
        assess(replace(QUIET, seconds=1.0))
    assert caught.value.status is Status.INCONCLUSIVE
    assert caught.value.because.code == "computer.too_short"


def test_evidence_stays_coarse_and_keeps_the_worst() -> None:
    late = [0.1] * 5000
    late[1234] = 99.0
    outcome = assess(replace(QUIET, seconds=100.0, cpu=QUIET.cpu * 10, late_ms=tuple(late)))
    lateness = next(s for s in outcome.evidence if s.name == "computer.timer_lateness_ms")
    assert max(v for v in lateness.values if v is not None) == 99.0
    assert all(len(series.values) <= 120 for series in outcome.evidence)
    assert len(lateness.values) * lateness.step_s == pytest.approx(100.0, rel=0.05)
