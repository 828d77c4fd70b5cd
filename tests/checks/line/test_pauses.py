"""Regular pauses are found wherever they are, and nowhere else: on hundreds of simulated lines of each kind."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from checks.line.link.facts import Link, LinkKind
from checks.line.nearby.messages import Nearby
from checks.line.pauses import RegularPauses, all_pauses, regular_pauses
from checks.network import jitter, voice_quality
from protocol.packets import Floats, packets
from report.evaluate import evaluate
from report.policy import Criterion, default
from tests.checks.network.captures import assess, idle
from tests.protocol.lines import Line

INTERVAL_S = 0.02
Random = np.random.Generator


def held_ms(set_out_s: Floats, begins_s: Floats, lengths_ms: Floats) -> Floats:
    """How long each packet waits that sets out while the line stands still."""
    held = np.zeros(len(set_out_s))
    for begin_s, length_ms in zip(begins_s, lengths_ms, strict=True):
        inside = (set_out_s >= begin_s) & (set_out_s < begin_s + length_ms / 1000)
        held[inside] = np.maximum(held[inside], (begin_s - set_out_s[inside]) * 1000 + length_ms)
    return held


def in_order(set_out_s: Floats, delay_ms: Floats) -> Floats:
    """The same, where nothing overtakes."""
    return 1000 * (np.maximum.accumulate(set_out_s + delay_ms / 1000) - set_out_s)


def scanning(
    seconds: float, every_s: float, length_ms: float, draw: Random, *, ways: str = "up down", noise_ms: float = 2.0
) -> tuple[Line, int]:
    """A line that stands still regularly, and how often it does so within the trace, wholly."""
    at_s = np.arange(0, seconds, INTERVAL_S)
    begins_s = np.arange(draw.uniform(0, every_s), seconds, every_s)
    lengths_ms = np.full(len(begins_s), length_ms)
    up_ms, down_ms = (base + draw.exponential(noise_ms, len(at_s)) for base in (20, 30))
    if "up" in ways:
        up_ms += held_ms(at_s, begins_s, lengths_ms)
    if "down" in ways:
        down_ms += held_ms(at_s + up_ms / 1000 + 0.03, begins_s, lengths_ms)
    lost = frozenset(np.flatnonzero(draw.random(len(at_s)) < 0.003).tolist())
    whole = (begins_s > 0.2) & (begins_s + length_ms / 1000 < seconds - 0.2)
    return Line(up_ms.tolist(), down_ms.tolist(), lost_up=lost), int(whole.sum())


def said(line: Line) -> RegularPauses | None:
    return regular_pauses(packets(line.trace(), line.counts()))


@pytest.mark.parametrize("ways", ["up", "down", "up down"])
def test_regular_pauses_are_found_in_95_of_100_lines_that_have_three_or_more(ways: str) -> None:
    draw = np.random.default_rng(417)
    found = there = 0
    while there < 120:
        every_s, length_ms = draw.uniform(0.5, 10), draw.uniform(60, 150)
        line, times = scanning(float(draw.choice([18.5, 43.5])), every_s, length_ms, draw, ways=ways)
        if times < 3:
            continue
        there += 1
        pauses = said(line)
        found += pauses is not None and bool(
            abs(pauses.every_s - every_s) < 0.02 * every_s and abs(pauses.length_ms - length_ms) < 15
        )
    assert found >= 0.95 * there


def exponential(at_s: Floats, draw: Random) -> Floats:
    return draw.exponential(draw.uniform(1, 60), len(at_s))


def exponential_in_order(at_s: Floats, draw: Random) -> Floats:
    return in_order(at_s, exponential(at_s, draw))


def pareto_in_order(at_s: Floats, draw: Random) -> Floats:
    return in_order(at_s, draw.uniform(0.5, 15) * draw.pareto(draw.uniform(1.5, 2.5), len(at_s)).clip(0, 100))


def waves(at_s: Floats, draw: Random) -> Floats:
    tie, steps, delay = draw.uniform(0.5, 0.99), draw.normal(0, draw.uniform(1, 20), len(at_s)), np.zeros(len(at_s))
    for row in range(1, len(at_s)):
        delay[row] = tie * delay[row - 1] + steps[row]
    return in_order(at_s, np.abs(delay))


def single_spikes(at_s: Floats, draw: Random) -> Floats:
    return (draw.random(len(at_s)) < draw.uniform(0.002, 0.05)) * draw.uniform(40, 250, len(at_s))


def random_pauses(at_s: Floats, draw: Random) -> Floats:
    times = int(draw.poisson(draw.uniform(1, 20)))
    return held_ms(at_s, np.sort(draw.uniform(0, at_s[-1], times)), draw.uniform(50, 200, times))


def bursts_in_a_queue(at_s: Floats, draw: Random) -> Floats:
    """Others' packets come in bursts before a bottleneck, at random."""
    times = int(draw.poisson(draw.uniform(2, 60)))
    comes_s, takes_ms = np.sort(draw.uniform(0, at_s[-1], times)), draw.exponential(draw.uniform(30, 200), times)
    free_s, waits = 0.0, []
    arrivals = list(zip(comes_s, takes_ms, strict=True))
    for now_s in at_s:
        while arrivals and arrivals[0][0] <= now_s:
            come_s, take_ms = arrivals.pop(0)
            free_s = max(free_s, come_s) + take_ms / 1000
        waits.append(max(0.0, free_s - now_s) * 1000)
    return np.array(waits)


