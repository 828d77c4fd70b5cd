"""The native provider over the laboratory's router, whose bottleneck and queue are known."""

from __future__ import annotations

from functools import partial

import pytest

from checks.line.bandwidth.interface import Transfer
from checks.line.bandwidth.native import NativeProvider
from tests.checks.line.bandwidth.test_native import DIRECTIONS
from tests.checks.line.test_bufferbloat import employer
from tests.checks.probe import TestProbe
from tests.lab.router.fixtures import MakeNetwork, network
from tests.lab.router.ways import Way

__all__ = ["network"]

PAYLOAD = 1448 / 1500
"""Of each packet: the rest is the heads of IP and TCP, with timestamps."""


@pytest.mark.realtime
@pytest.mark.parametrize(
    ("rate_mbit_s", "delay_ms", "queue_bytes", "connections"),
    [(1.0, 25, 64_000, {1}), (2.0, 40, 64_000, {1, 2, 3, 4}), (20.0, 20, 100_000, {4})],
)
def test_the_rate_is_that_of_the_bottleneck(
    network: MakeNetwork, rate_mbit_s: float, delay_ms: float, queue_bytes: int, connections: set[int]
) -> None:
    way = Way(delay_ms=delay_ms, rate_mbit_s=rate_mbit_s, queue_bytes=queue_bytes)
    net = network(way, way)
    transfers: list[Transfer] = []
    with employer(net) as line:
        for direction in DIRECTIONS:
            measure = partial(NativeProvider(line).measure, direction, 4.0, 10**8, TestProbe())
            transfers.append(net.home.call(measure))
    for transfer in transfers:
        assert transfer.mbit_s == pytest.approx(rate_mbit_s * PAYLOAD, rel=0.05)
        assert transfer.connections in connections


@pytest.mark.realtime
def test_a_steady_line_is_left_alone_as_soon_as_its_rate_is_clear(network: MakeNetwork) -> None:
    way = Way(delay_ms=10, rate_mbit_s=30, queue_bytes=200_000)
    net = network(way, way)
    with employer(net) as line:
        for direction in DIRECTIONS:
            measure = partial(NativeProvider(line).measure, direction, 15.0, 10**9, TestProbe())
            transfer = net.home.call(measure)
            assert transfer.mbit_s == pytest.approx(30 * PAYLOAD, rel=0.03)
            assert 2.5 <= transfer.dropped_s + transfer.seconds < 12
            assert transfer.ended_ns - transfer.began_ns < 12e9
            assert transfer.warnings == ()


@pytest.mark.realtime
def test_lost_packets_on_a_quick_line_do_not_make_it_look_slow(network: MakeNetwork) -> None:
    """One in a hundred is lost: a single connection would get about two of the ten megabits a second."""
    way = Way(delay_ms=20, rate_mbit_s=10, queue_bytes=60_000, loss_percent=1.0)
    net = network(way, way)
    with employer(net) as line:
        transfer = net.home.call(lambda: NativeProvider(line).measure("down", 4.0, 10**8, TestProbe()))
    assert transfer.mbit_s > 5
