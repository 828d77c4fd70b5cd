"""The reflector as a process on loopback: foreign senders, own tickets, restarts."""

from __future__ import annotations

import signal
import socket
import sys
import time
from collections.abc import Iterator

import psutil
import pytest
from scapy.contrib.stamp import (
    STAMPSessionReflectorTestUnauthenticated as ScapyReflector,
)
from scapy.contrib.stamp import (
    STAMPSessionSenderTestUnauthenticated as ScapySender,
)

from employer import reflector_process
from employer.reflector import MAX_PACKET_BYTES, ReflectorConfig
from employer.reflector_process import ReflectorError, ReflectorProcess
from protocol.stamp import PACKET_BYTES, ReflectorPacket, SenderPacket
from protocol.ticket import issue

KEY = bytes(range(32))
SESSION = b"fedcba9876543210"
PADDING = issue(KEY, session=SESSION, expires_at=int(time.time()) + 7200)


@pytest.fixture
def reflector() -> Iterator[ReflectorProcess]:
    with ReflectorProcess(ReflectorConfig(ticket_key=KEY.hex(), open_loopback=True)) as process:
        yield process


def exchange(address: tuple[str, int], *packets: bytes) -> list[bytes]:
    """The answers to packets sent one by one; an empty one where none came within 0.5 s."""
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.5)
        sock.connect(address)
        answers = []
        for packet in packets:
            sock.send(packet)
            try:
                answers.append(sock.recv(2000))
            except TimeoutError:
                answers.append(b"")
        return answers


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_answers_carry_what_the_standard_asks(reflector: ReflectorProcess, host: str) -> None:
    before_ns = time.time_ns()
    sent = [SenderPacket(k, time.time_ns(), 5, padding=PADDING) for k in (0, 1)]
    answers = exchange((host, reflector.port), *(packet.encode() for packet in sent))
    for k, answer in enumerate(ReflectorPacket.decode(a) for a in answers):
        assert len(answers[k]) == PACKET_BYTES
        assert (answer.sequence, answer.sender_sequence, answer.stream) == (k, k, 5)
        assert answer.sender_sent_ns == sent[k].sent_ns
        assert before_ns < answer.received_ns <= answer.sent_ns < time.time_ns()
        assert answer.sender_ttl in (64, 128, 255)


def test_a_foreign_sender_on_loopback_is_answered_in_its_own_size(reflector: ReflectorProcess) -> None:
    plain, padded = bytes(ScapySender(seq=3)), bytes(ScapySender(seq=4)) + b"\xaa" * 50
    answers = exchange(("127.0.0.1", reflector.port), plain, padded)
    assert [len(a) for a in answers] == [len(plain), len(padded)]
    read = ScapyReflector(answers[0])
    assert (read.seq, read.seq_sender) == (0, 3)
    assert answers[1][-50:] == b"\xaa" * 50


def test_a_reflector_that_is_not_open_answers_only_tickets() -> None:
    with ReflectorProcess(ReflectorConfig(ticket_key=KEY.hex(), host="127.0.0.1")) as process:
        foreign, own = exchange(
            ("127.0.0.1", process.port),
            bytes(ScapySender(seq=0)),
            SenderPacket(0, time.time_ns(), padding=PADDING).encode(),
        )
        assert foreign == b""
        assert len(own) == PACKET_BYTES
        counts = process.counts(SESSION)
        assert counts is not None
        assert (counts.received, counts.reflected, counts.highest_sequence) == (1, 1, 0)


def test_rubbish_gets_no_answer(reflector: ReflectorProcess) -> None:
    assert exchange(("127.0.0.1", reflector.port), b"", b"x" * 43, b"\0" * 172) == [b"", b"", b""]


def test_what_gets_no_answer_is_counted_by_why_and_no_answer_is_longer_than_its_question() -> None:
    now = int(time.time())
    ours = SenderPacket(0, time.time_ns(), 9, padding=PADDING)
    expired = issue(KEY, session=b"e" * 16, expires_at=now - 1)
    foreign = issue(b"x" * 32, session=b"f" * 16, expires_at=now + 600)
    brief = issue(KEY, session=b"b" * 16, expires_at=now + 600, packets_per_s=2, max_seconds=1)
    changed = bytearray(ours.encode())
    changed[60] ^= 1
    wrong = {
        "too_short": b"x" * 43,
        "too_long": ours.encode(MAX_PACKET_BYTES + 1),
        "malformed": b"\0" * 172,
        "no_ticket": bytes(ScapySender(seq=0)),
        "foreign_ticket": SenderPacket(0, 0, padding=foreign).encode(),
        "expired_ticket": SenderPacket(0, 0, padding=expired).encode(),
        "high_number": SenderPacket(2, 0, padding=brief).encode(),
    }
    with ReflectorProcess(ReflectorConfig(ticket_key=KEY.hex(), host="127.0.0.1", max_sessions=1)) as reflector:
        address = ("127.0.0.1", reflector.port)
        assert exchange(address, *wrong.values(), bytes(changed)) == [b""] * 8
        longest = ours.encode(MAX_PACKET_BYTES)
        assert [len(answer) for answer in exchange(address, longest, ours.encode(112))] == [MAX_PACKET_BYTES, 112]
        assert exchange(address, SenderPacket(0, 0, padding=brief).encode()) == [b""], "one session at most"
        metrics = reflector.metrics()
    assert metrics is not None
    assert metrics.dropped == {**dict.fromkeys(wrong, 1), "foreign_ticket": 2, "many_sessions": 1}
    assert (metrics.packets, metrics.answered, metrics.sessions, metrics.overflowed) == (11, 2, 1, 0)
    assert sum(metrics.held) == 2
    assert metrics.held_p99_ms is not None


def test_it_comes_back_at_the_same_port_when_it_died(reflector: ReflectorProcess) -> None:
    process, port = reflector._process, reflector.port
    assert process is not None
    process.kill()
    deadline = time.monotonic() + 20
    while reflector.restarts == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert reflector.port == port
    (answer,) = exchange(("127.0.0.1", port), SenderPacket(0, time.time_ns(), padding=PADDING).encode())
    assert ReflectorPacket.decode(answer).sequence == 0
    assert reflector.counts(SESSION) is not None


def test_a_port_in_use_is_told_with_a_next_step() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        config = ReflectorConfig(ticket_key=KEY.hex(), host="127.0.0.1", port=taken.getsockname()[1])
        with pytest.raises(ReflectorError, match="Choose another port"):
            ReflectorProcess(config).start()


def test_an_answer_that_came_too_late_is_not_taken_for_the_next_one(
    reflector: ReflectorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform == "win32":
        pytest.skip("a process can't be stopped for a while there")
    process = reflector._process
    assert process is not None
    exchange(("127.0.0.1", reflector.port), SenderPacket(0, time.time_ns(), padding=PADDING).encode())
    monkeypatch.setattr(reflector_process, "ANSWER_DEADLINE_S", 0.2)
    process.send_signal(signal.SIGSTOP)
    while psutil.Process(process.pid).status() != psutil.STATUS_STOPPED:
        time.sleep(0.01)
    assert reflector.counts(bytes(16)) is None
    process.send_signal(signal.SIGCONT)
    monkeypatch.setattr(reflector_process, "ANSWER_DEADLINE_S", 10.0)
    counts = reflector.counts(SESSION)
    assert counts is not None
    assert counts.received == 1
    assert reflector.restarts == 0
