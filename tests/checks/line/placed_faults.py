"""Faults at known places of a line of two hops, and what our own look says of each: with real packets."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import msgspec
import psutil

from checks.interface import Context, Line
from checks.line.interface_traffic import TrafficWatch
from checks.line.nearby.asking import AskingNearby
from checks.line.nearby.messages import Nearby
from checks.line.probing import INTERVAL_S, Probing
from checks.line.where import Evidence, Place, Placed, place
from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess
from protocol.packets import packets
from protocol.stamp import PACKET_BYTES
from protocol.ticket import issue
from report import policy
from tests.checks.probe import TestProbe
from tests.lab.router.namespaces import Namespace
from tests.lab.router.network import Hop, Network, chain
from tests.lab.router.ways import Course, Way

KEY, SESSION = bytes(range(32)), bytes(16)
WELL, FAR = Way(delay_ms=1), Way(delay_ms=12)
_FLOOD = """
import socket, sys, time
every = 1200 * 8 / 1e6 / float(sys.argv[2])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    at = time.monotonic()
    while True:
        at += every
        time.sleep(max(0.0, at - time.monotonic()))
        sock.sendto(bytes(1172), (sys.argv[1], 9))
"""
_BURNER = "while True: pass"

Both = tuple[Course, Course]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where, and what may be said of it."""

    name: str
    right: frozenset[Place]
    """*Cannot tell* is right only where it is among these; it is never wrong."""
    lan: Both = (WELL, WELL)
    wan: Both = (FAR, FAR)
    company: Both | None = None
    """A third hop, behind the second target."""
    router: Literal["answers", "silent", "sparing"] = "answers"
    computer: Literal["well", "busy", "stalls", "queues"] = "well"
    reflector: Literal["well", "stalls"] = "well"
    others_up_mbit_s: float = 0.0
    """What somebody else at home sends."""
    second: bool = False


def place_of(fault: Fault, seconds: float, seed: int = 1) -> tuple[Placed, Evidence]:
    """Makes the line, looks at it, and says where the trouble is."""
    hops = [Hop(*fault.lan), Hop(*fault.wan), *([Hop(*fault.company)] if fault.company else [])]
    with chain(hops, seed) as net, contextlib.ExitStack() as stack:
        reflector = ReflectorProcess(ReflectorConfig(ticket_key=KEY.hex()))
        net.far.call(reflector.start)
        stack.callback(reflector.stop)
        stack.enter_context(_wrong(fault, net))
        if fault.reflector == "stalls":
            stack.enter_context(_stalling(lambda: _children("employer.reflector"), 0.25, 1.0))
        evidence = _look(fault, net, reflector, seconds)
    return place(evidence), evidence


def _look(fault: Fault, net: Network, reflector: ReflectorProcess, seconds: float) -> Evidence:
    ticket = issue(KEY, session=SESSION, expires_at=int(time.time()) + 600)
    line = Line("http://127.0.0.1:9", net.far.address, reflector.port, SESSION, ticket, "bearer")
    limits = policy.default()
    if fault.second:
        elsewhere = net.routers[-1].address if fault.company else net.far.address
        second = msgspec.structs.replace(limits.line, second_target=elsewhere)
        limits = msgspec.structs.replace(limits, line=second)

    def look() -> Evidence:
        watch, probe = TrafficWatch(line.target, 1 / INTERVAL_S, PACKET_BYTES), TestProbe()
        asking, probing = AskingNearby(Context(policy=limits, line=line)), Probing(line.target, seconds, probe)
        with watch, asking, probing:
            with _stalling(lambda: _children("checks.line.prober"), 0.12, 0.4, when=fault.computer == "stalls"):
                probed = probing.result()
            nearby = asking.result(probe)
        counts = reflector.counts(SESSION)
        rows = packets(probed.trace, counts)
        return Evidence(rows, probed.trace, counts, watch.others(), nearby or Nearby())

    return net.home.call(look)


@contextmanager
def _wrong(fault: Fault, net: Network) -> Iterator[None]:
    commands = []
    if fault.router == "silent":
        _echoes(net.gateway, "-j DROP")
    if fault.router == "sparing":
        _echoes(net.gateway, "-m limit --limit 5/second --limit-burst 5 -j ACCEPT")
        _echoes(net.gateway, "-j DROP")
    if fault.others_up_mbit_s:
        commands.append(net.gateway.command(sys.executable, "-c", _FLOOD, net.far.address, str(fault.others_up_mbit_s)))
    if fault.computer == "queues":
        shape = [
            "tc",
            "qdisc",
            "add",
            "dev",
            "line0",
            "root",
            "tbf",
            "rate",
            "1mbit",
            "burst",
            "3000",
            "latency",
            "150ms",
        ]
        subprocess.run(net.home.command(*shape), check=True, capture_output=True)
        commands.append(net.home.command(sys.executable, "-c", _FLOOD, net.far.address, "1.2"))
    if fault.computer == "busy":
        commands += [[sys.executable, "-c", _BURNER]] * (2 * (os.cpu_count() or 1))
    with contextlib.ExitStack() as stack:
        for command in commands:
            program = stack.enter_context(subprocess.Popen(command))
            stack.callback(program.kill)
        yield


def _echoes(gateway: Namespace, rule: str) -> None:
    """What a router does with echo requests to itself."""
    words = f"iptables -A INPUT -p icmp --icmp-type echo-request {rule}"
    subprocess.run(gateway.command(*words.split()), check=True, capture_output=True)


def _children(module: str) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return [p for p in psutil.Process().children(recursive=True) if module in p.cmdline()]
    return []


@contextmanager
def _stalling(
    processes: Callable[[], list[psutil.Process]], for_s: float, every_s: float, when: bool = True
) -> Iterator[None]:
    """Stops the processes again and again, as a computer does that has other things to do."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(every_s - for_s):
            for process in processes():
                with contextlib.suppress(psutil.Error):
                    process.suspend()
            over.wait(for_s)
            for process in processes():
                with contextlib.suppress(psutil.Error):
                    process.resume()

    thread = threading.Thread(target=work, daemon=True)
    if when:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if when:
            thread.join()
