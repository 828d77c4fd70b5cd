"""Probes the line while nothing else uses it: a thin stream of packets, as a telephone call would send."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

from checks.interface import Capture, Context, Need, Probe, StepId
from checks.line import web
from checks.line.interface_traffic import OtherTraffic, TrafficWatch
from checks.line.length import MOST_S
from checks.line.nearby.asking import AskingNearby
from checks.line.nearby.messages import Nearby
from checks.line.probing import INTERVAL_S, Probed, Probing, target_of
from protocol.messages import ReflectorCounts
from protocol.stamp import PACKET_BYTES

SETTLE_S = 1.5
"""Of the step's length, for starting the prober, warming up the way, and the last answers."""
SPEAK_EVERY_S = 0.05
EARLIEST_S = 10.0
"""A look this long may be enough."""
LOOK_EVERY_S = 3.0
"""From then on it is asked so often whether it is."""


@dataclass(frozen=True, slots=True)
class IdleLineCapture(Capture):
    """What the probe saw of the idle line, and what the employer's end says of it."""

    probed: Probed
    counts: ReflectorCounts | None
    """The reflector's own counts; ``None`` when they could not be had."""
    counts_problem: str
    """Why not, for support; else empty."""
    web_answers: bool | None
    """Whether the employer answers over HTTPS; asked only when no packet was answered."""
    others: OtherTraffic | None
    """Traffic beside the probe's; ``None`` where it can't be told."""
    nearby: Nearby | None = None
    """The home's router and the second target over the same time, and the link; ``None`` where nothing is known."""


class IdleLineStep:
    """The idle line, toward the employer's reflector."""

    id: ClassVar[StepId] = "idle_line"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.LINE})
    seconds: ClassVar[float] = 20.0
    lead_s: ClassVar[float] = 0.0
    all_along: ClassVar[bool] = False
    cap_s: ClassVar[float] = MOST_S

    def run(self, probe: Probe, context: Context, seconds: float) -> IdleLineCapture:
        """Probes for ``seconds`` less :data:`SETTLE_S`, or as long as its probe wants, then asks the employer what its
        reflector saw."""
        target, line = target_of(context), context.line
        watch = TrafficWatch(target, 1 / INTERVAL_S, PACKET_BYTES)
        with watch, AskingNearby(context) as asking, Probing(target, self.cap_s - SETTLE_S, probe) as probing:
            _until_clear(probing, probe, seconds)
            probing.stop()
            probed = probing.result()
            nearby = asking.result(probe)
        counts, problem = web.ask_counts(line, probe) if line else (None, "")
        silent = not probed.trace.answers
        return IdleLineCapture(
            probed=probed,
            counts=counts,
            counts_problem=problem,
            web_answers=web.ask_whether_it_answers(line, probe) if line and silent else None,
            others=watch.others(),
            nearby=nearby,
        )


def _until_clear(probing: Probing, probe: Probe, seconds: float) -> None:
    """Lets the probe go on for ``seconds``; ends it earlier, or later, where what it has so far says so."""
    began_s, look_s = time.monotonic(), EARLIEST_S
    while probing.running:
        probe.wait(SPEAK_EVERY_S)
        probing.speak()
        elapsed_s = time.monotonic() - began_s
        probe.progress(min(1.0, elapsed_s / seconds))
        over = probing.sending_s >= seconds - SETTLE_S or elapsed_s >= seconds
        if not over and elapsed_s < look_s:
            continue
        so_far = probing.so_far()
        if so_far is not None:
            wanted_s = probe.wanted_s(_so_far(so_far))
            if wanted_s <= SETTLE_S:
                return
            seconds = max(seconds, elapsed_s + wanted_s)
        elif over:
            return
        look_s = elapsed_s + LOOK_EVERY_S


def _so_far(probed: Probed) -> IdleLineCapture:
    return IdleLineCapture(probed, counts=None, counts_problem="", web_answers=None, others=None)


STEP = IdleLineStep()
