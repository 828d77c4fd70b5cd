"""Prober and reflector over an impaired line: what they say against the truth about every packet."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import msgspec
import numpy as np
import psutil
import pytest

from checks.interface import Captures, Context, Line
from checks.line.probing import Probed, Probing
from checks.network import jitter, voice_quality
from checks.steps.idle_line import IdleLineCapture
from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess
from protocol.line_statistics import LineStatistics, statistics
from protocol.messages import ReflectorCounts
from protocol.packets import Packets, packets
from protocol.ticket import issue
from report import policy
from report.evaluate import evaluate
from report.policy import Criterion
from report.vocabulary import Readiness
from tests.checks.probe import TestProbe
from tests.lab.router.fixtures import MakeNetwork, network
from tests.lab.router.network import Network, Truth
from tests.lab.router.record import Record
from tests.lab.router.ways import Fate, Way

__all__ = ["network"]

KEY = bytes(range(32))
SESSION = bytes(16)
SECONDS = 4.0
HELD_UP_S = 0.3
FLOOD = """
import socket, sys, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    time.sleep(3)
    while True:
        sock.sendto(bytes(1200), (sys.argv[1], 9))
        time.sleep(0.0048)
"""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an impaired line, and the truth."""

    probed: Probed
    counts: ReflectorCounts
    rows: Packets
    said: LineStatistics
    truth: Truth


def probe_over(net: Network, seconds: float = SECONDS, host: str | None = None, held_up_s: float = 0.0) -> Look:
    """Runs the prober at home and the reflector at the far side; holds up the prober half-way when asked."""
    reflector = ReflectorProcess(ReflectorConfig(ticket_key=KEY.hex()))
    net.far.call(reflector.start)
    try:
        ticket = issue(KEY, session=SESSION, expires_at=int(time.time()) + 600)
        line = Line("http://127.0.0.1:9", host or net.far.address, reflector.port, SESSION, ticket, "bearer")

        def probe() -> Probed:
            with Probing(line.target, seconds, TestProbe()) as probing:
                if held_up_s:
                    threading.Thread(target=hold_up, args=(seconds / 2, held_up_s)).start()
                return probing.result()

        probed = net.home.call(probe)
        counts = reflector.counts(SESSION)
    finally:
        reflector.stop()
    assert counts is not None
    rows = packets(probed.trace, counts)
    return Look(probed, counts, rows, statistics(rows, probed.trace.interval_s), net.truth())


def true_jitter_ms(records: dict[int, list[Record]]) -> float:
    """RFC 3550 over what the router let through: the mean change of delay, in order of departure from the router."""
    passed = sorted((copies[0] for copies in records.values() if copies[0].out_ns), key=lambda r: r.out_ns)
    return float(np.mean(np.abs(np.diff([record.delay_ms for record in passed]))))


def wholly_lost(records: dict[int, list[Record]]) -> set[int]:
    return {sequence for sequence, copies in records.items() if all(copy.fate is Fate.LOST for copy in copies)}


def doubled(records: dict[int, list[Record]]) -> int:
    return sum(copy.fate is Fate.COPY for copies in records.values() for copy in copies)


def hold_up(after_s: float, for_s: float) -> None:
    """Stops this process's prober for a while, when its packets flow."""
    time.sleep(after_s)
    (prober,) = [
        child for child in psutil.Process().children(recursive=True) if "checks.line.prober" in child.cmdline()
    ]
    prober.suspend()
    time.sleep(for_s)
    prober.resume()


def as_capture(look: Look) -> Captures:
    return Captures({"idle_line": IdleLineCapture(look.probed, look.counts, "", web_answers=None, others=None)})


@pytest.mark.realtime
def test_everything_at_once_is_told_apart_in_each_direction(network: MakeNetwork) -> None:
    look = probe_over(
        network(
            Way(delay_ms=20, jitter_ms=8, distribution="normal", duplicate_percent=4),
            Way(delay_ms=30, jitter_ms=3, distribution="uniform", loss_percent=4, loss_burst=3, reorder_percent=4),
        )
    )
    for said, true in ((look.said.up, look.truth.up), (look.said.down, look.truth.down)):
        assert said.jitter_ms is not None
        assert said.jitter_ms.value == pytest.approx(true_jitter_ms(true), rel=0.03)
    assert look.said.up.loss.lost == 0
    assert look.said.down.loss.lost == len(wholly_lost(look.truth.down)) > 0
    assert look.said.up.duplicated == doubled(look.truth.up) > 0
    assert look.said.down.duplicated == 0
    assert look.said.down.reordered > look.said.up.reordered
    answered = ~np.isnan(look.rows.up.delay_ms)
    true_up = np.array([look.truth.up[k][0].delay_ms for k in range(len(look.rows))])
    assert np.median(np.abs(look.rows.up.delay_ms[answered] - true_up[answered])) < 2, "both sides have one clock here"


