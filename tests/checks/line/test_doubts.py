"""What happens to this computer or its network voids a look at the line, idle or full, and is told as what it is."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from checks.interface import NotMeasured
from checks.line.probing import Probed
from checks.network import jitter, voice_quality
from checks.steps.idle_line import IdleLineCapture
from report.vocabulary import Status
from tests.checks.network.captures import assess, full, idle
from tests.protocol.lines import steady

SPOILT = {
    "network.stood_still": {"slept_s": 3.4},
    "network.changed": {"network": "changed"},
    "network.cut": {"network": "cut"},
    "network.clock_set": {"clock_step_ms": -75.0},
}


def spoil(probed: Probed, code: str) -> Probed:
    return replace(probed, **SPOILT[code])  # type: ignore[arg-type]


@pytest.mark.parametrize("code", SPOILT)
@pytest.mark.parametrize("check", [jitter.CHECK, voice_quality.CHECK])
def test_the_idle_line_is_inconclusive(check: jitter.JitterCheck | voice_quality.VoiceQualityCheck, code: str) -> None:
    capture = idle(steady(925))
    with pytest.raises(NotMeasured) as reason:
        assess(check, replace(capture, probed=spoil(capture.probed, code)))
    assert (reason.value.status, reason.value.because.code) == (Status.INCONCLUSIVE, code)


@pytest.mark.parametrize("code", SPOILT)
def test_nothing_is_said_of_the_full_line_and_the_idle_line_stands(code: str) -> None:
    loaded = full(steady(600).trace(), (1.0, 6.0), (7.0, 12.0))
    assert loaded.probed is not None
    outcome = assess(voice_quality.CHECK, idle(steady(925)), replace(loaded, probed=spoil(loaded.probed, code)))
    assert outcome.status is Status.MEASURED
    assert outcome.value("network.mos_idle_line") is not None
    assert outcome.value("network.mos_full_line") is None
    assert [f.code for f in outcome.disturbed_by] == [code]


def with_hole(seconds: float) -> IdleLineCapture:
    """Packets that were due in the hole leave together at its end."""
    capture = idle(steady(2150))
    sent = list(capture.probed.trace.sent)
    for late in range(round(seconds / 0.02)):
        sent[300 + late] = msgspec.structs.replace(sent[300 + late], late_ns=round((seconds - late * 0.02) * 1e9))
    return replace(capture, probed=replace(capture.probed, trace=replace(capture.probed.trace, sent=tuple(sent))))


def test_a_hole_in_the_schedule_is_a_computer_that_stood_still() -> None:
    assert assess(jitter.CHECK, with_hole(0.9)).status is Status.MEASURED
    with pytest.raises(NotMeasured) as reason:
        assess(jitter.CHECK, with_hole(1.6))
    assert reason.value.because.code == "network.stood_still"
    assert reason.value.because.params == {"seconds": 2}
