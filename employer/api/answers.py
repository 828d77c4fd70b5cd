"""Answers that are not problems."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from starlette.responses import Response

from employer import nonces
from employer.receiver import Receiver
from protocol.messages import NONCE_HEADER, Answer

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Of everything that the agent's interface answers."""


def message(body: Answer, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """A message as JSON."""
    return Response(msgspec.json.encode(body), status, {**HEADERS, **headers}, "application/json")


def nonce_headers(receiver: Receiver) -> dict[str, str]:
    """A fresh nonce for the caller's next request."""
    return {NONCE_HEADER: nonces.issue(receiver.keys, receiver.now())}
