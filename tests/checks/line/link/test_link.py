"""The link's kind, signal and rate, by what Linux, macOS and Windows say of it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from checks.line.link import linux, macos, windows
from checks.line.link.facts import Radio
from checks.line.link.remote import remote

IW = """Connected to 3c:84:6a:00:00:00 (on wlp3s0)
\tSSID: Olga's home
\tfreq: 5180
\tRX: 123456 bytes (789 packets)
\tsignal: -61 dBm
\trx bitrate: 390.0 MBit/s VHT-MCS 4 80MHz VHT-NSS 2
\ttx bitrate: 433.3 MBit/s VHT-MCS 9 80MHz VHT-NSS 1
"""
WIRELESS = """Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
wlp3s0: 0000   49.  -61.  -256        0      0      0      0     42        0
  wlx0: 0000   70.   40.     0        0      0      0      0      0        0
"""
PORTS = """
Hardware Port: Ethernet
Device: en5
Ethernet Address: 00:00:00:00:00:00

Hardware Port: Wi-Fi
Device: en0
Ethernet Address: 00:00:00:00:00:01

Hardware Port: iPhone USB
Device: en7
Ethernet Address: 00:00:00:00:00:02
"""
AIRPORT = json.dumps(
    {
        "SPAirPortDataType": [
            {
                "spairport_airport_interfaces": [
                    {
                        "_name": "en0",
                        "spairport_current_network_information": {
                            "_name": "Olga's home",
                            "spairport_network_rate": 526,
                            "spairport_signal_noise": "-58 dBm / -92 dBm",
                        },
                    }
                ]
            }
        ]
    }
)


def test_linux_signal_and_rate() -> None:
    assert linux.from_iw(IW) == Radio(-61.0, 433.3)
    assert linux.from_iw("Not connected.\n") == Radio()
    assert linux.from_proc(WIRELESS, "wlp3s0") == -61.0
    assert linux.from_proc(WIRELESS, "wlx0") is None, "a level that is counted otherwise is no number of decibels"
    assert linux.from_proc(WIRELESS, "eth0") is None


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ({"wireless/": "", "type": "1\n", "device/": ""}, "wifi"),
        ({"uevent": "DEVTYPE=wlan\n", "type": "1\n", "device/": ""}, "wifi"),
        ({"uevent": "DEVTYPE=wwan\n", "type": "519\n"}, "mobile"),
        ({"type": "1\n", "device/": ""}, "cable"),
        ({"type": "65534\n"}, "unknown"),
        ({"type": "1\n"}, "unknown"),
    ],
    ids=["wireless", "wlan", "wwan", "ethernet", "tun", "bridge"],
)
def test_linux_kind(tmp_path: Path, entries: dict[str, str], expected: str) -> None:
    for name, text in entries.items():
        path = tmp_path / "net0" / name
        path.parent.mkdir(exist_ok=True)
        if name.endswith("/"):
            path.mkdir()
        else:
            path.write_text(text)
    assert linux.kind("net0", tmp_path) == expected


def test_macos() -> None:
    assert [macos.kind_in(PORTS, device) for device in ("en0", "en5", "en7", "en9")] == [
        "wifi",
        "cable",
        "mobile",
        "unknown",
    ]
    assert macos.radio_in(AIRPORT, "en0") == Radio(-58.0, 526.0)
    assert macos.radio_in(AIRPORT, "en1") == Radio()
    assert macos.radio_in("", "en0") == macos.radio_in("[]", "en0") == Radio()


def recorded_connection() -> bytes:
    """A ``WLAN_CONNECTION_ATTRIBUTES``: state, mode, profile, association, security."""
    profile = "Olga's home".encode("utf-16-le").ljust(512, b"\0")
    ssid = struct.pack("<L32s", 11, b"Olga's home")
    association = ssid + struct.pack("<L6sxxLLLLL", 1, bytes(6), 8, 0, 78, 390_000, 433_300)
    return struct.pack("<LL", 1, 0) + profile + association + struct.pack("<LLLL", 1, 1, 7, 4)


def recorded_interface(kind: int) -> bytes:
    """A ``MIB_IF_ROW2`` with its names left empty."""
    head = struct.pack("<QL16s", 0, 12, bytes(16)) + bytes(514 + 514)
    return (head + struct.pack("<L32s32sLL", 6, bytes(32), bytes(32), 1500, kind)).ljust(windows.IF_ROW_BYTES, b"\0")


def test_windows() -> None:
    assert windows.radio_in(recorded_connection()) == Radio(-61.0, 433.3)
    assert windows.radio_in(b"") == Radio()
    assert [windows.IF_TYPES.get(windows.if_type_in(recorded_interface(kind))) for kind in (71, 6, 243, 131)] == [
        "wifi",
        "cable",
        "mobile",
        None,
    ]
    assert windows.if_type_in(recorded_interface(131)) in windows.VPN_TYPES


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"SESSIONNAME": "RDP-Tcp#12"}, "rdp"),
        ({"SESSIONNAME": "Console"}, ""),
        ({"XRDP_SESSION": "1234"}, "rdp"),
        ({"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}, "ssh"),
        ({}, ""),
    ],
)
def test_from_afar(environment: dict[str, str], expected: str) -> None:
    assert remote(environment) == expected
