"""UUIDs that sort by their time (RFC 9562, section 5.7); in the standard library from Python 3.14 on."""

from __future__ import annotations

import secrets
import time
from uuid import UUID


def uuid7(unix_ms: int | None = None) -> UUID:
    """A version 7 UUID of that moment (default: now): 48 bits of milliseconds, 74 random bits."""
    moment = time.time_ns() // 1_000_000 if unix_ms is None else unix_ms
    stamp, rand_a, rand_b = moment & (1 << 48) - 1, secrets.randbits(12), secrets.randbits(62)
    return UUID(int=stamp << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)
