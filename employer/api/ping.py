"""``ping``: is this the employer's receiver? ``nonce``: something fresh to sign."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from employer.api.answers import HEADERS, nonce_headers
from employer.receiver import Receiver
from protocol.messages import PING_ANSWER, Path


def routes(receiver: Receiver) -> list[Route]:
    """The two addresses that anyone may ask."""

    async def ping(request: Request) -> Response:
        return PlainTextResponse(PING_ANSWER, headers=HEADERS)

    async def nonce(request: Request) -> Response:
        return Response(status_code=204, headers={**HEADERS, **nonce_headers(receiver)})

    return [Route(Path.PING, ping), Route(Path.NONCE, nonce)]
