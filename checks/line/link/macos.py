"""The link as macOS tells it: ``networksetup`` and ``system_profiler``. Not tried on hardware."""

from __future__ import annotations

import json
import re

from checks.line.link.facts import LinkKind, Radio
from checks.line.programs import said

_PROFILER_S = 8.0
_PORT = re.compile(r"^Hardware Port: (.+)\nDevice: (\S+)", re.MULTILINE)
_CABLES = ("Ethernet", "LAN", "Thunderbolt")
_MOBILE = ("iPhone", "Modem", "WWAN")


def kind(interface: str) -> LinkKind:
    """Of an interface, by the name of its port."""
    return kind_in(said("networksetup", "-listallhardwareports"), interface)


def kind_in(ports: str, interface: str) -> LinkKind:
    """From what ``networksetup -listallhardwareports`` prints."""
    name = next((port for port, device in _PORT.findall(ports) if device == interface), "")
    if name in ("Wi-Fi", "AirPort"):
        return "wifi"
    if any(word in name for word in _MOBILE):
        return "mobile"
    return "cable" if any(word in name for word in _CABLES) else "unknown"


def radio(interface: str) -> Radio:
    """Signal and rate now."""
    return radio_in(said("system_profiler", "SPAirPortDataType", "-json", within_s=_PROFILER_S), interface)


def radio_in(text: str, interface: str) -> Radio:
    """From what ``system_profiler SPAirPortDataType -json`` prints: "-52 dBm / -92 dBm", and a rate in Mbit/s. The
    network's name stands beside them, and is not looked at."""
    try:
        listed = json.loads(text)["SPAirPortDataType"][0]["spairport_airport_interfaces"]
        now = next(i["spairport_current_network_information"] for i in listed if i["_name"] == interface)
    except (ValueError, LookupError, TypeError, StopIteration):
        return Radio()
    signal = re.match(r"(-\d+) dBm", str(now.get("spairport_signal_noise", "")))
    rate = now.get("spairport_network_rate")
    return Radio(float(signal[1]) if signal else None, float(rate) if isinstance(rate, int | float) else None)
