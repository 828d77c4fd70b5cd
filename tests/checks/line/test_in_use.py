"""A line that misses a limit while other programs use it, and one that misses it anyway."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from checks.interface import Check, NotMeasured
from checks.line.interface_traffic import Moment, OtherTraffic
from checks.network import jitter, voice_quality
from report.vocabulary import Status
from tests.checks.network.captures import assess, idle
from tests.protocol.lines import SECOND_NS, START_NS, Line

N = 925
CHECKS = (jitter.CHECK, voice_quality.CHECK)


def shaken(begin_s: float, end_s: float) -> Line:
    """In that time packets come down as they like, within a quarter of a second."""
    at_s = np.arange(N) * 0.02
    shake_ms = np.random.default_rng(3).uniform(0, 250, N) * ((at_s >= begin_s) & (at_s < end_s))
    return Line([20.0] * N, (30 + shake_ms).tolist())


def others(begin_s: float, end_s: float, up: float = 0.0, down: float = 0.0) -> OtherTraffic:
    """Nothing but in that time."""
    moments = tuple(
        Moment(
            START_NS + round(at_s * SECOND_NS),
            START_NS + round((at_s + 0.5) * SECOND_NS),
            up if begin_s <= at_s < end_s else 0.01,
            down if begin_s <= at_s < end_s else 0.02,
        )
        for at_s in np.arange(0, N * 0.02, 0.5)
    )
    share = (end_s - begin_s) / (N * 0.02)
    return OtherTraffic(up * share, down * share, moments)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("end_s", [9.0, 18.5])
def test_trouble_only_while_others_use_the_line_is_no_fault_of_the_line(check: Check, end_s: float) -> None:
    capture = idle(shaken(2, end_s), others=others(2, end_s, up=0.1, down=7.25))
    with pytest.raises(NotMeasured) as reason:
        assess(check, capture)
    assert reason.value.status is Status.INCONCLUSIVE
    assert reason.value.because.code == "network.line_in_use"
    assert reason.value.because.params == {"up_mbit_s": 0.1, "down_mbit_s": 7.2}


@pytest.mark.parametrize("check", CHECKS)
def test_a_line_that_fails_in_the_calm_moments_too_fails(check: Check) -> None:
    outcome = assess(check, idle(shaken(0, 19), others=others(2, 9, up=3.0)))
    assert outcome.status is Status.MEASURED
    assert [f.code for f in outcome.disturbed_by] == ["network.other_traffic"]


@pytest.mark.parametrize("check", CHECKS)
def test_a_queue_takes_its_time_to_run_empty(check: Check) -> None:
    with pytest.raises(NotMeasured):
        assess(check, idle(shaken(2, 9.9), others=others(2, 9, down=9.0)))


@pytest.mark.parametrize("check", CHECKS)
def test_traffic_beside_a_good_line_is_only_told(check: Check) -> None:
    outcome = assess(check, idle(shaken(0, 0), others=others(2, 18, down=9.0)))
    assert outcome.status is Status.MEASURED
    assert [f.code for f in outcome.disturbed_by] == ["network.other_traffic"]


def test_the_little_that_every_computer_moves_excuses_nothing() -> None:
    chatter = others(2, 18, up=0.3, down=1.0)
    assert assess(jitter.CHECK, idle(shaken(2, 18), others=chatter)).status is Status.MEASURED
    not_watched = replace(others(2, 18, down=9.0), moments=())
    assert assess(jitter.CHECK, idle(shaken(2, 18), others=not_watched)).status is Status.MEASURED
