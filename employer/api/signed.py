"""Requests that are one signed envelope: read, verified, and answered with a fresh nonce."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from employer import nonces
from employer.api.body import read_body, require_type
from employer.api.problems import Refused
from employer.receiver import Receiver
from employer.store import queries
from employer.store.rows import Device
from protocol.envelope import EnvelopeError, Header, Opened, limit_bytes, open_envelope
from protocol.keys import PublicKey
from protocol.messages import JOSE, Message

M = TypeVar("M", bound=Message)
T = TypeVar("T")


async def read_signed(request: Request, typ: str) -> bytes:
    """The bytes of an envelope of type ``typ``, not yet verified. Raises :class:`Refused`."""
    require_type(request, JOSE)
    return await read_body(request, limit_bytes(typ))


async def in_thread(work: Callable[[], T]) -> T:
    """Runs what reads the database or verifies signatures off the event loop."""
    return await run_in_threadpool(work)


def verify(body: bytes, key_for: Callable[[Header], PublicKey], typ: str, url: str) -> Opened:
    """The envelope, if its signature holds. Raises :class:`Refused`."""
    try:
        return open_envelope(body, key_for, typ, url)
    except EnvelopeError as error:
        raise Refused(error.problem, str(error)) from error


def decode(payload: bytes, message: type[M]) -> M:
    """The payload as a message. Raises :class:`Refused` (``malformed``)."""
    try:
        return msgspec.json.decode(payload, type=message)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Refused("malformed", f"payload: {error}") from error


class DeviceKeys:
    """Finds the enrolled computer that an envelope names, and remembers it for what comes after."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self.device: Device | None = None

    def __call__(self, header: Header) -> PublicKey:
        """The key of the computer that the header names. Raises ``EnvelopeError`` (``unknown_key``)."""
        with self._receiver.store.reading() as connection:
            self.device = queries.device(connection, header.kid)
        if self.device is None:
            raise EnvelopeError("unknown_key", f"{header.kid} is not enrolled here")
        return PublicKey(self.device.public_key)


def require_nonce(receiver: Receiver, header: Header, now: datetime) -> tuple[str, datetime]:
    """The header's nonce and its end. Raises :class:`Refused` (``bad_nonce``)."""
    expires = nonces.expiry(receiver.keys, header.nonce, now) if header.nonce else None
    if header.nonce is None or expires is None:
        raise Refused("bad_nonce", "the header carries no nonce of this receiver that is still good")
    return header.nonce, expires
