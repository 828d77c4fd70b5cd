"""ICMP echo requests and their answers (RFC 792, RFC 4443)."""

from __future__ import annotations

import struct

_HEADER = struct.Struct("!BBHHH")
_NUMBER = struct.Struct("!L")
_REQUEST, _ANSWER, _REQUEST6, _ANSWER6 = 8, 0, 128, 129
_IPV4_LEAST_BYTES = 20
MARK_BYTES = 8


def request(sequence: int, mark: bytes, *, six: bool) -> bytes:
    """A request with its full sequence number and the sender's ``mark`` in the payload."""
    payload = mark[:MARK_BYTES].ljust(MARK_BYTES, b"\0") + _NUMBER.pack(sequence) + bytes(12)
    kind = _REQUEST6 if six else _REQUEST
    empty = _HEADER.pack(kind, 0, 0, 0, sequence & 0xFFFF) + payload
    return _HEADER.pack(kind, 0, 0 if six else _checksum(empty), 0, sequence & 0xFFFF) + payload


def answered(data: bytes, mark: bytes, *, six: bool) -> int | None:
    """The sequence number that a datagram answers; ``None`` when it answers none of ours. Some systems hand over the
    IPv4 header as well."""
    if not six and len(data) > _IPV4_LEAST_BYTES and data[0] >> 4 == 4:
        data = data[4 * (data[0] & 15) :]
    body = data[_HEADER.size :]
    if len(body) < MARK_BYTES + _NUMBER.size or data[0] != (_ANSWER6 if six else _ANSWER):
        return None
    if body[:MARK_BYTES] != mark[:MARK_BYTES]:
        return None
    return int(_NUMBER.unpack_from(body, MARK_BYTES)[0])


def _checksum(data: bytes) -> int:
    """RFC 1071, of an even number of bytes."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
