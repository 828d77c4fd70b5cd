"""Senders written from the standards alone, without our packets' code, are answered as the standards ask."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator

import pytest
from scapy.contrib.stamp import STAMPSessionReflectorTestUnauthenticated as ScapyReflector
from scapy.contrib.stamp import STAMPSessionSenderTestUnauthenticated as ScapySender
from scapy.contrib.stamp import STAMPTestTLV

from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess

pytestmark = pytest.mark.realtime

UNRECOGNISED = 0x80
"""The U flag is the first bit on the wire (RFC 8972, section 4); scapy's letters for it count from the last."""
NTP_OF_1970_S = 2_208_988_800
TWAMP_BYTES, TWAMP_ANSWER_BYTES = 14, 41
"""Of TWAMP's unauthenticated packets without padding (RFC 5357, sections 4.1.2 and 4.2.1)."""
NEEDED_PADDING_BYTES = 30
"""Of a TWAMP Light sender, for a STAMP reflector (RFC 8762, section 4.6: the base packet has 44 bytes)."""


@pytest.fixture(scope="module")
def reflector() -> Iterator[ReflectorProcess]:
    """A reflector that answers senders on this computer."""
    with ReflectorProcess(ReflectorConfig(ticket_key="00" * 32, host="127.0.0.1", open_loopback=True)) as process:
        yield process


@pytest.fixture
def sender(reflector: ReflectorProcess) -> Iterator[socket.socket]:
    """A connected socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 60)
        sock.settimeout(1)
        sock.connect(("127.0.0.1", reflector.port))
        yield sock


def exchange(sender: socket.socket, packet: bytes) -> bytes:
    """The answer; empty where none came within a second."""
    sender.send(packet)
    try:
        return sender.recv(2000)
    except TimeoutError:
        return b""


def ntp_now() -> bytes:
    """A 64-bit timestamp."""
    seconds, ns = divmod(time.time_ns(), 1_000_000_000)
    return struct.pack("!II", (seconds + NTP_OF_1970_S) & 0xFFFF_FFFF, (ns << 32) // 1_000_000_000)


def test_stamp_with_extra_padding(sender: socket.socket) -> None:
    for number in range(3):
        padding = STAMPTestTLV(flags=UNRECOGNISED, type=1, len=40, value=b"\xa5" * 40)
        asked = bytearray(bytes(ScapySender(seq=100 + number, ssid=0x2B1D, tlv_objects=[padding])))
        asked[4:12] = ntp_now()  # scapy rounds what it writes as a time
        answer = exchange(sender, bytes(asked))
        heard = ntp_now()
        assert len(answer) == len(asked) == 44 + 4 + 40
        read = ScapyReflector(answer)
        assert (read.seq, read.seq_sender, read.ssid) == (number, 100 + number, 0x2B1D)
        assert answer[28:36] == asked[4:12]
        assert answer[36:38] == asked[12:14], "the sender's error estimate"
        assert asked[4:12] < answer[16:24] <= answer[4:12] < heard, "sent, received, answered, heard"
        assert answer[38:40] == bytes(2)
        assert answer[41:44] == bytes(3)
        (recognised,) = read.tlv_objects
        assert (int(recognised.flags), recognised.type, recognised.len, bytes(recognised.value)) == (
            0,
            1,
            40,
            b"\xa5" * 40,
        )


def test_a_tlv_that_is_not_known_stays_unrecognised(sender: socket.socket) -> None:
    asked = bytes(ScapySender(seq=0, tlv_objects=[STAMPTestTLV(flags=UNRECOGNISED, type=200, len=4, value=b"abcd")]))
    (unknown,) = ScapyReflector(exchange(sender, asked)).tlv_objects
    assert int(unknown.flags) == UNRECOGNISED
    assert bytes(unknown.value) == b"abcd"


@pytest.mark.parametrize("padding_bytes", [NEEDED_PADDING_BYTES, 158])
def test_twamp_light(sender: socket.socket, padding_bytes: int) -> None:
    asked = struct.pack("!I8sH", 7, ntp_now(), 0x0001) + b"\xa5" * padding_bytes
    answer = exchange(sender, asked)
    assert len(answer) == TWAMP_BYTES + padding_bytes >= TWAMP_ANSWER_BYTES
    number, _sent, error, _zero, received, sender_number, sender_sent, _error, ttl = struct.unpack_from(
        "!I8sHH8sI8sHxxB", answer
    )
    assert (number, sender_number) == (0, 7)
    assert error & 0xFF != 0
    assert sender_sent == asked[4:12] < received
    assert ttl in (60, 255)
    assert answer[44:] == asked[44:]


def test_twamp_light_without_enough_padding_gets_nothing_longer_than_it_sent(sender: socket.socket) -> None:
    assert exchange(sender, struct.pack("!I8sH", 0, ntp_now(), 0x0001)) == b""
