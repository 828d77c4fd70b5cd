"""What a call would sound like over this line: idle, and while it is full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

import numpy as np

from checks.interface import Captures, Context, StepId
from checks.line import length
from checks.line.doubts import beside, raise_if_void, spoiled, void
from checks.line.in_use import raise_if_it_may_be_others
from checks.line.round_trips import known, round_trip_findings
from checks.line.trouble import trouble
from checks.line.voice import jitter_buffer
from checks.line.voice.codecs import CODECS, Codec
from checks.line.voice.quality import CallQuality, call_quality, fitted_mos, unheard_percent
from checks.steps.full_line import FullLineCapture, Window
from checks.steps.idle_line import IdleLineCapture
from protocol.intervals import Estimate
from protocol.line_statistics import LineStatistics, statistics
from protocol.packets import OneWay, Packets, packets
from report.catalogue import finding, measurement
from report.policy import Policy
from report.vocabulary import Finding, Measurement, Outcome, Status

BUFFERBLOAT_MS = 100.0
"""A queue that adds this much is seen as one; the shortest pause in a conversation that people notice is longer."""
SHORTEST_WINDOW_S = 1.0
FIXED_BUFFERS_MS = (60, 100)


class VoiceQualityCheck:
    """Packets of the idle and of the full line through a simulated jitter buffer, a codec and the E-model."""

    id: ClassVar[str] = "network.voice_quality"
    version: ClassVar[int] = 2
    uses: ClassVar[tuple[StepId, ...]] = ("idle_line", "full_line")

    def assess(self, captures: Captures, context: Context) -> Outcome:
        """Predicted quality in both directions; of the full line as well, where it was probed."""
        idle = captures.need("idle_line", IdleLineCapture)
        trace = idle.probed.trace
        rows = packets(trace, idle.counts)
        said = statistics(rows, trace.interval_s)
        raise_if_void(idle.probed, said, idle.counts, idle.web_answers, context.target)
        codec = CODECS[context.policy.line.codec]
        raise_if_it_may_be_others(
            rows, trace, idle.others, lambda part: _idle(call_quality(part, codec, rows), codec), context.policy
        )
        full = captures.find("full_line", FullLineCapture)
        loaded = Loaded.of(full, codec) if full is not None else None
        disturbed_by = [*round_trip_findings(rows), *beside(idle.others, idle.counts, said)]
        if full is not None and (because := _spoiled(full)) is not None:
            disturbed_by.append(because)
        measured = known(_idle(call_quality(rows, codec), codec), rows)
        return Outcome(
            check=self.id,
            version=self.version,
            status=Status.MEASURED,
            measurements=[
                *measured,
                *known([*_fixed_buffers(rows, codec), *(loaded.measurements() if loaded else ())], rows),
            ],
            findings=[*trouble(idle, rows, measured, context.policy), *(loaded.findings(said) if loaded else ())],
            disturbed_by=disturbed_by,
            facts={"codec": codec.title},
        )

    def wants_more(self, captures: Captures, policy: Policy) -> float:
        """Until the limits of the idle line are clear; nothing where it is disturbed, of which ``network.jitter``
        speaks."""
        idle = captures.need("idle_line", IdleLineCapture)
        trace = idle.probed.trace
        rows = packets(trace, idle.counts)
        said = statistics(rows, trace.interval_s)
        if said.answered == 0 or void(idle.probed, said, idle.counts):
            return 0.0
        codec = CODECS[policy.line.codec]
        return length.wanted_s(_idle(call_quality(rows, codec), codec), policy, trace.seconds)


class Loaded:
    """The full line: quality and queue, while receiving and while sending."""

    def __init__(self, rows: Packets, down: Window | None, up: Window | None, codec: Codec) -> None:
        windows = [rows.between(*window) for window in (down, up) if window is not None]
        self.calls = [call_quality(part, codec, rows) for part in windows if (~np.isnan(part.rtt_ms)).any()]
        self.down_ms = _queue_ms(rows.between(*down).down, rows.down) if down else None
        self.up_ms = _queue_ms(rows.between(*up).up, rows.up) if up else None

    @classmethod
    def of(cls, full: FullLineCapture, codec: Codec) -> Loaded | None:
        """The full line's, or ``None`` where it was not probed, or something disturbed the probe."""
        if full.probed is None or not full.probed.trace.answers or _spoiled(full):
            return None
        rows = packets(full.probed.trace, full.counts)
        return cls(rows, _long_enough(full.down_window), _long_enough(full.up_window), codec)

    def measurements(self) -> Iterator[Measurement]:
        """Quality in the worst of all cases, and the queue of each direction."""
        if self.calls:
            yield _score("network.mos_full_line", _worst(call.worse.mos for call in self.calls))
            yield _score("network.mos_full_line_up", _worst(call.up.mos for call in self.calls))
            yield _score("network.mos_full_line_down", _worst(call.down.mos for call in self.calls))
            yield _score("network.mos_cqe_full_line", _worst(call.worse_mos_cqe for call in self.calls))
        if self.up_ms is not None:
            yield measurement("network.delay_full_line_up_ms", self.up_ms)
        if self.down_ms is not None:
            yield measurement("network.delay_full_line_down_ms", self.down_ms)

    def findings(self, idle: LineStatistics) -> list[Finding]:
        """A queue, where one was seen: what packets wait for longer than on the idle line, which may be uneven too."""
        up_ms = (self.up_ms or 0.0) - (idle.up.delay_p95_ms or 0.0)
        down_ms = (self.down_ms or 0.0) - (idle.down.delay_p95_ms or 0.0)
        if min(up_ms, down_ms) >= BUFFERBLOAT_MS:
            return [finding("network.bufferbloat", up_ms=round(up_ms), down_ms=round(down_ms))]
        if up_ms >= BUFFERBLOAT_MS:
            return [finding("network.bufferbloat_up", up_ms=round(up_ms))]
        if down_ms >= BUFFERBLOAT_MS:
            return [finding("network.bufferbloat_down", down_ms=round(down_ms))]
        return []


