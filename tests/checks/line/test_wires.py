"""A probe's packets on the wire: each stream knows its own, and takes nothing else for an answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.line.messages import Speaks
from checks.line.wires import Streams, Wire
from protocol.stamp import PACKET_BYTES, ReflectorPacket, SenderPacket
from protocol.stun import BindingRequest

AT_NS = 1_750_000_000_123_456_789
TICKET = b"ticket" * 10


def stamp_answer(packet: bytes) -> bytes:
    """A foreign reflector's: without the stream."""
    asked = SenderPacket.decode(packet)
    return ReflectorPacket(7, AT_NS + 3, AT_NS + 2, asked.sequence, asked.sent_ns).encode()


def stun_answer(packet: bytes) -> bytes:
    """The shortest: 192.0.2.1 port 32853, as in RFC 5769, section 2.2, where the transaction doesn't matter."""
    asked = BindingRequest.decode(packet)
    head = bytes.fromhex("0101000c2112a442") + asked.stream + asked.sequence.to_bytes(4, "big")
    return head + bytes.fromhex("002000080001a147e112a643")


Answering = Callable[[bytes], bytes]
both = pytest.mark.parametrize(("speaks", "answering"), [("stamp", stamp_answer), ("stun", stun_answer)])


def wire(speaks: Speaks) -> Wire:
    """A stream of three packets, handed over a millisecond apart."""
    return Streams(speaks, TICKET).new()


@both
def test_a_stream_knows_its_packets_and_their_answers(speaks: Speaks, answering: Answering) -> None:
    own = wire(speaks)
    packets = [own.packet(number, AT_NS + number) for number in range(3)]
    assert {len(packet) for packet in packets} == {PACKET_BYTES}
    assert [own.departed(packet) for packet in packets] == [0, 1, 2]
    answers = [own.answer(answering(packet), AT_NS + 9) for packet in packets]
    assert [(answer.sequence, answer.received_ns) for answer in answers if answer] == [(k, AT_NS + 9) for k in range(3)]


@both
def test_answers_to_another_stream_are_not_taken(speaks: Speaks, answering: Answering) -> None:
    streams = Streams(speaks, TICKET)
    own, other = streams.new(), streams.new()
    own.packet(0, AT_NS)
    foreign = other.packet(0, AT_NS + 1)
    assert own.departed(foreign) is None
    assert own.answer(answering(foreign), AT_NS + 9) is None


@both
def test_an_answer_to_what_was_never_sent_is_not_taken(speaks: Speaks, answering: Answering) -> None:
    own = wire(speaks)
    packet = bytearray(own.packet(0, AT_NS))
    number_at = 3 if speaks == "stamp" else 19
    packet[number_at] = 1
    assert own.answer(answering(bytes(packet)), AT_NS + 9) is None


@both
@given(data=st.binary(max_size=200))
def test_rubbish_is_no_answer(speaks: Speaks, answering: Answering, data: bytes) -> None:
    own = wire(speaks)
    own.packet(0, AT_NS)
    assert own.answer(data, AT_NS + 9) is None
    assert own.departed(data) is None or speaks == "stamp"


@both
def test_an_answer_off_by_a_bit_in_its_first_bytes_is_not_taken(speaks: Speaks, answering: Answering) -> None:
    own = wire(speaks)
    good = answering(own.packet(0, AT_NS))
    quarter_ns_bits = 3
    bits = range(24 * 8, 36 * 8 - quarter_ns_bits) if speaks == "stamp" else range(20 * 8)
    for bit in bits:
        bad = bytearray(good)
        bad[bit // 8] ^= 0x80 >> bit % 8
        assert own.answer(bytes(bad), AT_NS + 9) is None
