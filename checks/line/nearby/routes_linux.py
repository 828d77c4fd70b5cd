"""Routes and interfaces as Linux tells them: ``/proc/net/route``, ``/proc/net/ipv6_route``."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path

from checks.line.link.linux import kind, radio
from checks.line.nearby.routes import Address, Route, interface_of, named_as_vpn

__all__ = ["is_vpn", "kind", "leaves_by", "radio", "routes"]

_UP, _REJECT = 0x1, 0x200
"""``RTF_…`` (linux/route.h)."""
_TABLES = Path("/proc/thread-self/net")


def routes(to: Address) -> list[Route]:
    """The main table."""
    found = list(from_route((_TABLES / "route").read_text("ascii")))
    six = _TABLES / "ipv6_route"
    return [*found, *from_ipv6_route(six.read_text("ascii"))] if six.exists() else found


def is_vpn(interface: str) -> bool:
    """By its name, or as the kernel's own WireGuard."""
    about = Path("/sys/class/net") / interface / "uevent"
    return named_as_vpn(interface) or (about.exists() and "DEVTYPE=wireguard" in about.read_text("utf-8", "replace"))


def leaves_by(to: Address, own_address: str) -> str | None:
    """The interface that packets leave by: rules may send them elsewhere than the table says."""
    return interface_of(own_address)


def from_route(text: str) -> Iterator[Route]:
    """IPv4: words of 32 bits, in the host's byte order."""
    for line in text.splitlines()[1:]:
        interface, to, gateway, flags, _, _, metric, mask, *_ = line.split()
        if int(flags, 16) & (_UP | _REJECT) == _UP:
            prefix = int(mask, 16).bit_count()
            network = ipaddress.IPv4Network((_address4(to), prefix), strict=False)
            router = _address4(gateway)
            yield Route(network, router if int(router) else None, interface, int(metric))


def from_ipv6_route(text: str) -> Iterator[Route]:
    """IPv6: addresses of 32 hexadecimal digits."""
    for line in text.splitlines():
        to, prefix, _, _, gateway, metric, _, _, flags, interface = line.split()
        if int(flags, 16) & (_UP | _REJECT) == _UP:
            network = ipaddress.IPv6Network((bytes.fromhex(to), int(prefix, 16)), strict=False)
            router = ipaddress.IPv6Address(bytes.fromhex(gateway))
            yield Route(network, router if int(router) else None, interface, int(metric, 16))


def _address4(word: str) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(bytes.fromhex(word)[::-1])
