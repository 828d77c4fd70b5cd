"""Tells a recording that heard nothing at all from one of a quiet room."""

from __future__ import annotations

from checks.audio.capture import Listened
from checks.interface import Context, NotMeasured
from report.catalogue import finding
from report.vocabulary import Status


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
