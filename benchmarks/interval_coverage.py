"""Whether intervals hold what they promise: in how many of 2,000 simulated traces the 95 % interval holds the truth.

The truth is the parameter of the simulated line (its loss probability, or what millions of its packets show), not what
happened in the trace. ``make benchmark-interval_coverage`` prints, for each condition and length: how many intervals
hold it, on which side the others miss, how wide they are on average, and how often wider than the ideal, which knows
how the estimate scatters. The target is 93 %.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from typing import get_args

import numpy as np

from benchmarks.intervals.lines import (
    INTERVAL_S,
    CrossTraffic,
    DelaysOf,
    Floats,
    Jitter,
    Loss,
    LossesOf,
    Stalls,
    no_delay,
    no_loss,
    one_way,
    trace,
)
from checks.line.voice import jitter_buffer
from checks.line.voice.codecs import CODECS
from checks.line.voice.quality import Delays, call_quality, fitted_mos
from protocol.intervals import Estimate
from protocol.line_statistics import loss, share_percent, statistics, worse_jitter_ms
from protocol.packets import OneWay
from tests.lab.router.ways import Distribution

TARGET = 0.93
CHUNK = 125
"""Traces of one task."""
CALLS = 1000
"""Calls of the same length that show the truth of what depends on it."""
LONG = 20_000
"""Packets of a trace that shows the truth."""
G711 = CODECS["g711_plc"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A kind of line, and what is asked of it."""

    group: str
    name: str
    delays: DelaysOf
    losses: LossesOf
    seconds: tuple[int, ...] = (10, 20, 45)
    truths: int = 200
    """Long traces that the truth is taken from."""
    traces: int = 2000
    down: DelaysOf | None = None
    """The way down, where it is not as the way up."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the intervals of one number did."""

    number: str
    truth: float
    said: Floats
    """A row for each trace: value, low, high."""

    def line(self) -> str:
        """A row of the table."""
        value, low, high = self.said.T
        held = np.mean((low <= self.truth) & (self.truth <= high))
        ideal = 2 * 1.96 * float(np.std(value))
        width = float(np.mean(high - low))
        return (
            f"{self.number:<16}{self.truth:>9.3f}{100 * held:>8.1f}{100 * np.mean(high < self.truth):>8.1f}"
            f"{100 * np.mean(low > self.truth):>7.1f}{width:>10.3f}{width / ideal if ideal else 1:>8.2f}"
            f"{'' if held >= TARGET else '  below the target'}"
        )

    @property
    def held(self) -> bool:
        """Whether the target is met."""
        return bool(np.mean((self.said[:, 1] <= self.truth) & (self.truth <= self.said[:, 2])) >= TARGET)


def conditions(traces: int) -> Iterator[Condition]:
    """All of them."""
    for distribution in get_args(Distribution):
        for correlation in (0.0, 0.5, 0.9, 0.98):
            jitter = Jitter(distribution, 5.0, correlation)
            yield Condition("delay", f"{distribution} {correlation:g}", jitter, no_loss, traces=traces)
    yield Condition("delay", "order kept", Jitter("exponential", 20.0, keep_order=True), no_loss, traces=traces)
    yield Condition("delay", "stalls", Stalls(), no_loss, traces=traces, down=Jitter("exponential", 1.0))
    yield Condition("delay", "cross traffic", CrossTraffic(), no_loss, truths=40, traces=traces)
    for percent in (0.1, 0.5, 1.0, 2.0, 5.0, 10.0):
        yield Condition("loss", f"{percent:g} % single", no_delay, Loss(percent), traces=traces)
    for burst in (2, 4, 8, 12):
        for percent in (0.5, 1.0, 2.0, 5.0):
            yield Condition("loss", f"{percent:g} % by {burst}", no_delay, Loss(percent, burst), traces=traces)
    for name, delays, losses in (
        ("late", Jitter("exponential", 20.0), no_loss),
        ("late, 0.9", Jitter("exponential", 40.0, 0.9), no_loss),
        ("late, 0.98", Jitter("exponential", 80.0, 0.98), no_loss),
        ("cross traffic", CrossTraffic(load=0.6), no_loss),
        ("late and lost", Jitter("exponential", 20.0), Loss(2.0, 4)),
        ("lost by 8", Jitter("exponential", 2.0), Loss(1.0, 8)),
    ):
        yield Condition("voice", name, delays, losses, (10, 20), truths=8, traces=traces)


