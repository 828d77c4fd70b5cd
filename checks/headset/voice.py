"""Which headset is in use, and how the person's voice sounds through it."""

from __future__ import annotations

from typing import ClassVar

from checks.audio.capture import Listened
from checks.audio.devices.interface import Survey
from checks.audio.in_use import device_facts, device_findings
from checks.audio.unheard import raise_if_no_reading
from checks.interface import Captures, Context, NotMeasured, StepId
from checks.steps.preflight import PreflightCapture
from checks.steps.read_aloud import ReadAloudCapture
from report.catalogue import finding, measurement
from report.policy import Policy
from report.vocabulary import Finding, Measurement, Outcome, Status

TOO_QUIET_DBFS = -45.0
"""Nearly 20 dB below the nominal level of telephony, −26 dBov (ITU-T P.56)."""
CLIPPED_PERCENT = 0.1
STEADY_DB = 4.0
"""Speech goes up and down by far more than this between its syllables and pauses; a room doesn't."""


class HeadsetVoice:
    """The devices in use, and the voice of the reading."""

    id: ClassVar[str] = "headset.voice"
    version: ClassVar[int] = 1
    uses: ClassVar[tuple[StepId, ...]] = ("preflight", "read_aloud")

    def assess(self, captures: Captures, context: Context) -> Outcome:
        """Level, clipping and band edge; what is in use comes along also when nothing was heard."""
        survey = _newest_survey(captures)
        findings = device_findings(survey, context) if survey else []
        facts = device_facts(survey, context) if survey else {}
        try:
            reading = captures.need("read_aloud", ReadAloudCapture).listened
            raise_if_no_reading(reading, context)
            _raise_if_not_read(reading)
        except NotMeasured as reason:
            return Outcome(
                check=self.id,
                version=self.version,
                status=reason.status,
                because=reason.because,
                findings=findings,
                facts=facts,
            )
        return Outcome(
            check=self.id,
            version=self.version,
            status=Status.MEASURED,
            measurements=_measurements(reading),
            findings=[*findings, *_voice_findings(reading)],
            disturbed_by=_disturbances(reading),
            evidence=[reading.series("headset.voice_dbfs_a")],
            facts=facts | {"rate_hz": reading.heard.rate_hz},
        )

    def wants_more(self, captures: Captures, policy: Policy) -> float:
        """Never: its steps have the length they need."""
        return 0.0


def _newest_survey(captures: Captures) -> Survey | None:
    reading = captures.find("read_aloud", ReadAloudCapture)
    if reading is not None:
        return reading.listened.survey
    preflight = captures.find("preflight", PreflightCapture)
    return preflight.survey if preflight else None


def _raise_if_not_read(reading: Listened) -> None:
    noise = reading.heard.noise
    if noise.l10 - noise.l90 < STEADY_DB:
        raise NotMeasured(Status.INCONCLUSIVE, finding("headset.silent_reading"))


def _measurements(reading: Listened) -> list[Measurement]:
    heard = reading.heard
    measured = [
        measurement("headset.speech_level_dbfs", heard.voice.level_dbfs),
        measurement("headset.speech_activity_percent", 100.0 * heard.voice.activity),
        measurement("headset.clipping_percent", heard.defects.clipped_percent),
    ]
    if heard.edge is not None:
        low, high = heard.edge.hz / 1000.0, heard.edge.hidden_up_to_hz / 1000.0
        measured.insert(0, measurement("headset.band_edge_khz", low, low, high))
    return measured


def _voice_findings(reading: Listened) -> list[Finding]:
    level, clipped = reading.heard.voice.level_dbfs, reading.heard.defects.clipped_percent
    found = []
    if level < TOO_QUIET_DBFS:
        found.append(finding("headset.too_quiet", level=round(level)))
    if clipped > CLIPPED_PERCENT:
        found.append(finding("headset.clipping", percent=round(clipped, 1)))
    return found


def _disturbances(reading: Listened) -> list[Finding]:
    return [finding("headset.audio_lost", times=reading.lost)] if reading.lost else []


CHECK = HeadsetVoice()
