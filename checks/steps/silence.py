"""Listens to the room while nobody speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from checks.audio.capture import Listened, listen
from checks.interface import Capture, Context, Need, Probe, StepId


@dataclass(frozen=True, slots=True)
class SilenceCapture(Capture):
    """What was heard of the room."""

    listened: Listened


class Silence:
    """The person is quiet; the microphone is open."""

    id: ClassVar[StepId] = "silence"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.MICROPHONE, Need.QUIET})
    seconds: ClassVar[float] = 8.0
    lead_s: ClassVar[float] = 0.0
    all_along: ClassVar[bool] = False
    cap_s: ClassVar[float] = 8.0

    def run(self, probe: Probe, context: Context, seconds: float) -> SilenceCapture:
        """Listens for ``seconds``."""
        return SilenceCapture(listen(probe, context, seconds))


STEP = Silence()
