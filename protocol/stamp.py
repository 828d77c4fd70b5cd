"""The probe's packets: STAMP in its unauthenticated format (RFC 8762), padded by RFC 8972's Extra Padding."""

from __future__ import annotations

import struct
from dataclasses import dataclass

BASE_BYTES = 44
"""Of either packet, without padding (RFC 8762, figures 2 and 5)."""
PACKET_BYTES = 172
"""What we send: the payload of an RTP packet with 20 ms of G.711."""
MAX_PADDING_BYTES = PACKET_BYTES - BASE_BYTES - 4
"""Room for the Extra Padding's value in a packet of :data:`PACKET_BYTES`."""

TTL_UNKNOWN = 255
"""What a reflector says that can't read the time to live (RFC 8762, section 4.3.1)."""

_SENDER = struct.Struct("!IQHH28x")
_SENDER_HEAD = struct.Struct("!IQHH")
_REFLECTOR = struct.Struct("!IQHHQIQHxxB3x")
_TLV = struct.Struct("!BBH")
_EXTRA_PADDING = 1
_UNRECOGNISED = 0x80
"""The U flag: set by the sender, cleared by a reflector that knows the TLV (RFC 8972, section 4)."""

_UNIX_EPOCH_IN_NTP_S = 2_208_988_800
_ERA_S = 1 << 32


class StampError(ValueError):
    """Bytes that are no STAMP packet."""


@dataclass(frozen=True, slots=True)
class ErrorEstimate:
    """How far the clock may be off: ``multiplier · 2^(scale − 32)`` seconds (RFC 4656, section 4.1.2)."""

    synchronised: bool
    """The clock follows an external source of UTC, and the host knows it."""
    scale: int
    """0 to 63."""
    multiplier: int
    """1 to 255; 0 is not allowed."""

    @property
    def seconds(self) -> float:
        """The estimate in seconds."""
        return float(self.multiplier * 2.0 ** (self.scale - 32))

    def pack(self) -> int:
        """The 16-bit field, timestamp format NTP (Z = 0)."""
        return (self.synchronised << 15) | (self.scale << 8) | self.multiplier

    @classmethod
    def unpack(cls, field: int) -> ErrorEstimate:
        """Reads the 16-bit field. Raises :class:`StampError` for a multiplier of 0 or PTP time (Z = 1)."""
        if field & 0xFF == 0:
            raise StampError("an error estimate of zero")
        if field & 0x4000:
            raise StampError("timestamps in PTP format")
        return cls(bool(field & 0x8000), (field >> 8) & 0x3F, field & 0xFF)


UNSYNCHRONISED = ErrorEstimate(synchronised=False, scale=32, multiplier=1)
"""Nothing is claimed of the clock: up to a second off. No statistic here rests on synchronised clocks."""
_UNSYNCHRONISED = UNSYNCHRONISED.pack()


@dataclass(frozen=True, slots=True)
class SenderPacket:
    """A packet of the session sender."""

    sequence: int
    sent_ns: int
    """Unix time."""
    stream: int = 0
    """The STAMP session identifier (RFC 8972, section 3): tells apart streams of one ticket; 0 is "none"."""
    error: ErrorEstimate = UNSYNCHRONISED
    padding: bytes = b""
    """Value of the Extra Padding, up to :data:`MAX_PADDING_BYTES`; zero-filled to the packet's size. Plain padding, as
    of RFC 8762, is no value."""

    def encode(self, size: int = PACKET_BYTES) -> bytes:
        """The packet in exactly ``size`` bytes. Raises :class:`StampError` when the padding doesn't fit."""
        head = _SENDER.pack(self.sequence, ntp(self.sent_ns), self.error.pack(), self.stream)
        return head + _extra_padding(self.padding, size - BASE_BYTES, _UNRECOGNISED)

    @classmethod
    def decode(cls, packet: bytes) -> SenderPacket:
        """Reads a packet. Raises :class:`StampError` when it is none, also for an answer: else two reflectors that a
        forger introduces to one another would answer each other."""
        if len(packet) < BASE_BYTES:
            raise StampError(f"{len(packet)} bytes are too few for a packet of {BASE_BYTES}")
        if _is_recognised(packet):
            raise StampError("an answer, not a question")
        sequence, sent, error, stream = _SENDER.unpack_from(packet)
        return cls(sequence, unix_ns(sent), stream, ErrorEstimate.unpack(error), _padding(packet))


