"""Windows: the MMDevice and EndpointVolume interfaces, through pycaw. Written from Microsoft's documentation; not yet
tried on hardware.
"""

from __future__ import annotations

from typing import Any

from checks.audio.devices.interface import Bus, Endpoint, Form, Survey

_FORM_FACTOR = "{1DA5D803-D492-4EDD-8C23-E0C0FFEE7F0E} 0"
"""PKEY_AudioEndpoint_FormFactor: a value of the enumeration EndpointFormFactor."""
_ENUMERATOR = "{A45C254E-DF1C-4EFD-8020-67D146A850E0} 24"
"""PKEY_Device_EnumeratorName: the bus's driver."""
_CONTAINER = "{8C7ED206-3F8A-4827-B3AB-AE9E1FAEFC6C} 2"
"""PKEY_Device_ContainerId: one per physical device."""
_HEADPHONES, _MICROPHONE, _HEADSET, _HANDSET = 3, 4, 5, 6
_BUSES = {"USB": Bus.USB, "BTHENUM": Bus.BLUETOOTH, "BTHHFENUM": Bus.BLUETOOTH, "HDAUDIO": Bus.BOARD, "PCI": Bus.BOARD}


class WasapiAdapter:
    """Asks Windows."""

    def survey(self) -> Survey:
        """The active endpoints, with the console's and the communications role's defaults."""
        from pycaw.constants import EDataFlow

        return Survey(
            told_by="wasapi",
            inputs=_endpoints(EDataFlow.eCapture.value),
            outputs=_endpoints(EDataFlow.eRender.value),
        )


def _endpoints(flow: int) -> tuple[Endpoint, ...]:
    from pycaw.constants import DEVICE_STATE, ERole
    from pycaw.utils import AudioUtilities

    enumerator = AudioUtilities.GetDeviceEnumerator()
    default = _default_id(enumerator, flow, ERole.eConsole.value)
    for_calls = _default_id(enumerator, flow, ERole.eCommunications.value)
    devices = AudioUtilities.GetAllDevices(flow, DEVICE_STATE.ACTIVE.value)
    return tuple(_endpoint(d, default, for_calls) for d in devices)


def _default_id(enumerator: Any, flow: int, role: int) -> str:
    from comtypes import COMError

    try:
        return str(enumerator.GetDefaultAudioEndpoint(flow, role).GetId())
    except (COMError, ValueError):
        return ""


def _endpoint(device: Any, default: str, for_calls: str) -> Endpoint:
    facts: dict[str, Any] = device.properties
    volume = device.EndpointVolume
    bus = _BUSES.get(str(facts.get(_ENUMERATOR, "")).upper(), Bus.UNKNOWN)
    return Endpoint(
        id=device.id,
        name=str(device.FriendlyName),
        bus=bus,
        form=_form(facts.get(_FORM_FACTOR), bus),
        group=str(facts.get(_CONTAINER) or ""),
        default=device.id == default,
        default_for_calls=device.id == for_calls,
        muted=bool(volume.GetMute()),
        volume_percent=round(100.0 * float(volume.GetMasterVolumeLevelScalar()), 1),
    )


def _form(factor: object, bus: Bus) -> Form:
    if factor in (_HEADPHONES, _HEADSET, _HANDSET):
        return Form.HEADSET
    if factor == _MICROPHONE and bus is Bus.BOARD:
        return Form.BUILT_IN
    return Form.OTHER if isinstance(factor, int) else Form.UNKNOWN
