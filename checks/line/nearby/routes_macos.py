"""Routes and interfaces as macOS tells them: ``route -n get`` and ``netstat -rn``. Not tried on hardware."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from checks.line.link.macos import kind, radio
from checks.line.nearby.routes import Address, Route, interface_of
from checks.line.nearby.routes import named_as_vpn as is_vpn
from checks.line.programs import said

__all__ = ["is_vpn", "kind", "leaves_by", "radio", "routes"]

_FIELD = re.compile(r"^\s*(gateway|interface): (\S+)", re.MULTILINE)


def routes(to: Address) -> list[Route]:
    """The route that the system would take, and the default ones beneath."""
    family = "-inet6" if to.version == 6 else "-inet"
    chosen = from_get(said("route", "-n", "get", family, str(to)), to)
    return [*chosen, *from_netstat(said("netstat", "-rn", "-f", family[1:]))]


def leaves_by(to: Address, own_address: str) -> str | None:
    """The interface that packets leave by: rules may send them elsewhere than the table says."""
    return interface_of(own_address)


def from_get(text: str, to: Address) -> list[Route]:
    """What ``route -n get`` prints, as a route to that address alone. A gateway that isn't an address is a link."""
    fields = dict(_FIELD.findall(text))
    if "interface" not in fields:
        return []
    return [Route(ipaddress.ip_network(to), _address(fields.get("gateway", "")), fields["interface"])]


def from_netstat(text: str) -> Iterator[Route]:
    """The default routes in what ``netstat -rn`` prints: destination, gateway, flags, interface; first one first."""
    for place, line in enumerate(text.splitlines()):
        columns = line.split()
        if len(columns) >= 4 and columns[0] == "default" and (gateway := _address(columns[1])):
            everywhere = ipaddress.ip_network("::/0" if gateway.version == 6 else "0.0.0.0/0")
            yield Route(everywhere, gateway, columns[3], place)


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
