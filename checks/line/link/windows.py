"""The link as Windows tells it: ``GetIfEntry2`` and ``WlanQueryInterface``. Not tried on hardware."""

from __future__ import annotations

import ctypes
import struct
import sys
from typing import Any

from checks.line.link.facts import LinkKind, Radio

IF_ROW_BYTES = 1352
"""``MIB_IF_ROW2`` (netioapi.h)."""
_IF_INDEX_AT, _IF_TYPE_AT, _IF_GUID_AT = 8, 1128, 12
IF_TYPES: dict[int, LinkKind] = {6: "cable", 71: "wifi", 243: "mobile", 244: "mobile"}
"""``IF_TYPE_…`` (ipifcons.h)."""
VPN_TYPES = frozenset({23, 53, 131})
"""Point to point, proprietary virtual, tunnel."""

_CURRENT_CONNECTION = 7
"""``wlan_intf_opcode_current_connection``."""
_QUALITY_AT = 576
"""In ``WLAN_CONNECTION_ATTRIBUTES`` (wlanapi.h): signal quality, then the rates of receiving and sending. The profile's
name, the SSID and the BSSID stand before, and are not looked at."""


def if_type_in(row: bytes) -> int:
    """The interface's type, from a ``MIB_IF_ROW2``."""
    return int(struct.unpack_from("<L", row, _IF_TYPE_AT)[0])


def radio_in(attributes: bytes) -> Radio:
    """From a ``WLAN_CONNECTION_ATTRIBUTES``. Quality 0 to 100 stands for -100 to -50 dBm; rates are in kbit/s."""
    if len(attributes) < _QUALITY_AT + 12:
        return Radio()
    quality, _receiving, sending = struct.unpack_from("<LLL", attributes, _QUALITY_AT)
    return Radio(quality / 2 - 100, sending / 1000)


if sys.platform == "win32":

    def if_row(index: int) -> bytes:
        """The ``MIB_IF_ROW2`` of an interface. Raises ``OSError``."""
        row = ctypes.create_string_buffer(IF_ROW_BYTES)
        struct.pack_into("<L", row, _IF_INDEX_AT, index)
        if error := ctypes.WinDLL("iphlpapi").GetIfEntry2(row):
            raise OSError(error, "GetIfEntry2")
        return row.raw

    def radio(row: bytes) -> Radio:
        """Signal and rate now, by a Wi-Fi interface's row. Raises ``OSError``, as where location is kept private."""
        wlan: Any = ctypes.WinDLL("wlanapi")
        handle, version = ctypes.c_void_p(), ctypes.c_ulong()
        if error := wlan.WlanOpenHandle(2, None, ctypes.byref(version), ctypes.byref(handle)):
            raise OSError(error, "WlanOpenHandle")
        try:
            guid = ctypes.create_string_buffer(row[_IF_GUID_AT : _IF_GUID_AT + 16])
            size, data = ctypes.c_ulong(), ctypes.c_void_p()
            error = wlan.WlanQueryInterface(
                handle, guid, _CURRENT_CONNECTION, None, ctypes.byref(size), ctypes.byref(data), None
            )
            if error:
                raise OSError(error, "WlanQueryInterface")
            try:
                return radio_in(ctypes.string_at(data.value or 0, size.value))
            finally:
                wlan.WlanFreeMemory(data)
        finally:
            wlan.WlanCloseHandle(handle, None)
