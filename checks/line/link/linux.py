"""The link as Linux tells it: ``/sys/class/net``, ``/proc/net/wireless``, and ``iw`` where it is installed."""

from __future__ import annotations

import re
from pathlib import Path

from checks.line.link.facts import LinkKind, Radio
from checks.line.programs import said

_INTERFACES = Path("/sys/class/net")
_WIRELESS = Path("/proc/net/wireless")
_ETHERNET = "1"
"""``ARPHRD_ETHER``."""
_SIGNAL = re.compile(r"^\s*signal: (-?\d+) dBm", re.MULTILINE)
_RATE = re.compile(r"^\s*tx bitrate: ([\d.]+) MBit/s", re.MULTILINE)


def kind(interface: str, interfaces: Path = _INTERFACES) -> LinkKind:
    """Of an interface, by what the kernel lists of it."""
    folder = interfaces / interface
    about = _read(folder / "uevent")
    if (folder / "wireless").exists() or (folder / "phy80211").exists() or "DEVTYPE=wlan" in about:
        return "wifi"
    if "DEVTYPE=wwan" in about or interface.startswith("wwan"):
        return "mobile"
    is_device = (folder / "device").exists()
    return "cable" if is_device and _read(folder / "type").strip() == _ETHERNET else "unknown"


def radio(interface: str) -> Radio:
    """Signal and rate now."""
    by_iw = from_iw(said("iw", "dev", interface, "link"))
    level = from_proc(_read(_WIRELESS), interface) if by_iw.signal_dbm is None else by_iw.signal_dbm
    return Radio(level, by_iw.rate_mbit_s)


def from_iw(text: str) -> Radio:
    """From what ``iw dev … link`` prints. Its other lines name the network, and are not looked at."""
    signal, rate = _SIGNAL.search(text), _RATE.search(text)
    return Radio(float(signal[1]) if signal else None, float(rate[1]) if rate else None)


def from_proc(text: str, interface: str) -> float | None:
    """The level in ``/proc/net/wireless``, dBm; drivers that count it otherwise show no negative number."""
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        columns = rest.split()
        if name.strip() == interface and len(columns) >= 3:
            level = float(columns[2].rstrip("."))
            return level if level < 0 else None
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
