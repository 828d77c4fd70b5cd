"""What the interface and the desk read. Every function is one plain read within the caller's connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select
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
    OperatorSummary,
    SignIn,
    StoredChallenge,
    StoredEvaluation,
    StoredPolicy,
    StoredReport,
    User,
)
from protocol.short_code import read_code
from report.vocabulary import Readiness, Verdict

MAX_PAGE = 200
"""Most rows that one call gives."""


def operator(connection: Connection, operator_id: int) -> Operator | None:
    """The operator of that number."""
    row = _one(connection, select(schema.operators).where(schema.operators.c.id == operator_id))
    return _operator(row) if row else None


def operator_by_ref(connection: Connection, ref: str) -> Operator | None:
    """The operator whom the employer calls ``ref``."""
    row = _one(connection, select(schema.operators).where(schema.operators.c.ref == ref))
    return _operator(row) if row else None


def operator_summaries(
    connection: Connection, *, search: str = "", limit: int = 50, offset: int = 0
) -> list[OperatorSummary]:
    """Operators with their latest report, by name.

    ``search``: part of the name or ref, or a report's short code.
    """
    o, r = schema.operators, schema.reports
    latest_id = (
        select(r.c.id)
        .where(r.c.operator_id == o.c.id)
        .order_by(r.c.received_at.desc(), r.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        _searched(select(o, *_counts(o.c.id), latest_id.label("latest")), search)
        .order_by(o.c.name, o.c.id)
        .limit(min(limit, MAX_PAGE))
        .offset(offset)
    )
    rows = connection.execute(query).mappings().all()
    latest = _reports_by_id(connection, [row["latest"] for row in rows if row["latest"]])
    return [
        OperatorSummary(_operator(row), latest.get(row["latest"]), row["devices"], row["pending"], row["alarms"])
        for row in rows
    ]


def operators_count(connection: Connection, search: str = "") -> int:
    """How many operators :func:`operator_summaries` would give without its limit."""
    query = _searched(select(func.count()).select_from(schema.operators), search)
    count: int = connection.execute(query).scalar_one()
    return count


def readiness_counts(connection: Connection, now: datetime) -> dict[Readiness, int]:
    """Operators by the readiness of their latest report, where that is still valid at ``now``."""
    r = schema.reports
    newest = (
        select(r.c.operator_id, func.max(r.c.received_at).label("received_at")).group_by(r.c.operator_id).subquery()
    )
    query = (
        select(r.c.readiness, func.count(func.distinct(r.c.operator_id)).label("operators"))
        .join(newest, and_(newest.c.operator_id == r.c.operator_id, newest.c.received_at == r.c.received_at))
        .where(r.c.valid_until > now)
        .group_by(r.c.readiness)
    )
    return {Readiness(row["readiness"]): row["operators"] for row in connection.execute(query).mappings()}


def invitation(connection: Connection, invitation_id: str) -> Invitation | None:
    """The invitation of that id."""
    row = _one(connection, select(schema.invitations).where(schema.invitations.c.id == invitation_id))
    return Invitation(**row) if row else None


def invitations_of(connection: Connection, operator_id: int) -> list[Invitation]:
    """An operator's invitations, newest first."""
    i = schema.invitations
    query = select(i).where(i.c.operator_id == operator_id).order_by(i.c.created_at.desc()).limit(MAX_PAGE)
    return [Invitation(**row) for row in connection.execute(query).mappings()]


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


def policies(connection: Connection) -> list[StoredPolicy]:
    """All policies, the one in force first."""
    p = schema.policies
    query = select(p).order_by(p.c.id.desc()).limit(MAX_PAGE)
    return [StoredPolicy(**row) for row in connection.execute(query).mappings()]


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


def reports_of(
    connection: Connection, operator_id: int, *, limit: int = 50, before: datetime | None = None
) -> list[StoredReport]:
    """An operator's reports, newest first; ``before`` continues a page."""
    r = schema.reports
    query = select(r).where(r.c.operator_id == operator_id)
    if before is not None:
        query = query.where(r.c.received_at < before)
    query = query.order_by(r.c.received_at.desc(), r.c.seq.desc()).limit(min(limit, MAX_PAGE))
    return [_report(row) for row in connection.execute(query).mappings()]


def reports_by_short_code(connection: Connection, short_code: str) -> list[StoredReport]:
    """Reports with that short code, newest first. It is short: more than one is possible."""
    r = schema.reports
    query = select(r).where(r.c.short_code == short_code).order_by(r.c.received_at.desc()).limit(MAX_PAGE)
    return [_report(row) for row in connection.execute(query).mappings()]


def report_by_seq(connection: Connection, device_id: str, seq: int) -> StoredReport | None:
    """A computer's report with that number."""
    r = schema.reports
    query = select(r).where(r.c.device == device_id, r.c.seq == seq).order_by(r.c.received_at).limit(1)
    row = _one(connection, query)
    return _report(row) if row else None


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


def _searched(query: Select[Any], search: str) -> Select[Any]:
    words = search.strip()
    if not words:
        return query
    o, r = schema.operators, schema.reports
    by_code = select(r.c.operator_id).where(r.c.short_code == read_code(words))
    return query.where(or_(o.c.search.contains(words.casefold(), autoescape=True), o.c.id.in_(by_code)))


def _counts(operator_id: ColumnElement[int]) -> tuple[ColumnElement[int], ...]:
    d, a = schema.devices, schema.alarms
    mine = select(func.count()).where(d.c.operator_id == operator_id)
    return (
        mine.where(d.c.status != DeviceStatus.REVOKED).scalar_subquery().label("devices"),
        mine.where(d.c.status == DeviceStatus.PENDING).scalar_subquery().label("pending"),
        select(func.count())
        .where(a.c.operator_id == operator_id, a.c.seen_at.is_(None))
        .scalar_subquery()
        .label("alarms"),
    )


def _reports_by_id(connection: Connection, ids: Sequence[str]) -> dict[str, StoredReport]:
    r = schema.reports
    rows = connection.execute(select(r).where(r.c.id.in_(ids))).mappings()
    return {row["id"]: _report(row) for row in rows}


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
