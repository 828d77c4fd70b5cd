"""What the interface and the desk read. Every function is one plain read within the caller's connection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select
from sqlalchemy.engine import RowMapping

from employer.store import schema
from employer.store.rows import (
    Alarm,
    AlarmKind,
    Device,
    DeviceStatus,
    Freshness,
    Invitation,
    Operator,
    SignIn,
    StoredChallenge,
    StoredEvaluation,
    StoredPolicy,
    StoredReport,
    User,
)
from report.vocabulary import Readiness, Verdict

MAX_PAGE = 200
"""Most rows that one call gives."""


def operator(connection: Connection, operator_id: int) -> Operator | None:
    """The operator of that number."""
    row = _one(connection, select(schema.operators).where(schema.operators.c.id == operator_id))
    return _operator(row) if row else None


def invitation(connection: Connection, invitation_id: str) -> Invitation | None:
    """The invitation of that id."""
    row = _one(connection, select(schema.invitations).where(schema.invitations.c.id == invitation_id))
    return Invitation(**row) if row else None


def device(connection: Connection, device_id: str) -> Device | None:
    """The computer with that key."""
    row = _one(connection, select(schema.devices).where(schema.devices.c.id == device_id))
    return _device(row) if row else None


def devices_of(connection: Connection, operator_id: int) -> list[Device]:
    """An operator's computers, newest first."""
    d = schema.devices
    query = select(d).where(d.c.operator_id == operator_id).order_by(d.c.enrolled_at.desc()).limit(MAX_PAGE)
    return [_device(row) for row in connection.execute(query).mappings()]


def policy_in_force(connection: Connection) -> StoredPolicy | None:
    """The policy that was published last; ``None`` before the first."""
    p = schema.policies
    row = _one(connection, select(p).order_by(p.c.id.desc()).limit(1))
    return StoredPolicy(**row) if row else None


def policy(connection: Connection, digest: str) -> StoredPolicy | None:
    """The policy with that digest."""
    row = _one(connection, select(schema.policies).where(schema.policies.c.digest == digest))
    return StoredPolicy(**row) if row else None


def policy_by_version(connection: Connection, version: str) -> StoredPolicy | None:
    """The policy of that version."""
    row = _one(connection, select(schema.policies).where(schema.policies.c.version == version))
    return StoredPolicy(**row) if row else None


def challenge(connection: Connection, token: str) -> StoredChallenge | None:
    """The challenge of that name."""
    return _challenge(connection, schema.challenges.c.token == token)


def challenge_by_bearer(connection: Connection, bearer_digest: str) -> StoredChallenge | None:
    """The challenge whose bearer has this SHA-256."""
    return _challenge(connection, schema.challenges.c.bearer == bearer_digest)


def report(connection: Connection, report_id: str) -> StoredReport | None:
    """The report of that id."""
    row = _one(connection, select(schema.reports).where(schema.reports.c.id == report_id))
    return _report(row) if row else None


def reports_by_short_code(connection: Connection, short_code: str) -> list[StoredReport]:
    """Reports with that short code, newest first. It is short: more than one is possible."""
    r = schema.reports
    query = select(r).where(r.c.short_code == short_code).order_by(r.c.received_at.desc()).limit(MAX_PAGE)
    return [_report(row) for row in connection.execute(query).mappings()]


def reports_by_seq(connection: Connection, device_id: str, seq: int) -> list[StoredReport]:
    """A computer's reports with that number, the first first: one, unless two have its key."""
    r = schema.reports
    query = select(r).where(r.c.device == device_id, r.c.seq == seq).order_by(r.c.received_at, r.c.id).limit(MAX_PAGE)
    return [_report(row) for row in connection.execute(query).mappings()]


def envelope(connection: Connection, digest: str) -> bytes | None:
    """An envelope's exact bytes."""
    body: bytes | None = connection.execute(
        select(schema.envelopes.c.body).where(schema.envelopes.c.digest == digest)
    ).scalar_one_or_none()
    return body


def receipt(connection: Connection, report_id: str) -> str | None:
    """The signed receipt that was answered for that report."""
    signed: str | None = connection.execute(
        select(schema.receipts.c.envelope).where(schema.receipts.c.report_id == report_id)
    ).scalar_one_or_none()
    return signed


def evaluations_of(connection: Connection, report_id: str) -> list[StoredEvaluation]:
    """All that was ever said of that report, first first."""
    e = schema.evaluations
    query = select(e).where(e.c.report_id == report_id).order_by(e.c.id).limit(MAX_PAGE)
    return [
        StoredEvaluation(**{**row, "readiness": Readiness(row["readiness"])})
        for row in connection.execute(query).mappings()
    ]


def user(connection: Connection, name: str) -> User | None:
    """The desk's user of that name."""
    row = _one(connection, select(schema.users).where(schema.users.c.name == name))
    return User(**row) if row else None


def users(connection: Connection) -> list[User]:
    """Everyone who may use the desk, by name."""
    query = select(schema.users).order_by(schema.users.c.name)
    return [User(**row) for row in connection.execute(query).mappings()]


def sign_in(connection: Connection, token_digest: str, now: datetime) -> SignIn | None:
    """The session whose cookie has this SHA-256, unless it has expired."""
    s = schema.sessions
    alive = (s.c.token == token_digest, s.c.expires_at > now)
    row = _one(connection, select(s.c.user, s.c.created_at, s.c.expires_at).where(*alive))
    return SignIn(**row) if row else None


def alarms(
    connection: Connection, *, operator_id: int | None = None, seen: bool | None = None, limit: int = 50
) -> list[Alarm]:
    """Alarms, newest first; of one operator, and seen or not, where asked."""
    a = schema.alarms
    query = select(a)
    if operator_id is not None:
        query = query.where(a.c.operator_id == operator_id)
    if seen is not None:
        query = query.where(a.c.seen_at.is_not(None) if seen else a.c.seen_at.is_(None))
    query = query.order_by(a.c.last_at.desc(), a.c.id.desc()).limit(min(limit, MAX_PAGE))
    return [_alarm(row) for row in connection.execute(query).mappings()]


def _one(connection: Connection, query: Select[Any]) -> RowMapping | None:
    return connection.execute(query).mappings().one_or_none()


def _challenge(connection: Connection, which: ColumnElement[bool]) -> StoredChallenge | None:
    columns = [c for c in schema.challenges.c if c.name != "bearer"]
    row = _one(connection, select(*columns).where(which))
    return StoredChallenge(**row) if row else None


def _operator(row: RowMapping) -> Operator:
    return Operator(row["id"], row["ref"], row["name"], row["created_at"])


def _device(row: RowMapping) -> Device:
    return Device(**{**row, "status": DeviceStatus(row["status"])})


def _report(row: RowMapping) -> StoredReport:
    areas = {a: Verdict(row[a]) if row[a] else None for a in ("room", "headset", "network", "computer")}
    return StoredReport(
        **{
            **row,
            **areas,
            "freshness": Freshness(row["freshness"]),
            "readiness": Readiness(row["readiness"]),
            "shown_readiness": Readiness(row["shown_readiness"]),
        }
    )


def _alarm(row: RowMapping) -> Alarm:
    columns = {key: value for key, value in row.items() if key != "key"}
    return Alarm(**{**columns, "kind": AlarmKind(row["kind"])})