def numbers(condition: Condition, ways: tuple[OneWay, OneWay]) -> Iterator[tuple[str, Estimate | None]]:
    """What the product says of one trace."""
    if condition.group == "loss":
        yield "loss %", loss(ways[0]).percent
        return
    rows = trace(*ways)
    if condition.group == "delay":
        said = statistics(rows, INTERVAL_S)
        yield "jitter ms", said.up.jitter_ms
        yield "worse jitter ms", worse_jitter_ms(said)
        yield "median rtt ms", said.rtt_p50_ms
        return
    for depth_ms in (60, 100):
        missing = jitter_buffer.fixed(ways[0], depth_ms).missing
        yield f"fixed {depth_ms} %", share_percent(missing, np.zeros_like(missing))
    heard = call_quality(rows, G711)
    yield "adaptive %", heard.up.loss_percent
    yield "mos", heard.up.mos
    yield "delay up ms", _exact(heard.up.delay_ms)
    yield "delay down ms", _exact(heard.down.delay_ms)


def _exact(value: float) -> Estimate:
    return Estimate(value, value, value)


def truths(condition: Condition, seed: int) -> dict[str, float]:
    """What one long trace says: the mean over many is the truth."""
    return {name: said.value for name, said in _said(condition, LONG, 1, seed)[0] if said is not None}


def chunk(condition: Condition, seconds: int, seed: int) -> list[dict[str, tuple[float, float, float]]]:
    """What the product says of each of some traces."""
    return [
        {name: (said.value, said.low, said.high) for name, said in one if said is not None}
        for one in _said(condition, round(seconds / INTERVAL_S), CHUNK, seed)
    ]


def _said(condition: Condition, packets: int, traces: int, seed: int) -> list[list[tuple[str, Estimate | None]]]:
    draw = np.random.default_rng((zlib.crc32(condition.name.encode()), packets, seed))
    ways = [
        (delays(draw, traces, packets), condition.losses(draw, traces, packets))
        for delays in (condition.delays, condition.down or condition.delays)
    ]
    return [
        list(numbers(condition, (one_way(ways[0][0][k], ways[0][1][k]), one_way(ways[1][0][k], ways[1][1][k]))))
        for k in range(traces)
    ]


def _of_calls(said: list[dict[str, tuple[float, float, float]]]) -> dict[str, float]:
    """What other calls of the same length show: the buffer learns at the beginning of each, so length matters."""
    loss_percent, up_ms, down_ms = (
        float(np.mean([one[name][0] for one in said])) for name in ("adaptive %", "delay up ms", "delay down ms")
    )
    return {"adaptive %": loss_percent, "mos": fitted_mos(G711, loss_percent, Delays(up_ms, up_ms + down_ms))}


def measure(condition: Condition, pool: Executor) -> Iterator[tuple[int, Coverage]]:
    """Each length and number."""
    pending = {
        seconds: [pool.submit(chunk, condition, seconds, seed) for seed in range(-(-condition.traces // CHUNK))]
        for seconds in condition.seconds
    }
    if condition.group == "loss":
        assert isinstance(condition.losses, Loss)
        truth = {"loss %": condition.losses.percent}
    else:
        long = [pool.submit(truths, condition, 1_000_000 + seed) for seed in range(condition.truths)]
        found = [task.result() for task in long]
        truth = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
        truth = {name: value for name, value in truth.items() if not name.startswith("delay")}
        truth |= {"worse jitter ms": truth["jitter ms"]} if condition.group == "delay" else {}
    for seconds, tasks in pending.items():
        said = [one for task in tasks for one in task.result()]
        if condition.group == "voice":
            calls = [pool.submit(chunk, condition, seconds, 2_000_000 + seed) for seed in range(CALLS // CHUNK)]
            truth |= _of_calls([one for task in calls for one in task.result()])
        for name in truth:
            yield seconds, Coverage(name, truth[name], np.array([one[name] for one in said if name in one]))


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("groups", nargs="*", choices=["delay", "loss", "voice", []], help="all where none is named")
    parser.add_argument("--quick", action="store_true", help="250 traces each: coverage to within 3 %%")
    options = parser.parse_args()
    below = 0
    print(f"{'condition':<20}{'s':>4}  {'number':<16}{'truth':>9}{'held %':>8}", end="")
    print(f"{'above %':>8}{'below':>7}{'width':>10}{'ideals':>8}")
    with ProcessPoolExecutor(2) as pool:
        for condition in conditions(250 if options.quick else 2000):
            if options.groups and condition.group not in options.groups:
                continue
            for seconds, coverage in measure(condition, pool):
                print(f"{condition.name:<20}{seconds:>4}  {coverage.line()}", flush=True)
                below += not coverage.held
    print(f"{below} below {100 * TARGET:.0f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
