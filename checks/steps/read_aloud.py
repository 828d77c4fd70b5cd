"""Listens to the person reading a sentence aloud (:mod:`checks.audio.reading`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from checks.audio.capture import Listened, listen
from checks.interface import Capture, Context, Need, Probe, StepId


@dataclass(frozen=True, slots=True)
class ReadAloudCapture(Capture):
    """What was heard of the voice."""

    listened: Listened


class ReadAloud:
    """The person reads; the microphone is open."""

    id: ClassVar[StepId] = "read_aloud"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.MICROPHONE, Need.VOICE})
    seconds: ClassVar[float] = 6.0
    lead_s: ClassVar[float] = 2.0
    all_along: ClassVar[bool] = False
    cap_s: ClassVar[float] = 6.0

    def run(self, probe: Probe, context: Context, seconds: float) -> ReadAloudCapture:
        """Listens for ``seconds``."""
        return ReadAloudCapture(listen(probe, context, seconds))


STEP = ReadAloud()