def _spoiled(full: FullLineCapture) -> Finding | None:
    """What voids the probe of the full line."""
    if full.counts is not None and full.counts.unwell:
        return finding("employer.reflector_unwell")
    return spoiled(full.probed) if full.probed is not None else None


def _long_enough(window: Window | None) -> Window | None:
    return window if window is not None and window[1] - window[0] >= SHORTEST_WINDOW_S else None


def _idle(call: CallQuality, codec: Codec) -> list[Measurement]:
    worse, loss = call.worse.mos, call.most_loss_percent
    best = fitted_mos(codec)
    return [
        measurement("network.loss_after_buffer_percent", loss.value, loss.low, loss.high),
        measurement("network.mos_drop", best - worse.value, best - worse.high, best - worse.low),
        _score("network.mos_idle_line", worse),
        _score("network.mos_up", call.up.mos),
        _score("network.mos_down", call.down.mos),
        _score("network.mos_cqe_idle_line", call.worse_mos_cqe),
        measurement("network.mouth_to_ear_ms", max(call.up.delay_ms, call.down.delay_ms)),
    ]


def _score(metric: str, mos: Estimate) -> Measurement:
    return measurement(metric, mos.value, mos.low, mos.high)


def _worst(scores: Iterable[Estimate]) -> Estimate:
    return min(scores, key=lambda score: score.value)


def _fixed_buffers(rows: Packets, codec: Codec) -> Iterator[Measurement]:
    for depth_ms in FIXED_BUFFERS_MS:
        losses = [
            unheard_percent(way, jitter_buffer.fixed(way, depth_ms, forward_correction=codec.forward_correction))
            for way in (rows.up, rows.down)
        ]
        worse = max(losses, key=lambda loss: loss.value)
        yield measurement(f"network.loss_fixed_{depth_ms}_percent", worse.value, worse.low, worse.high)


def _queue_ms(part: OneWay, whole: OneWay) -> float | None:
    """Delay in the part, 95th percentile, above the fastest packet of the whole."""
    arrived = part.delay_ms[~np.isnan(part.delay_ms)]
    if not len(arrived):
        return None
    return float(np.percentile(arrived, 95) - np.nanmin(whole.delay_ms))


CHECK = VoiceQualityCheck()
