"""A home, its router and a far side without waiting: the laboratory's impairments in a time of their own."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from checks.line.interface_traffic import OtherTraffic
from checks.line.link.facts import Link
from checks.line.nearby.askers import ECHO_EVERY_S, SECOND_EVERY_S
from checks.line.nearby.messages import Asked, Echo, Nearby
from checks.line.where import Evidence
from protocol.messages import ReflectorCounts
from protocol.packets import packets
from protocol.trace import Answer, Sent, Trace
from tests.lab.router.ways import Course, Impairment, Way

START_NS = 1_750_000_000_000_000_000
WELL = Way(delay_ms=1), Way(delay_ms=1)
FAR = Way(delay_ms=10), Way(delay_ms=10)
CABLE = Link(kind="cable")
STAMP_BYTES, ECHO_BYTES = 200, 60
_FILL_BYTES = 1200
_GIVEN_UP_NS = 500_000_000

Both = tuple[Course, Course]
"""Up and down."""


@dataclass(frozen=True, slots=True)
class Router:
    """How a router treats echo requests themselves, beside what it forwards."""

    silent: bool = False
    drops_percent: float = 0.0
    slow_every_s: float = 0.0
    """It answers late in this rhythm…"""
    slow_ms: float = 0.0
    """… by up to so much."""


@dataclass(frozen=True, slots=True)
class Home:
    """Everything about one look."""

    lan: Both = WELL
    wan: Both = FAR
    to_company: Both | None = None
    """A third hop that the second target doesn't use."""
    router: Router = Router()
    second: bool = False
    seconds: float = 8.0
    late_ms: Sequence[float] = ()
    """Of the sender, packet by packet."""
    queued_ms: float = 0.02
    held_ms: float = 0.2
    held_every: int = 1
    fill_up_mbit_s: float = 0.0
    """What others at home send, through the router."""
    link: Link = CABLE
    counts: ReflectorCounts | None = None
    others: OtherTraffic | None = None


@dataclass(order=True)
class _Packet:
    at_ns: int
    number: int
    stream: str = field(compare=False)
    sequence: int = field(compare=False)
    path: list[tuple[str, int]] = field(compare=False)
    """The hops that are left, each with its direction."""
    size: int = field(compare=False)
    there_ns: int = field(default=0, compare=False)


def look(home: Home, seed: int = 1) -> Evidence:
    """What a look at the line brings."""
    draw = random.Random(seed)
    hops = {"lan": home.lan, "wan": home.wan, "company": home.to_company or (Way(), Way())}
    work = {(name, way): Impairment(hops[name][way], draw.randrange(1 << 30)) for name in hops for way in (0, 1)}
    for impairment in work.values():
        impairment.begin(START_NS)
    numbers = itertools.count()
    waiting: list[_Packet] = []

    def send(stream: str, every_s: float, offset_s: float, names: list[str], size: int) -> list[int]:
        times = [START_NS + round((offset_s + k * every_s) * 1e9) for k in range(int(home.seconds / every_s))]
        path = [(name, 0) for name in names] + [(name, 1) for name in reversed(names)]
        for sequence, at_ns in enumerate(times):
            heapq.heappush(waiting, _Packet(at_ns, next(numbers), stream, sequence, list(path), size))
        return times

    left = send("line", 0.02, 0.0, ["lan", "wan", "company"], STAMP_BYTES)
    asked = send("router", ECHO_EVERY_S, 0.013, ["lan"], ECHO_BYTES)
    second = send("second", SECOND_EVERY_S, 0.017, ["lan", "wan"], ECHO_BYTES)
    if home.fill_up_mbit_s:
        send("fill", _FILL_BYTES * 8 / home.fill_up_mbit_s / 1e6, 0.0, ["lan", "wan"], _FILL_BYTES)

    back: dict[str, dict[int, tuple[int, int]]] = {"line": {}, "router": {}, "second": {}, "fill": {}}
    while waiting:
        packet = heapq.heappop(waiting)
        if not packet.path:
            back[packet.stream].setdefault(packet.sequence, (packet.there_ns, packet.at_ns))
            continue
        decision = work[packet.path[0]].decide(packet.size, packet.at_ns)
        for release_ns in decision.release_ns[:1]:
            rest = packet.path[1:]
            turned = bool(rest) and packet.path[0][1] == 0 and rest[0][1] == 1
            there_ns = release_ns if turned else packet.there_ns
            at_ns = release_ns + (_turn_ns(home, packet, draw, release_ns) if turned else 0)
            if at_ns >= release_ns:
                heapq.heappush(
                    waiting,
                    _Packet(at_ns, next(numbers), packet.stream, packet.sequence, rest, packet.size, there_ns),
                )

    late = itertools.chain(home.late_ms, itertools.repeat(0.05))
    sent = tuple(Sent(k, at_ns, round(next(late) * 1e6), round(home.queued_ms * 1e6)) for k, at_ns in enumerate(left))
    arrivals = sorted((home_ns, k, there_ns) for k, (there_ns, home_ns) in back["line"].items())
    numbered = {k: n for n, (k, _) in enumerate(sorted(back["line"].items(), key=lambda one: one[1][0]))}
    answers = tuple(
        Answer(k, numbered[k], there_ns, there_ns + _held_ns(home, k), home_ns) for home_ns, k, there_ns in arrivals
    )
    trace = Trace(0.02, sent, answers)
    nearby = Nearby(
        router=Asked(by="echo", echoes=_echoes(asked, back["router"])),
        second=Asked(by="echo", echoes=_echoes(second, back["second"])) if home.second else None,
        link=home.link,
    )
    return Evidence(packets(trace, home.counts), trace, home.counts, home.others, nearby)


def _turn_ns(home: Home, packet: _Packet, draw: random.Random, now_ns: int) -> int:
    """How long the far end of a packet's way holds it; negative: for ever."""
    if packet.stream == "line":
        return _held_ns(home, packet.sequence)
    if packet.stream == "fill":
        return -1
    if packet.stream == "router":
        router = home.router
        if router.silent or draw.random() * 100 < router.drops_percent:
            return -1
        if router.slow_every_s:
            into_ms = ((now_ns - START_NS) % round(router.slow_every_s * 1e9)) / 1e6
            return round(max(0.0, router.slow_ms - into_ms) * 1e6)
    return 0


def _held_ns(home: Home, sequence: int) -> int:
    return round((home.held_ms if sequence % home.held_every == 0 else 0.2) * 1e6)


def _echoes(left: list[int], back: dict[int, tuple[int, int]]) -> tuple[Echo, ...]:
    def took(k: int, at_ns: int) -> int | None:
        took_ns = back[k][1] - at_ns if k in back else None
        return took_ns if took_ns is not None and took_ns < _GIVEN_UP_NS else None

    return tuple(Echo(at_ns, took(k, at_ns)) for k, at_ns in enumerate(left))
