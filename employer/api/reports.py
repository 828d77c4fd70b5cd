"""Reports: verified, stored as they came, and acknowledged with a receipt that the operator keeps."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from employer.api.answers import message, nonce_headers
from employer.api.problems import Refused
from employer.api.signed import DeviceKeys, in_thread, read_signed, verify
from employer.intake import Arrival
from employer.receiver import Receiver
from employer.store.rows import Device
from protocol.messages import Accepted, EnvelopeType, Path


def routes(receiver: Receiver) -> list[Route]:
    """The address that reports are sent to."""
    url = receiver.url(Path.REPORTS)

    def arrive(body: bytes) -> tuple[Device, Arrival]:
        keys = DeviceKeys(receiver)
        opened = verify(body, keys, EnvelopeType.REPORT, url)
        assert keys.device is not None
        wait = receiver.limits.reports.wait_s(keys.device.id, receiver.monotonic())
        if wait:
            raise Refused("rate_limited", retry_after_s=wait)
        return keys.device, Arrival(receiver, keys.device, body, opened.payload)

    async def reports(request: Request) -> Response:
        body = await read_signed(request, EnvelopeType.REPORT)
        device, arrival = await in_thread(lambda: arrive(body))
        request.state.device = device.id
        stored = await asyncio.wrap_future(receiver.store.write(arrival.change))
        if isinstance(stored, Refused):
            raise stored
        return message(Accepted(receipt=stored.receipt), 201 if stored.new else 200, nonce_headers(receiver))

    return [Route(Path.REPORTS, reports, methods=["POST"])]
