"""What is known of the link to the home's router. Never a network's name, nor any address."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

LinkKind = Literal["cable", "wifi", "mobile", "unknown"]
RemoteKind = Literal["", "rdp", "ssh"]


class Radio(Struct, frozen=True):
    """A Wi-Fi link; ``None`` where the system doesn't say."""

    signal_dbm: float | None = None
    rate_mbit_s: float | None = None
    """The rate that this computer sends at."""


class Link(Struct, frozen=True, kw_only=True):
    """How this computer is connected."""

    kind: LinkKind = "unknown"
    radio: Radio = Radio()
    vpn: bool = False
    """What goes to the employer goes through a VPN."""
    remote: RemoteKind = ""
    """The person sits at another computer, and sees this one's screen from there."""
