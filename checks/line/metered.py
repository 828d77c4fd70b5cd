"""Whether data on this connection is paid for by amount, where the system tells."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress

from checks.interface import Probe

WITHIN_S = 3.0
_POLL_S = 0.05

_NETWORK_MANAGER = (
    "busctl",
    "--timeout=2",
    "get-property",
    "org.freedesktop.NetworkManager",
    "/org/freedesktop/NetworkManager",
    "org.freedesktop.NetworkManager",
    "Metered",
)
_WINDOWS_COST = (
    "powershell.exe",
    "-NoProfile",
    "-NonInteractive",
    "-Command",
    (
        "[Windows.Networking.Connectivity.NetworkInformation,Windows,ContentType=WindowsRuntime]"
        "::GetInternetConnectionProfile().GetConnectionCost().NetworkCostType"
    ),
)


def metered(probe: Probe) -> bool | None:
    """Asks NetworkManager or Windows; ``None`` where nobody knows, as on macOS. Windows is untested.

    Takes up to :data:`WITHIN_S`. Raises :class:`checks.interface.Cancelled`.
    """
    if sys.platform == "darwin":
        return None
    if sys.platform == "win32":
        return by_windows(_answer(_WINDOWS_COST, probe))
    return by_network_manager(_answer(_NETWORK_MANAGER, probe))


def by_network_manager(said: str) -> bool | None:
    """``NMMetered`` as busctl prints it: 1 yes, 2 no, 3 and 4 the same as a guess, 0 unknown."""
    return {"u 1": True, "u 3": True, "u 2": False, "u 4": False}.get(said.strip())


def by_windows(said: str) -> bool | None:
    """``NetworkCostType`` of the Windows Runtime."""
    return {"Unrestricted": False, "Fixed": True, "Variable": True}.get(said.strip())


def _answer(command: tuple[str, ...], probe: Probe) -> str:
    """What a program says; empty when it fails, isn't there or takes too long."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        return ""
    until = time.monotonic() + WITHIN_S
    with process:
        try:
            while process.poll() is None and time.monotonic() < until:
                probe.wait(_POLL_S)
        finally:
            with suppress(OSError):
                process.kill()
        assert process.stdout is not None
        return process.stdout.read(1000).decode("utf-8", "replace")
