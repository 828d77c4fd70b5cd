"""What the person prefers on this computer: language, theme, devices. Kept in a small file, never in a report."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Literal

import msgspec

from checks.interface import Devices

FILE = "preferences.json"
ThemeName = Literal["dark", "light", "contrast"]


class Preferences(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The person's choices. Unknown fields of a newer version are ignored."""

    language: str | None = None
    """``None``: as the system has it."""
    theme: ThemeName = "dark"
    animations: bool = True
    microphone: str | None = None
    """``None``: the system's default."""
    speaker: str | None = None

    @property
    def devices(self) -> Devices:
        """The chosen devices, as the checks take them."""
        return Devices(self.microphone, self.speaker)


def load(folder: Path) -> Preferences:
    """The preferences kept in ``folder``; the defaults where there are none, or none that can be read."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Preferences)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Preferences()


def save(folder: Path, preferences: Preferences) -> None:
    """Keeps the preferences, whole or not at all. Raises ``OSError`` when the folder can't be written."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{FILE}.{os.getpid()}.new"
    try:
        new.write_bytes(msgspec.json.format(msgspec.json.encode(preferences), indent=2) + b"\n")
        new.replace(folder / FILE)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
