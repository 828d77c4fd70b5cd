"""The router and the second target are asked over a real line of two hops, each in the way that the system allows."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from checks.interface import Context, Line
from checks.line.nearby.asking import AskingNearby
from checks.line.nearby.messages import Asked, Nearby
from report import policy
from tests.checks.probe import TestProbe, cancel_after, children_left
from tests.lab.router.fixtures import MakeTwoHops, two_hops
from tests.lab.router.network import Network
from tests.lab.router.ways import Way

__all__ = ["two_hops"]

LAN = Way(delay_ms=15), Way(delay_ms=15)
WAN = Way(delay_ms=30), Way(delay_ms=30)
SECONDS = 2.0


def context_for(host: str, second: str = "") -> Context:
    limits = policy.default()
    line = msgspec.structs.replace(limits.line, second_target=second)
    limits = msgspec.structs.replace(limits, line=line)
    return Context(policy=limits, line=Line("http://127.0.0.1:9", host, 9, bytes(16), b"", "bearer"))


def ask(net: Network, host: str, second: str = "") -> Nearby:
    def work() -> Nearby | None:
        with AskingNearby(context_for(host, second)) as asking:
            time.sleep(SECONDS)
            return asking.result(TestProbe())

    seen = net.home.call(work)
    assert seen is not None
    return seen


def median_ms(asked: Asked | None) -> float:
    assert asked is not None
    took = [echo.took_ns / 1e6 for echo in asked.echoes if echo.took_ns is not None]
    assert len(took) == len(asked.echoes) > 0
    return float(np.median(took))


@pytest.mark.realtime
def test_router_and_second_target_are_asked_at_once_over_ipv4_and_ipv6(two_hops: MakeTwoHops) -> None:
    net = two_hops(lan=LAN, wan=WAN)
    four = ask(net, net.far.address, second=net.far.address)
    assert four.router is not None
    assert four.router.by == "echo"
    assert len(four.router.echoes) > 10 * SECONDS
    assert 30 <= median_ms(four.router) < 60
    assert 90 <= median_ms(four.second) < 150
    assert not four.link.vpn
    six = ask(net, net.far.address6)
    assert 30 <= median_ms(six.router) < 60
    assert six.second is None


@pytest.mark.realtime
def test_without_the_right_to_send_echo_requests_packets_die_at_the_router_instead(two_hops: MakeTwoHops) -> None:
    net = two_hops(lan=LAN, wan=WAN)
    net.home.call(lambda: Path("/proc/sys/net/ipv4/ping_group_range").write_text("1 0"))
    for host in (net.far.address, net.far.address6):
        seen = ask(net, host)
        assert seen.router is not None
        assert seen.router.by == "expired"
        assert 30 <= median_ms(seen.router) < 80


@pytest.mark.realtime
def test_on_this_computer_itself_no_router_stands_on_the_way() -> None:
    with AskingNearby(context_for("127.0.0.1")) as asking:
        time.sleep(0.7)
        seen = asking.result(TestProbe())
    assert seen is not None
    assert seen.router is None
    assert seen.link.kind == "unknown"


@pytest.mark.realtime
def test_a_name_that_nobody_knows_leaves_everything_unknown() -> None:
    with AskingNearby(context_for("nowhere.invalid")) as asking:
        time.sleep(0.7)
        assert asking.result(TestProbe()) in (Nearby(), None)


@pytest.mark.realtime
def test_leaving_ends_the_process_and_cancelling_ends_the_wait() -> None:
    from checks.interface import Cancelled

    probe = TestProbe()
    with AskingNearby(context_for("127.0.0.1")) as asking:
        cancel_after(probe, 0.0).join()
        with pytest.raises(Cancelled):
            asking.result(probe)
    assert not [name for name in children_left() if "nearby" in name]
