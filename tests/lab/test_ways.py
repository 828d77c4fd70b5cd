"""What a way does to packets is what it was told to."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple, get_args

import numpy as np
import pytest

from tests.lab.router.ways import Distribution, Fate, Impairment, Way

INTERVAL_NS = 20_000_000
N = 20_000
CHANCE = 3.9
"""Standard errors: beyond them by chance once in ten thousand times. Seeds are fixed; this is how they were allowed."""
NORMAL_SD = 10 * math.sqrt(math.pi) / 2
PARETO_SCALE = 50 / 3


def releases_ms(way: Way, n: int = N, size: int = 200) -> list[float]:
    """Delays of the packets that got through, one every 20 ms."""
    impairment = Impairment(way, seed=3)
    decisions = [(k, impairment.decide(size, k * INTERVAL_NS)) for k in range(1, n + 1)]
    return [(at - k * INTERVAL_NS) / 1e6 for k, decision in decisions for at in decision.release_ns]


def fates(way: Way, n: int = N) -> list[Fate]:
    impairment = Impairment(way, seed=3)
    return [impairment.decide(200, k * INTERVAL_NS).fate for k in range(1, n + 1)]


class Law(NamedTuple):
    """A distribution of delays whose RFC 3550 jitter is 10 ms, as the textbooks have it."""

    share_below: Callable[[float], float]
    difference_sd: float
    """Of |difference| of two independent delays."""


LAWS: dict[Distribution, Law] = {
    "exponential": Law(lambda x: 1 - math.exp(-x / 10), 10.0),
    "normal": Law(NormalDist(3 * NORMAL_SD, NORMAL_SD).cdf, math.sqrt(2 * NORMAL_SD**2 - 100)),
    "uniform": Law(lambda x: x / 30, math.sqrt(150 - 100)),
    "pareto": Law(lambda x: 1 - (1 + x / PARETO_SCALE) ** -3, math.sqrt(1.5 * PARETO_SCALE**2 - 100)),
}


@pytest.mark.parametrize("distribution", get_args(Distribution))
def test_delays_follow_their_distribution_and_show_its_jitter(distribution: Distribution) -> None:
    """Kolmogorov's bound at one in a thousand; a chance of one in ten thousand for the mean difference."""
    delays = np.array(releases_ms(Way(delay_ms=30, jitter_ms=10, distribution=distribution))) - 30
    law = LAWS[distribution]
    below = np.array([law.share_below(delay) for delay in np.sort(delays) if delay > 0])
    steps = np.arange(N - len(below), N + 1) / N
    assert max(np.abs(below - steps[:-1]).max(), np.abs(below - steps[1:]).max()) < 1.95 / math.sqrt(N)
    differences = np.abs(np.diff(delays))
    assert differences.mean() == pytest.approx(10, abs=CHANCE * law.difference_sd * math.sqrt(2 / N))


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_a_delay_is_correlated_with_the_next_one_as_told(correlation: float) -> None:
    """The correlation is that of the Gaussian variables behind the delays; its estimate has variance (1 - r²)²/N."""
    delays = releases_ms(Way(jitter_ms=10, distribution="uniform", correlation=correlation))
    scores = np.array([NormalDist().inv_cdf(min(max(delay / 30, 1e-9), 1 - 1e-9)) for delay in delays])
    found = np.corrcoef(scores[:-1], scores[1:])[0, 1]
    assert found == pytest.approx(correlation, abs=CHANCE * (1 - correlation**2) / math.sqrt(N))


def test_order_is_kept_when_asked() -> None:
    arrivals = np.array(releases_ms(Way(jitter_ms=40, keep_order=True))) + 20 * np.arange(N)
    assert np.diff(arrivals).min() > -1e-6
    assert (np.diff(np.array(releases_ms(Way(jitter_ms=40))) + 20 * np.arange(N)) < 0).any()


@pytest.mark.parametrize("burst", [1.0, 5.0])
def test_loss_has_its_share_and_its_bursts(burst: float) -> None:
    """Of Gilbert's chain: its share varies more than Bernoulli's by (1 + m)/(1 - m), its bursts are geometric."""
    n, share = 60_000, 0.04
    lost = [fate is Fate.LOST for fate in fates(Way(loss_percent=100 * share, loss_burst=burst), n)]
    runs = [len(list(run)) for is_lost, run in itertools.groupby(lost) if is_lost]
    memory = 1 - 1 / burst - (1 / burst) * share / (1 - share) if burst > 1 else 0.0
    share_sd = math.sqrt(share * (1 - share) / n * (1 + memory) / (1 - memory))
    assert np.mean(lost) == pytest.approx(share, abs=CHANCE * share_sd)
    true_burst = burst if burst > 1 else 1 / (1 - share)
    assert np.mean(runs) == pytest.approx(true_burst, abs=CHANCE * math.sqrt(true_burst * (true_burst - 1) / len(runs)))


def test_all_can_be_lost() -> None:
    assert set(fates(Way(loss_percent=100), n=100)) == {Fate.LOST}


def test_a_bottleneck_delays_by_its_rate_and_drops_what_its_queue_does_not_hold() -> None:
    impairment = Impairment(Way(rate_mbit_s=1, queue_bytes=10_000), seed=1)
    decisions = [impairment.decide(1000, 0) for _ in range(20)]
    assert [d.fate for d in decisions] == [Fate.SENT] * 10 + [Fate.OVERFLOWED] * 10
    assert decisions[9].release_ns == (80_000_000,), "ten thousand bytes at a megabit a second"


def test_a_spike_holds_what_falls_into_it_until_its_end() -> None:
    delays = releases_ms(Way(spike_every_s=1, spike_ms=200), n=100)
    held = [round(delay) for delay in delays if delay > 0]
    assert len(held) == 20
    assert max(held) == 200


def test_copies_and_overtaken_packets_come_at_their_rates() -> None:
    copies = len(releases_ms(Way(duplicate_percent=5))) - N
    assert copies / N == pytest.approx(0.05, abs=CHANCE * math.sqrt(0.05 * 0.95 / N))
    delays = releases_ms(Way(delay_ms=5, reorder_percent=10))
    assert np.mean([delay > 20 for delay in delays]) == pytest.approx(0.10, abs=CHANCE * math.sqrt(0.1 * 0.9 / N))


def test_a_course_changes_what_the_line_does_and_begins_again_when_told() -> None:
    impairment = Impairment([(2, Way(delay_ms=50)), (0, Way(delay_ms=10)), (4, Way(loss_percent=100))], seed=3)

    def delay_ms(at_s: float) -> float | None:
        decision = impairment.decide(200, round(at_s * 1e9))
        return decision.release_ns[0] / 1e6 - 1000 * at_s if decision.release_ns else None

    impairment.begin(round(100 * 1e9))
    assert [delay_ms(100 + s) for s in (0, 1.9, 2.1, 3.9, 4.1)] == pytest.approx([10, 10, 50, 50, None])
    impairment.begin(round(105 * 1e9))
    assert delay_ms(105.5) == pytest.approx(10)


def test_the_same_seed_gives_the_same_line() -> None:
    way = Way(jitter_ms=10, loss_percent=5, duplicate_percent=1)
    assert releases_ms(way, n=500) == releases_ms(way, n=500)
