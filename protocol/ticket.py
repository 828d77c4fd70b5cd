"""The right to use a reflector for one run: a ticket that a reflector checks by the employer's key alone."""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass
from typing import Literal

MAX_TICKET_BYTES = 124
"""The padding of a probe packet is its only carrier (:data:`protocol.stamp.MAX_PADDING_BYTES`)."""
SESSION_BYTES = 16

_FIELDS = struct.Struct("!4s16sQHH")
_MAGIC = b"RT\x01\x00"
"""Kind and version of the ticket."""
_DOMAIN = b"readiness line ticket\x00"
_MAC_BYTES = 32
TICKET_BYTES = _FIELDS.size + _MAC_BYTES


TicketProblem = Literal["no_ticket", "foreign_ticket", "expired_ticket"]


class TicketError(ValueError):
    """A ticket that gives no right: not one at all, not of this employer's making, or expired."""

    def __init__(self, problem: TicketProblem) -> None:
        super().__init__(problem.replace("_", " "))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one run may do at a reflector."""

    session: bytes
    """16 bytes, the run's name at the reflector."""
    expires_at: int
    """Unix time in seconds; no packet is answered from then on."""
    packets_per_s: int
    max_seconds: int
    """Together with the rate: the most packets that are answered."""

    @property
    def max_packets(self) -> int:
        """Most packets that are answered under this ticket."""
        return self.packets_per_s * self.max_seconds


def issue(key: bytes, *, session: bytes, expires_at: int, packets_per_s: int = 50, max_seconds: int = 300) -> bytes:
    """The ticket's bytes, with an HMAC-SHA256 by ``key``.

    Raises ``ValueError`` for a session that isn't 16 bytes or a key shorter than 16.
    """
    if len(session) != SESSION_BYTES or len(key) < SESSION_BYTES:
        raise ValueError("a session has 16 bytes, a key at least as many")
    fields = _FIELDS.pack(_MAGIC, session, expires_at, packets_per_s, max_seconds)
    return fields + _mac(key, fields)


def verify(key: bytes, padding: bytes, now: float) -> Ticket:
    """The ticket at the beginning of a packet's padding. ``now`` is Unix time in seconds.

    Raises :class:`TicketError` when it gives no right. What follows the ticket is ignored.
    """
    fields, mac = padding[: _FIELDS.size], padding[_FIELDS.size : TICKET_BYTES]
    if len(mac) < _MAC_BYTES or not fields.startswith(_MAGIC):
        raise TicketError("no_ticket")
    if not hmac.compare_digest(mac, _mac(key, fields)):
        raise TicketError("foreign_ticket")
    ticket = Ticket(*_FIELDS.unpack(fields)[1:])
    if ticket.expires_at <= now:
        raise TicketError("expired_ticket")
    return ticket


def _mac(key: bytes, fields: bytes) -> bytes:
    return hmac.new(key, _DOMAIN + fields, hashlib.sha256).digest()
