"""STAMP packets: against scapy's dissector, and against the numbers of the standards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.contrib.stamp import (
    STAMPSessionReflectorTestUnauthenticated as ScapyReflector,
)
from scapy.contrib.stamp import (
    STAMPSessionSenderTestUnauthenticated as ScapySender,
)

from protocol.stamp import (
    BASE_BYTES,
    MAX_PADDING_BYTES,
    PACKET_BYTES,
    ErrorEstimate,
    ReflectorPacket,
    SenderPacket,
    StampError,
    answer_in_place,
    ntp,
    unix_ns,
)

A_MOMENT_NS = 1_750_000_000_123_456_789
UNSYNCHRONISED_2_MS = ErrorEstimate(synchronised=False, scale=24, multiplier=1)

times = st.integers(min_value=0, max_value=(2**32 + 2**31 - 2_208_988_800) * 10**9 - 1)
"""From 1970 to where a timestamp of the era 2036 can no longer be told from one of 1968."""


def test_scapy_reads_our_sender_packet() -> None:
    packet = SenderPacket(7, A_MOMENT_NS, stream=0x1234, error=ErrorEstimate(True, 5, 9), padding=b"ticket").encode()
    read = ScapySender(packet)
    assert len(packet) == PACKET_BYTES
    assert (read.seq, read.ssid) == (7, 0x1234)
    assert (read.err_estimate.S, read.err_estimate.Z) == (1, 0)
    assert (read.err_estimate.scale, read.err_estimate.multiplier) == (5, 9)
    assert int(read.ts * 2**32) == pytest.approx(ntp(A_MOMENT_NS), rel=1e-12)
    (padding,) = read.tlv_objects
    assert (padding.type, padding.len) == (1, MAX_PADDING_BYTES)
    assert bytes(padding.value).rstrip(b"\0") == b"ticket"


def test_scapy_reads_our_reflector_packet() -> None:
    read = ScapyReflector(
        ReflectorPacket(3, A_MOMENT_NS, A_MOMENT_NS - 1000, 9, A_MOMENT_NS - 10**7, sender_ttl=57).encode()
    )
    assert (read.seq, read.seq_sender, read.ttl_sender) == (3, 9, 57)
    assert int(read.ts_rx * 2**32) == pytest.approx(ntp(A_MOMENT_NS - 1000), rel=1e-12)
    assert int(read.ts_sender * 2**32) == pytest.approx(ntp(A_MOMENT_NS - 10**7), rel=1e-12)


def test_scapy_reads_the_answer_that_a_reflector_makes_in_place() -> None:
    sent = SenderPacket(9, A_MOMENT_NS, stream=0x1234, error=ErrorEstimate(True, 5, 9), padding=b"ticket").encode()
    memory = bytearray(b"before" + sent + b"after")
    answer_in_place(
        memory, 6, len(sent), sequence=3, sent=ntp(A_MOMENT_NS + 2000), received=ntp(A_MOMENT_NS + 1000), ttl=57
    )
    assert memory.startswith(b"before")
    assert memory.endswith(b"after")
    read = ScapyReflector(bytes(memory[6 : 6 + len(sent)]))
    assert (read.seq, read.ssid, read.seq_sender, read.ttl_sender) == (3, 0x1234, 9, 57)
    assert (read.err_estimate_sender.S, read.err_estimate_sender.scale, read.err_estimate_sender.multiplier) == (
        1,
        5,
        9,
    )
    for read_s, written_ns in (
        (read.ts, A_MOMENT_NS + 2000),
        (read.ts_rx, A_MOMENT_NS + 1000),
        (read.ts_sender, A_MOMENT_NS),
    ):
        assert int(read_s * 2**32) == pytest.approx(ntp(written_ns), rel=1e-12)
    (padding,) = read.tlv_objects
    assert (padding.type, padding.len, padding.flags.U) == (1, MAX_PADDING_BYTES, 0)
    assert bytes(padding.value).rstrip(b"\0") == b"ticket"


def test_an_answer_without_padding_touches_nothing_behind_it() -> None:
    sent = SenderPacket(0, A_MOMENT_NS).encode(BASE_BYTES)
    behind = bytes((0x80, 1, 0, 0))
    memory = bytearray(sent + behind)
    answer_in_place(memory, 0, BASE_BYTES, sequence=0, sent=0, received=0, ttl=None)
    assert memory.endswith(behind)
    assert ReflectorPacket.decode(bytes(memory[:BASE_BYTES])).sender_ttl == 255


def test_a_foreign_sender_without_padding_is_read() -> None:
    packet = SenderPacket.decode(bytes(ScapySender(seq=41, ts=3_900_000_000.5, ssid=2)))
    assert (packet.sequence, packet.stream, packet.padding) == (41, 2, b"")
    assert packet.sent_ns == (3_900_000_000 - 2_208_988_800) * 10**9 + 500_000_000


@given(
    sequence=st.integers(0, 2**32 - 1),
    sent_ns=times,
    stream=st.integers(0, 2**16 - 1),
    padding=st.binary(max_size=MAX_PADDING_BYTES),
)
def test_a_sender_packet_survives_the_wire(sequence: int, sent_ns: int, stream: int, padding: bytes) -> None:
    packet = SenderPacket(sequence, sent_ns, stream, UNSYNCHRONISED_2_MS, padding)
    read = SenderPacket.decode(packet.encode())
    assert (read.sequence, read.sent_ns, read.stream, read.error) == (
        sequence,
        sent_ns,
        stream,
        UNSYNCHRONISED_2_MS,
    )
    assert read.padding == padding.ljust(MAX_PADDING_BYTES, b"\0")


@given(times, times, times)
def test_a_reflector_packet_survives_the_wire(sent: int, received: int, sender_sent: int) -> None:
    packet = ReflectorPacket(1, sent, received, 2, sender_sent, sender_ttl=64)
    assert ReflectorPacket.decode(packet.encode(BASE_BYTES)) == packet


def test_ntp_timestamps_have_the_epoch_of_1900_and_roll_over_in_2036() -> None:
    assert ntp(0) == 2_208_988_800 << 32
    assert ntp(500_000_000) & 0xFFFF_FFFF == 1 << 31
    rollover_ns = (2**32 - 2_208_988_800) * 10**9
    assert ntp(rollover_ns) == 0
    assert unix_ns(0) == rollover_ns


def test_the_error_estimate_is_in_seconds() -> None:
    assert ErrorEstimate(False, 22, 1).seconds == pytest.approx(1 / 1024)
    with pytest.raises(StampError, match="zero"):
        ErrorEstimate.unpack(0)
    with pytest.raises(StampError, match="PTP"):
        ErrorEstimate.unpack(0x4001)


def test_an_answer_is_no_question() -> None:
    question = SenderPacket(1, A_MOMENT_NS, padding=b"ticket").encode()
    answer = bytearray(question)
    answer_in_place(answer, 0, len(answer), sequence=0, sent=1, received=1, ttl=64)
    assert len(answer) == len(question)
    assert ReflectorPacket.decode(bytes(answer)).padding.startswith(b"ticket")
    with pytest.raises(StampError, match="an answer"):
        SenderPacket.decode(bytes(answer))


@given(st.binary(min_size=BASE_BYTES, max_size=1472))
def test_whatever_is_read_is_answered_in_its_own_size_and_never_as_a_question(packet: bytes) -> None:
    memory = bytearray(packet)
    answer_in_place(memory, 0, len(packet), sequence=5, sent=6, received=7, ttl=None)
    assert len(memory) == len(packet)
    read = ScapyReflector(bytes(memory[:BASE_BYTES]))
    assert (read.seq, read.seq_sender, read.ttl_sender) == (5, int.from_bytes(packet[:4], "big"), 255)
    assert memory[28:38] == packet[4:14], "the sender's time and its error, as they came"
    assert memory[BASE_BYTES + 1 :] == packet[BASE_BYTES + 1 :]


def test_scapy_reads_an_answer_with_its_padding_recognised() -> None:
    memory = bytearray(SenderPacket(9, A_MOMENT_NS, stream=77, padding=b"ticket").encode())
    answer_in_place(memory, 0, len(memory), sequence=3, sent=ntp(A_MOMENT_NS), received=ntp(A_MOMENT_NS), ttl=57)
    read = ScapyReflector(bytes(memory))
    assert (read.seq, read.ssid, read.seq_sender, read.ttl_sender) == (3, 77, 9, 57)
    assert int(read.ts_sender * 2**32) == pytest.approx(ntp(A_MOMENT_NS), rel=1e-12)
    (padding,) = read.tlv_objects
    assert (padding.type, padding.len, int(padding.flags)) == (1, MAX_PADDING_BYTES, 0)
    assert bytes(padding.value).rstrip(b"\0") == b"ticket"


@pytest.mark.parametrize("rest", [b"\0" * 2, b"RT\1\0" + b"x" * 60, b"\x80\x02\0\4abcd", b"\x80\x01\0\x09abcd"])
def test_padding_that_is_no_extra_padding_has_no_value(rest: bytes) -> None:
    assert SenderPacket.decode(SenderPacket(0, 0).encode(BASE_BYTES) + rest).padding == b""


@pytest.mark.parametrize("packet", [b"", b"x" * (BASE_BYTES - 1)])
def test_short_bytes_are_no_packet(packet: bytes) -> None:
    with pytest.raises(StampError):
        SenderPacket.decode(packet)
    with pytest.raises(StampError):
        ReflectorPacket.decode(packet)


def test_padding_that_does_not_fit_is_refused() -> None:
    with pytest.raises(StampError, match="don't fit"):
        SenderPacket(0, 0, padding=b"x" * (MAX_PADDING_BYTES + 1)).encode()
