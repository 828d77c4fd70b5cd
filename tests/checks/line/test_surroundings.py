"""What spoils a trace from outside, with clocks and networks that do as they are told."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from types import SimpleNamespace

import psutil
import pytest

from checks.line import surroundings
from checks.line.surroundings import Surroundings, on_one_interface, way_out
from checks.machine.asleep import asleep_s

SECOND_NS = 1_000_000_000


@dataclass
class World:
    """A computer with a wall clock, a steady clock, a record of its sleep, and a way out."""

    wall_ns: int = 1_750_000_000 * SECOND_NS
    steady_ns: int = 5 * SECOND_NS
    slept_s: float = 100.0
    way: str | None = "192.0.2.10"

    def surroundings(self) -> Surroundings:
        return Surroundings(lambda: self.way, lambda: self.wall_ns, lambda: self.steady_ns, lambda: self.slept_s)

    def pass_s(self, seconds: float, *, asleep: bool = False, steered_ppm: float = 0.0) -> None:
        self.wall_ns += round(seconds * SECOND_NS * (1 + steered_ppm / 1e6))
        self.steady_ns += 0 if asleep else round(seconds * SECOND_NS)
        self.slept_s += seconds if asleep else 0.0


def test_an_undisturbed_minute_shows_nothing() -> None:
    world = World()
    around = world.surroundings()
    for _ in range(60):
        world.pass_s(1.0)
        around.look()
    assert (around.clock_step_ns, around.slept_s, around.network) == (0, 0.0, "same")


@pytest.mark.parametrize("step_ms", [-250, 40, 3_600_000])
def test_a_clock_that_is_set_shows_by_how_much(step_ms: int) -> None:
    world = World()
    around = world.surroundings()
    for second in range(20):
        world.pass_s(1.0)
        world.wall_ns += step_ms * 1_000_000 if second == 7 else 0
        around.look()
    assert around.clock_step_ns == step_ms * 1_000_000


def test_a_clock_that_is_set_and_set_back_shows_too() -> None:
    world = World()
    around = world.surroundings()
    for step_ms in (0, 80, 0, -80, 0):
        world.pass_s(1.0)
        world.wall_ns += step_ms * 1_000_000
        around.look()
    assert abs(around.clock_step_ns) == 80_000_000


def test_a_clock_that_is_steered_as_fast_as_may_be_is_no_step_however_long_it_takes() -> None:
    world = World()
    around = world.surroundings()
    for _ in range(45):
        world.pass_s(1.0, steered_ppm=500)
        around.look()
    assert 0 < around.clock_step_ns < 1_000_000


def test_sleep_is_sleep_and_no_step_of_the_clock() -> None:
    world = World()
    around = world.surroundings()
    world.pass_s(1.0)
    world.pass_s(30.0, asleep=True)
    around.look()
    assert around.slept_s == 30
    assert around.clock_step_ns == 0


def test_being_held_up_between_two_clocks_is_no_step() -> None:
    world = World()
    readings = iter([0] * 11 + [30_000_000] + [0] * 100)

    def steady_ns() -> int:
        world.steady_ns += next(readings)
        return world.steady_ns

    around = Surroundings(lambda: "192.0.2.10", lambda: world.wall_ns + world.steady_ns, steady_ns, lambda: 0.0)
    around.look()
    assert abs(around.clock_step_ns) < 1_000_000


@pytest.mark.parametrize(
    ("ways", "network"),
    [
        (("192.0.2.10", "192.0.2.10"), "same"),
        (("192.0.2.10", None), "cut"),
        ((None, "192.0.2.10"), "same"),
        (("198.51.100.7", "192.0.2.10"), "changed"),
        (("2001:db8::1", "2001:db8::1"), "changed"),
    ],
)
def test_the_way_out(monkeypatch: pytest.MonkeyPatch, ways: tuple[str | None, ...], network: str) -> None:
    monkeypatch.setattr(surroundings, "on_one_interface", lambda one, other: False)
    world = World()
    around = world.surroundings()
    for world.way in ways:
        around.look()
    assert around.network == network


def test_the_next_temporary_address_of_one_interface_is_no_other_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def has(*addresses: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(address=address) for address in addresses]

    there = {"wlan0": has("2001:db8::1", "2001:db8::2", "fe80::1%wlan0"), "tun0": has("2001:db8:9::1")}
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: there)
    assert on_one_interface("2001:db8::1", "2001:db8::2")
    assert not on_one_interface("2001:db8::1", "2001:db8:9::1")
    assert not on_one_interface("2001:db8:7::1", "2001:db8::1"), "the old address is gone"


def test_this_computers_own_clocks_and_ways() -> None:
    assert asleep_s() == pytest.approx(asleep_s(), abs=0.05)
    assert way_out(("127.0.0.1", 9), socket.AF_INET) == "127.0.0.1"
    around = Surroundings(lambda: way_out(("127.0.0.1", 9), socket.AF_INET))
    around.look()
    assert (around.network, around.slept_s < 0.05) == ("same", True)
