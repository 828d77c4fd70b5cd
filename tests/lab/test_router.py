"""The router between two namespaces: packets pass both ways as told, and nothing is left behind."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from protocol import datagrams
from tests.lab.router.fixtures import MakeNetwork, MakeTwoHops, network, two_hops
from tests.lab.router.namespaces import Namespace, missing
from tests.lab.router.network import ROOT, impaired
from tests.lab.router.record import Direction
from tests.lab.router.ways import Way

__all__ = ["network", "two_hops"]


def socket_in(namespace: Namespace, family: socket.AddressFamily) -> socket.socket:
    sock = namespace.call(lambda: socket.socket(family, socket.SOCK_DGRAM))
    sock.settimeout(5)
    return sock


@pytest.mark.realtime
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
def test_packets_pass_both_ways_with_the_delay_asked_for(network: MakeNetwork, family: socket.AddressFamily) -> None:
    net = network(Way(delay_ms=30), Way(delay_ms=50))
    six = family == socket.AF_INET6
    with socket_in(net.home, family) as home, socket_in(net.far, family) as far:
        far.bind((net.far.address6 if six else net.far.address, 0))
        sent_at = time.monotonic()
        home.sendto(b"there", far.getsockname())
        data, address = far.recvfrom(100)
        far.sendto(b"back", address[:2])
        assert (data, home.recv(100)) == (b"there", b"back")
        took_ms = 1000 * (time.monotonic() - sent_at)
    assert 80 <= took_ms < 400
    records, conduct = net.end()
    mine = [r for r in records if (r.udp_payload() or b"")[:5].rstrip(b"\0") in (b"there", b"back")]
    assert [r.direction for r in mine] == [Direction.UP, Direction.DOWN]
    assert mine[0].delay_ms == pytest.approx(30, abs=5)
    assert mine[1].delay_ms == pytest.approx(50, abs=5)
    assert conduct.packets >= 2
    assert conduct.p50_ms < 5
    assert 0 < conduct.core_share < 1


@pytest.mark.realtime
def test_a_line_changes_by_its_course_which_can_begin_again(network: MakeNetwork) -> None:
    net = network([(0, Way(delay_ms=5)), (2, Way(delay_ms=105))], Way())

    def up_ms() -> float:
        with socket_in(net.home, socket.AF_INET) as home, socket_in(net.far, socket.AF_INET) as far:
            far.bind((net.far.address, 0))
            sent_at = time.monotonic()
            home.sendto(b"there", far.getsockname())
            far.recv(100)
            return 1000 * (time.monotonic() - sent_at)

    net.begin()
    assert up_ms() < 100
    time.sleep(2)
    assert up_ms() > 100
    net.begin()
    assert up_ms() < 100


def echo_ms(namespace: Namespace, address: str) -> float:
    """Round trip of an echo request, as an unprivileged program sends it."""
    with namespace.call(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)) as sock:
        sock.settimeout(5)
        sent_at = time.monotonic()
        sock.sendto(bytes((8, 0, 0, 0, 0, 0, 0, 1)), (address, 0))
        assert sock.recv(100)[0] == 0
        return 1000 * (time.monotonic() - sent_at)


@pytest.mark.realtime
def test_a_gateway_stands_between_two_hops_and_each_hop_is_impaired_by_itself(two_hops: MakeTwoHops) -> None:
    net = two_hops(lan=(Way(delay_ms=30), Way(delay_ms=20)), wan=(Way(delay_ms=60), Way(delay_ms=40)))
    routes = net.home.call(lambda: Path("/proc/thread-self/net/route").read_text())
    gateway = socket.inet_aton(net.gateway.address)[::-1].hex().upper()
    assert any(line.split()[1:3] == ["00000000", gateway] for line in routes.splitlines())
    assert 50 <= echo_ms(net.home, net.gateway.address) < 140
    assert 150 <= echo_ms(net.home, net.far.address) < 500
    for family, address in ((socket.AF_INET, net.far.address), (socket.AF_INET6, net.far.address6)):
        with socket_in(net.home, family) as home, socket_in(net.far, family) as far:
            datagrams.ask_for_arrival_times(far)
            far.bind((address, 0))
            home.sendto(b"there", far.getsockname())
            assert datagrams.receive(far).ttl == 63
    records, _ = net.end()
    delays = [(r.hop, r.delay_ms) for r in records if (r.udp_payload() or b"")[:5] == b"there"]
    assert [hop for hop, _ in delays] == [0, 1, 0, 1]
    assert [delay for _, delay in delays] == pytest.approx([30, 60, 30, 60], abs=10)


@pytest.mark.realtime
def test_nothing_is_left_behind_even_after_an_error() -> None:
    if (reason := missing()) is not None:
        pytest.skip(reason)

    def fail() -> tuple[str, int]:
        with impaired(Way(), Way()) as net:
            inside = subprocess.Popen(net.home.command("sleep", "60"))
            assert Path(f"/run/netns/{net.home.name}").exists()
            raise KeyboardInterrupt((net.home.name, inside))

    with pytest.raises(KeyboardInterrupt) as interrupted:
        fail()
    name, inside = interrupted.value.args[0]
    assert not Path(f"/run/netns/{name}").exists()
    assert inside.wait(5) != 0


@pytest.mark.realtime
def test_it_can_be_used_by_hand() -> None:
    if (reason := missing()) is not None:
        pytest.skip(reason)
    done = subprocess.run(
        [sys.executable, "-m", "tests.lab.router", "--delay", "5", "--", "ip", "-o", "addr", "show", "line0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "10.231.1.2" in done.stdout
    assert "the router itself was late" in done.stderr
