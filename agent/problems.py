"""What the employer's problem documents (RFC 9457) mean to a person, and whether trying again can heal them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from agent.errors import AgentError, EmployerRefused, EmployerUnreachable
from agent.language import N_, _
from agent.text import plain
from protocol import strict
from protocol.messages import Problem

PREFIX = "urn:readiness:problem:"
MAX_CHARACTERS = 300
_HEALING = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class _Kind:
    retry: bool
    sentence: str
    next_step: str


_ASK = N_("Ask your employer for a new invitation link.")
_SUPPORT = N_("Send support this sentence. Your report is kept on this computer.")
_UPDATE = N_("Update this program, then try again. If it stays, send support this sentence.")

KINDS: Mapping[str, _Kind] = {
    "bad_nonce": _Kind(True, N_("The employer's server asked for a fresh start."), N_("Nothing is lost. Try again.")),
    "rate_limited": _Kind(
        True, N_("The employer's server has had many requests from here."), N_("Wait a few minutes, then try again.")
    ),
    "unavailable": _Kind(
        True, N_("The employer's server can't take it right now."), N_("Nothing is lost. Try again in a few minutes.")
    ),
    "malformed": _Kind(False, N_("The employer's server could not read what was sent."), _UPDATE),
    "wrong_type": _Kind(False, N_("The employer's server expected something else than what was sent."), _UPDATE),
    "wrong_url": _Kind(False, N_("The employer's server now goes by another address."), _ASK),
    "wrong_audience": _Kind(False, N_("This report was made for another employer's address."), _SUPPORT),
    "bad_signature": _Kind(False, N_("The employer's server could not verify this computer's signature."), _SUPPORT),
    "unknown_key": _Kind(False, N_("The employer doesn't know this computer."), _ASK),
    "weak_key": _Kind(False, N_("The employer does not accept this computer's key."), _UPDATE),
    "too_large": _Kind(False, N_("The report is larger than the employer accepts."), _SUPPORT),
    "expired_invitation": _Kind(False, N_("This invitation has expired."), _ASK),
    "used_invitation": _Kind(False, N_("This invitation has already been used on another computer."), _ASK),
    "unknown_invitation": _Kind(False, N_("The employer doesn't know this invitation."), _ASK),
    "conflict": _Kind(False, N_("The employer already has another report under this number."), _SUPPORT),
    "revoked": _Kind(False, N_("The employer no longer accepts reports from this computer."), _ASK),
    "unauthorised": _Kind(False, N_("The employer's server did not let this computer in."), _ASK),
    "not_found": _Kind(False, N_("The employer's server does not have what was asked for."), _UPDATE),
}


def read(body: bytes) -> Problem | None:
    """The problem document, or ``None`` when these bytes are none of ours."""
    try:
        strict.check(body)
        problem = msgspec.json.decode(body, type=Problem)
    except (strict.StrictError, msgspec.MsgspecError):
        return None
    return problem if problem.type.startswith(PREFIX) else None


def name(problem: Problem) -> str:
    """The last part of its ``type``."""
    return problem.type.removeprefix(PREFIX)


def explain(problem: Problem, retry_after_s: float | None, clock_off_s: float | None) -> AgentError:
    """The problem in words. An unknown one is told in the employer's own, made safe to show.

    :class:`EmployerUnreachable` when trying again can heal it, :class:`EmployerRefused` when not.
    """
    kind = KINDS.get(name(problem))
    if kind is not None:
        sentence, next_step, retry = _(kind.sentence), _(kind.next_step), kind.retry
    else:
        sentence = _("The employer's server says: “{words}”.").format(words=_safe(problem.detail or problem.title))
        next_step = _safe(problem.next_step) or _(_SUPPORT)
        retry = problem.status >= 500 or problem.status in _HEALING
    if clock_off_s is not None and abs(clock_off_s) >= 300:
        next_step += " " + _("This computer's clock is {minutes} minutes off: set it right as well.").format(
            minutes=round(abs(clock_off_s) / 60)
        )
    if retry:
        return EmployerUnreachable(sentence, next_step, retry_after_s)
    return EmployerRefused(sentence, next_step, name(problem))


def _safe(text: str) -> str:
    return plain(text, lines=False)[:MAX_CHARACTERS]
