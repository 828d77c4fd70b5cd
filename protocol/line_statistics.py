"""What a trace says of the line, per direction: delay, jitter and loss, each as the standards define it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protocol.intervals import Estimate, Floats, of_mean, of_median, of_share
from protocol.packets import Flags, OneWay, Packets


@dataclass(frozen=True, slots=True)
class Loss:
    """Packets that were lost in one direction."""

    offered: int
    """Packets that set out in this direction."""
    lost: int
    perhaps_lost: int
    """Lost in this direction or the other; only the upper end of ``percent`` counts them."""
    longest_burst: int
    """Most in a row."""
    mean_burst: float
    """1 when losses come one by one; 0 when there are none."""
    percent: Estimate
    """The interval allows for bursts, those that were seen and those that may come."""


@dataclass(frozen=True, slots=True)
class DirectionStatistics:
    """One direction of the line. Delays are ``None`` where too few packets arrived."""

    loss: Loss
    jitter_ms: Estimate | None
    """RFC 3550, section 6.4.1, averaged over the run."""
    ipdv_ms: float | None
    """Mean absolute difference of the delays of packets sent one after the other (RFC 3393)."""
    delay_p50_ms: float | None
    """Median one-way delay above the smallest: needs no synchronised clocks."""
    delay_p95_ms: float | None
    delay_p99_ms: float | None
    reordered: int
    duplicated: int


@dataclass(frozen=True, slots=True)
class LineStatistics:
    """Both directions, the round trip, and what the sender itself was late by."""

    sent: int
    answered: int
    rtt_min_ms: float | None
    rtt_p50_ms: Estimate | None
    """Round trips are without the time that the reflector held the packet."""
    rtt_p95_ms: float | None
    rtt_p99_ms: float | None
    up: DirectionStatistics
    down: DirectionStatistics
    late_p99_ms: float
    """Hand-over of packets to the kernel, behind the schedule."""
    late_share: float
    """Packets handed over more than one interval late, 0 to 1."""
    queued_p95_ms: float | None
    """In this computer's own queue; ``None`` where the kernel doesn't say."""
    clock_skew_ppm: float
    """Of the reflector's clock, taken out of all delays; 0 where none shows."""
    clock_step_ms: float
    """How far the reflector's clock was set meanwhile; then one-way delays can't be trusted."""


def statistics(rows: Packets, interval_s: float) -> LineStatistics:
    """Statistics of a trace or of a part of it."""
    rtt = _known(rows.rtt_ms)
    queued = _known(rows.queued_ms)
    return LineStatistics(
        sent=len(rows),
        answered=len(rtt),
        rtt_min_ms=float(rtt.min()) if len(rtt) else None,
        rtt_p50_ms=of_median(rtt),
        rtt_p95_ms=_percentile(rtt, 95),
        rtt_p99_ms=_percentile(rtt, 99),
        up=_direction(rows.up),
        down=_direction(rows.down),
        late_p99_ms=_percentile(rows.late_ms, 99) or 0.0,
        late_share=float(np.mean(rows.late_ms > interval_s * 1000)) if len(rows) else 0.0,
        queued_p95_ms=_percentile(queued, 95),
        clock_skew_ppm=rows.clock_skew_ppm,
        clock_step_ms=rows.clock_step_ms,
    )


def jitter_ms(way: OneWay) -> Estimate | None:
    """Interarrival jitter of RFC 3550, averaged over the run; ``None`` with fewer than two arrivals.

    The standard's J is a running mean, gain 1/16, of |D|: how much the distance of two packets changed between
    sending and arrival, in order of arrival. Averaged over a run it is the mean of |D|, without J's start from zero.
    """
    arrived = np.flatnonzero(~np.isnan(way.delay_ms))
    in_order = arrived[np.argsort(way.arrival_ns[arrived], kind="stable")]
    mean = of_mean(np.abs(np.diff(way.delay_ms[in_order])))
    return None if mean is None else mean.at_least(way.certain)


def worse_jitter_ms(said: LineStatistics) -> Estimate | None:
    """Of the direction where it is worse; ``None`` where neither is known.

    The larger of two values that chance alone sets apart is too large more often than one: where the intervals
    overlap, the lower end is the lower of both.
    """
    known = [way.jitter_ms for way in (said.up, said.down) if way.jitter_ms is not None]
    if not known:
        return None
    worse = max(known, key=lambda jitter: jitter.value)
    low = min(jitter.low for jitter in known if jitter.high >= worse.low)
    return Estimate(worse.value, low, worse.high)


def above_minimum_ms(way: OneWay) -> Floats:
    """One-way delays above the smallest of them, of the packets that arrived."""
    delay = _known(way.delay_ms)
    return delay - delay.min() if len(delay) else delay


def loss(way: OneWay) -> Loss:
    """Loss in one direction, with its interval."""
    offered, lost, perhaps = int(way.offered.sum()), int(way.lost.sum()), int(way.perhaps_lost.sum())
    bursts = _runs(way.lost[way.offered])
    rows = way.offered | way.perhaps_lost
    return Loss(
        offered=offered,
        lost=lost,
        perhaps_lost=perhaps,
        longest_burst=max(bursts, default=0),
        mean_burst=float(np.mean(bursts)) if bursts else 0.0,
        percent=share_percent(way.lost[rows], way.perhaps_lost[rows]).at_least(way.certain),
    )


def share_percent(hits: Flags, perhaps: Flags) -> Estimate:
    """How many packets in a hundred are hit, a row for each; those ``perhaps`` hit count in the upper end alone."""
    share = of_share(hits, perhaps)
    return Estimate(100 * share.value, 100 * share.low, 100 * share.high)


def mean_burst(lost: Flags) -> float:
    """Mean length of runs of lost packets; 0 when none is lost."""
    bursts = _runs(lost)
    return float(np.mean(bursts)) if bursts else 0.0


def _direction(way: OneWay) -> DirectionStatistics:
    above = above_minimum_ms(way)
    steps = _known(np.diff(way.delay_ms))
    return DirectionStatistics(
        loss=loss(way),
        jitter_ms=jitter_ms(way),
        ipdv_ms=float(np.mean(np.abs(steps))) if len(steps) else None,
        delay_p50_ms=_percentile(above, 50),
        delay_p95_ms=_percentile(above, 95),
        delay_p99_ms=_percentile(above, 99),
        reordered=int(way.reordered.sum()),
        duplicated=int(way.copies.sum()),
    )


def _runs(flags: Flags) -> list[int]:
    """Lengths of the runs of true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [int(length) for length in edges[1::2] - edges[::2]]


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _percentile(values: Floats, percent: float) -> float | None:
    return float(np.percentile(values, percent)) if len(values) else None
