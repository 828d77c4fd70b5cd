"""From a trace to what a call over it would sound like: MOS-CQE (ITU-T P.800.1), for each direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from checks.line.voice import jitter_buffer
from checks.line.voice.codecs import Codec
from checks.line.voice.emodel import Path, mos, rate
from checks.line.voice.jitter_buffer import Playout
from protocol.intervals import Estimate
from protocol.line_statistics import mean_burst, share_percent
from protocol.packets import Floats, OneWay, Packets


@dataclass(frozen=True, slots=True)
class VoiceQuality:
    """One direction of a call."""

    loss_percent: Estimate
    """Packets whose speech is not heard: lost or late, and not recovered."""
    delay_ms: float
    """From mouth to ear, without the devices' own: packet, way, buffer."""
    mos: Estimate
    """The interval is that of the loss."""


@dataclass(frozen=True, slots=True)
class CallQuality:
    """Both directions of a call."""

    up: VoiceQuality
    """What the customer hears of the operator."""
    down: VoiceQuality
    """What the operator hears of the customer."""

    @property
    def worse(self) -> VoiceQuality:
        """The direction with the lower score."""
        return min((self.up, self.down), key=lambda way: way.mos.value)

    @property
    def most_loss_percent(self) -> Estimate:
        """Of the direction that loses more."""
        return max((self.up.loss_percent, self.down.loss_percent), key=lambda loss: loss.value)


def best_mos(codec: Codec) -> float:
    """The codec's own score, without delay or loss."""
    return rate(Path(ie=codec.ie, bpl=codec.bpl)).mos


def call_quality(rows: Packets, codec: Codec, whole: Packets | None = None) -> CallQuality:
    """What a call would sound like over a line, behind an adaptive jitter buffer.

    ``whole`` is the trace that ``rows`` are a part of: its fastest packets are the line without a queue. The clocks of
    the two ends aren't compared: each direction is given half of the smallest round trip.
    """
    whole = rows if whole is None else whole
    way_ms = max(0.0, _smallest(whole.rtt_ms)) / 2
    up, down = jitter_buffer.adaptive(rows.up), jitter_buffer.adaptive(rows.down)
    up_ms = codec.delay_ms + way_ms + _standing_ms(rows.up, whole.up) + up.delay_ms
    down_ms = codec.delay_ms + way_ms + _standing_ms(rows.down, whole.down) + down.delay_ms
    return CallQuality(
        up=_quality(rows.up, up, codec, up_ms, up_ms + down_ms),
        down=_quality(rows.down, down, codec, down_ms, up_ms + down_ms),
    )


def _standing_ms(part: OneWay, whole: OneWay) -> float:
    """A queue that stood all through a part of the trace: how much its fastest packet is behind the whole's."""
    return _smallest(part.delay_ms) - _smallest(whole.delay_ms) if (~np.isnan(part.delay_ms)).any() else 0.0


def _smallest(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.min()) if len(known) else 0.0


def unheard_percent(way: OneWay, playout: Playout, codec: Codec) -> Estimate:
    """Packets whose speech is not heard, in percent; the interval allows for bursts."""
    counted = playout.known & way.offered
    rows = counted | way.perhaps_lost
    return share_percent((codec.unheard(playout.missing) & counted)[rows], way.perhaps_lost[rows])


def _quality(way: OneWay, playout: Playout, codec: Codec, delay_ms: float, round_trip_ms: float) -> VoiceQuality:
    loss = unheard_percent(way, playout, codec)
    burst = mean_burst(codec.unheard(playout.missing)[playout.known & way.offered])

    def score(percent: float) -> float:
        by_chance = 1 / (1 - percent / 100) if percent < 100 else 1.0
        return mos(
            rate(
                Path(
                    ie=codec.ie,
                    bpl=codec.bpl,
                    ppl=percent,
                    burst_r=max(1.0, burst / by_chance),
                    t=round_trip_ms / 2,
                    ta=delay_ms,
                    tr=round_trip_ms,
                )
            ).r
        )

    return VoiceQuality(loss, delay_ms, Estimate(score(loss.value), low=score(loss.high), high=score(loss.low)))
