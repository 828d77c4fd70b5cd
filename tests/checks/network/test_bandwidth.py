"""What the check says of a full line: rates, doubts, and what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.interface import Captures, Context, NotMeasured
from checks.line.bandwidth.interface import Transfer
from checks.network.bandwidth import CHECK
from checks.steps.full_line import FullLineCapture
from report.catalogue import finding
from report.policy import default
from report.vocabulary import Outcome, Status
from tests.checks.network.captures import full
from tests.protocol.lines import Line

CONTEXT = Context(policy=default())
DOWN = Transfer("down", 48.2, 47.0, 49.4, 30_000_000, 3.1, 1.5, (10.0, 50.0, 50.0), 0, 5 * 10**9, 4, "cubic")
UP = replace(DOWN, direction="up", mbit_s=9.8, low=9.5, high=10.1, bytes_used=6_000_000, congestion_control="")
CAPTURE = FullLineCapture("native", DOWN, UP, None, None, None, None, None, None, None, None)


def assess(capture: FullLineCapture) -> Outcome:
    return CHECK.assess(Captures({"full_line": capture}), CONTEXT)


def test_each_direction_has_its_rate_with_its_interval_and_the_data_is_summed() -> None:
    outcome = assess(CAPTURE)
    assert {m.metric: (m.value, m.low, m.high) for m in outcome.measurements} == {
        "network.bandwidth_down_mbit_s": (48.2, 47.0, 49.4),
        "network.bandwidth_up_mbit_s": (9.8, 9.5, 10.1),
        "network.data_used_mb": (36.0, None, None),
    }
    assert outcome.findings == []
    assert outcome.disturbed_by == []
    assert outcome.facts["congestion_control_down"] == "cubic"
    assert "congestion_control_up" not in outcome.facts


def test_what_the_packets_of_the_call_took_is_counted_in_where_they_arrived() -> None:
    """50 packets a second of 200 bytes, as payload of TCP: 77 kbit/s; a third of them was lost on the way."""
    lossy = Line([20.0] * 500, [20.0] * 500, lost_up=frozenset(range(0, 500, 3)))
    capture = full(lossy.trace(), down=(1.0, 4.0), up=(5.0, 8.0), counts=lossy.counts())
    slow = replace(capture, provider="native", down=replace(DOWN, mbit_s=0.5, low=0.4, high=None), up=UP, failed=None)
    outcome = assess(slow)
    beside_mbit_s = 50 * 2 / 3 * 200 * 8 / 1e6 * 1448 / 1500
    found = {m.metric: m for m in outcome.measurements}
    assert found["network.bandwidth_down_mbit_s"].value == pytest.approx(0.5 + beside_mbit_s, abs=0.002)
    assert found["network.bandwidth_down_mbit_s"].low == pytest.approx(0.4 + beside_mbit_s, abs=0.002)
    assert found["network.bandwidth_down_mbit_s"].high is None
    assert found["network.bandwidth_up_mbit_s"].value == pytest.approx(9.8 + beside_mbit_s, abs=0.002)
    assert outcome.facts["call_beside_kbit_s_down"] == round(1000 * beside_mbit_s)


def test_one_direction_stands_where_the_other_failed_and_says_why() -> None:
    outcome = assess(replace(CAPTURE, up=None, failed=finding("network.bandwidth_broke")))
    assert outcome.value("network.bandwidth_up_mbit_s") is None
    assert outcome.value("network.bandwidth_down_mbit_s") is not None
    assert [f.code for f in outcome.findings] == ["network.bandwidth_broke"]


def test_a_doubt_of_both_directions_is_told_once() -> None:
    doubt = finding("network.speedtest_unreliable")
    outcome = assess(replace(CAPTURE, down=replace(DOWN, warnings=(doubt,)), up=replace(UP, warnings=(doubt,))))
    assert [f.code for f in outcome.disturbed_by] == ["network.speedtest_unreliable"]


@pytest.mark.parametrize(("others", "told"), [(None, False), (0.9, False), (1.4, False), (1.6, True), (20.0, True)])
def test_other_programs_traffic_is_told_when_it_could_change_the_figure(others: float | None, told: bool) -> None:
    outcome = assess(replace(CAPTURE, other_mbit_s=others))
    assert ("network.other_traffic" in [f.code for f in outcome.disturbed_by]) is told


def test_data_that_is_paid_for_is_told() -> None:
    assert [f.code for f in assess(replace(CAPTURE, metered=True)).findings] == ["network.metered"]
    assert assess(replace(CAPTURE, metered=False)).findings == []


def test_without_a_full_line_the_steps_own_reason_is_given() -> None:
    reason = NotMeasured(Status.SKIP, finding("network.declined"))
    with pytest.raises(NotMeasured) as caught:
        CHECK.assess(Captures({}, {"full_line": reason}), CONTEXT)
    assert caught.value is reason
