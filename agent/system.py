"""Which operating system this is: for the words of advice, and for the report."""

from __future__ import annotations

import platform
import sys
from typing import Literal

MAX_CHARACTERS = 80


def os_family() -> Literal["linux", "windows", "darwin"]:
    """The family that advice is written for."""
    if sys.platform == "win32":
        return "windows"
    return "darwin" if sys.platform == "darwin" else "linux"


def os_version() -> str:
    """Name and version, without anything that names the computer or its owner."""
    if sys.platform == "win32":
        version = f"Windows {platform.release()} {platform.version()}"
    elif sys.platform == "darwin":
        version = f"macOS {platform.mac_ver()[0]}"
    else:
        try:
            version = platform.freedesktop_os_release()["PRETTY_NAME"]
        except (OSError, KeyError):
            version = f"Linux {platform.release()}"
    return version.strip()[:MAX_CHARACTERS]
