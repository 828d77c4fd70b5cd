"""Whether the receiver runs, and for monitoring on its own computer: how its reflectors do."""

from __future__ import annotations

import ipaddress

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from employer.api.answers import HEADERS
from employer.api.problems import Refused
from employer.api.signed import in_thread
from employer.line import Line
from employer.line_sessions import Dropped
from employer.reflectors import merged

HEALTH = "/healthz"
LINE_HEALTH = HEALTH + "/line"


class LineHealth(Struct, frozen=True):
    """What the reflectors did since each of them was started last, together."""

    processes: int
    answering: int
    """Of the processes: those that answer now. With fewer than all, the answer's status is 503."""
    restarts: int
    packets: int
    """That arrived, those without an answer included."""
    answered: int
    dropped: dict[Dropped, int]
    """Packets without an answer, by why."""
    overflowed: int
    """Packets that the system dropped before they could be taken."""
    sessions: int
    """Now."""
    held_p99_ms: float | None
    """How long packets waited for their answer, but for one in a hundred; ``None`` before there was any."""


def routes(line: Line | None) -> list[BaseRoute]:
    """``/healthz`` for everybody; ``/healthz/line``, which costs a question to every reflector, for callers on this
    computer."""

    async def healthy(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def line_health(request: Request) -> Response:
        if line is None or not _is_local(request):
            raise Refused("not_found")
        health = await in_thread(lambda: _health(line))
        status = 200 if health.answering == health.processes else 503
        return Response(msgspec.json.encode(health), status, HEADERS, "application/json")

    return [Route(HEALTH, healthy), Route(LINE_HEALTH, line_health)]


def _is_local(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _health(line: Line) -> LineHealth:
    each = line.reflectors.metrics()
    metrics = merged(each)
    return LineHealth(
        processes=len(each),
        answering=sum(one is not None for one in each),
        restarts=line.reflectors.restarts,
        packets=metrics.packets,
        answered=metrics.answered,
        dropped=metrics.dropped,
        overflowed=metrics.overflowed,
        sessions=metrics.sessions,
        held_p99_ms=metrics.held_p99_ms,
    )
