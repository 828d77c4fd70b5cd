"""What the children of this package have in common: they take one job, speak in lines, and end with their parent."""

from __future__ import annotations

import os
import sys
import threading

import msgspec

from checks.line.bandwidth.child_run import Done, Failed, Job, Progress

_MOST_JOB_BYTES = 64 * 1024
_encoder = msgspec.json.Encoder()
_speaking = threading.Lock()


def take_job() -> tuple[Job, threading.Event]:
    """Reads the job from standard input, then ends this process as soon as that closes.

    The event is set when the parent has heard enough.
    """
    line = b""
    while not line.endswith(b"\n"):
        got = os.read(0, _MOST_JOB_BYTES)
        line += got
        if not got or len(line) > _MOST_JOB_BYTES:
            os._exit(0)
    enough = threading.Event()
    threading.Thread(target=_listen, args=(enough,), daemon=True).start()
    return msgspec.json.decode(line, type=Job), enough


def _listen(enough: threading.Event) -> None:
    while os.read(0, 64):
        enough.set()
    os._exit(0)


def say(word: Progress | Done | Failed) -> None:
    """One line to the parent."""
    with _speaking:
        sys.__stdout__.buffer.write(_encoder.encode(word) + b"\n")  # type: ignore[union-attr]
        sys.__stdout__.buffer.flush()  # type: ignore[union-attr]
