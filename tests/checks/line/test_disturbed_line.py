"""What happens to a computer and its network while the line is probed, for real: each is told for what it is."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest

from checks.interface import Captures, Context, Line, NotMeasured
from checks.line.probing import Probing
from checks.network import jitter
from checks.steps.idle_line import IdleLineCapture
from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess
from protocol.ticket import issue
from report import policy
from report.vocabulary import Finding, Outcome, Status
from tests.checks.probe import TestProbe
from tests.lab.router.fixtures import MakeNetwork, network
from tests.lab.router.network import Network
from tests.lab.router.ways import Way

if sys.platform == "win32":
    pytest.skip("network namespaces are Linux's", allow_module_level=True)

__all__ = ["network"]

KEY = bytes(range(32))
SESSION = bytes(16)
SECONDS = 3.0
PROBED = Context(policy=policy.default())


@contextmanager
def reflecting(net: Network) -> Iterator[Line]:
    """A line to a reflector at the far side."""
    reflector = ReflectorProcess(ReflectorConfig(ticket_key=KEY.hex()))
    net.far.call(reflector.start)
    try:
        ticket = issue(KEY, session=SESSION, expires_at=int(time.time()) + 600)
        yield Line("http://127.0.0.1:9", net.far.address, reflector.port, SESSION, ticket, "bearer")
    finally:
        reflector.stop()


def outcome(net: Network, line: Line, meanwhile: Callable[[], object], at_s: float = 1.5) -> Outcome:
    """What is said of the line when that happens in the middle."""

    def probe() -> IdleLineCapture:
        with Probing(line, SECONDS, TestProbe()) as probing:
            while not probing.elapsed_s > at_s and probing.running:
                time.sleep(0.02)
            meanwhile()
            return IdleLineCapture(probing.result(), None, "", web_answers=None, others=None)

    return jitter.CHECK.assess(Captures({"idle_line": net.home.call(probe)}), PROBED)


def why_not(net: Network, line: Line, meanwhile: Callable[[], object]) -> tuple[Status, Finding]:
    with pytest.raises(NotMeasured) as reason:
        outcome(net, line, meanwhile)
    return reason.value.status, reason.value.because


def inside(net: Network, *command: str) -> Callable[[], object]:
    """Runs ``ip`` at home."""
    return lambda: subprocess.run(["ip", "-n", net.home.name, *command], check=True)


def stop_the_prober_for(seconds: float) -> None:
    """As a computer does that goes to sleep, or has no time at all for its programs."""
    prober = next(p for p in psutil.Process().children() if "checks.line.prober" in p.cmdline())
    prober.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    prober.send_signal(signal.SIGCONT)


@pytest.mark.realtime
def test_a_computer_that_stood_still(network: MakeNetwork) -> None:
    net = network(Way(delay_ms=10), Way(delay_ms=10))
    with reflecting(net) as line:
        status, because = why_not(net, line, lambda: stop_the_prober_for(1.3))
        assert (status, because.code) == (Status.INCONCLUSIVE, "network.stood_still")
        assert outcome(net, line, lambda: stop_the_prober_for(0.1)).status is Status.MEASURED


@pytest.mark.realtime
def test_another_address_a_vpn_and_no_network_at_all(network: MakeNetwork) -> None:
    net = network(Way(delay_ms=10), Way(delay_ms=10))
    with reflecting(net) as line:
        vpn = [
            inside(net, "link", "add", "vpn0", "type", "veth", "peer", "name", "vpn1"),
            inside(net, "addr", "add", "10.99.0.2/24", "dev", "vpn0"),
            inside(net, "link", "set", "vpn1", "up"),
            inside(net, "link", "set", "vpn0", "up"),
            inside(net, "route", "add", net.far.address, "dev", "vpn0"),
        ]
        began_s = time.monotonic()
        status, because = why_not(net, line, lambda: [step() for step in vpn])
        assert (status, because.code) == (Status.INCONCLUSIVE, "network.changed")
        assert time.monotonic() - began_s < SECONDS + 2
        inside(net, "link", "del", "vpn0")()

        renamed = [
            inside(net, "addr", "add", "10.231.1.77/32", "dev", "line0"),
            inside(net, "addr", "del", f"{net.home.address}/32", "dev", "line0"),
            inside(net, "route", "replace", "default", "dev", "line0", "src", "10.231.1.77"),
        ]
        status, because = why_not(net, line, lambda: [step() for step in renamed])
        assert (status, because.code) == (Status.INCONCLUSIVE, "network.changed")

        status, because = why_not(net, line, inside(net, "link", "set", "line0", "down"))
        assert (status, because.code) == (Status.INCONCLUSIVE, "network.cut")
        with pytest.raises(NotMeasured) as reason:
            outcome(net, line, lambda: None)
        assert (reason.value.status, reason.value.because.code) == (Status.ERROR, "network.no_route")