@dataclass(frozen=True, slots=True)
class ReflectorPacket:
    """A packet of the session reflector: the answer to one :class:`SenderPacket`."""

    sequence: int
    """The reflector's own count (stateful mode): tells in which direction a packet was lost."""
    sent_ns: int
    received_ns: int
    sender_sequence: int
    sender_sent_ns: int
    stream: int = 0
    error: ErrorEstimate = UNSYNCHRONISED
    sender_error: ErrorEstimate = UNSYNCHRONISED
    sender_ttl: int = TTL_UNKNOWN
    """Time to live of the sender's packet when it arrived."""
    padding: bytes = b""

    def encode(self, size: int = PACKET_BYTES) -> bytes:
        """The packet in exactly ``size`` bytes. Raises :class:`StampError` when the padding doesn't fit."""
        head = _REFLECTOR.pack(
            self.sequence,
            ntp(self.sent_ns),
            self.error.pack(),
            self.stream,
            ntp(self.received_ns),
            self.sender_sequence,
            ntp(self.sender_sent_ns),
            self.sender_error.pack(),
            self.sender_ttl,
        )
        return head + _extra_padding(self.padding, size - BASE_BYTES, 0)

    @classmethod
    def decode(cls, packet: bytes) -> ReflectorPacket:
        """Reads a packet. Raises :class:`StampError` when it is none."""
        if len(packet) < BASE_BYTES:
            raise StampError(f"{len(packet)} bytes are too few for a packet of {BASE_BYTES}")
        sequence, sent, error, stream, received, sender_sequence, sender_sent, sender_error, ttl = (
            _REFLECTOR.unpack_from(packet)
        )
        return cls(
            sequence,
            unix_ns(sent),
            unix_ns(received),
            sender_sequence,
            unix_ns(sender_sent),
            stream,
            ErrorEstimate.unpack(error),
            ErrorEstimate.unpack(sender_error),
            ttl,
            _padding(packet),
        )


def ntp(unix_time_ns: int) -> int:
    """Unix time in nanoseconds as a 64-bit NTP timestamp (RFC 5905), rounded to its 0.23 ns."""
    seconds, ns = divmod(unix_time_ns, 1_000_000_000)
    fraction = ((ns << 32) + 500_000_000) // 1_000_000_000
    return (((seconds + _UNIX_EPOCH_IN_NTP_S) << 32) + fraction) & 0xFFFF_FFFF_FFFF_FFFF


def unix_ns(timestamp: int) -> int:
    """A 64-bit NTP timestamp as Unix time in nanoseconds.

    Seconds below 2^31 belong to the era that begins in 2036 (RFC 4330, section 3).
    """
    seconds, fraction = timestamp >> 32, timestamp & 0xFFFF_FFFF
    if seconds < 1 << 31:
        seconds += _ERA_S
    return (seconds - _UNIX_EPOCH_IN_NTP_S) * 1_000_000_000 + ((fraction * 1_000_000_000 + (1 << 31)) >> 32)


def answer_in_place(
    memory: bytearray, at: int, length: int, *, sequence: int, sent: int, received: int, ttl: int | None
) -> None:
    """Turns the sender's packet of ``length`` bytes at ``at`` into the reflector's answer to it.

    ``sent`` and ``received`` are NTP timestamps. Padding stays as it came, but that Extra Padding is recognised; the
    packet keeps its length.
    """
    sender_sequence, sender_sent, sender_error, stream = _SENDER_HEAD.unpack_from(memory, at)
    _REFLECTOR.pack_into(
        memory,
        at,
        sequence,
        sent,
        _UNSYNCHRONISED,
        stream,
        received,
        sender_sequence,
        sender_sent,
        sender_error,
        TTL_UNKNOWN if ttl is None else ttl,
    )
    if length >= BASE_BYTES + _TLV.size and memory[at + BASE_BYTES + 1] == _EXTRA_PADDING:
        memory[at + BASE_BYTES] &= ~_UNRECOGNISED


def _extra_padding(value: bytes, room: int, flags: int) -> bytes:
    if room == 0 and not value:
        return b""
    length = room - _TLV.size
    if length < len(value):
        raise StampError(f"{len(value)} bytes of padding don't fit into {max(0, length)}")
    return _TLV.pack(flags, _EXTRA_PADDING, length) + value.ljust(length, b"\0")


def _is_recognised(packet: bytes) -> bool:
    """A reflector saw it: senders set the flag that their Extra Padding goes without (RFC 8972, section 4)."""
    rest = packet[BASE_BYTES:]
    return len(rest) >= _TLV.size and rest[1] == _EXTRA_PADDING and not rest[0] & _UNRECOGNISED


def _padding(packet: bytes) -> bytes:
    rest = packet[BASE_BYTES:]
    if len(rest) >= _TLV.size:
        _flags, kind, length = _TLV.unpack_from(rest)
        if kind == _EXTRA_PADDING and length <= len(rest) - _TLV.size:
            return rest[_TLV.size : _TLV.size + length]
    return b""
