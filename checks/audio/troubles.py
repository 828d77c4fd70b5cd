"""Turns what went wrong with a recording into what a person is told."""

from __future__ import annotations

from checks.audio.devices.interface import Bus, Endpoint, Survey
from checks.interface import NotMeasured
from report.catalogue import finding
from report.vocabulary import Status


def not_recorded(code: str, first: Survey, now: Survey, endpoint: Endpoint | None, chosen: str | None) -> NotMeasured:
    """Why there is no recording.

    ``code`` is the worker's (:class:`checks.audio.worker.Trouble`), or ``stalled`` or ``died``. The devices as they
    were and as they are now tell a pulled plug from a stopped sound service, and that from a broken microphone.
    """
    if "audio_server_gone" in (first.trouble, now.trouble):
        return _told(Status.ERROR, "headset.audio_server_gone")
    if code == "portaudio_missing":
        return _told(Status.ERROR, "headset.portaudio_missing")
    if endpoint is not None and now.told_by == first.told_by and now.input(endpoint.id) is None:
        return vanished(endpoint)
    if chosen is not None and endpoint is None and now.inputs:
        return _told(Status.SKIP, "headset.chosen_missing")
    if code == "no_microphone" and now.inputs and chosen is None and endpoint is None:
        return _told(Status.SKIP, "headset.none_in_use")
    if code == "no_microphone" or (not now.inputs and now.trouble == ""):
        return _told(Status.SKIP, "headset.no_microphone")
    if code in ("no_permission", "busy"):
        return _told(Status.ERROR, f"headset.{code}")
    if code in ("stalled", "stopped"):
        return _told(Status.ERROR, "headset.no_signal")
    return _told(Status.ERROR, "headset.could_not_open")


def vanished(endpoint: Endpoint) -> NotMeasured:
    """The microphone went away while it was recorded."""
    because = finding("headset.vanished", device=public_name(endpoint))
    return NotMeasured(Status.INCONCLUSIVE, because)


def _told(status: Status, code: str) -> NotMeasured:
    return NotMeasured(status, finding(code))


def public_name(endpoint: Endpoint) -> str:
    """The device's name for a report. Bluetooth devices are often named after their owner: theirs is not told."""
    return "Bluetooth" if endpoint.bus is Bus.BLUETOOTH else endpoint.name[:80]
