"""Routes and interfaces as Windows tells them: ``GetIpForwardTable2``. Not tried on hardware.

Interfaces go by their number.
"""

from __future__ import annotations

import ctypes
import ipaddress
import socket
import struct
import sys
from collections.abc import Iterator

from checks.line.link import windows
from checks.line.link.facts import LinkKind, Radio
from checks.line.nearby.routes import Address, Route

ROW_BYTES = 104
"""``MIB_IPFORWARD_ROW2`` (netioapi.h)."""
_INDEX_AT, _PREFIX_AT, _PREFIX_LENGTH_AT, _NEXT_HOP_AT, _METRIC_AT = 8, 12, 40, 44, 84
_AF_INET, _AF_INET6 = 2, 23


def from_table(table: bytes) -> Iterator[Route]:
    """From a ``MIB_IPFORWARD_TABLE2``: the number of rows, padded to eight bytes, then the rows."""
    for row in range(struct.unpack_from("<L", table)[0]):
        at = 8 + row * ROW_BYTES
        index, prefix_length = struct.unpack_from("<L", table, at + _INDEX_AT)[0], table[at + _PREFIX_LENGTH_AT]
        to, gateway = _sockaddr(table, at + _PREFIX_AT), _sockaddr(table, at + _NEXT_HOP_AT)
        if to is not None:
            network = ipaddress.ip_network((int(to).to_bytes(to.max_prefixlen // 8, "big"), prefix_length), False)
            metric = struct.unpack_from("<L", table, at + _METRIC_AT)[0]
            yield Route(network, gateway if gateway is not None and int(gateway) else None, str(index), metric)


def _sockaddr(table: bytes, at: int) -> Address | None:
    """A ``SOCKADDR_INET``."""
    family = struct.unpack_from("<H", table, at)[0]
    if family == _AF_INET:
        return ipaddress.IPv4Address(table[at + 4 : at + 8])
    return ipaddress.IPv6Address(table[at + 8 : at + 24]) if family == _AF_INET6 else None


def sockaddr_of(address: Address) -> bytes:
    """The other way round: ``sockaddr_in`` or ``sockaddr_in6``, without a port."""
    six = address.version == 6
    head = struct.pack("<HH", _AF_INET6 if six else _AF_INET, 0)
    return (head + (bytes(4) if six else b"") + address.packed).ljust(28 if six else 16, b"\0")


if sys.platform == "win32":

    def routes(to: Address) -> list[Route]:
        """The system's table. Raises ``OSError``."""
        library = ctypes.WinDLL("iphlpapi")
        library.FreeMibTable.argtypes = [ctypes.c_void_p]
        table = ctypes.c_void_p()
        if error := library.GetIpForwardTable2(socket.AF_UNSPEC, ctypes.byref(table)):
            raise OSError(error, "GetIpForwardTable2")
        try:
            start = table.value or 0
            rows = struct.unpack("<L", ctypes.string_at(start, 4))[0]
            return list(from_table(ctypes.string_at(start, 8 + rows * ROW_BYTES)))
        finally:
            library.FreeMibTable(table)

    def leaves_by(to: Address, own_address: str) -> str | None:
        """By ``GetBestInterfaceEx``, which adds the interfaces' own metrics to those of the table."""
        index = ctypes.c_ulong()
        error = ctypes.WinDLL("iphlpapi").GetBestInterfaceEx(sockaddr_of(to), ctypes.byref(index))
        return None if error else str(index.value)

    def is_vpn(interface: str) -> bool:
        """By its type."""
        return windows.if_type_in(windows.if_row(int(interface))) in windows.VPN_TYPES

    def kind(interface: str) -> LinkKind:
        """By its type."""
        return windows.IF_TYPES.get(windows.if_type_in(windows.if_row(int(interface))), "unknown")

    def radio(interface: str) -> Radio:
        """Signal and rate, where the system tells."""
        try:
            return windows.radio(windows.if_row(int(interface)))
        except OSError:
            return Radio()
