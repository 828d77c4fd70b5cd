"""Which router is the next on the way to an address, from a table of routes; pure but for :func:`here`."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from checks.line.link.facts import Link, Radio
from checks.line.link.remote import remote

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_VPN_NAMES = ("tun", "tap", "wg", "utun", "ipsec", "vpn", "nordlynx", "proton", "tailscale", "zt", "gpd", "cscotun")
_DIALLED = "ppp"
"""A VPN, or the provider's own line."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the system's table."""

    to: Network
    gateway: Address | None
    """``None``: reached without a router."""
    interface: str
    metric: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """The beginning of the way to an address."""

    router: Address | None
    """The home's router; ``None`` where there is none, or none that is known."""
    interface: str
    """That leads to it, or to the address itself; beneath the VPN where there is one."""
    vpn: bool


def way(routes: Iterable[Route], address: Address, is_vpn: Callable[[str], bool], leaves_by: str | None) -> Way | None:
    """The way to ``address``; ``leaves_by`` is the interface whose address packets carry, where that is known: rules
    that tables don't show may send them into a VPN. ``None`` without a route."""
    known = list(routes)
    fitting = [
        r for r in known if r.to.version == address.version and address in r.to and leaves_by in (None, r.interface)
    ]
    best = max(fitting, key=lambda r: (r.to.prefixlen, -r.metric), default=None)
    interface = leaves_by or (best.interface if best else None)
    if interface is None:
        return None
    defaults = sorted((r for r in known if r.to.prefixlen == 0 and r.gateway), key=lambda r: (r.to.version, r.metric))
    beneath = next((r for r in defaults if r.interface != interface and not is_vpn(r.interface)), None)
    if is_vpn(interface) or (interface.startswith(_DIALLED) and beneath):
        return Way(beneath.gateway, beneath.interface, True) if beneath else Way(None, interface, True)
    return Way(best.gateway if best else None, interface, False)


def named_as_vpn(interface: str) -> bool:
    """By the names that VPN programs give on Linux and macOS."""
    return interface.lower().startswith(_VPN_NAMES)


def here(address: str, own_address: str) -> tuple[str | None, Link]:
    """This computer's way to ``address``, which it sends to from ``own_address``: the router's address, with its scope
    where it needs one, and the link to it. Blocks for some tenths of a second; raises ``OSError``."""
    to = ipaddress.ip_address(address.partition("%")[0])
    far_off = remote(os.environ)
    if to.is_loopback:
        return None, Link(remote=far_off)
    if sys.platform == "win32":
        from checks.line.nearby import routes_windows as system
    elif sys.platform == "darwin":
        from checks.line.nearby import routes_macos as system
    else:
        from checks.line.nearby import routes_linux as system
    found = way(system.routes(to), to, system.is_vpn, system.leaves_by(to, own_address))
    if found is None:
        return None, Link(remote=far_off)
    kind = system.kind(found.interface)
    radio = system.radio(found.interface) if kind == "wifi" else Radio()
    router = str(found.router) if found.router else None
    if found.router and found.router.is_link_local and found.router.version == 6:
        router = f"{found.router}%{found.interface}"
    return router, Link(kind=kind, radio=radio, vpn=found.vpn, remote=far_off)


def interface_of(own_address: str) -> str | None:
    """The interface that has this address."""
    import psutil

    for name, addresses in psutil.net_if_addrs().items():
        if any(a.address.partition("%")[0] == own_address.partition("%")[0] for a in addresses):
            return name
    return None
