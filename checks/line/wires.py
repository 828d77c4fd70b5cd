"""What a probe's packets look like on the wire: STAMP toward a reflector, STUN where there is none."""

from __future__ import annotations

import secrets
from typing import Protocol

from checks.line.messages import Order
from protocol import stun
from protocol.stamp import ReflectorPacket, SenderPacket, StampError
from protocol.stun import StunError
from protocol.trace import Answer

_SESSION_BYTES = 8
_NUMBER_BYTES = stun.TRANSACTION_BYTES - _SESSION_BYTES


class Wire(Protocol):
    """One stream of numbered packets."""

    def packet(self, sequence: int, handed_ns: int) -> bytes:
        """The next packet. ``handed_ns`` is when it is handed to the kernel; numbers count from 0."""

    def number_of(self, packet: bytes) -> int | None:
        """The number of a packet of this stream as it left; ``None`` for other bytes."""

    def answer(self, data: bytes, at_ns: int) -> Answer | None:
        """The answer that arrived then; ``None`` for bytes that answer no packet of this stream."""

    def another(self) -> Wire:
        """Another stream to the same place."""


class StampWire:
    """Toward a reflector, which tells when it received and answered, and numbers its answers."""

    def __init__(self, ticket: bytes, packet_bytes: int, stream: int | None = None) -> None:
        self._ticket = ticket
        self._packet_bytes = packet_bytes
        self._stream = stream or 1 + secrets.randbelow(0xFFFF)
        self._handed_ns: list[int] = []

    def packet(self, sequence: int, handed_ns: int) -> bytes:
        """A sender's packet with the ticket in its padding."""
        self._handed_ns.append(handed_ns)
        return SenderPacket(sequence, handed_ns, self._stream, padding=self._ticket).encode(self._packet_bytes)

    def number_of(self, packet: bytes) -> int | None:
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

    def another(self) -> StampWire:
        """The next stream: the reflector counts each by itself."""
        return StampWire(self._ticket, self._packet_bytes, self._stream % 0xFFFF + 1)


class StunWire:
    """Toward a STUN server, which returns the transaction and tells no times: only round trips can be measured."""

    def __init__(self, packet_bytes: int) -> None:
        self._packet_bytes = packet_bytes
        self._session = secrets.token_bytes(_SESSION_BYTES)
        self._packets = 0

    def packet(self, sequence: int, handed_ns: int) -> bytes:
        """A Binding request; its transaction is 8 random bytes of this stream and the number."""
        self._packets += 1
        return stun.request(self._session + sequence.to_bytes(_NUMBER_BYTES, "big"), self._packet_bytes)

    def number_of(self, packet: bytes) -> int | None:
        """The number in its transaction."""
        try:
            return self._number(stun.transaction_of(packet))
        except StunError:
            return None

    def answer(self, data: bytes, at_ns: int) -> Answer | None:
        """Without the server's times and number, of which it says nothing."""
        try:
            number = self._number(stun.read_answer(data).transaction)
        except StunError:
            return None
        return None if number is None else Answer(number, 0, 0, 0, at_ns)

    def another(self) -> StunWire:
        """With random bytes of its own."""
        return StunWire(self._packet_bytes)

    def _number(self, transaction: bytes) -> int | None:
        number = int.from_bytes(transaction[_SESSION_BYTES:], "big")
        return number if transaction[:_SESSION_BYTES] == self._session and number < self._packets else None


def wire_of(order: Order) -> Wire:
    """As ordered."""
    if order.protocol == "stun":
        return StunWire(order.packet_bytes)
    return StampWire(bytes.fromhex(order.ticket), order.packet_bytes)