def full_buffer(at_s: Floats, draw: Random) -> Floats:
    """A download's own rhythm: the queue fills slowly and is emptied at once, like a clock."""
    turn = at_s / draw.uniform(1, 8) + draw.random()
    return draw.uniform(50, 400) * (turn % 1) + draw.exponential(1, len(at_s))


KINDS = (
    exponential,
    exponential_in_order,
    pareto_in_order,
    waves,
    single_spikes,
    random_pauses,
    bursts_in_a_queue,
    full_buffer,
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_regular_pause_is_not_called_one(kind: object) -> None:
    assert callable(kind)
    draw = np.random.default_rng(4170)
    for _ in range(75):
        at_s = np.arange(0, draw.choice([9.0, 18.5, 43.5]), INTERVAL_S)
        line = Line([20.0] * len(at_s), (30 + kind(at_s, draw)).tolist())
        assert said(line) is None


def test_a_pause_is_seen_where_it_is_and_once_though_it_holdsall_pauses() -> None:
    line, times = scanning(18.5, 3.0, 100, np.random.default_rng(1))
    found = all_pauses(packets(line.trace(), line.counts()))
    assert len(found) == times
    assert all(80 < pause.length_ms < 120 for pause in found)


def test_a_line_that_is_unsteady_for_its_pauses_is_said_to_pause() -> None:
    line, _ = scanning(18.5, 0.5, 150, np.random.default_rng(2), noise_ms=0.5)
    outcomes = [assess(check, idle(line)) for check in (jitter.CHECK, voice_quality.CHECK)]
    limits = {"network.jitter_ms": Criterion(pass_=5), "network.mos_drop": Criterion(pass_=0.01)}
    evaluation = evaluate(outcomes, msgspec.structs.replace(default(), criteria=limits))
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding.code == "network.wifi_pause"
    assert evaluation.next_action.finding.params == {"every_s": 0.5, "length_ms": 150}
    assert not {f.code for c in evaluation.checks for f in c.findings} & {"network.high_jitter", "network.poor_voice"}


@pytest.mark.parametrize(("kind", "code"), [("wifi", "wifi_pause"), ("cable", "line_pause"), ("mobile", "line_pause")])
def test_wifi_is_named_only_where_it_may_be_wifi(kind: LinkKind, code: str) -> None:
    line, _ = scanning(18.5, 2.0, 100, np.random.default_rng(4))
    capture = replace(idle(line), nearby=Nearby(link=Link(kind=kind)))
    assert f"network.{code}" in {f.code for f in assess(jitter.CHECK, capture).findings}


def test_pauses_that_harm_nothing_stand_in_nobodys_way() -> None:
    line, _ = scanning(18.5, 4.0, 70, np.random.default_rng(3), noise_ms=0.5)
    outcome = assess(jitter.CHECK, idle(line))
    assert [f.code for f in outcome.findings] == ["network.wifi_pause"]
    limits = {"network.jitter_ms": Criterion(pass_=20, fail=30)}
    evaluation = evaluate([outcome], msgspec.structs.replace(default(), criteria=limits))
    assert evaluation.next_action is None