@pytest.mark.realtime
def test_each_lost_packet_is_found_in_its_direction(network: MakeNetwork) -> None:
    look = probe_over(network(Way(delay_ms=10, loss_percent=3), Way(delay_ms=10, loss_percent=4, loss_burst=3)))
    assert set(np.flatnonzero(look.rows.up.lost).tolist()) == wholly_lost(look.truth.up) != set()
    assert set(np.flatnonzero(look.rows.down.lost).tolist()) == wholly_lost(look.truth.down) != set()
    assert look.said.up.loss.perhaps_lost == 0
    arrived = [k for k in range(len(look.rows)) if k not in wholly_lost(look.truth.up)]
    assert not np.isnan(look.rows.up.delay_ms[arrived]).any(), "known of those too whose answers were lost"


@pytest.mark.realtime
def test_a_prober_that_is_held_up_still_knows_when_packets_came(network: MakeNetwork) -> None:
    """As a busy computer holds it up. The kernel's stamps don't wait for the program; its own would be 300 ms off."""
    look = probe_over(network(Way(delay_ms=10), Way(delay_ms=10)), seconds=2, held_up_s=HELD_UP_S)
    late_ms = max(packet.late_ns for packet in look.probed.trace.sent) / 1e6
    assert late_ms > 100 * HELD_UP_S, "it was held up"
    true_down = np.array([look.truth.down[k][0].delay_ms for k in range(len(look.rows))])
    assert np.abs(look.rows.down.delay_ms - true_down).max() < 100 * HELD_UP_S
    assert all(packet.queued_ns is not None for packet in look.probed.trace.sent)


@pytest.mark.realtime
def test_a_line_of_40_ms_jitter_leads_to_its_finding(network: MakeNetwork) -> None:
    look = probe_over(network(Way(delay_ms=20), Way(delay_ms=20, jitter_ms=40)), seconds=6)
    assert look.said.down.jitter_ms is not None
    assert look.said.down.jitter_ms.value == pytest.approx(40, rel=0.2)
    context = Context(policy=policy.default())
    limits = {"network.jitter_ms": Criterion(pass_=20, fail=30)}
    outcome = jitter.CHECK.assess(as_capture(look), context)
    evaluation = evaluate([outcome], msgspec.structs.replace(policy.default(), criteria=limits))
    assert evaluation.readiness is Readiness.NOT_READY
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding.code == "network.high_jitter"
    voice = voice_quality.CHECK.assess(as_capture(look), context)
    up, down = voice.value("network.mos_up"), voice.value("network.mos_down")
    assert up is not None
    assert down is not None
    assert down.value < up.value


@pytest.mark.realtime
def test_a_clean_line_over_ipv6_has_no_jitter_to_speak_of(network: MakeNetwork) -> None:
    net = network(Way(delay_ms=25), Way(delay_ms=25))
    look = probe_over(net, seconds=2, host=net.far.address6)
    assert look.said.rtt_p50_ms is not None
    assert look.said.rtt_p50_ms.value == pytest.approx(50, abs=3)
    assert look.said.up.jitter_ms is not None
    assert look.said.up.jitter_ms.value < 2
    assert look.said.up.loss.lost == look.said.down.loss.lost == 0


@pytest.mark.realtime
def test_a_bottleneck_full_of_others_traffic_is_seen_as_a_queue_in_its_direction(network: MakeNetwork) -> None:
    """The way up carries one megabit a second; from the third second on it is filled twice over."""
    net = network(Way(delay_ms=10, rate_mbit_s=1, queue_bytes=62_500), Way(delay_ms=10))
    with subprocess.Popen(net.home.command(sys.executable, "-c", FLOOD, net.far.address)) as flood:
        look = probe_over(net, seconds=6)
        flood.kill()
    assert look.said.up.delay_p95_ms is not None
    assert look.said.down.delay_p95_ms is not None
    assert look.said.up.delay_p95_ms > 300 > 50 > look.said.down.delay_p95_ms
    assert look.said.rtt_min_ms == pytest.approx(22, abs=4), "ten each way, and what the bottleneck takes for a packet"
