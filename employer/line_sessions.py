"""Which probe packets a reflector answers, and what it saw of each session: pure bookkeeping, no sockets."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field

from protocol.messages import ReflectorCounts
from protocol.stamp import SenderPacket
from protocol.ticket import SESSION_BYTES, TICKET_BYTES, Ticket, TicketError, verify

FORGET_AFTER_S = 30.0
"""After a session's last packet."""
MAX_STREAMS = 32
"""Streams of one session: each step of a run that probes the line is one."""
RATE_SLACK = 1.2
"""A sender's clock may be fast, and packets bunch up on the way."""
BURST_S = 4.0
"""A line that stalls lets all that it held go at once: this much of it is answered."""
SLOW_MS = 50.0
"""A packet that waited longer than this for the reflector's program was held here. The kernel's times keep that out of
every number, but a reflector that is so short of time loses packets next."""
SLOW_SHARE = 0.05
OPEN_PACKETS_PER_S = 1000
OPEN_SECONDS = 60
"""Limits for a foreign sender on loopback, which has no ticket."""


@dataclass(slots=True)
class Stream:
    """Packets of one sender with one STAMP session identifier."""

    received: int = 0
    unique: int = 0
    reflected: int = 0
    highest_sequence: int = -1
    slow: int = 0
    dropped: int = 0
    """Lost here: by a full buffer, by the rate limit, or by a failing send."""
    seen: bytearray = field(default_factory=bytearray)
    """One bit for each of the sender's sequence numbers."""

    def count(self, sequence: int) -> None:
        """Takes down that a packet arrived."""
        self.received += 1
        byte, bit = sequence >> 3, 1 << (sequence & 7)
        if byte >= len(self.seen):
            self.seen.extend(bytes(byte + 1 - len(self.seen)))
        if not self.seen[byte] & bit:
            self.seen[byte] |= bit
            self.unique += 1
            self.highest_sequence = max(self.highest_sequence, sequence)

    def counts(self) -> ReflectorCounts:
        """What this reflector saw of the stream."""
        return ReflectorCounts(
            received=self.received,
            unique=self.unique,
            reflected=self.reflected,
            highest_sequence=self.highest_sequence,
            unwell=self.dropped > 0 or self.slow > SLOW_SHARE * self.received,
        )


@dataclass(slots=True)
class _Session:
    ticket: Ticket
    last_s: float
    tokens: float
    packets: int = 0
    streams: dict[int, Stream] = field(default_factory=dict)
    """By STAMP session identifier, in order of their first packets."""

    def may_answer(self, now_s: float) -> bool:
        """Spends one token of the rate's bucket, if there is one and the ticket's total allows."""
        rate = self.ticket.packets_per_s * RATE_SLACK
        self.tokens = min(rate * BURST_S, self.tokens + (now_s - self.last_s) * rate)
        self.last_s = now_s
        if self.tokens < 1 or self.packets >= self.ticket.max_packets:
            return False
        self.tokens -= 1
        self.packets += 1
        return True


class LineSessions:
    """All sessions of one reflector. Thread-safe.

    A packet is answered only under a valid ticket, or without one from loopback where ``open_loopback`` is set; never
    beyond the ticket's rate and total, nor for more than ``max_sessions`` at once.
    """

    def __init__(self, ticket_key: bytes, *, open_loopback: bool = False, max_sessions: int = 1000) -> None:
        self._key = ticket_key
        self._open_loopback = open_loopback
        self._max_sessions = max_sessions
        self._sessions: dict[bytes, _Session] = {}
        self._tickets: dict[bytes, Ticket] = {}
        self._lock = threading.Lock()

    def arrived(
        self, packet: SenderPacket, *, source: str, loopback: bool, unix_s: float, now_s: float, held_ms: float
    ) -> Stream | None:
        """The stream that an arrived packet is counted in; ``None`` when it gets no answer.

        ``source`` names the sender's address, ``unix_s`` is Unix time, ``now_s`` a monotonic time, ``held_ms`` how
        long the packet waited for this program.
        """
        with self._lock:
            ticket = self._ticket(packet.padding, source, loopback, unix_s)
            if ticket is None or packet.sequence >= ticket.max_packets:
                return None
            session = self._session(ticket, now_s)
            if session is None:
                return None
            stream = session.streams.get(packet.stream)
            if stream is None:
                if len(session.streams) >= MAX_STREAMS:
                    return None
                stream = session.streams[packet.stream] = Stream()
            stream.count(packet.sequence)
            stream.slow += held_ms > SLOW_MS
            if session.may_answer(now_s):
                return stream
            stream.dropped += 1
            return None

    def overflowed(self, dropped: int) -> None:
        """The sockets dropped packets of unknown senders: every session of this moment may have lost some."""
        with self._lock:
            for session in self._sessions.values():
                for stream in session.streams.values():
                    stream.dropped += dropped

    def counts(self, session: bytes) -> ReflectorCounts:
        """What was seen of a session's latest stream; zeros for a session that is not known (any more)."""
        with self._lock:
            known = self._sessions.get(session)
            latest = next(reversed(known.streams.values()), None) if known else None
            return latest.counts() if latest else Stream().counts()

    def forget(self, now_s: float) -> None:
        """Drops the sessions whose last packet is :data:`FORGET_AFTER_S` old. Call it about once a second."""
        with self._lock:
            for name in [n for n, s in self._sessions.items() if now_s - s.last_s > FORGET_AFTER_S]:
                del self._sessions[name]
            self._tickets = {b: t for b, t in self._tickets.items() if t.session in self._sessions}

    def _ticket(self, padding: bytes, source: str, loopback: bool, unix_s: float) -> Ticket | None:
        """The right to be answered: a ticket verified once is known by its bytes."""
        shown = padding[:TICKET_BYTES]
        known = self._tickets.get(shown)
        if known is not None and known.expires_at > unix_s:
            return known
        try:
            ticket = verify(self._key, padding, unix_s)
        except TicketError:
            return _loopback_ticket(source) if loopback and self._open_loopback else None
        self._tickets[shown] = ticket
        return ticket

    def _session(self, ticket: Ticket, now_s: float) -> _Session | None:
        session = self._sessions.get(ticket.session)
        if session is None and len(self._sessions) < self._max_sessions:
            session = _Session(ticket, last_s=now_s, tokens=ticket.packets_per_s * RATE_SLACK * BURST_S)
            self._sessions[ticket.session] = session
        return session


def _loopback_ticket(source: str) -> Ticket:
    session = hashlib.sha256(source.encode()).digest()[:SESSION_BYTES]
    return Ticket(session, expires_at=2**63, packets_per_s=OPEN_PACKETS_PER_S, max_seconds=OPEN_SECONDS)
