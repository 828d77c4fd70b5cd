"""Which probe packets a reflector answers, and what it saw of each session: pure bookkeeping, no sockets."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from protocol.arrivals import Arrivals
from protocol.messages import ReflectorCounts
from protocol.stamp import SenderPacket
from protocol.ticket import SESSION_BYTES, TICKET_BYTES, Ticket, TicketError, TicketProblem, verify

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

Dropped = (
    TicketProblem
    | Literal[
        "too_short", "too_long", "malformed", "high_number", "many_sessions", "many_streams", "rate", "total", "unsent"
    ]
)
"""Why a packet got no answer."""
NOTHING_SEEN = ReflectorCounts(received=0, unique=0, reflected=0, highest_sequence=-1)


@dataclass(slots=True)
class Stream:
    """Packets of one sender with one STAMP session identifier."""

    session: _Session
    began_s: float
    """Unix time of its first packet."""
    overflows_before: int
    """How often a full buffer had lost packets, of whomever, when this stream began …"""
    overflows_by_last: int = 0
    """… and when its last packet came."""
    received: int = 0
    unique: int = 0
    reflected: int = 0
    highest_sequence: int = -1
    slow: int = 0
    dropped: int = 0
    """Lost here: by the rate limit, or by a failing send."""
    seen: bytearray = field(default_factory=bytearray)
    """One bit for each of the sender's sequence numbers."""
    arrivals: Arrivals = field(default_factory=Arrivals)
    """Of the packets that were answered."""

    @property
    def is_kept(self) -> bool:
        """Its session is not forgotten."""
        return bool(self.session.streams)

    def count(self, sequence: int) -> None:
        """Takes down that a packet arrived."""
        self.received += 1
        byte, bit = sequence >> 3, 1 << (sequence & 7)
        if byte >= len(self.seen):
            self.seen.extend(bytes(byte + 1 - len(self.seen)))
        if not self.seen[byte] & bit:
            self.seen[byte] |= bit
            self.unique += 1
            if sequence > self.highest_sequence:
                self.highest_sequence = sequence

    def counts(self, overflows: int) -> ReflectorCounts:
        """What this reflector saw of the stream; ``overflows`` is how often a full buffer has lost packets by now."""
        return ReflectorCounts(
            received=self.received,
            unique=self.unique,
            reflected=self.reflected,
            highest_sequence=self.highest_sequence,
            unwell=self.dropped > 0 or self._perhaps_lost(overflows) or self.slow > SLOW_SHARE * self.received,
            arrivals=self.arrivals.encode(),
        )

    def _perhaps_lost(self, overflows: int) -> bool:
        """A full buffer lost packets meanwhile, and this stream lacks some, or none of it came since."""
        lacks = self.unique <= self.highest_sequence
        return overflows > (self.overflows_before if lacks else self.overflows_by_last)


@dataclass(slots=True)
class _Session:
    ticket: Ticket
    most_packets: int
    last_s: float
    tokens: float
    packets: int = 0
    streams: dict[int, Stream] = field(default_factory=dict)
    """By STAMP session identifier, in order of their first packets."""

    def why_not(self, now_s: float) -> Dropped | None:
        """Spends one token of the rate's bucket, if there is one and the ticket's total allows; else says why not."""
        rate = self.ticket.packets_per_s * RATE_SLACK
        self.tokens = min(rate * BURST_S, self.tokens + (now_s - self.last_s) * rate)
        self.last_s = now_s
        if self.packets >= self.most_packets:
            return "total"
        if self.tokens < 1:
            return "rate"
        self.tokens -= 1
        self.packets += 1
        return None


