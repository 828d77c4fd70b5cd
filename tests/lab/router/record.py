"""The router's log: one record for each packet that isn't TCP's, and each copy, with its true times at each hop."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from protocol.stamp import ReflectorPacket, SenderPacket, StampError
from tests.lab.router.ways import Fate

HEAD_BYTES = 92
"""Of each packet: IPv6, UDP, and a STAMP packet without padding."""
_RECORD = struct.Struct(f"<BBBHqqq{HEAD_BYTES}s")
_TCP, _UDP = 6, 17


class Direction(IntEnum):
    """As seen from the home."""

    UP = 0
    DOWN = 1


@dataclass(frozen=True, slots=True)
class Record:
    """One packet as the router saw it at one hop. Times are Unix time in nanoseconds."""

    hop: int
    """0 is the home's."""
    direction: Direction
    fate: Fate
    size: int
    in_ns: int
    due_ns: int
    """When it was to leave; 0 when dropped."""
    out_ns: int
    """When it was let go; 0 when dropped."""
    head: bytes

    def pack(self) -> bytes:
        """The record's bytes."""
        head = self.head[:HEAD_BYTES]
        return _RECORD.pack(self.hop, self.direction, self.fate, self.size, self.in_ns, self.due_ns, self.out_ns, head)

    @property
    def delay_ms(self) -> float:
        """True delay in the router."""
        return (self.out_ns - self.in_ns) / 1e6

    def udp_payload(self) -> bytes | None:
        """The beginning of a UDP datagram's payload; ``None`` for other packets."""
        protocol, body = self.inside()
        return body[8:] if protocol == _UDP else None

    def udp_ports(self) -> tuple[int, int] | None:
        """Where a UDP datagram is from and where it goes; ``None`` for other packets."""
        protocol, body = self.inside()
        return (int.from_bytes(body[:2], "big"), int.from_bytes(body[2:4], "big")) if protocol == _UDP else None

    def inside(self) -> tuple[int, bytes]:
        """The protocol inside IP, and the beginning of its packet."""
        if self.head[0] >> 4 == 6:
            return self.head[6], self.head[40:]
        return self.head[9], self.head[4 * (self.head[0] & 15) :]


def is_tcp(packet: bytes) -> bool:
    """Whether an IP packet is TCP's."""
    return packet[6 if packet[0] >> 4 == 6 else 9] == _TCP


def read(path: Path) -> list[Record]:
    """All records of a log."""
    return [
        Record(hop, Direction(way), Fate(fate), size, in_ns, due_ns, out_ns, head)
        for hop, way, fate, size, in_ns, due_ns, out_ns, head in _RECORD.iter_unpack(path.read_bytes())
    ]


def of_stream(records: list[Record], stream: int) -> Iterator[tuple[int, Record]]:
    """The records of one STAMP stream, each with the sequence of the sender's packet."""
    for record in records:
        payload = record.udp_payload()
        if payload is None:
            continue
        try:
            if record.direction is Direction.UP:
                sent = SenderPacket.decode(payload)
                found, sequence = sent.stream, sent.sequence
            else:
                answer = ReflectorPacket.decode(payload)
                found, sequence = answer.stream, answer.sender_sequence
        except StampError:
            continue
        if found == stream:
            yield sequence, record


def streams(records: list[Record]) -> list[int]:
    """The STAMP streams that went up, in order of their first packets."""
    found: dict[int, None] = {}
    for record in records:
        payload = record.udp_payload() if record.direction is Direction.UP else None
        if payload is not None and len(payload) >= 16:
            found[int.from_bytes(payload[14:16], "big")] = None
    return list(found)
