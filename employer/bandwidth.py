"""The addresses of the bandwidth test: our own two, and those that speedtest-cli expects of a *Mini* server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from employer.api.problems import Refused, answer
from employer.transfers import Authorise, EarlyAnswer, Gate, Noise, TransferLimits, receive
from protocol.messages import CONGESTION_HEADER, Path, Uploaded

_HEADERS = {"Cache-Control": "no-store, no-transform", "X-Content-Type-Options": "nosniff"}
_LAST = {**_HEADERS, "Connection": "close"}
"""After an upload, whose end may never come, the connection is of no more use."""
_BYTES_PER_PIXEL = 2
"""Of a Mini server's pictures, about: ``random1000x1000.jpg`` has two megabytes."""

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(authorise: Authorise, limits: TransferLimits | None = None, congestion_control: str = "") -> list[BaseRoute]:
    """The addresses, for an application of Starlette's.

    ``congestion_control`` is the algorithm that the listening socket uses (:mod:`employer.congestion`). It decides
    how a full line looks, so it is told with every download.
    """
    test = _BandwidthTest(Gate(authorise, limits or TransferLimits()), congestion_control)
    return [
        Route(Path.DOWN, _refusing(test.down), methods=["GET"]),
        Route(Path.UP, _refusing(test.up), methods=["POST"]),
        Mount(
            Path.MINI + "/{bearer:str}",
            routes=[
                Route("/", _refusing(test.mini_page), methods=["GET"]),
                Route("/speedtest/latency.txt", _refusing(test.mini_latency), methods=["GET"]),
                Route("/speedtest/random{width:int}x{height:int}.jpg", _refusing(test.mini_picture)),
                Route("/speedtest/upload.php", _refusing(test.mini_upload), methods=["POST"]),
            ],
        ),
    ]


class _BandwidthTest:
    def __init__(self, gate: Gate, congestion_control: str) -> None:
        self._gate = gate
        told = {CONGESTION_HEADER: congestion_control} if congestion_control else {}
        self._down_headers = {**_HEADERS, **told}

    async def down(self, request: Request) -> Response:
        visit = await self._gate.enter(_bearer(request))
        wanted = _number(request, "bytes", self._gate.limits.transfer_bytes)
        return Noise(visit, int(wanted), "application/octet-stream", self._down_headers)

    async def up(self, request: Request) -> Response:
        visit = await self._gate.enter(_bearer(request))
        seconds = _number(request, "seconds", self._gate.limits.transfer_seconds)
        arrival = await receive(request, visit, seconds)
        told = Uploaded(
            bytes=arrival.bytes,
            seconds=round(arrival.seconds, 4),
            began_s=round(arrival.began_s, 4),
            arrived=arrival.arrived,
        )
        kind = Response if arrival.complete else EarlyAnswer
        return kind(msgspec.json.encode(told), headers=_LAST, media_type="application/json")

    async def mini_page(self, request: Request) -> Response:
        """speedtest-cli looks for nothing but this line."""
        await self._gate.enter(request.path_params["bearer"])
        return PlainTextResponse('upload_extension: "php"\n', headers=_HEADERS)

    async def mini_latency(self, request: Request) -> Response:
        await self._gate.enter(request.path_params["bearer"])
        return PlainTextResponse("test=test", headers=_HEADERS)

    async def mini_picture(self, request: Request) -> Response:
        visit = await self._gate.enter(request.path_params["bearer"])
        pixels = request.path_params["width"] * request.path_params["height"]
        wanted = min(_BYTES_PER_PIXEL * pixels, self._gate.limits.transfer_bytes)
        return Noise(visit, wanted, "image/jpeg", self._down_headers)

    async def mini_upload(self, request: Request) -> Response:
        visit = await self._gate.enter(request.path_params["bearer"])
        arrival = await receive(request, visit, self._gate.limits.transfer_seconds)
        kind = PlainTextResponse if arrival.complete else EarlyAnswer
        return kind(f"size={arrival.bytes}", headers=_LAST)


def _refusing(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with a refusal as a problem document."""

    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refused:
            if request.method == "POST":
                return EarlyAnswer.of(answer(refused, headers={"Connection": "close"}))
            return answer(refused)

    return guarded


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _number(request: Request, name: str, most: float) -> float:
    """A number of the query, at most ``most``; ``most`` when it isn't given. Raises :class:`Refused`."""
    given = request.query_params.get(name)
    if given is None:
        return most
    try:
        number = float(given)
    except ValueError:
        number = -1.0
    if not number > 0:
        raise Refused("malformed", f"{name} is a number above 0")
    return min(number, most)