class LineSessions:
    """All sessions of one reflector.

    A packet is answered only under a valid ticket, or without one from loopback where ``open_loopback`` is set; never
    beyond the ticket's rate and total, nor for more than ``max_sessions`` at once.
    """

    def __init__(self, ticket_key: bytes, *, open_loopback: bool = False, max_sessions: int = 1000) -> None:
        self._key = ticket_key
        self._open_loopback = open_loopback
        self._max_sessions = max_sessions
        self._sessions: dict[bytes, _Session] = {}
        self._tickets: dict[bytes, Ticket] = {}
        self.dropped: Counter[Dropped] = Counter()
        """Packets that got no answer, by why."""
        self._overflows = 0

    def __len__(self) -> int:
        return len(self._sessions)

    def arrived(
        self, packet: SenderPacket, *, source: str, loopback: bool, unix_s: float, now_s: float, held_ms: float
    ) -> Stream | None:
        """The stream that an arrived packet is counted in; ``None`` when it gets no answer.

        ``source`` names the sender's address, ``unix_s`` is Unix time, ``now_s`` a monotonic time, ``held_ms`` how
        long the packet waited for this program.
        """
        try:
            ticket = self._ticket(packet.padding, source, loopback, unix_s)
        except TicketError as error:
            self.dropped[error.problem] += 1
            return None
        if packet.sequence >= ticket.max_packets:
            self.dropped["high_number"] += 1
            return None
        session = self._session(ticket, now_s)
        if session is None:
            self.dropped["many_sessions"] += 1
            return None
        stream = session.streams.get(packet.stream)
        if stream is None:
            if len(session.streams) >= MAX_STREAMS:
                self.dropped["many_streams"] += 1
                return None
            stream = session.streams[packet.stream] = Stream(session, unix_s, self._overflows)
        return stream if self.goes_on(stream, packet.sequence, unix_s=unix_s, now_s=now_s, held_ms=held_ms) else None

    def goes_on(self, stream: Stream, sequence: int, *, unix_s: float, now_s: float, held_ms: float) -> bool:
        """Counts the next packet of a stream that is known; whether it is answered."""
        session = stream.session
        if sequence >= session.most_packets or session.ticket.expires_at <= unix_s:
            self.dropped["high_number" if sequence >= session.most_packets else "expired_ticket"] += 1
            return False
        stream.count(sequence)
        stream.overflows_by_last = self._overflows
        if held_ms > SLOW_MS:
            stream.slow += 1
        because = session.why_not(now_s)
        if because is None:
            return True
        stream.dropped += 1
        self.dropped[because] += 1
        return False

    def verified(self, ticket: bytes) -> bool:
        """These bytes are a ticket that was shown and found good."""
        return ticket in self._tickets

    def overflowed(self) -> None:
        """A socket dropped packets of unknown senders: each stream of this moment that lacks some may have lost them
        here."""
        self._overflows += 1

    def counts(self, session: bytes) -> ReflectorCounts:
        """What was seen of a session's latest stream; zeros for a session that is not known (any more)."""
        stream = self.latest(session)
        return stream.counts(self._overflows) if stream else NOTHING_SEEN

    def latest(self, session: bytes) -> Stream | None:
        """A session's latest stream; ``None`` for a session that is not known (any more)."""
        known = self._sessions.get(session)
        return next(reversed(known.streams.values()), None) if known else None

    def forget(self, now_s: float) -> bool:
        """Drops the sessions whose last packet is :data:`FORGET_AFTER_S` old; whether there were any. Call it about
        once a second."""
        old = [name for name, session in self._sessions.items() if now_s - session.last_s > FORGET_AFTER_S]
        for name in old:
            self._sessions.pop(name).streams.clear()  # They refer to their session: nobody collects cycles here.
        self._tickets = {b: t for b, t in self._tickets.items() if t.session in self._sessions}
        return bool(old)

    def _ticket(self, padding: bytes, source: str, loopback: bool, unix_s: float) -> Ticket:
        """The right to be answered: a ticket verified once is known by its bytes. Raises :class:`TicketError`."""
        shown = padding[:TICKET_BYTES]
        known = self._tickets.get(shown)
        if known is not None and known.expires_at > unix_s:
            return known
        try:
            ticket = verify(self._key, padding, unix_s)
        except TicketError:
            if loopback and self._open_loopback:
                return _loopback_ticket(source)
            raise
        self._tickets[shown] = ticket
        return ticket

    def _session(self, ticket: Ticket, now_s: float) -> _Session | None:
        session = self._sessions.get(ticket.session)
        if session is None and len(self._sessions) < self._max_sessions:
            tokens = ticket.packets_per_s * RATE_SLACK * BURST_S
            session = _Session(ticket, ticket.max_packets, last_s=now_s, tokens=tokens)
            self._sessions[ticket.session] = session
        return session


def _loopback_ticket(source: str) -> Ticket:
    session = hashlib.sha256(source.encode()).digest()[:SESSION_BYTES]
    return Ticket(session, expires_at=2**63, packets_per_s=OPEN_PACKETS_PER_S, max_seconds=OPEN_SECONDS)
