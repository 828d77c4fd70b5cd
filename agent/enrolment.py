"""Enrolment: an invitation link makes this computer's key known to an employer."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Literal

import msgspec

from agent import home, keys
from agent.client import Client
from agent.errors import AgentError, EmployerRefused
from agent.home import Home
from agent.language import N_, _
from agent.published import Published, fetch
from agent.version import VERSION
from protocol.binding import bind
from protocol.invitation import Invitation, InvitationError, parse
from protocol.keys import PrivateKey
from protocol.messages import Enrolment, EnrolmentRequest, EnvelopeType, Path

ENROL_S = 20.0
_ASK = N_("Copy the whole link from the message once more, or ask your employer for a new one.")
_WRONG: Mapping[str, str] = {
    "empty": N_("No invitation link was given."),
    "not_a_link": N_("This is not a link that can be opened."),
    "not_https": N_("This link is not safe: its address must begin with https://."),
    "not_an_invitation": N_("This link is not an invitation: it should contain /i# and a long code."),
    "cut_off": N_("This invitation link is cut off at its end."),
    "newer_version": N_("This invitation is for a newer version of this program."),
    "damaged": N_("This invitation link is damaged: a character is missing or wrong."),
}


class DamagedRecord(Exception):
    """The file doesn't say who this computer belongs to."""


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who this computer's key belongs to, as it is kept in the state folder."""

    employer: str
    operator: str
    api_url: str
    employer_key: str
    """Thumbprint that policies and receipts are verified against."""
    device: str
    status: Literal["active", "pending"] = "active"
    fingerprint: str = ""
    ca_file: str | None = None


def load(folder: Home) -> Record | None:
    """The enrolment; ``None`` when there is none. Raises :class:`DamagedRecord`."""
    data = folder.read(home.EMPLOYER)
    try:
        return None if data is None else msgspec.json.decode(data, type=Record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedRecord(str(error)) from None


def save(folder: Home, record: Record) -> None:
    """Keeps the enrolment."""
    folder.write(home.EMPLOYER, msgspec.json.encode(record))


def read_link(link: str) -> Invitation:
    """The invitation. Raises :class:`AgentError` that says what is wrong with the link."""
    try:
        return parse(link)
    except InvitationError as error:
        newer = error.reason == "newer_version"
        raise AgentError(
            _(_WRONG[error.reason]),
            _("Update this program, then open the link again.") if newer else _(_ASK),
        ) from error


def enrol(
    folder: Home, invitation: Invitation, known: Record | None, key: PrivateKey | None, ca_file: str | None
) -> tuple[Record, PrivateKey, Published]:
    """Enrols this computer and keeps what came of it: the record, its key, and the employer's policy.

    ``known`` and ``key`` are what stood until now. The key goes on with the same employer and for a first one; another
    employer gets another key, so that no two can compare. It is on the disk before it is sent: the same link
    tried again after a failure is the same key again. Raises :class:`AgentError`.
    """
    with Client(invitation.api_url, ca_file, ENROL_S) as client:
        published = fetch(client, invitation.employer_key)
        same = known is None or known.employer_key == invitation.employer_key
        try:
            candidate = (key if same else None) or _candidate(folder)
            answer = _ask(client, invitation, candidate)
        except EmployerRefused as error:
            if error.problem != "conflict":
                raise
            candidate = _candidate(folder)  # the old key is another operator's
            answer = _ask(client, invitation, candidate)
    record = Record(
        employer=answer.employer,
        operator=answer.operator,
        api_url=invitation.api_url,
        employer_key=invitation.employer_key,
        device=candidate.public.thumbprint,
        status=answer.status,
        fingerprint=answer.fingerprint,
        ca_file=ca_file,
    )
    save(folder, record)
    if candidate != key:
        folder.rename(home.NEW_KEY, home.KEY)
    published.keep(folder)
    return record, candidate, published


def _candidate(folder: Home) -> PrivateKey:
    """A key that becomes this computer's once an employer has taken it; the same one until then."""
    try:
        kept = keys.load(folder, home.NEW_KEY)
    except keys.DamagedKey:
        kept = None
    return kept or keys.make(folder, home.NEW_KEY)


def _ask(client: Client, invitation: Invitation, key: PrivateKey) -> Enrolment:
    url = client.api_url + Path.ENROL
    request = EnrolmentRequest(
        binding=bind(key.public, invitation.id, invitation.secret, url),
        agent_version=VERSION,
        platform=_platform(),
    )
    payload = msgspec.json.encode(request)
    answer = client.post_signed(Path.ENROL, key, EnvelopeType.ENROLMENT, payload, show_key=True)
    enrolment = answer.message(Enrolment)
    if enrolment.device != key.public.thumbprint:
        raise AgentError(
            _("The employer's server enrolled another key than this computer's."),
            _("Tell support this sentence, and do not use this link again."),
        )
    return enrolment


def _platform() -> str:
    return {"win32": "windows", "darwin": "darwin"}.get(sys.platform, "linux")
