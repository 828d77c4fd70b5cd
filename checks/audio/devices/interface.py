"""What every platform's adapter tells of its sound devices."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Protocol

from msgspec import Struct


class Bus(StrEnum):
    """How a device is connected."""

    USB = "usb"
    BLUETOOTH = "bluetooth"
    BOARD = "board"
    """Soldered in, or plugged into the computer's own socket."""
    VIRTUAL = "virtual"
    UNKNOWN = "unknown"


class Form(StrEnum):
    """What a device is."""

    HEADSET = "headset"
    """A microphone at the mouth with an earpiece, or one of the two."""
    BUILT_IN = "built_in"
    WEBCAM = "webcam"
    OTHER = "other"
    UNKNOWN = "unknown"


class Endpoint(Struct, frozen=True, kw_only=True):
    """One microphone or one loudspeaker."""

    id: str
    """The platform's name for it, good for choosing it; never sent."""
    name: str
    """For a person to recognise it by."""
    bus: Bus = Bus.UNKNOWN
    form: Form = Form.UNKNOWN
    group: str = ""
    """Equal for the microphone and loudspeaker of one device; empty when unknown."""
    default: bool = False
    """The system's default."""
    default_for_calls: bool = False
    """The default of the role that softphones use; equal to ``default`` where a platform has no such role."""
    muted: bool | None = None
    """``None``: the platform doesn't tell."""
    volume_percent: float | None = None


class Survey(Struct, frozen=True, kw_only=True):
    """The sound devices at one moment. Sources that merely copy what is played are left out."""

    told_by: Literal["pulse", "wasapi", "coreaudio", "portaudio", "nobody"]
    inputs: tuple[Endpoint, ...] = ()
    outputs: tuple[Endpoint, ...] = ()
    trouble: Literal["", "portaudio_missing", "audio_server_gone", "no_answer"] = ""
    """Why it may be incomplete."""

    def input_in_use(self, chosen: str | None) -> Endpoint | None:
        """The microphone that a call would use: the chosen one while it is there, or the default."""
        return _in_use(self.inputs, chosen)

    def output_in_use(self, chosen: str | None) -> Endpoint | None:
        """The loudspeaker that a call would use."""
        return _in_use(self.outputs, chosen)

    def input(self, endpoint_id: str) -> Endpoint | None:
        """The microphone of that id, if it is there."""
        return next((e for e in self.inputs if e.id == endpoint_id), None)


def _in_use(endpoints: tuple[Endpoint, ...], chosen: str | None) -> Endpoint | None:
    if chosen is not None:
        return next((e for e in endpoints if chosen in (e.id, e.name)), None)
    for_calls = next((e for e in endpoints if e.default_for_calls), None)
    return for_calls or next((e for e in endpoints if e.default), None)


class Adapter(Protocol):
    """One platform's way to tell."""

    def survey(self) -> Survey:
        """Looks now. May block or crash: it is only called in a child process."""
