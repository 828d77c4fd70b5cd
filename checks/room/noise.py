"""How loud the room is beside the person's voice."""

from __future__ import annotations

from typing import ClassVar

from checks.audio.capture import Listened
from checks.audio.levels import OCTAVE_NAMES
from checks.audio.snr import Ratio, voice_over_room
from checks.audio.unheard import raise_if_no_reading, raise_if_unheard
from checks.interface import Captures, Context, NotMeasured, StepId
from checks.steps.read_aloud import ReadAloudCapture
from checks.steps.silence import SilenceCapture
from report.catalogue import finding, measurement
from report.policy import Policy
from report.vocabulary import Finding, Measurement, Outcome, Status

TOO_QUIET_DBFS_A = -90.0
"""Below this a 16-bit converter's own noise is measured, or nothing at all."""
ORDINARY_VOICE_DBFS_A = -50.0
"""With a voice above this the microphone isn't turned down: what is missing was filtered out."""
OVERLOADED_PERCENT = 1.0
VOLUME_STEP_PERCENT = 0.5
NEAR_VOICE_DB = 8.0
"""A voice within so much of the reading's level is at the same microphone."""
SPOKE_FOR_AT_MOST = 0.6
"""Somebody who speaks by mistake stops; a television goes on."""
QUIET_BETWEEN_DB = 15.0
"""So much quieter the rest is, when only somebody's words were too much."""


class RoomNoise:
    """Silence against reading: the voice over the room."""

    id: ClassVar[str] = "room.noise"
    version: ClassVar[int] = 1
    uses: ClassVar[tuple[StepId, ...]] = ("silence", "read_aloud")

    def assess(self, captures: Captures, context: Context) -> Outcome:
        """The levels of the silence, and the ratio. Raises :class:`NotMeasured` where something got in the way."""
        silence = captures.need("silence", SilenceCapture).listened
        reading = captures.need("read_aloud", ReadAloudCapture).listened
        raise_if_no_reading(reading, context)
        _raise_if_disturbed(silence, reading, context)
        ratio = voice_over_room(silence.heard, reading.heard)
        if ratio is None:
            raise _inconclusive("headset.silent_reading")
        if spoke_by_mistake(silence, reading):
            raise _inconclusive("room.voice_in_silence")
        return Outcome(
            check=self.id,
            version=self.version,
            status=Status.MEASURED,
            measurements=_measurements(silence, reading, ratio),
            disturbed_by=_disturbances(silence, reading),
            evidence=[silence.series("room.silence_dbfs_a"), reading.series("room.reading_dbfs_a")],
            facts=_octaves(silence),
        )

    def wants_more(self, captures: Captures, policy: Policy) -> float:
        """Never: its steps have the length they need."""
        return 0.0


def spoke_by_mistake(silence: Listened, reading: Listened) -> bool:
    """Whether somebody talked for a part of the silence, close to the microphone: then the room is still unknown.

    A television or radio must not be excused that way. Two things tell them apart. A voice at the microphone is as loud
    as the same voice reading, while what comes from across the room is quieter by far. And who talks by mistake stops,
    leaving stretches at the room's own level, while a television goes on. So only a voice that is near in level *and*
    confined in time is taken for a mistake; steady sound of any level counts as the room's noise, and so does distant
    speech.
    """
    heard = silence.heard
    near = heard.voice_a.level_dbfs >= reading.heard.voice_a.level_dbfs - NEAR_VOICE_DB
    confined = heard.voice_a.activity <= SPOKE_FOR_AT_MOST
    return near and confined and heard.noise.l90 <= heard.voice_a.level_dbfs - QUIET_BETWEEN_DB


def _raise_if_disturbed(silence: Listened, reading: Listened, context: Context) -> None:
    if silence.heard.defects.digitally_silent and not reading.heard.defects.digitally_silent:
        if any(endpoint.muted for endpoint in silence.inputs):
            raise _inconclusive("headset.muted")
        raise _inconclusive("room.noise_gate")
    raise_if_unheard(silence, context)
    if _changed(silence, reading):
        raise _inconclusive("room.gain_changed")
    if silence.heard.noise.laeq < TOO_QUIET_DBFS_A:
        filtered = reading.heard.voice_a.level_dbfs > ORDINARY_VOICE_DBFS_A
        raise _inconclusive("room.noise_gate" if filtered else "room.too_quiet_to_measure")
    if silence.heard.defects.clipped_percent > OVERLOADED_PERCENT:
        raise _inconclusive("room.overloaded")


def _changed(silence: Listened, reading: Listened) -> bool:
    """Another microphone, or another volume, at any time from the first recording to the second."""
    inputs = (*silence.inputs, *reading.inputs)
    volumes = [endpoint.volume_percent for endpoint in inputs if endpoint.volume_percent is not None]
    other_volume = bool(volumes) and max(volumes) - min(volumes) > VOLUME_STEP_PERCENT
    return other_volume or len({endpoint.id for endpoint in inputs}) > 1


def _inconclusive(code: str) -> NotMeasured:
    return NotMeasured(Status.INCONCLUSIVE, finding(code))


def _measurements(silence: Listened, reading: Listened, ratio: Ratio) -> list[Measurement]:
    noise = silence.heard.noise
    return [
        measurement("room.snr_a_db", ratio.db, ratio.low, ratio.high),
        measurement("room.laeq_dbfs_a", noise.laeq),
        measurement("room.l10_dbfs_a", noise.l10),
        measurement("room.l90_dbfs_a", noise.l90),
        measurement("room.voice_dbfs_a", reading.heard.voice_a.level_dbfs),
    ]


def _disturbances(silence: Listened, reading: Listened) -> list[Finding]:
    lost = silence.lost + reading.lost + silence.heard.defects.holes
    return [finding("headset.audio_lost", times=lost)] if lost else []


def _octaves(silence: Listened) -> dict[str, str | int | float | bool]:
    """Unweighted levels of the silence by octave."""
    bands = zip(OCTAVE_NAMES, silence.heard.octaves_dbfs, strict=True)
    return {f"octave_{name}_dbfs": round(level, 1) for name, level in bands if level is not None}


CHECK = RoomNoise()
