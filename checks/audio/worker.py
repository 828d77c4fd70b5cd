"""Records one microphone as a program of its own (``python -P -m checks.audio.worker``): frames go out on stdout.

PortAudio and ALSA write to stderr, abort the process when their configuration is empty, and hang on a suspended device:
none of that may happen where the screen is drawn. stdout carries one line of JSON (:class:`Header` or
:class:`Trouble`), then blocks: a :data:`BLOCK` head and float32 frames. A block of no frames is the last; one more line
of JSON (:class:`Trouble`) follows it. The program ends when its stdin closes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import struct
import sys
import threading
from typing import IO, Any

import msgspec
from msgspec import Struct

BLOCK = struct.Struct("<II")
"""Number of frames, and flags."""
LOST_BEFORE = 1
"""Flag: frames were lost before this block."""
MOST_RATE_HZ = 48000
BLOCKS_PER_SECOND = 20
WAITING_BLOCKS = 200
"""Ten seconds: what waits longer for its reader is lost, and said to be."""
NO_SOUND_FOR_S = 0.25
"""Between looks at whether the stream still runs."""

_INVALID_CHANNELS, _INVALID_RATE, _INVALID_DEVICE = -9998, -9997, -9996
_DEVICE_UNAVAILABLE, _UNANTICIPATED_HOST_ERROR = -9985, -9999


class Header(Struct, frozen=True, tag="header"):
    """What is being recorded."""

    rate_hz: int
    device: str


class Trouble(Struct, frozen=True, tag="trouble"):
    """Why there is no recording, or no more of it."""

    code: str
    """``portaudio_missing``, ``no_microphone``, ``no_permission``, ``busy``, ``could_not_open``, ``stopped``."""
    detail: str = ""


Line = Header | Trouble
decode_line = msgspec.json.Decoder(Line).decode
_encode = msgspec.json.Encoder().encode


def main() -> None:
    """Records until stdin closes, without waiting for PortAudio to come to an end of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="", help="the device's name; default: the system's")
    parser.add_argument("--rate", type=int, default=0, help="frames per second; default: the device's own")
    wanted = parser.parse_args()
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    with contextlib.suppress(BrokenPipeError):
        _try_to_record(out, wanted.device, wanted.rate)
    os._exit(0)


def _end_with_stdin() -> None:
    os.read(0, 1)
    os._exit(0)


def _try_to_record(out: IO[bytes], device_name: str, rate_hz: int) -> None:
    try:
        import sounddevice
    except OSError as error:
        _say(out, Trouble("portaudio_missing", str(error)))
        return
    try:
        _record(out, sounddevice, device_name, rate_hz)
    except sounddevice.PortAudioError as error:
        _say(out, Trouble(_code(error), str(error)[:200]))


def _say(out: IO[bytes], line: Line) -> None:
    out.write(_encode(line) + b"\n")


def _record(out: IO[bytes], sd: Any, device_name: str, rate_hz: int) -> None:
    index = _find(sd, device_name)
    if index is None:
        _say(out, Trouble("no_microphone", device_name))
        return
    blocks: queue.Queue[tuple[bytes, bool]] = queue.Queue(WAITING_BLOCKS)
    lost = threading.Event()

    def take(data: Any, frames: int, time: object, status: Any) -> None:
        if status.input_overflow:
            lost.set()
        try:
            blocks.put_nowait((bytes(data), lost.is_set()))
            lost.clear()
        except queue.Full:
            lost.set()

    stream, channels = _open(sd, index, rate_hz, take)
    with stream:
        _say(out, Header(int(stream.samplerate), str(sd.query_devices(index)["name"])))
        while True:
            try:
                data, lost_before = blocks.get(timeout=NO_SOUND_FOR_S)
            except queue.Empty:
                if stream.active:
                    continue
                out.write(BLOCK.pack(0, 0))
                _say(out, Trouble("stopped"))
                return
            frames = _first_channel(data, channels)
            out.write(BLOCK.pack(len(frames) // 4, LOST_BEFORE if lost_before else 0) + frames)


def _find(sd: Any, name: str) -> int | None:
    """The index of the input device of that name (WASAPI before the older Windows interfaces), or the default."""
    devices = [d for d in sd.query_devices() if d["max_input_channels"] > 0]
    if not devices:
        return None
    if name:
        apis = [api["name"] for api in sd.query_hostapis()]
        named = sorted((d for d in devices if d["name"] == name), key=lambda d: "WASAPI" not in apis[d["hostapi"]])
        return int(named[0]["index"]) if named else None
    default = int(sd.default.device[0])
    return default if default >= 0 else int(devices[0]["index"])


def _open(sd: Any, index: int, rate_hz: int, callback: Any) -> tuple[Any, int]:
    """A stream at that rate, or else at the device's; mono, or else stereo."""
    own = int(sd.query_devices(index)["default_samplerate"])
    rates = dict.fromkeys(min(rate, MOST_RATE_HZ) for rate in (rate_hz or own, own, MOST_RATE_HZ))
    attempts = [(rate, channels) for rate in rates for channels in (1, 2)]
    for rate, channels in attempts:
        try:
            stream = sd.RawInputStream(
                samplerate=rate,
                blocksize=rate // BLOCKS_PER_SECOND,
                device=index,
                channels=channels,
                dtype="float32",
                latency="high",
                callback=callback,
            )
        except sd.PortAudioError as error:
            if (rate, channels) == attempts[-1] or _number(error) not in (_INVALID_RATE, _INVALID_CHANNELS):
                raise
        else:
            return stream, channels
    raise AssertionError("the last attempt returns or raises")


def _first_channel(data: bytes, channels: int) -> bytes:
    if channels == 1:
        return data
    frames = memoryview(data).cast("f")
    return b"".join(frames[i : i + 1].tobytes() for i in range(0, len(frames), channels))


def _number(error: Exception) -> int:
    return error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else 0


def _code(error: Exception) -> str:
    number = _number(error)
    if number == _UNANTICIPATED_HOST_ERROR and sys.platform == "win32":
        return "no_permission"
    return {_INVALID_DEVICE: "no_microphone", _DEVICE_UNAVAILABLE: "busy"}.get(number, "could_not_open")


if __name__ == "__main__":
    main()
