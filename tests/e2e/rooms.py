"""Rooms to check in: noise all the time, and a voice while the person is asked to read aloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.lab.headset.scenes import (
    Sound,
    at_noise_level,
    at_weighted_speech_level,
    full_band_speech,
    room_tone,
    television,
)
from tests.lab.headset.virtual import VirtualHeadset

VOICE_DBFS_A = -26.0
SECONDS = 90.0

Room = Mapping[str, Callable[[], object]]
"""What happens when a step starts."""


def good(headset: VirtualHeadset) -> Room:
    """A quiet room and a clear voice, 36 dB above it."""
    return _room(headset, at_noise_level(room_tone(SECONDS), VOICE_DBFS_A - 36))


def with_television(headset: VirtualHeadset) -> Room:
    """A television 9 dB under the voice."""
    return _room(headset, at_noise_level(television(SECONDS), VOICE_DBFS_A - 9))


def _room(headset: VirtualHeadset, noise: Sound) -> Room:
    """The noise begins now."""
    voice = at_weighted_speech_level(full_band_speech(), VOICE_DBFS_A)
    headset.hear(noise.samples, noise.rate_hz)
    return {"read_aloud": lambda: headset.hear(voice.samples, voice.rate_hz)}
