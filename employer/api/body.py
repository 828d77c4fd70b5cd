"""Reads a request's body with a limit in bytes and a deadline, neither of which the server below sets."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from employer.api.problems import Refused

READ_DEADLINE_S = 45.0
"""For the whole body: 256 KiB at 50 kbit/s."""
DRAIN_BYTES = 1 << 20
"""Read and dropped beyond the limit, so that the sender gets to read why."""


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """The body. Raises :class:`Refused` (``too_large``, ``malformed`` when it doesn't arrive in time).

    ``Content-Length`` is believed only where it already says too much.
    """
    body = bytearray()
    arrived = 0
    try:
        async with asyncio.timeout(READ_DEADLINE_S):
            async for chunk in request.stream():
                arrived += len(chunk)
                if arrived <= limit_bytes:
                    body += chunk
                elif arrived > limit_bytes + DRAIN_BYTES:
                    break
    except TimeoutError:
        raise Refused("malformed", f"it did not arrive within {READ_DEADLINE_S:g} seconds", status=408) from None
    if arrived > limit_bytes:
        raise Refused("too_large", f"the limit is {limit_bytes} bytes")
    return bytes(body)


def require_type(request: Request, media_type: str) -> None:
    """Raises :class:`Refused` (``wrong_type``) when the body is declared as another type."""
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared != media_type:
        raise Refused("wrong_type", f"this address takes {media_type}")
