"""Recordings as the steps bring them, made of scenes: for checks that are to be tried without a device."""

from __future__ import annotations

from checks.audio.capture import Listened
from checks.audio.devices.interface import Bus, Endpoint, Form, Survey
from checks.audio.hearing import hear
from checks.interface import Captures
from checks.steps.read_aloud import ReadAloudCapture
from checks.steps.silence import SilenceCapture
from tests.lab.headset.scenes import Sound

HEADSET_IN = Endpoint(
    id="usb-in", name="A Headset", bus=Bus.USB, form=Form.HEADSET, group="usb-1", default=True,
    default_for_calls=True, muted=False, volume_percent=80.0,
)  # fmt: skip
HEADSET_OUT = Endpoint(
    id="usb-out", name="A Headset", bus=Bus.USB, form=Form.HEADSET, group="usb-1", default=True, default_for_calls=True
)


def listened(sound: Sound, *inputs: Endpoint, lost: int = 0) -> Listened:
    """That sound, heard through these microphones one after the other."""
    used = inputs or (HEADSET_IN,)
    survey = Survey(told_by="pulse", inputs=(used[-1],), outputs=(HEADSET_OUT,))
    return Listened(heard=hear(sound.samples, sound.rate_hz), survey=survey, inputs=used, lost=lost)


def captures(silence: Listened, reading: Listened) -> Captures:
    """What the two steps bring."""
    return Captures({"silence": SilenceCapture(silence), "read_aloud": ReadAloudCapture(reading)})
