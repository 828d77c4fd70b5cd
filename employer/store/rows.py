"""The rows that reads give: frozen, named, with moments as aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from report.vocabulary import Readiness, Verdict


class DeviceStatus(StrEnum):
    """What the employer thinks of a computer's key."""

    ACTIVE = "active"
    PENDING = "pending"
    """Its reports are kept; support has yet to compare the fingerprint over the phone."""
    REVOKED = "revoked"


class Freshness(StrEnum):
    """Whether the run is shown to have happened between the employer's challenge and its receipt."""

    FRESH = "fresh"
    """Challenge and receipt bracket the run, not far apart."""
    LATE = "late"
    """The challenge is this computer's own, but the report came long after it."""
    REUSED = "reused"
    """Another report already used the challenge."""
    UNKNOWN = "unknown"
    """The challenge is not one that this computer was given."""
    NONE = "none"
    """Run without a challenge: the employer could not be reached."""


class AlarmKind(StrEnum):
    """What support should look at."""

    REPORT_CONFLICT = "report_conflict"
    """Two different reports under one id."""
    CHAIN_FORKED = "chain_forked"
    """Two reports of one key have the same number, or one was not made after the one before it: the key may have been
    copied, or an old state brought back."""
    INVITATION_REUSED = "invitation_reused"
    """A second key tried an invitation that was already used."""
    REVOKED_DEVICE = "revoked_device"
    """A revoked computer still sends."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A person who is asked for reports."""

    id: int
    ref: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that was given out."""

    id: str
    operator_id: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    device: str | None


@dataclass(frozen=True, slots=True)
class Device:
    """An operator's computer, known by its key."""

    id: str
    public_key: bytes
    operator_id: int
    invitation_id: str
    status: DeviceStatus
    enrolled_at: datetime
    agent_version: str
    platform: str
    key_storage: str


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A policy as it was published."""

    id: int
    digest: str
    version: str
    toml: bytes
    published_at: datetime


@dataclass(frozen=True, slots=True)
class StoredChallenge:
    """A challenge that was given to a computer, and the line that it may use."""

    token: str
    device: str
    policy_digest: str
    issued_at: datetime
    session: str
    bearer_expires_at: datetime
    report_id: str | None


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report's row. The document itself is in its envelope."""

    id: str
    envelope_digest: str
    device: str
    operator_id: int
    seq: int
    prev: str | None
    received_at: datetime
    challenged_at: datetime | None
    freshness: Freshness
    started_at: datetime
    ended_at: datetime
    valid_until: datetime
    short_code: str
    policy_version: str
    policy_digest: str
    readiness: Readiness
    next_action: str
    shown_readiness: Readiness
    shown_next_action: str
    room: Verdict | None
    headset: Verdict | None
    network: Verdict | None
    computer: Verdict | None
    agent_version: str
    os: str
    os_version: str


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """What one policy said of a report, and when it was asked."""

    id: int
    report_id: str
    evaluated_at: datetime
    policy_digest: str
    readiness: Readiness
    next_action: str


@dataclass(frozen=True, slots=True)
class User:
    """Someone who may use the desk."""

    name: str
    password: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    """A session of the desk."""

    user: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that support should look at."""

    id: int
    kind: AlarmKind
    raised_at: datetime
    last_at: datetime
    count: int
    operator_id: int | None
    device: str | None
    report_id: str | None
    detail: str
    seen_at: datetime | None
    seen_by: str | None
