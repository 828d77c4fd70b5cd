"""Refusals: every error's answer is one of these problem documents (RFC 9457)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
from starlette.responses import Response

from protocol.messages import PROBLEM, Problem

PREFIX = "urn:readiness:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem."""

    status: int
    title: str
    next_step: str


_UPDATE = "Update the program and try again; if it stays so, tell your support."
_ASK_LINK = "Ask your employer for a new invitation link."

KINDS: dict[str, Kind] = {
    "malformed": Kind(400, "The request is not what this address takes", _UPDATE),
    "bad_signature": Kind(400, "The signature does not hold", _UPDATE),
    "bad_nonce": Kind(400, "The nonce is used, expired or not ours", "Try again with the nonce of this answer."),
    "weak_key": Kind(400, "The key is too weak to prove anything", "Make a new key and enrol again."),
    "wrong_url": Kind(400, "It was made for another address", "Check the employer's address, then enrol again."),
    "wrong_audience": Kind(400, "The report is for another employer", "Send it to the employer that it names."),
    "unauthorised": Kind(401, "The bearer of a run is needed", "Begin a new run."),
    "unknown_key": Kind(403, "This key is not enrolled", _ASK_LINK),
    "revoked": Kind(403, "This computer was signed off by the employer", "Ask your support why."),
    "unknown_invitation": Kind(403, "The invitation is not known here", _ASK_LINK),
    "used_invitation": Kind(403, "The invitation was already used by another computer", _ASK_LINK),
    "expired_invitation": Kind(403, "The invitation has expired", _ASK_LINK),
    "not_found": Kind(404, "There is nothing at this address", "Check the address."),
    "conflict": Kind(409, "It contradicts what is already stored", "Tell your support; they see it too."),
    "too_large": Kind(413, "It is larger than is accepted", _UPDATE),
    "wrong_type": Kind(415, "It is of another type than this address takes", _UPDATE),
    "rate_limited": Kind(429, "Too many requests", "Wait, then try again."),
    "unavailable": Kind(503, "The employer's receiver can't answer now", "Try again later; nothing is lost."),
}
"""By the last part of the problem's ``type``."""


class Refused(Exception):
    """The answer is no."""

    def __init__(
        self, name: str, detail: str = "", *, status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name
        self.detail = detail
        self.status = status or KINDS[name].status
        """The kind's own, unless HTTP has a closer one."""
        self.retry_after_s = retry_after_s


def answer(refused: Refused, *, headers: dict[str, str] | None = None) -> Response:
    """The problem document."""
    kind = KINDS[refused.name]
    problem = Problem(
        type=PREFIX + refused.name,
        title=kind.title,
        status=refused.status,
        detail=refused.detail,
        next_step=kind.next_step,
    )
    all_headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})}
    if refused.retry_after_s is not None:
        all_headers["Retry-After"] = str(math.ceil(refused.retry_after_s))
    if refused.name == "unauthorised":
        all_headers["WWW-Authenticate"] = "Bearer"
    if refused.status in (408, 413):
        all_headers["Connection"] = "close"
    return Response(msgspec.json.encode(problem), refused.status, all_headers, PROBLEM)
