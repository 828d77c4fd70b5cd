"""STUN Binding transactions (RFC 8489) as a probe's packets: what any STUN or TURN server answers."""

from __future__ import annotations

import struct
from dataclasses import dataclass

STREAM_BYTES = 8
"""Of the transaction id: the sender's own random bytes, which nobody off the path can guess."""
HEADER_BYTES = 20

_HEADER = struct.Struct("!HHI")
_SEQUENCE = struct.Struct("!I")
_ATTRIBUTE = struct.Struct("!HH")
_BINDING_REQUEST, _BINDING_SUCCESS = 0x0001, 0x0101
_MAGIC_COOKIE = 0x2112A442
_XOR_MAPPED_ADDRESS = 0x0020
_SOFTWARE = 0x8022
"""Comprehension-optional: a server that doesn't know what it carries passes over it (section 14.14)."""
_LONGEST_SOFTWARE = 124
"""Fewer than 128 characters are allowed; a whole number of 32-bit words needs no padding."""
_ADDRESS_BYTES = {0x01: 8, 0x02: 20}
"""Length of an address attribute by its family: IPv4, IPv6 (section 14.2)."""


class StunError(ValueError):
    """Bytes that are no answer to a Binding request."""


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """One request; its transaction id is the stream and the sequence."""

    stream: bytes
    """:data:`STREAM_BYTES`, chosen at random for each stream."""
    sequence: int

    def encode(self, size: int) -> bytes:
        """The request in exactly ``size`` bytes, filled up with SOFTWARE attributes.

        Raises :class:`StunError` for a size that isn't a multiple of four or has no room for the header.
        """
        if size % 4 or size < HEADER_BYTES:
            raise StunError(f"a request can't have {size} bytes")
        head = _HEADER.pack(_BINDING_REQUEST, size - HEADER_BYTES, _MAGIC_COOKIE)
        return head + self.stream + _SEQUENCE.pack(self.sequence) + _filling(size - HEADER_BYTES)

    @classmethod
    def decode(cls, packet: bytes) -> BindingRequest:
        """Reads one of our own requests. Raises :class:`StunError` for anything else."""
        return cls(*_transaction(packet, _BINDING_REQUEST))


@dataclass(frozen=True, slots=True)
class BindingSuccess:
    """A server's answer. What it says of our address is checked, not kept."""

    stream: bytes
    sequence: int

    @classmethod
    def decode(cls, packet: bytes) -> BindingSuccess:
        """Reads an answer. Raises :class:`StunError` for an error response, a malformed one, or anything else."""
        stream, sequence = _transaction(packet, _BINDING_SUCCESS)
        if not _tells_our_address(packet):
            raise StunError("an answer without our address")
        return cls(stream, sequence)


def _transaction(packet: bytes, kind: int) -> tuple[bytes, int]:
    if len(packet) < HEADER_BYTES:
        raise StunError(f"{len(packet)} bytes are too few for a header of {HEADER_BYTES}")
    found, length, cookie = _HEADER.unpack_from(packet)
    if cookie != _MAGIC_COOKIE or found != kind or length != len(packet) - HEADER_BYTES:
        raise StunError("not the message that was expected")
    identity = packet[_HEADER.size : HEADER_BYTES]
    return identity[:STREAM_BYTES], _SEQUENCE.unpack(identity[STREAM_BYTES:])[0]


def _tells_our_address(packet: bytes) -> bool:
    """Whether all attributes are well-formed and XOR-MAPPED-ADDRESS is among them, as every success must have it."""
    at, told = HEADER_BYTES, False
    while at < len(packet):
        if len(packet) - at < _ATTRIBUTE.size:
            return False
        kind, length = _ATTRIBUTE.unpack_from(packet, at)
        value = packet[at + _ATTRIBUTE.size : at + _ATTRIBUTE.size + length]
        if len(value) < length:
            return False
        told |= kind == _XOR_MAPPED_ADDRESS and length >= 2 and length == _ADDRESS_BYTES.get(value[1])
        at += _ATTRIBUTE.size + length + -length % 4
    return told


def _filling(room: int) -> bytes:
    attributes = b""
    while room:
        value = min(room - _ATTRIBUTE.size, _LONGEST_SOFTWARE)
        attributes += _ATTRIBUTE.pack(_SOFTWARE, value) + b"readiness".ljust(value)[:value]
        room -= _ATTRIBUTE.size + value
    return attributes
