"""What PortAudio knows, where nobody knows better: names and defaults, neither mute nor volume nor kind."""

from __future__ import annotations

from typing import Any

from checks.audio.devices.interface import Endpoint, Survey


class PortAudioAdapter:
    """Asks PortAudio. Its list is taken when it is imported: a fresh list needs a fresh process."""

    def survey(self) -> Survey:
        """The devices of PortAudio's default host interface."""
        try:
            import sounddevice
        except OSError:
            return Survey(told_by="nobody", trouble="portaudio_missing")
        devices: list[dict[str, Any]] = list(sounddevice.query_devices())
        default_in, default_out = (int(index) for index in sounddevice.default.device)
        api = devices[default_in]["hostapi"] if default_in >= 0 else None
        listed = [d for d in devices if api is None or d["hostapi"] == api]
        return Survey(
            told_by="portaudio",
            inputs=tuple(_endpoint(d, default_in) for d in listed if d["max_input_channels"] > 0),
            outputs=tuple(_endpoint(d, default_out) for d in listed if d["max_output_channels"] > 0),
        )


def _endpoint(device: dict[str, Any], default_index: int) -> Endpoint:
    default = device["index"] == default_index
    return Endpoint(id=device["name"], name=device["name"], default=default, default_for_calls=default)
