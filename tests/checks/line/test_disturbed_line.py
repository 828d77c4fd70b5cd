"""What happens to a computer and its network while the line is probed, for real: each is told for what it is."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import psutil
import pytest

from checks.interface import Captures, Context, Line, NotMeasured
from checks.line.probing import OVERRUN_S, Probing
from checks.network import jitter
from checks.steps.idle_line import IdleLineCapture
from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess
from protocol.ticket import issue
from report import policy
from report.evaluate import evaluate
from report.policy import Criterion
from report.vocabulary import Finding, Outcome, Readiness, Status
from tests.checks.probe import TestProbe
from tests.lab.router.fixtures import MakeNetwork, network
from tests.lab.router.network import ROOT, Network
from tests.lab.router.ways import Way

if sys.platform == "win32":
    pytest.skip("network namespaces are Linux's", allow_module_level=True)

__all__ = ["network"]

KEY = bytes(range(32))
SESSION = bytes(16)
SECONDS = 2.0
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


def outcome(net: Network, line: Line, meanwhile: Callable[[], object], at_s: float = 0.7) -> Outcome:
    """What is said of the line when that happens in the middle."""

    def probe() -> IdleLineCapture:
        with Probing(line.target, SECONDS, TestProbe()) as probing:
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


FLOOD = """
import socket, sys, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    while True:
        sock.sendto(bytes(1200), (sys.argv[1], 9))
        time.sleep(0.0048)
"""
SILENT_RESOLVER = """
import socket, sys, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind((sys.argv[1], 53))
    time.sleep(60)
"""


def look(net: Network, line: Line, seconds: float) -> dict[str, Outcome]:
    """The idle line's step as a program of its own at home, and what is said then."""
    began_s = time.monotonic()
    done = subprocess.run(
        net.home.command(sys.executable, "-m", "tests.checks.line.look", str(seconds)),
        input=msgspec.json.encode(line),
        capture_output=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    assert time.monotonic() - began_s < seconds + OVERRUN_S
    return {outcome.check: outcome for outcome in msgspec.json.decode(done.stdout, type=list[Outcome])}


@pytest.mark.realtime
def test_a_line_that_other_programs_fill_is_not_called_bad(network: MakeNetwork) -> None:
    net = network(Way(delay_ms=10, rate_mbit_s=1, queue_bytes=62_500), Way(delay_ms=10))
    flood = net.home.command(sys.executable, "-c", FLOOD, net.far.address)
    with reflecting(net) as line, subprocess.Popen(flood) as flooding:
        said = look(net, line, 5.0)
        flooding.kill()
    for check in ("network.jitter", "network.voice_quality"):
        because = said[check].because
        assert because is not None
        assert (said[check].status, because.code) == (Status.INCONCLUSIVE, "network.line_in_use")
        assert float(because.params["up_mbit_s"]) > 1 > float(because.params["down_mbit_s"])


@contextmanager
def names(net: Network) -> Iterator[Path]:
    """The folder of what home takes for ``/etc/resolv.conf`` and ``/etc/hosts`` (ip-netns(8))."""
    folder = Path("/etc/netns") / net.home.name
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.mark.realtime
def test_names_that_nobody_answers_and_a_name_of_two_families_where_there_is_one(network: MakeNetwork) -> None:
    net = network(Way(), Way())
    silent = net.far.command(sys.executable, "-c", SILENT_RESOLVER, net.far.address)
    with names(net) as etc, reflecting(net) as line, subprocess.Popen(silent) as resolver:
        named = replace(line, reflector_host="reflector.example")
        (etc / "resolv.conf").write_text(f"nameserver {net.far.address}\n")
        outcome = look(net, named, 3.0)["network.jitter"]
        resolver.kill()
        assert outcome.because is not None
        assert (outcome.status, outcome.because.code) == (Status.ERROR, "network.names_unanswered")

        (etc / "hosts").write_text(
            f"{net.far.address} {named.reflector_host}\n{net.far.address6} {named.reflector_host}\n"
        )
        inside(net, "-4", "addr", "flush", "dev", "line0")()
        outcome = look(net, named, 3.0)["network.jitter"]
        assert outcome.status is Status.MEASURED
        assert outcome.facts["ip_version"] == 6


@pytest.mark.realtime
def test_half_of_the_packets_lost(network: MakeNetwork) -> None:
    net = network(Way(delay_ms=10, loss_percent=29), Way(delay_ms=10, loss_percent=29))
    with reflecting(net) as line:
        said = look(net, line, 4.0)
    limits = {"network.loss_after_buffer_percent": Criterion(pass_=0.5, fail=2)}
    evaluation = evaluate(list(said.values()), msgspec.structs.replace(policy.default(), criteria=limits))
    assert evaluation.readiness is Readiness.NOT_READY
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding.code == "network.loss"


@pytest.mark.realtime
def test_a_reflector_that_falls_silent_in_the_middle(network: MakeNetwork) -> None:
    net = network(Way(delay_ms=10), [(0, Way(delay_ms=10)), (1.0, Way(loss_percent=100))])
    with reflecting(net) as line:
        said = look(net, line, 5.0)
    because = said["network.jitter"].because
    assert because is not None
    assert (said["network.jitter"].status, because.code) == (Status.INCONCLUSIVE, "network.lost_midway")


@pytest.mark.realtime
def test_regular_pauses(network: MakeNetwork) -> None:
    net = network(Way(delay_ms=10, spike_every_s=0.8, spike_ms=100), Way(delay_ms=15))
    with reflecting(net) as line:
        outcome = look(net, line, 5.0)["network.jitter"]
    pauses = next(finding for finding in outcome.findings if finding.code == "network.wifi_pause")
    assert pauses.params["every_s"] == pytest.approx(0.8, abs=0.05)
    assert pauses.params["length_ms"] == pytest.approx(100, abs=20)
