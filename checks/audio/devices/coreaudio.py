"""macOS: the Core Audio hardware interface, through ctypes. Written from Apple's documentation (AudioHardware.h); not
yet tried on hardware.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, byref, c_char_p, c_float, c_int32, c_long, c_uint32, c_void_p

from checks.audio.devices.interface import Bus, Endpoint, Form, Survey

_FRAMEWORKS = "/System/Library/Frameworks"
_SYSTEM_OBJECT = 1
_UTF8 = 0x08000100


def _four(code: str) -> int:
    return int.from_bytes(code.encode("ascii"), "big")


_GLOBAL, _INPUT, _OUTPUT = _four("glob"), _four("inpt"), _four("outp")
_TRANSPORTS = {_four("usb "): Bus.USB, _four("blue"): Bus.BLUETOOTH, _four("blea"): Bus.BLUETOOTH}
_TRANSPORTS |= {_four("bltn"): Bus.BOARD, _four("virt"): Bus.VIRTUAL, _four("grup"): Bus.VIRTUAL}
_HEADPHONE_SOURCES = (_four("hdpn"), _four("emic"))
"""Data sources of the built-in device: its headphone socket, its external microphone."""


class _Address(Structure):
    _fields_ = (("selector", c_uint32), ("scope", c_uint32), ("element", c_uint32))


class CoreAudioAdapter:
    """Asks Core Audio."""

    def __init__(self) -> None:
        self._audio = ctypes.CDLL(f"{_FRAMEWORKS}/CoreAudio.framework/CoreAudio")
        self._core = ctypes.CDLL(f"{_FRAMEWORKS}/CoreFoundation.framework/CoreFoundation")
        self._audio.AudioObjectGetPropertyDataSize.argtypes = (
            c_uint32, POINTER(_Address), c_uint32, c_void_p, POINTER(c_uint32),
        )  # fmt: skip
        self._audio.AudioObjectGetPropertyData.argtypes = (
            c_uint32, POINTER(_Address), c_uint32, c_void_p, POINTER(c_uint32), c_void_p,
        )  # fmt: skip
        self._core.CFStringGetCString.argtypes = (c_void_p, c_char_p, c_long, c_uint32)
        self._core.CFRelease.argtypes = (c_void_p,)

    def survey(self) -> Survey:
        """The devices with input or output streams, and the defaults."""
        devices = self._numbers(_SYSTEM_OBJECT, "dev#", _GLOBAL)
        default_in = self._number(_SYSTEM_OBJECT, "dIn ", _GLOBAL)
        default_out = self._number(_SYSTEM_OBJECT, "dOut", _GLOBAL)
        return Survey(
            told_by="coreaudio",
            inputs=tuple(
                self._endpoint(d, _INPUT, d == default_in) for d in devices if self._numbers(d, "stm#", _INPUT)
            ),
            outputs=tuple(
                self._endpoint(d, _OUTPUT, d == default_out) for d in devices if self._numbers(d, "stm#", _OUTPUT)
            ),
        )

    def _endpoint(self, device: int, scope: int, default: bool) -> Endpoint:
        bus = _TRANSPORTS.get(self._number(device, "tran", _GLOBAL) or 0, Bus.UNKNOWN)
        muted = self._number(device, "mute", scope)
        volume = self._data(device, "volm", scope, c_float)
        return Endpoint(
            id=self._text(device, "uid "),
            name=self._text(device, "lnam"),
            bus=bus,
            form=self._form(device, scope, bus),
            group=self._text(device, "muid"),
            default=default,
            default_for_calls=default,
            muted=None if muted is None else bool(muted),
            volume_percent=None if volume is None else round(100.0 * volume.value, 1),
        )

    def _form(self, device: int, scope: int, bus: Bus) -> Form:
        if bus is not Bus.BOARD:
            return Form.UNKNOWN
        return Form.HEADSET if self._number(device, "ssrc", scope) in _HEADPHONE_SOURCES else Form.BUILT_IN

    def _data(self, thing: int, selector: str, scope: int, kind: type[c_float]) -> c_float | None:
        value, size = kind(), c_uint32(ctypes.sizeof(kind))
        address = _Address(_four(selector), scope, 0)
        status = self._audio.AudioObjectGetPropertyData(thing, byref(address), 0, None, byref(size), byref(value))
        return value if status == 0 else None

    def _numbers(self, thing: int, selector: str, scope: int) -> tuple[int, ...]:
        address, size = _Address(_four(selector), scope, 0), c_uint32(0)
        if self._audio.AudioObjectGetPropertyDataSize(thing, byref(address), 0, None, byref(size)) != 0:
            return ()
        values = (c_uint32 * (size.value // 4))()
        if self._audio.AudioObjectGetPropertyData(thing, byref(address), 0, None, byref(size), values) != 0:
            return ()
        return tuple(values[: size.value // 4])

    def _number(self, thing: int, selector: str, scope: int) -> int | None:
        numbers = self._numbers(thing, selector, scope)
        return numbers[0] if numbers else None

    def _text(self, device: int, selector: str) -> str:
        text, size = c_void_p(), c_uint32(ctypes.sizeof(c_void_p))
        address = _Address(_four(selector), _GLOBAL, 0)
        status = c_int32(
            self._audio.AudioObjectGetPropertyData(device, byref(address), 0, None, byref(size), byref(text))
        )
        if status.value != 0 or not text.value:
            return ""
        buffer = ctypes.create_string_buffer(512)
        done = self._core.CFStringGetCString(text, buffer, len(buffer), _UTF8)
        self._core.CFRelease(text)
        return buffer.value.decode("utf-8", "replace") if done else ""
