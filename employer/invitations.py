"""Invites operators: a link that enrols one computer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from employer.keys import EmployerKeys
from employer.store import changes
from employer.store.rows import Operator
from protocol.invitation import Invitation

LIFETIME = timedelta(hours=72)
MAX_NAME_CHARACTERS = 200
MAX_REF_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that was just made. The link is a secret between the employer and the operator."""

    operator: Operator
    link: str
    expires_at: datetime


def invite(
    connection: Connection,
    keys: EmployerKeys,
    public_url: str,
    *,
    name: str,
    ref: str,
    now: datetime,
    lifetime: timedelta = LIFETIME,
) -> Invited:
    """Invites the operator whom the employer calls ``ref``; one change of the store.

    Raises ``ValueError`` for a name or ref that is empty, too long, or holds control characters.
    """
    name, ref = _clean("name", name, MAX_NAME_CHARACTERS), _clean("ref", ref, MAX_REF_CHARACTERS)
    operator = changes.put_operator(connection, ref, name, now)
    invitation_id = secrets.token_urlsafe(12)
    changes.add_invitation(connection, invitation_id, operator.id, now, now + lifetime)
    secret = keys.invitation_secret(invitation_id)
    link = Invitation(public_url, invitation_id, secret, keys.signing.public.thumbprint).link
    return Invited(operator, link, now + lifetime)


def _clean(what: str, text: str, most: int) -> str:
    cleaned = " ".join(text.split())
    if not 0 < len(cleaned) <= most:
        raise ValueError(f"a {what} has 1 to {most} characters")
    if not cleaned.isprintable():
        raise ValueError(f"the {what} holds characters that can't be shown")
    return cleaned
