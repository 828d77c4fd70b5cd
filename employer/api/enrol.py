"""Enrolment: an invitation's secret vouches for a new key (after RFC 8555, sections 7.3 and 7.3.4)."""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from employer import policies
from employer.api.answers import message, nonce_headers
from employer.api.problems import Refused
from employer.api.signed import decode, in_thread, read_signed, require_nonce, verify
from employer.keys import is_strong
from employer.receiver import Receiver
from employer.store import changes, queries
from employer.store.rows import AlarmKind, Device, DeviceStatus, Invitation
from protocol.binding import BindingError, open_binding
from protocol.envelope import EnvelopeError, Header
from protocol.keys import PublicKey
from protocol.messages import Enrolment, EnrolmentRequest, EnvelopeType, Path
from protocol.short_code import short_code


class _Enrolling:
    """One verified request to enrol a key."""

    def __init__(self, receiver: Receiver, body: bytes) -> None:
        self.receiver = receiver
        self.now = receiver.now()
        url = receiver.url(Path.ENROL)
        opened = verify(body, _own_key, EnvelopeType.ENROLMENT, url)
        self.key = _own_key(opened.header)
        self.nonce, self.nonce_expires = require_nonce(receiver, opened.header, self.now)
        self.request = decode(opened.payload, EnrolmentRequest)
        try:
            self.invitation_id = open_binding(self.request.binding, self._secret, self.key, url)
        except BindingError as error:
            raise Refused("bad_signature", f"binding: {error}") from error

    def _secret(self, invitation_id: str) -> bytes:
        with self.receiver.store.reading() as connection:
            if queries.invitation(connection, invitation_id) is None:
                raise Refused("unknown_invitation")
        return self.receiver.keys.invitation_secret(invitation_id)

    def change(self, connection: Connection) -> tuple[Device, bool] | Refused:
        """The enrolled computer and whether it is new, or a refusal whose alarm is to be kept."""
        if not changes.use_nonce(connection, self.nonce, self.now, self.nonce_expires):
            return Refused("bad_nonce", "this nonce was used before")
        invitation = queries.invitation(connection, self.invitation_id)
        if invitation is None:
            return Refused("unknown_invitation")
        device = queries.device(connection, self.key.thumbprint)
        if invitation.used_at is not None:
            return self._again(connection, invitation, device)
        if invitation.expires_at <= self.now:
            return Refused("expired_invitation")
        if device is not None and device.operator_id != invitation.operator_id:
            return Refused("conflict", "this computer's key is enrolled for another operator")
        if not changes.use_invitation(connection, invitation.id, self.key.thumbprint, self.now):
            return self._again(connection, invitation, None)  # another receiver was a moment faster
        if device is not None:
            return _unless_revoked(device)
        device = self._device(invitation)
        changes.add_device(connection, device)
        return device, True

    def _again(
        self, connection: Connection, invitation: Invitation, device: Device | None
    ) -> tuple[Device, bool] | Refused:
        if device is not None and invitation.device == device.id:
            return _unless_revoked(device)
        changes.raise_alarm(
            connection,
            AlarmKind.INVITATION_REUSED,
            self.now,
            f"Another key ({self.key.thumbprint}) tried invitation {invitation.id}: the link may have been passed on.",
            operator_id=invitation.operator_id,
        )
        return Refused("used_invitation")

    def _device(self, invitation: Invitation) -> Device:
        confirm = self.receiver.settings.confirm_devices
        return Device(
            id=self.key.thumbprint,
            public_key=self.key.x,
            operator_id=invitation.operator_id,
            invitation_id=invitation.id,
            status=DeviceStatus.PENDING if confirm else DeviceStatus.ACTIVE,
            enrolled_at=self.now,
            agent_version=self.request.agent_version,
            platform=self.request.platform,
            key_storage=self.request.key_storage,
        )


def routes(receiver: Receiver) -> list[Route]:
    """The address that keys are enrolled at."""

    def answer(device: Device) -> Enrolment:
        with receiver.store.reading() as connection:
            operator = queries.operator(connection, device.operator_id)
            assert operator is not None
            employer = policies.in_force(connection).policy.employer
        pending = device.status is DeviceStatus.PENDING
        return Enrolment(
            device=device.id,
            operator=operator.name,
            employer=employer,
            status="pending" if pending else "active",
            fingerprint=short_code(device.id) if pending else "",
        )

    async def enrol(request: Request) -> Response:
        body = await read_signed(request, EnvelopeType.ENROLMENT)
        wait = receiver.limits.enrolments.wait_s(request.client.host if request.client else "", receiver.monotonic())
        if wait:
            raise Refused("rate_limited", retry_after_s=wait)
        enrolling = await in_thread(lambda: _Enrolling(receiver, body))
        done = await asyncio.wrap_future(receiver.store.write(enrolling.change))
        if isinstance(done, Refused):
            raise done
        device, new = done
        request.state.device = device.id
        enrolment = await in_thread(lambda: answer(device))
        return message(enrolment, 201 if new else 200, nonce_headers(receiver))

    return [Route(Path.ENROL, enrol, methods=["POST"])]


def _own_key(header: Header) -> PublicKey:
    """The key that the request brings; refused where it proves nothing."""
    if header.jwk is None:
        raise EnvelopeError("malformed", "header: an enrolment carries its key as jwk")
    if not is_strong(header.jwk):
        raise EnvelopeError("weak_key", "the point is not one of the prime-order subgroup")
    return header.jwk


def _unless_revoked(device: Device) -> tuple[Device, bool] | Refused:
    return Refused("revoked") if device.status is DeviceStatus.REVOKED else (device, False)
