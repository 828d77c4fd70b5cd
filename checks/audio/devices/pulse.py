"""Linux: PulseAudio, and PipeWire through its PulseAudio interface."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pulsectl

from checks.audio.devices import portaudio
from checks.audio.devices.interface import Bus, Endpoint, Form, Survey

_NONE = 0xFFFFFFFF
_BUSES = {"usb": Bus.USB, "bluetooth": Bus.BLUETOOTH, "pci": Bus.BOARD, "isa": Bus.BOARD, "firewire": Bus.USB}
_FORMS = {
    "headset": Form.HEADSET,
    "headphone": Form.HEADSET,
    "hands-free": Form.HEADSET,
    "handset": Form.HEADSET,
    "internal": Form.BUILT_IN,
    "webcam": Form.WEBCAM,
}


class PulseAdapter:
    """Asks the sound server; without one, PortAudio."""

    def survey(self) -> Survey:
        """Looks now. ``audio_server_gone`` when there should be a server, and it doesn't answer."""
        try:
            with pulsectl.Pulse("readiness") as pulse:
                return _survey(pulse)
        except pulsectl.PulseError:
            if _server_expected():
                return Survey(told_by="nobody", trouble="audio_server_gone")
            return portaudio.PortAudioAdapter().survey()


def _survey(pulse: Any) -> Survey:
    server = pulse.server_info()
    inputs = [s for s in pulse.source_list() if s.monitor_of_sink == _NONE]
    return Survey(
        told_by="pulse",
        inputs=tuple(_endpoint(s, server.default_source_name) for s in inputs),
        outputs=tuple(_endpoint(s, server.default_sink_name) for s in pulse.sink_list()),
    )


def _endpoint(info: Any, default_name: str) -> Endpoint:
    facts = info.proplist
    default = info.name == default_name
    return Endpoint(
        id=info.name,
        name=info.description or info.name,
        bus=_bus(facts),
        form=_form(info, facts),
        group=facts.get("device.bus_path") or (str(info.card) if info.card != _NONE else ""),
        default=default,
        default_for_calls=default,
        muted=bool(info.mute),
        volume_percent=round(100.0 * info.volume.value_flat, 1),
    )


def _bus(facts: dict[str, str]) -> Bus:
    if facts.get("device.api") in ("bluez", "bluez5"):
        return Bus.BLUETOOTH
    known = _BUSES.get(facts.get("device.bus", ""))
    return known or (Bus.VIRTUAL if facts.get("device.class") == "abstract" else Bus.UNKNOWN)


def _form(info: Any, facts: dict[str, str]) -> Form:
    """By the active socket where one says "headset" or "headphones", else by the device."""
    port = info.port_active.name if info.port_active else ""
    if "head" in port:
        return Form.HEADSET
    factor = facts.get("device.form_factor", "")
    if factor:
        return _FORMS.get(factor, Form.OTHER)
    return Form.BUILT_IN if "internal" in port else Form.UNKNOWN


def _server_expected() -> bool:
    """A server is named in the environment, or has left its socket where it belongs."""
    if os.environ.get("PULSE_SERVER"):
        return True
    own, session = os.environ.get("PULSE_RUNTIME_PATH"), os.environ.get("XDG_RUNTIME_DIR")
    folders = [Path(own)] if own else [Path(session) / "pulse"] if session else []
    return any(_is_socket(folder / "native") for folder in folders)


def _is_socket(path: Path) -> bool:
    try:
        return stat.S_ISSOCK(path.stat().st_mode)
    except OSError:
        return False
