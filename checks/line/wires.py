"""What a probe's packets look like on the wire: STAMP toward a reflector, STUN where there is none."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from itertools import count
from typing import Protocol

from checks.line.messages import Speaks
from protocol.stamp import PACKET_BYTES, ReflectorPacket, SenderPacket, StampError
from protocol.stun import STREAM_BYTES, BindingRequest, BindingSuccess, StunError
from protocol.trace import Answer


class Wire(Protocol):
    """One stream of numbered packets."""

    def packet(self, sequence: int, handed_ns: int) -> bytes:
        """The next packet, of :data:`protocol.stamp.PACKET_BYTES`; numbers count from 0."""

    def departed(self, packet: bytes) -> int | None:
        """The number of a packet of this stream, as it left; ``None`` for other bytes."""

    def answer(self, data: bytes, at_ns: int) -> Answer | None:
        """The answer that arrived then; ``None`` for bytes that answer no packet of this stream."""


class Streams:
    """Streams to one place, each of which is told from the others."""

    def __init__(self, speaks: Speaks, ticket: bytes) -> None:
        self._wires = _stun_wires() if speaks == "stun" else _stamp_wires(ticket)

    def new(self) -> Wire:
        """Another stream."""
        return next(self._wires)


def _stamp_wires(ticket: bytes) -> Iterator[Wire]:
    for stream in count(secrets.randbelow(0xFFFF)):
        yield StampWire(ticket, 1 + stream % 0xFFFF)


def _stun_wires() -> Iterator[Wire]:
    while True:
        yield StunWire()


class StampWire:
    """Toward a reflector, which tells when it received and answered, and numbers its answers."""

    def __init__(self, ticket: bytes, stream: int) -> None:
        self._ticket = ticket
        self._stream = stream
        self._handed_ns: list[int] = []

    def packet(self, sequence: int, handed_ns: int) -> bytes:
        """A sender's packet with the ticket in its padding."""
        self._handed_ns.append(handed_ns)
        return SenderPacket(sequence, handed_ns, self._stream, padding=self._ticket).encode(PACKET_BYTES)

    def departed(self, packet: bytes) -> int | None:
        """Its sequence number."""
        try:
            sent = SenderPacket.decode(packet)
        except StampError:
            return None
        return sent.sequence if sent.stream == self._stream else None

    def answer(self, data: bytes, at_ns: int) -> Answer | None:
        """It is ours by the time that we wrote: foreign reflectors return that, if not the stream."""
        try:
            said = ReflectorPacket.decode(data)
        except StampError:
            return None
        number = said.sender_sequence
        if number >= len(self._handed_ns) or said.sender_sent_ns != self._handed_ns[number]:
            return None
        return Answer(number, said.sequence, said.received_ns, said.sent_ns, at_ns)


class StunWire:
    """Toward a STUN server, which returns the transaction and tells no times: only round trips can be measured."""

    def __init__(self) -> None:
        self._stream = secrets.token_bytes(STREAM_BYTES)
        self._packets = 0

    def packet(self, sequence: int, handed_ns: int) -> bytes:
        """A Binding request, as long as a telephone's packet."""
        self._packets += 1
        return BindingRequest(self._stream, sequence).encode(PACKET_BYTES)

    def departed(self, packet: bytes) -> int | None:
        """The number in its transaction."""
        try:
            request = BindingRequest.decode(packet)
        except StunError:
            return None
        return request.sequence if request.stream == self._stream else None

    def answer(self, data: bytes, at_ns: int) -> Answer | None:
        """Without the server's times and number, of which it says nothing."""
        try:
            said = BindingSuccess.decode(data)
        except StunError:
            return None
        if said.stream != self._stream or said.sequence >= self._packets:
            return None
        return Answer(said.sequence, said.sequence, 0, 0, at_ns)
