"""The prober as a process, against a real reflector on loopback."""

from __future__ import annotations

import contextlib
import itertools
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from scapy.contrib.stamp import STAMPSessionReflectorTestUnauthenticated as ScapyReflector
from scapy.contrib.stamp import STAMPSessionSenderTestUnauthenticated as ScapySender

from checks.interface import Cancelled, Line, NotMeasured
from checks.line.messages import Order
from checks.line.prober import connect
from checks.line.probing import SERIES, Probed, Probing
from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess
from protocol.line_statistics import statistics
from protocol.packets import packets
from tests.checks.line.conftest import KEY, SESSION
from tests.checks.probe import TestProbe, cancel_after, children_left

LineTo = Callable[..., Line]


def probe_line(line: Line, seconds: float) -> tuple[Probed, TestProbe]:
    probe = TestProbe()
    with Probing(line.target, seconds, probe) as probing:
        return probing.result(), probe


def reflect_with_scapy(sock: socket.socket) -> None:
    """A reflector of RFC 8762 alone, by another implementation: base packet, no stream; until nothing comes for 3 s."""
    with contextlib.suppress(OSError):
        for number in itertools.count():
            data, address = sock.recvfrom(2000)
            asked = ScapySender(data)
            now = time.time() + 2_208_988_800
            answer = ScapyReflector(seq=number, ts=now, ts_rx=now, seq_sender=asked.seq, ttl_sender=64)
            raw = bytearray(bytes(answer))
            raw[28:36] = data[4:12]  # scapy rounds what it writes as a time
            sock.sendto(bytes(raw), address)


@pytest.mark.realtime
def test_a_clean_line_is_traced_and_shown_live(reflector: ReflectorProcess, line_to: LineTo) -> None:
    probed, probe = probe_line(line_to(reflector.port), 1.5)
    counts = reflector.counts(SESSION)
    said = statistics(packets(probed.trace, counts), probed.trace.interval_s)
    assert (said.sent, said.answered) == (75, 75)
    assert said.up.loss.lost == said.down.loss.lost == 0
    assert said.rtt_p50_ms is not None
    assert 0 < said.rtt_p50_ms.value < 20
    assert counts is not None
    assert (counts.received, counts.unique, counts.reflected) == (75, 75, 75)
    assert len(probe.series[SERIES]) == 75
    assert all(0 < rtt < 1000 for rtt in probe.series[SERIES])
    assert probed.refused == 0
    assert abs(probed.clock_step_ms) < 50


def test_the_probing_process_starts_light() -> None:
    code = "import sys, checks.line.prober\nassert not {'numpy', 'report', 'textual'} & set(sys.modules)"
    subprocess.run([sys.executable, "-P", "-c", code], check=True, timeout=60)


@pytest.mark.realtime
def test_linux_kernels_tell_both_times(reflector: ReflectorProcess, line_to: LineTo) -> None:
    probed, _ = probe_line(line_to(reflector.port), 0.5)
    assert probed.arrivals_by_kernel
    assert probed.departures_by_kernel
    assert all(packet.queued_ns is not None and packet.queued_ns >= 0 for packet in probed.trace.sent)


@pytest.mark.realtime
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_both_families_are_spoken(reflector: ReflectorProcess, line_to: LineTo, host: str) -> None:
    probed, _ = probe_line(line_to(reflector.port, host), 0.3)
    assert probed.address == host
    assert len(probed.trace.answers) == 15


@pytest.mark.realtime
def test_of_two_addresses_the_one_that_answers_is_probed(line_to: LineTo, monkeypatch: pytest.MonkeyPatch) -> None:
    with ReflectorProcess(ReflectorConfig(ticket_key=KEY.hex(), host="127.0.0.1")) as reflector:
        ticket = line_to(reflector.port).ticket.hex()
        order = Order(host="a.name", port=reflector.port, speaks="stamp", ticket=ticket, seconds=1)
        found = [
            (family, socket.SOCK_DGRAM, 0, "", (address, reflector.port))
            for family, address in ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1"))
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        sock, _, began = connect(order)
        sock.close()
    assert began.address == "127.0.0.1"


@pytest.mark.realtime
def test_a_foreign_reflector_without_stream_and_padding_is_understood(line_to: LineTo) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foreign:
        foreign.bind(("127.0.0.1", 0))
        foreign.settimeout(3)
        threading.Thread(target=reflect_with_scapy, args=(foreign,), daemon=True).start()
        probed, _ = probe_line(line_to(foreign.getsockname()[1], "127.0.0.1"), 0.6)
    assert [answer.sequence for answer in probed.trace.answers] == list(range(30))


@pytest.mark.realtime
def test_a_reflector_that_disappears_leaves_the_trace_up_to_then(reflector: ReflectorProcess, line_to: LineTo) -> None:
    killer = threading.Timer(1.0, reflector.stop)
    killer.start()
    probed, _ = probe_line(line_to(reflector.port), 2.0)
    killer.join()
    assert len(probed.trace.sent) == 100
    assert 10 <= len(probed.trace.answers) < 100
    assert probed.trace.silent_end_s > 0.2
    assert probed.refused > 0, "loopback says that nobody listens"


@pytest.mark.realtime
def test_nobody_there_is_a_trace_without_answers(line_to: LineTo) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        probed, _ = probe_line(line_to(silent.getsockname()[1], "127.0.0.1"), 0.3)
    assert len(probed.trace.sent) == 15
    assert probed.trace.answers == ()


@pytest.mark.realtime
def test_a_name_without_an_address_is_told(line_to: LineTo) -> None:
    with pytest.raises(NotMeasured) as not_measured:
        probe_line(line_to(4, "reflector.invalid"), 0.3)
    assert not_measured.value.because.code == "network.name_unknown"


@pytest.mark.realtime
def test_it_can_be_stopped_early_and_brings_what_it_has(reflector: ReflectorProcess, line_to: LineTo) -> None:
    with Probing(line_to(reflector.port).target, 30.0, TestProbe()) as probing:
        deadline = time.monotonic() + 10
        while probing.elapsed_s < 0.5 and time.monotonic() < deadline:
            time.sleep(0.02)
        probing.stop()
        probed = probing.result()
    assert 20 <= len(probed.trace.sent) < 500
    assert len(probed.trace.answers) == len(probed.trace.sent)


@pytest.mark.realtime
def test_cancelling_leaves_no_process(reflector: ReflectorProcess, line_to: LineTo) -> None:
    probe = TestProbe()
    timer = cancel_after(probe, 0.5)
    with pytest.raises(Cancelled), Probing(line_to(reflector.port).target, 20.0, probe) as probing:
        probing.result()
    timer.join()
    assert not [name for name in children_left() if "prober" in name]
