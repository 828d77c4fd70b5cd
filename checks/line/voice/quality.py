"""From a trace to what a call over it would sound like, for each direction: on the fitted scale, and as MOS-CQE
(ITU-T P.800.1) by the E-model's published figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from checks.line.voice import jitter_buffer
from checks.line.voice.codecs import Codec
from checks.line.voice.emodel import Path, mos, rate
from checks.line.voice.jitter_buffer import Playout
from protocol.intervals import Estimate
from protocol.line_statistics import mean_burst, share_percent
from protocol.packets import Flags, Floats, OneWay, Packets


@dataclass(frozen=True, slots=True)
class Delays:
    """Of one direction of a call, without the sound devices' own."""

    mouth_to_ear_ms: float = 0.0
    """Packet, way, buffer."""
    round_trip_ms: float = 0.0


NO_DELAY = Delays()


@dataclass(frozen=True, slots=True)
class VoiceQuality:
    """One direction of a call. The intervals of the scores are that of the loss."""

    loss_percent: Estimate
    """Packets whose speech is not heard: lost or late, and not recovered."""
    delay_ms: float
    """From mouth to ear, without the devices' own: packet, way, buffer."""
    mos: Estimate
    """By the figures fitted to decoded speech."""
    mos_cqe: Estimate
    """By the published figures."""


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

    @property
    def worse_mos_cqe(self) -> Estimate:
        """Of the direction where it is lower."""
        return min((self.up.mos_cqe, self.down.mos_cqe), key=lambda score: score.value)


def fitted_mos(codec: Codec, loss_percent: float = 0.0, delays: Delays = NO_DELAY) -> float:
    """The score by the figures fitted to decoded speech; without delays it is that of listening alone."""
    return _mos(Path(ie=codec.fitted.impairment(loss_percent)), delays)


def published_mos(codec: Codec, loss_percent: float, burst_ratio: float, delays: Delays = NO_DELAY) -> float:
    """The score by the E-model's published figures."""
    return _mos(Path(ie=codec.ie, bpl=codec.bpl, ppl=loss_percent, burst_r=burst_ratio), delays)


def burst_ratio(missing: Flags) -> float:
    """BurstR of G.107, at least 1: how much longer runs of missing packets are than chance would make them."""
    share = float(np.mean(missing)) if len(missing) else 0.0
    return max(1.0, mean_burst(missing) * (1 - share))


def call_quality(part: Packets, codec: Codec, whole: Packets | None = None) -> CallQuality:
    """What a call would sound like over a line, behind an adaptive jitter buffer.

    ``whole`` is the trace that ``part`` consists of rows of: the call went on all along, and its fastest packets are
    the line without a queue. The clocks of the two ends aren't compared: each direction is given half of the smallest
    round trip.
    """
    whole = part if whole is None else whole
    rows = np.isin(whole.sent_s, part.sent_s)
    way_ms = max(0.0, _smallest(whole.rtt_ms)) / 2
    up, down = (
        jitter_buffer.adaptive(way, forward_correction=codec.forward_correction).where(rows)
        for way in (whole.up, whole.down)
    )
    up_ms, down_ms = (codec.delay_ms + way_ms + playout.delay_ms for playout in (up, down))
    return CallQuality(
        up=_quality(part.up, up, codec, Delays(up_ms, up_ms + down_ms)),
        down=_quality(part.down, down, codec, Delays(down_ms, up_ms + down_ms)),
    )


def unheard_percent(way: OneWay, playout: Playout) -> Estimate:
    """Packets whose speech is not heard, in percent; the interval allows for bursts."""
    counted = playout.known & way.offered
    rows = counted | way.perhaps_lost
    return share_percent((playout.missing & counted)[rows], way.perhaps_lost[rows]).at_least(way.certain)


def _quality(way: OneWay, playout: Playout, codec: Codec, delays: Delays) -> VoiceQuality:
    loss = unheard_percent(way, playout)
    bursts = burst_ratio(playout.missing[playout.known & way.offered])
    return VoiceQuality(
        loss,
        delays.mouth_to_ear_ms,
        mos=Estimate(*(fitted_mos(codec, percent, delays) for percent in (loss.value, loss.high, loss.low))),
        mos_cqe=Estimate(
            *(published_mos(codec, percent, bursts, delays) for percent in (loss.value, loss.high, loss.low))
        ),
    )


def _mos(path: Path, delays: Delays) -> float:
    half_ms = delays.round_trip_ms / 2
    return mos(rate(replace(path, t=half_ms, ta=delays.mouth_to_ear_ms, tr=delays.round_trip_ms)).r)


def _smallest(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.min()) if len(known) else 0.0
