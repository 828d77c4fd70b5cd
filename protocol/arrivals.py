"""When each packet that a reflector answered had arrived there, as it tells afterwards, in the order of its answers."""

from __future__ import annotations

import struct

from protocol import base64url

MOST = 5000
"""More are not kept: a hundred seconds of a call, longer than any look at the line."""

_ARRIVAL = struct.Struct("!Iq")

Arrival = tuple[int, int]
"""The sender's sequence, and Unix time of the arrival in nanoseconds by the reflector's clock."""


class Arrivals:
    """What a reflector keeps of one stream: 12 bytes for each answer."""

    def __init__(self) -> None:
        self._packed = bytearray()

    def add(self, sequence: int, at_ns: int) -> None:
        """The next answer is to this packet."""
        if len(self._packed) < MOST * _ARRIVAL.size:
            self._packed += _ARRIVAL.pack(sequence, at_ns)

    def encode(self) -> str:
        """As :attr:`protocol.messages.ReflectorCounts.arrivals`."""
        return base64url.encode(bytes(self._packed))


def decode(text: str) -> list[Arrival]:
    """The arrivals, in the order of the reflector's answers. Raises ``ValueError`` for what is none of this."""
    packed = base64url.decode(text)
    if len(packed) % _ARRIVAL.size:
        raise ValueError("half an arrival")
    return list(_ARRIVAL.iter_unpack(packed))
