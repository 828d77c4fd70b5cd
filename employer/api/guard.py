"""The outermost layer: one log line for each request, and a problem document for whatever goes wrong."""

from __future__ import annotations

import json
import logging
import time
import traceback
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from employer.api.answers import nonce_headers
from employer.api.problems import Refused, answer
from employer.logs import REQUESTS
from employer.policies import NoPolicy
from employer.receiver import Receiver, utc_now
from employer.store.writer import StoreUnavailable
from employer.times import rfc3339
from protocol.messages import API

log = logging.getLogger(REQUESTS)
CLIENT_GONE = 499
"""Logged where the caller hung up before the answer (nginx's number for it; never sent)."""


def refusal(request: Request, error: Exception) -> Response:
    """The problem document for an exception of a handler, with a fresh nonce where the request was signed."""
    refused = _as_refusal(error)
    request.state.problem = refused.name
    request.state.detail = refused.detail
    receiver: Receiver = request.app.state.receiver
    signed = refused.status != 500 and request.method == "POST" and f"{API}/" in request.url.path
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return answer(refused, headers={**headers, **(nonce_headers(receiver) if signed else {})})


def _as_refusal(error: Exception) -> Refused:
    if isinstance(error, Refused):
        return error
    if isinstance(error, StoreUnavailable):
        return Refused("unavailable", "nothing was stored", retry_after_s=30)
    if isinstance(error, NoPolicy):
        return Refused("unavailable", "no policy is published yet", retry_after_s=60)
    if isinstance(error, HTTPException):
        name = "not_found" if error.status_code in (404, 405) else "malformed"
        return Refused(name, str(error.detail), status=error.status_code)
    return Refused("unavailable", "an error of the receiver's own; it is in its log", status=500, retry_after_s=60)


class Guard:
    """Wraps the application. Addresses are logged by their route, never with what stands in their place: a bearer
    may stand in a path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and logs what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = CLIENT_GONE
        arrived = 0
        failure = ""

        async def counted_receive() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            return message

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        scope.setdefault("state", {})
        try:
            await self._app(scope, counted_receive, watched_send)
        except ClientDisconnect:
            status = CLIENT_GONE
        except Exception as error:
            failure = "".join(traceback.format_exception(error))
            if status == CLIENT_GONE:
                response = refusal(Request(scope), error)
                await response(scope, receive, watched_send)
        finally:
            _log(scope, status, arrived, time.perf_counter() - began, failure)


def _log(scope: Scope, status: int, arrived: int, seconds: float, failure: str) -> None:
    state: dict[str, Any] = scope["state"]
    line: dict[str, object] = {
        "at": rfc3339(utc_now()),
        "method": scope["method"],
        "route": _route(scope),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "bytes_in": arrived,
    }
    line.update({key: str(state[key])[:300] for key in ("problem", "detail", "device") if state.get(key)})
    if status >= 400 and scope.get("client"):
        line["client"] = scope["client"][0]
    if failure:
        line["failure"] = failure
    log.log(logging.ERROR if failure else logging.INFO, json.dumps(line, ensure_ascii=True))


def _route(scope: Scope) -> str:
    """The path with names in place of its parameters, or no more than that it has no route: it may be a secret."""
    if "route" not in scope:
        return "-"
    path: str = scope["path"]
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(str(value), f"{{{name}}}")
    return path
