"""Probes the line while nothing else uses it: a thin stream of packets, as a telephone call would send."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

from checks.interface import Capture, Context, Need, Probe, StepId
from checks.line import web
from checks.line.interface_traffic import InterfaceTraffic, OtherTraffic
from checks.line.probing import Probed, Probing, line_of
from protocol.messages import ReflectorCounts
from protocol.stamp import PACKET_BYTES

SETTLE_S = 1.5
"""Of the step's length, for starting the prober, warming up the way, and the last answers."""
SPEAK_EVERY_S = 0.05


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


class IdleLineStep:
    """The idle line, toward the employer's reflector."""

    id: ClassVar[StepId] = "idle_line"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.LINE})
    seconds: ClassVar[float] = 20.0
    lead_s: ClassVar[float] = 0.0
    all_along: ClassVar[bool] = False

    def run(self, probe: Probe, context: Context, seconds: float) -> IdleLineCapture:
        """Probes for ``seconds`` less :data:`SETTLE_S`, then asks the employer what its reflector saw."""
        line = line_of(context)
        traffic = web.Question(lambda: InterfaceTraffic(line))
        with Probing(line, max(1.0, seconds - SETTLE_S), probe) as probing:
            began_s = time.monotonic()
            while probing.running and time.monotonic() < began_s + seconds:
                probe.wait(SPEAK_EVERY_S)
                probing.speak()
                probe.progress(min(1.0, (time.monotonic() - began_s) / seconds))
            probed = probing.result()
        counts, problem = web.ask_counts(line, probe)
        return IdleLineCapture(
            probed=probed,
            counts=counts,
            counts_problem=problem,
            web_answers=None if probed.trace.answers else web.ask_whether_it_answers(line, probe),
            others=_others(traffic, probe, len(probed.trace.sent)),
        )


def _others(traffic: web.Question[InterfaceTraffic], probe: Probe, packets: int) -> OtherTraffic | None:
    try:
        return traffic.answer(probe).others(packets, PACKET_BYTES)
    except web.NoAnswer:
        return None


STEP = IdleLineStep()
