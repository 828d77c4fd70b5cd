"""One run of the microphone's steps, with an operator played by recordings."""

from __future__ import annotations

from dataclasses import dataclass

from checks.headset.voice import CHECK as VOICE
from checks.interface import Captures, Context, NotMeasured
from checks.room.noise import CHECK as NOISE
from checks.steps.preflight import STEP as PREFLIGHT
from checks.steps.preflight import PreflightCapture
from checks.steps.read_aloud import STEP as READ_ALOUD
from checks.steps.read_aloud import ReadAloudCapture
from checks.steps.silence import STEP as SILENCE
from checks.steps.silence import SilenceCapture
from report.policy import default_toml, parse
from report.vocabulary import Outcome
from tests.checks.probe import TestProbe
from tests.lab.headset import VirtualHeadset
from tests.lab.headset.scenes import Sound

SILENCE_S = 1.5
READING_S = 3.0
"""Shorter than in a real run: the tests wait for it."""


POLICY = parse(
    default_toml().partition(b"[criteria")[0]
    + b"""
[criteria."room.snr_a_db"]
pass = 25
fail = 15
[criteria."headset.band_edge_khz"]
pass = 6
fail = 3.2
"""
)
"""The limits of sound alone, for a wideband codec."""


def context(**changes: object) -> Context:
    return Context(policy=POLICY, **changes)  # type: ignore[arg-type]


@dataclass
class Operator:
    """Sits before a virtual headset in a room; reads when asked to."""

    headset: VirtualHeadset
    voice: Sound | None = None
    room: Sound | None = None

    def preflight(self, probe: TestProbe | None = None) -> PreflightCapture:
        return PREFLIGHT.run(probe or TestProbe(), context(), PREFLIGHT.seconds)

    def settle(self) -> None:
        """The room's noise begins; it has begun when this returns."""
        if self.room is not None:
            self.headset.hear(self.room.samples, self.room.rate_hz)

    def keep_quiet(self, probe: TestProbe | None = None, seconds: float = SILENCE_S) -> SilenceCapture:
        return SILENCE.run(probe or TestProbe(), context(), seconds)

    def read(self, probe: TestProbe | None = None, seconds: float = READING_S) -> ReadAloudCapture:
        if self.voice is not None:
            self.headset.hear(self.voice.samples, self.voice.rate_hz)
        return READ_ALOUD.run(probe or TestProbe(), context(), seconds)


def assess(silence: SilenceCapture | NotMeasured, reading: ReadAloudCapture | NotMeasured) -> dict[str, Outcome]:
    """Both checks' outcomes, as the runner makes them."""
    steps = {"silence": silence, "read_aloud": reading}
    captures = Captures(
        {k: v for k, v in steps.items() if not isinstance(v, NotMeasured)},
        {k: v for k, v in steps.items() if isinstance(v, NotMeasured)},
    )
    outcomes = {}
    for check in (NOISE, VOICE):
        try:
            outcomes[check.id] = check.assess(captures, context())
        except NotMeasured as reason:
            outcomes[check.id] = Outcome(
                check=check.id, version=check.version, status=reason.status, because=reason.because
            )
    return outcomes
