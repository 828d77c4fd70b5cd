"""Tells the sound devices as a program of its own (``python -P -m checks.audio.devices``): JSON lines on stdout.

With ``--watch`` a further line comes whenever something has changed, until stdin closes.
"""

from __future__ import annotations

import os
import sys
import threading
import time

import msgspec

from checks.audio.devices.interface import Adapter, Survey
from checks.audio.devices.portaudio import PortAudioAdapter

EVERY_S = 0.25


def adapter() -> Adapter:
    """The adapter of this platform."""
    if sys.platform == "win32":
        from checks.audio.devices.wasapi import WasapiAdapter

        return WasapiAdapter()
    if sys.platform == "darwin":
        from checks.audio.devices.coreaudio import CoreAudioAdapter

        return CoreAudioAdapter()
    try:
        from checks.audio.devices.pulse import PulseAdapter
    except (ImportError, OSError):
        return PortAudioAdapter()
    return PulseAdapter()


def main() -> None:
    """Prints one survey, or with ``--watch`` each that differs from the last."""
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    here = adapter()
    watch = "--watch" in sys.argv[1:]
    last: Survey | None = None
    while True:
        now = here.survey()
        if now != last:
            out.write(msgspec.json.encode(now) + b"\n")
            last = now
        if not watch or now.told_by == "portaudio":
            break
        time.sleep(EVERY_S)
    if watch:
        threading.Event().wait()
    os._exit(0)


def _end_with_stdin() -> None:
    os.read(0, 1)
    os._exit(0)


if __name__ == "__main__":
    main()
