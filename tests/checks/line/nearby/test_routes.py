"""The home's router is found in the tables that Linux, macOS and Windows print; VPNs are seen over it."""

from __future__ import annotations

import ipaddress
import struct

import pytest

from checks.line.nearby import routes_linux, routes_macos, routes_windows
from checks.line.nearby.routes import Route, Way, named_as_vpn, way

FAR = ipaddress.ip_address("203.0.113.9")
FAR6 = ipaddress.ip_address("2001:db8:9::9")
ROUTER = ipaddress.ip_address("192.168.1.1")

LINUX = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlp3s0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
enp2s0\t00000000\tFE01A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
enp2s0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
lost\t0000000A\t00000000\t0201\t0\t0\t0\t000000FF\t0\t0\t0
"""
LINUX6 = """20010db8000100000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000064 00000001 00000000 00000001   enp2s0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000064 00000001 00000000 00000003   enp2s0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
"""  # noqa: E501
OPENVPN = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0
tun0\t00000080\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0
enp2s0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
"""
MACOS_GET = """   route to: 203.0.113.9
destination: default
       mask: default
    gateway: 192.168.1.1
  interface: en0
      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>
 recvpipe  sendpipe  ssthresh  rtt,msec    rttvar  hopcount      mtu     expire
       0         0         0         0         0         0      1500         0
"""
MACOS_GET_VPN = """   route to: 203.0.113.9
destination: 203.0.113.9
    gateway: link#21
  interface: utun4
      flags: <UP,HOST,DONE,WASCLONED,IFSCOPE,IFREF>
"""
MACOS_NETSTAT = """Routing tables

Internet:
Destination        Gateway            Flags               Netif Expire
default            link#21            UCSg                utun4
default            192.168.1.1        UGScIg                en0
127                127.0.0.1          UCS                   lo0
192.168.1          link#11            UCS                   en0      !
"""


def found(routes: list[Route], address: str = str(FAR), leaves_by: str | None = None) -> Way | None:
    return way(routes, ipaddress.ip_address(address), named_as_vpn, leaves_by)


def test_linux_the_default_route_of_the_least_metric() -> None:
    routes = list(routes_linux.from_route(LINUX))
    assert found(routes) == Way(ipaddress.ip_address("192.168.1.254"), "enp2s0", False)
    assert len(routes) == 3, "what is refused is no route"


def test_no_router_stands_on_the_way_to_a_neighbour() -> None:
    assert found(list(routes_linux.from_route(LINUX)), "192.168.1.77") == Way(None, "enp2s0", False)


def test_the_interface_that_packets_leave_by_counts_more_than_the_table() -> None:
    routes = list(routes_linux.from_route(LINUX))
    assert found(routes, leaves_by="wg0") == Way(ipaddress.ip_address("192.168.1.254"), "enp2s0", True)


def test_linux_ipv6() -> None:
    routes = list(routes_linux.from_ipv6_route(LINUX6))
    assert found(routes, str(FAR6)) == Way(ipaddress.ip_address("fe80::1"), "enp2s0", False)
    assert found(routes, "2001:db8:1::7") == Way(None, "enp2s0", False)


def test_a_vpn_over_the_homes_router() -> None:
    assert found(list(routes_linux.from_route(OPENVPN))) == Way(ROUTER, "enp2s0", True)
    assert found([r for r in routes_linux.from_route(OPENVPN) if r.interface == "tun0"]) == Way(None, "tun0", True)


def test_a_dialled_line_is_a_vpn_only_over_another_one() -> None:
    everywhere = ipaddress.ip_network("0.0.0.0/0")
    dialled = Route(everywhere, None, "ppp0")
    assert found([dialled]) == Way(None, "ppp0", False)
    assert found([dialled, Route(everywhere, ROUTER, "eth0", 10)]) == Way(ROUTER, "eth0", True)


def test_without_a_route_there_is_no_way() -> None:
    assert found([]) is None


def test_macos() -> None:
    plain = [*routes_macos.from_get(MACOS_GET, FAR), *routes_macos.from_netstat(MACOS_NETSTAT)]
    assert found(plain) == Way(ROUTER, "en0", False)
    vpn = [*routes_macos.from_get(MACOS_GET_VPN, FAR), *routes_macos.from_netstat(MACOS_NETSTAT)]
    assert found(vpn) == Way(ROUTER, "en0", True)
    assert not routes_macos.from_get("route: writing to routing socket: not in table", FAR)


def sockaddr(address: str) -> bytes:
    ip = ipaddress.ip_address(address)
    head = struct.pack("<HH", 2 if ip.version == 4 else 23, 0)
    return (head + (b"" if ip.version == 4 else bytes(4)) + ip.packed).ljust(28, b"\0")


def row(to: str, gateway: str, index: int, metric: int) -> bytes:
    """A ``MIB_IPFORWARD_ROW2``."""
    network = ipaddress.ip_network(to)
    head = struct.pack("<QL", 0x6000000000000, index) + sockaddr(str(network.network_address))
    tail = struct.pack("<BxxxLLLL", 0, 0xFFFFFFFF, 0xFFFFFFFF, metric, 3).ljust(32, b"\0")
    return head + struct.pack("<Bxxx", network.prefixlen) + sockaddr(gateway) + tail


def test_windows() -> None:
    rows = [
        row("0.0.0.0/0", "192.168.1.1", 12, 25),
        row("0.0.0.0/0", "192.168.1.254", 7, 50),
        row("192.168.1.0/24", "0.0.0.0", 12, 281),
        row("::/0", "fe80::1", 12, 16),
    ]
    assert {len(one) for one in rows} == {routes_windows.ROW_BYTES}
    table = struct.pack("<LL", len(rows), 0) + b"".join(rows)
    routes = list(routes_windows.from_table(table))
    assert way(routes, FAR, lambda _: False, "12") == Way(ROUTER, "12", False)
    assert way(routes, FAR6, lambda _: False, None) == Way(ipaddress.ip_address("fe80::1"), "12", False)
    assert way(routes, FAR, lambda name: name == "7", "7") == Way(ROUTER, "12", True)


@pytest.mark.parametrize("address", [FAR, FAR6], ids=["IPv4", "IPv6"])
def test_windows_addresses_both_ways(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert routes_windows.sockaddr_of(address).ljust(28, b"\0") == sockaddr(str(address))


@pytest.mark.parametrize("name", ["tun0", "wg0", "utun3", "tailscale0", "proton0"])
def test_vpns_by_name(name: str) -> None:
    assert named_as_vpn(name)


@pytest.mark.parametrize("name", ["eth0", "en0", "wlan0", "wwan0", "line0"])
def test_others_by_name(name: str) -> None:
    assert not named_as_vpn(name)
