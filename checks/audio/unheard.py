"""Tells a recording that heard nothing at all from one of a quiet room."""

from __future__ import annotations

from checks.audio.capture import Listened
from checks.interface import Context, NotMeasured
from report.catalogue import finding
from report.vocabulary import Status

FAINTEST_VOICE_DBFS_A = -80.0
"""A voice this faint would be 54 dB below the nominal level of telephony."""


def raise_if_unheard(listened: Listened, context: Context) -> None:
    """Raises :class:`NotMeasured` when the microphone was muted, blocked or dead: never a quiet room.

    Exact zeros for a second or more are no sound. macOS delivers them, and no error, where it withholds permission.
    """
    if any(endpoint.muted for endpoint in listened.inputs):
        raise NotMeasured(Status.INCONCLUSIVE, finding("headset.muted"))
    if listened.heard.defects.all_zeros and context.os == "darwin":
        raise NotMeasured(Status.INCONCLUSIVE, finding("headset.no_permission"))
    if listened.heard.defects.digitally_silent:
        raise NotMeasured(Status.INCONCLUSIVE, finding("headset.no_signal"))


def raise_if_no_reading(reading: Listened, context: Context) -> None:
    """The same of a reading, where also less than any voice leaves is nothing: a headset's own mute button leaves the
    noise of its converter.
    """
    raise_if_unheard(reading, context)
    if reading.heard.voice_a.level_dbfs < FAINTEST_VOICE_DBFS_A:
        raise NotMeasured(Status.INCONCLUSIVE, finding("headset.no_signal"))
