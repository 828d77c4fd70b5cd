"""Challenges: the employer's word that a run began no earlier than now, and the line that it may use."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from employer import policies
from employer.api.answers import message, nonce_headers
from employer.api.problems import Refused
from employer.api.signed import DeviceKeys, decode, in_thread, read_signed, require_nonce, verify
from employer.receiver import Receiver
from employer.store import changes
from employer.store.rows import Device, DeviceStatus
from employer.times import rfc3339
from protocol.messages import Challenge, ChallengeRequest, EnvelopeType, LineOffer, Path

LINE_LIFETIME = timedelta(hours=2)
"""How long a run may use the line: a re-run after something was mended is still the same run."""
KEPT_UNUSED = timedelta(days=30)
MAX_UNUSED = 100
"""Of one device. An older challenge without a report is forgotten; a report that still names it is not fresh."""


class _Challenging:
    """One verified request for a challenge."""

    def __init__(self, receiver: Receiver, body: bytes) -> None:
        self.now = receiver.now()
        self.line = receiver.line
        keys = DeviceKeys(receiver)
        url = receiver.url(Path.CHALLENGE)
        opened = verify(body, keys, EnvelopeType.CHALLENGE_REQUEST, url)
        assert keys.device is not None
        self.device: Device = keys.device
        if self.device.status is DeviceStatus.REVOKED:
            raise Refused("revoked")
        wait = receiver.limits.challenges.wait_s(self.device.id, receiver.monotonic())
        if wait:
            raise Refused("rate_limited", retry_after_s=wait)
        self.nonce, self.nonce_expires = require_nonce(receiver, opened.header, self.now)
        decode(opened.payload, ChallengeRequest)
        self.token = secrets.token_urlsafe(24)
        self.session = secrets.token_bytes(16)
        self.bearer = secrets.token_urlsafe(32)

    def _offer(self) -> LineOffer | None:
        if self.line is None:
            return None
        return self.line.offer(self.session, self.bearer, self.now + LINE_LIFETIME)

    def change(self, connection: Connection) -> Challenge:
        """Stores the challenge; it names the policy that is in force at this moment."""
        if not changes.use_nonce(connection, self.nonce, self.now, self.nonce_expires):
            raise Refused("bad_nonce", "this nonce was used before")
        policy = policies.in_force(connection)
        changes.add_challenge(
            connection,
            {
                "token": self.token,
                "device": self.device.id,
                "policy_digest": policy.digest,
                "issued_at": self.now,
                "session": self.session.hex(),
                "bearer": bearer_digest(self.bearer),
                "bearer_expires_at": self.now + LINE_LIFETIME,
            },
        )
        changes.forget_challenges(connection, self.device.id, self.now - KEPT_UNUSED, MAX_UNUSED)
        return Challenge(
            challenge=self.token,
            issued_at=rfc3339(self.now),
            policy_version=policy.policy.version,
            policy_digest=policy.digest,
            line=self._offer(),
            status="pending" if self.device.status is DeviceStatus.PENDING else "active",
        )


def routes(receiver: Receiver) -> list[Route]:
    """The address that a run asks when it begins."""

    async def challenge(request: Request) -> Response:
        body = await read_signed(request, EnvelopeType.CHALLENGE_REQUEST)
        challenging = await in_thread(lambda: _Challenging(receiver, body))
        request.state.device = challenging.device.id
        given = await asyncio.wrap_future(receiver.store.write(challenging.change))
        return message(given, headers=nonce_headers(receiver))

    return [Route(Path.CHALLENGE, challenge, methods=["POST"])]


def bearer_digest(bearer: str) -> str:
    """SHA-256 in hex: what the database keeps of a bearer."""
    return hashlib.sha256(bearer.encode()).hexdigest()
