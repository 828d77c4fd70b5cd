"""How the commands say things: to readers that may go away, in letters that the terminal or pipe may lack."""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path
from typing import TextIO

STAND_INS = {
    "✓": "+", "✗": "x", "–": "-", "—": "-", "−": "-", "·": "*", "●": "*", "…": "...", "≤": "<=", "≥": ">=",
    "“": '"', "”": '"', "«": '"', "»": '"', "’": "'", "№": "No.", "\u00a0": " ", "\u202f": " ",
}  # fmt: skip
"""For letters that an old code page doesn't have. A mark has to stay apart from the others."""


def be_readable() -> None:
    """From now on a letter that stdout or stderr can't show is told by a stand-in, and is no error.

    A stream that the program was started without reads nothing and writes nowhere.
    """
    codecs.register_error("readiness", _stand_in)
    sys.stdin = sys.stdin or Path(os.devnull).open("r")  # noqa: SIM115
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="readiness")


def tell(text: str, out: TextIO | None = None) -> None:
    """Prints a line. A reader that went away, or a full disk behind ``out``, is no reason to stop."""
    stream = out or sys.stdout
    try:
        print(text, file=stream, flush=True)
    except OSError:
        abandon(stream)


def tell_bytes(data: bytes) -> None:
    """Writes bytes to stdout, in the same way."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError:
        abandon(sys.stdout)


def abandon(stream: TextIO) -> None:
    """Nobody reads this any more: whatever else is written there goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(STAND_INS.get(letter, "?") for letter in letters), error.end
