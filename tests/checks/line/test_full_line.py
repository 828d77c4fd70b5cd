"""The full line on loopback: transfers with the probe of a call beside them, questions first, nothing left behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from checks.interface import Cancelled, Captures, Context, Line, NotMeasured
from checks.network.bandwidth import CHECK
from checks.steps.full_line import STEP, FullLineCapture
from employer.reflector_process import ReflectorProcess
from report.policy import LinePolicy, Policy, default
from report.vocabulary import Outcome, Status
from tests.checks.line.bandwidth.test_native import BEARER, app, dies_in_the_middle, is_silent
from tests.checks.probe import TestProbe, cancel_after, children_left
from tests.lab.servers import misbehaving, serving, slow_way_to

pytestmark = pytest.mark.realtime

LineTo = Callable[..., Line]


def policy(provider: str = "native", cap_mb: int = 150) -> Policy:
    line = msgspec.convert({"bandwidth_provider": provider, "data_cap_mb": cap_mb}, LinePolicy)
    return msgspec.structs.replace(default(), line=line)


def context(line: Line | None, **choices: object) -> Context:
    return Context(policy=policy(**choices), line=line)  # type: ignore[arg-type]


def assess(capture: FullLineCapture, within: Context) -> Outcome:
    return CHECK.assess(Captures({"full_line": capture}), within)


def value(outcome: Outcome, metric: str) -> float:
    found = outcome.value(metric)
    assert found is not None
    return found.value


def test_both_directions_are_measured_while_the_probe_goes_on(reflector: ReflectorProcess, line_to: LineTo) -> None:
    probe = TestProbe()
    with serving(app()) as url, slow_way_to(url, 16.0) as slow:
        where = context(replace(line_to(reflector.port, api_url=slow), bearer=BEARER))
        began = time.monotonic()
        capture = STEP.run(probe, where, 8.0)
        took = time.monotonic() - began
    assert took < 8 + 4
    assert capture.failed is None
    assert capture.probed is not None
    assert capture.unprobed is None
    assert capture.down_window is not None
    assert capture.up_window is not None
    assert 0 < capture.down_window[0] < capture.down_window[1] < capture.up_window[0] < capture.up_window[1]
    assert capture.up_window[1] < capture.probed.trace.seconds
    assert len(capture.probed.trace.answers) > 300
    assert {"line.rtt_ms", "line.down_mbit_s", "line.up_mbit_s"} <= set(probe.series)
    assert probe.asked == []
    outcome = assess(capture, where)
    assert value(outcome, "network.bandwidth_down_mbit_s") == pytest.approx(16, rel=0.15)
    assert value(outcome, "network.bandwidth_up_mbit_s") == pytest.approx(16, rel=0.15)
    assert 5 < value(outcome, "network.data_used_mb") < 25
    assert outcome.facts["provider"] == "native"
    assert outcome.facts["congestion_control_down"] == "cubic"
    assert [s.name for s in outcome.evidence] == ["network.bandwidth_down_mbit_s", "network.bandwidth_up_mbit_s"]
    assert children_left(of="checks.") == []


def test_the_policy_chooses_speedtest_and_caps_the_data(reflector: ReflectorProcess, line_to: LineTo) -> None:
    with serving(app()) as url:
        where = context(replace(line_to(reflector.port, api_url=url), bearer=BEARER), provider="speedtest", cap_mb=30)
        capture = STEP.run(TestProbe(), where, 4.0)
    outcome = assess(capture, where)
    assert value(outcome, "network.data_used_mb") <= 30
    assert outcome.facts["provider"] == "speedtest"
    assert "network.speedtest_unreliable" in [f.code for f in outcome.disturbed_by]


def test_without_an_employer_nothing_is_measured_unless_the_person_agrees() -> None:
    probe = TestProbe()
    with pytest.raises(NotMeasured) as caught:
        STEP.run(probe, context(None), 4.0)
    assert caught.value.status is Status.SKIP
    assert caught.value.because.code == "network.public_not_agreed"
    assert [(p.id, p.options, p.default) for p in probe.asked] == [("network.public_speedtest", ("no", "yes"), "no")]


@pytest.mark.skipif("sys.platform != 'linux'", reason="a stand-in for busctl is put first on the path of Linux")
@pytest.mark.parametrize("answer", ["no", "yes"])
def test_where_data_is_paid_for_the_person_is_asked_first(
    answer: str, line_to: LineTo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NetworkManager isn't part of the test machine; its answer is, as busctl prints it."""
    says_yes = tmp_path / "busctl"
    says_yes.write_text("#!/bin/sh\necho 'u 1'\n")
    says_yes.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    probe = TestProbe({"network.metered": answer})
    with serving(app()) as url, slow_way_to(url, 40.0) as slow:
        where = context(replace(line_to(9, api_url=slow), bearer=BEARER), cap_mb=6)
        if answer == "no":
            with pytest.raises(NotMeasured) as caught:
                STEP.run(probe, where, 4.0)
            assert (caught.value.status, caught.value.because.code) == (Status.SKIP, "network.declined")
        else:
            outcome = assess(STEP.run(probe, where, 4.0), where)
            assert "network.metered" in [f.code for f in outcome.findings]
            assert value(outcome, "network.data_used_mb") <= 6
    assert probe.asked[0].params == {"megabytes": 6}


def test_a_silent_reflector_harms_no_transfer(line_to: LineTo) -> None:
    """Nobody listens there: the packets are lost, and the trace says so."""
    with serving(app()) as url:
        where = context(replace(line_to(9, api_url=url), bearer=BEARER), cap_mb=20)
        capture = STEP.run(TestProbe(), where, 4.0)
    assert capture.down is not None
    assert capture.up is not None
    assert capture.probed is None or not capture.probed.trace.answers


def test_a_server_that_dies_is_an_error_with_its_reason(reflector: ReflectorProcess, line_to: LineTo) -> None:
    for serve, code in ((dies_in_the_middle, "network.bandwidth_broke"), (is_silent, "network.bandwidth_silent")):
        with misbehaving(serve) as url, pytest.raises(NotMeasured) as caught:
            STEP.run(TestProbe(), context(replace(line_to(reflector.port, api_url=url), bearer=BEARER)), 4.0)
        assert (caught.value.status, caught.value.because.code) == (Status.ERROR, code)
        assert children_left(of="checks.") == []


@pytest.mark.parametrize("after_s", [0.3, 2.0, 5.5])
def test_a_stop_at_any_moment_ends_it_within_a_second(
    reflector: ReflectorProcess, line_to: LineTo, after_s: float
) -> None:
    probe = TestProbe()
    with serving(app()) as url, slow_way_to(url, 5.0) as slow:
        where = context(replace(line_to(reflector.port, api_url=slow), bearer=BEARER))
        timer = cancel_after(probe, after_s)
        began = time.monotonic()
        with pytest.raises(Cancelled):
            STEP.run(probe, where, 10.0)
        assert time.monotonic() - began - after_s < 1.0
        timer.join()
        assert children_left(of="checks.") == []
