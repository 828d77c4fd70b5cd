"""What a way does to packets is what it was told to."""

from __future__ import annotations

import itertools
from typing import get_args

import numpy as np
import pytest

from tests.lab.router.ways import Distribution, Fate, Impairment, Way

INTERVAL_NS = 20_000_000
N = 20_000


def releases_ms(way: Way, n: int = N, size: int = 200) -> list[float]:
    """Delays of the packets that got through, one every 20 ms."""
    impairment = Impairment(way, seed=3)
    decisions = [(k, impairment.decide(size, k * INTERVAL_NS)) for k in range(1, n + 1)]
    return [(at - k * INTERVAL_NS) / 1e6 for k, decision in decisions for at in decision.release_ns]


def fates(way: Way, n: int = N) -> list[Fate]:
    impairment = Impairment(way, seed=3)
    return [impairment.decide(200, k * INTERVAL_NS).fate for k in range(1, n + 1)]


@pytest.mark.parametrize("distribution", get_args(Distribution))
def test_jitter_is_what_rfc_3550_would_show(distribution: Distribution) -> None:
    delays = np.array(releases_ms(Way(delay_ms=30, jitter_ms=10, distribution=distribution)))
    assert np.mean(np.abs(np.diff(delays))) == pytest.approx(10, rel=0.06)
    assert delays.min() >= 30


def test_correlation_lowers_the_jitter_and_keeps_the_spread() -> None:
    free = np.array(releases_ms(Way(jitter_ms=10)))
    tied = np.array(releases_ms(Way(jitter_ms=10, correlation=0.9)))
    assert np.mean(np.abs(np.diff(tied))) < 0.5 * np.mean(np.abs(np.diff(free)))
    assert np.std(tied) == pytest.approx(np.std(free), rel=0.15)


def test_order_is_kept_when_asked() -> None:
    arrivals = np.array(releases_ms(Way(jitter_ms=40, keep_order=True))) + 20 * np.arange(N)
    assert np.diff(arrivals).min() > -1e-6
    assert (np.diff(np.array(releases_ms(Way(jitter_ms=40))) + 20 * np.arange(N)) < 0).any()


@pytest.mark.parametrize("burst", [1.0, 5.0])
def test_loss_has_its_share_and_its_bursts(burst: float) -> None:
    lost = [fate is Fate.LOST for fate in fates(Way(loss_percent=4, loss_burst=burst), n=60_000)]
    runs = [len(list(run)) for is_lost, run in itertools.groupby(lost) if is_lost]
    assert np.mean(lost) == pytest.approx(0.04, rel=0.15)
    assert np.mean(runs) == pytest.approx(burst, rel=0.1)


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
    assert len(releases_ms(Way(duplicate_percent=5))) == pytest.approx(1.05 * N, rel=0.01)
    delays = releases_ms(Way(delay_ms=5, reorder_percent=10))
    assert np.mean([delay > 20 for delay in delays]) == pytest.approx(0.10, abs=0.01)


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
