"""What is written. Every function is one change within the writer's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from employer.store import schema
from employer.store.rows import AlarmKind, Device, DeviceStatus, Operator, StoredReport
from report.vocabulary import Readiness

SEARCH_CHARACTERS = 300
"""Some letters become two when case is folded."""


def put_operator(connection: Connection, ref: str, name: str, now: datetime) -> Operator:
    """The operator whom the employer calls ``ref``: added, or given this name."""
    o = schema.operators
    values = {"name": name, "search": f"{name}\n{ref}".casefold()[:SEARCH_CHARACTERS]}
    row = connection.execute(select(o).where(o.c.ref == ref)).mappings().one_or_none()
    if row is not None:
        connection.execute(update(o).where(o.c.id == row["id"]).values(values))
        return Operator(row["id"], ref, name, row["created_at"])
    added = connection.execute(insert(o).values(ref=ref, created_at=now, **values))
    return Operator(_new_id(added), ref, name, now)


def add_invitation(
    connection: Connection, invitation_id: str, operator_id: int, now: datetime, expires_at: datetime
) -> None:
    """An invitation for that operator."""
    values = {"id": invitation_id, "operator_id": operator_id, "created_at": now, "expires_at": expires_at}
    connection.execute(insert(schema.invitations).values(values))


def use_invitation(connection: Connection, invitation_id: str, device_id: str, now: datetime) -> bool:
    """Marks it used by that key. False when it was used already."""
    i = schema.invitations
    done = connection.execute(
        update(i).where(i.c.id == invitation_id, i.c.used_at.is_(None)).values(used_at=now, device=device_id)
    )
    return done.rowcount == 1


def add_device(connection: Connection, device: Device) -> None:
    """A newly enrolled computer."""
    connection.execute(insert(schema.devices), asdict(device))


def set_device_status(connection: Connection, device_id: str, status: DeviceStatus) -> bool:
    """Approves or revokes a computer. False when there is no such computer."""
    d = schema.devices
    return connection.execute(update(d).where(d.c.id == device_id).values(status=status)).rowcount == 1


def use_nonce(connection: Connection, nonce: str, now: datetime, expires_at: datetime) -> bool:
    """Marks a nonce used, and forgets those that have expired. False when it was used already."""
    n = schema.used_nonces
    connection.execute(delete(n).where(n.c.expires_at < now))
    if connection.execute(select(n.c.nonce).where(n.c.nonce == nonce)).first() is not None:
        return False
    connection.execute(insert(n), {"nonce": nonce, "expires_at": expires_at})
    return True


def add_policy(connection: Connection, digest: str, version: str, toml: bytes, now: datetime) -> None:
    """Puts a policy in force."""
    connection.execute(insert(schema.policies).values(digest=digest, version=version, toml=toml, published_at=now))


def add_challenge(connection: Connection, values: Mapping[str, Any]) -> None:
    """A challenge; ``values`` are the columns of ``challenges``."""
    connection.execute(insert(schema.challenges), dict(values))


def forget_challenges(connection: Connection, device_id: str, before: datetime, most: int) -> None:
    """Forgets unused challenges: everyone's from before then, and all but the newest ``most`` of this computer's."""
    c = schema.challenges
    connection.execute(delete(c).where(c.c.report_id.is_(None), c.c.issued_at < before))
    unused = (c.c.device == device_id, c.c.report_id.is_(None))
    newest = select(c.c.token).where(*unused).order_by(c.c.issued_at.desc()).limit(most)
    connection.execute(delete(c).where(*unused, c.c.token.not_in(newest)))


def use_challenge(connection: Connection, token: str, device_id: str, report_id: str) -> bool:
    """Ties a challenge to the first report that used it. False: another did, or it is another computer's."""
    c = schema.challenges
    mine = (c.c.token == token, c.c.device == device_id, c.c.report_id.is_(None))
    return connection.execute(update(c).where(*mine).values(report_id=report_id)).rowcount == 1


def add_report(connection: Connection, report: StoredReport, body: bytes, receipt: str) -> None:
    """An envelope with its row, its first evaluation and its receipt."""
    connection.execute(insert(schema.envelopes), {"digest": report.envelope_digest, "body": body})
    connection.execute(insert(schema.reports), asdict(report))
    add_evaluation(
        connection, report.id, report.received_at, report.policy_digest, report.readiness, report.next_action
    )
    connection.execute(insert(schema.receipts), {"report_id": report.id, "envelope": receipt})


def add_evaluation(
    connection: Connection,
    report_id: str,
    now: datetime,
    policy_digest: str,
    readiness: Readiness,
    next_action: str,
) -> None:
    """What a policy says of a report. Earlier evaluations stay."""
    connection.execute(
        insert(schema.evaluations),
        {
            "report_id": report_id,
            "evaluated_at": now,
            "policy_digest": policy_digest,
            "readiness": readiness,
            "next_action": next_action,
        },
    )


def raise_alarm(
    connection: Connection,
    kind: AlarmKind,
    now: datetime,
    detail: str,
    *,
    operator_id: int | None = None,
    device: str | None = None,
    report_id: str | None = None,
) -> None:
    """Raises an alarm; the same one again counts up, and is unseen again."""
    a = schema.alarms
    key = hashlib.sha256("\n".join((kind, str(operator_id), str(device), str(report_id))).encode()).hexdigest()
    again = {"last_at": now, "count": a.c.count + 1, "detail": detail[:400], "seen_at": None, "seen_by": None}
    if connection.execute(update(a).where(a.c.key == key).values(again)).rowcount == 1:
        return
    connection.execute(
        insert(a).values(
            key=key,
            kind=kind,
            raised_at=now,
            last_at=now,
            count=1,
            operator_id=operator_id,
            device=device,
            report_id=report_id,
            detail=detail[:400],
        )
    )


def see_alarm(connection: Connection, alarm_id: int, user: str, now: datetime) -> bool:
    """Marks an alarm as seen. False when there is none, or it was seen already."""
    a = schema.alarms
    unseen = (a.c.id == alarm_id, a.c.seen_at.is_(None))
    return connection.execute(update(a).where(*unseen).values(seen_at=now, seen_by=user)).rowcount == 1


def put_user(connection: Connection, name: str, password: str, now: datetime) -> None:
    """A user of the desk: added, or given this password; then all of this user's sessions end."""
    u = schema.users
    if connection.execute(update(u).where(u.c.name == name).values(password=password)).rowcount == 0:
        connection.execute(insert(u).values(name=name, password=password, created_at=now))
    connection.execute(delete(schema.sessions).where(schema.sessions.c.user == name))


def remove_user(connection: Connection, name: str) -> bool:
    """Removes a user with all sessions. False when there is none of that name."""
    connection.execute(delete(schema.sessions).where(schema.sessions.c.user == name))
    return connection.execute(delete(schema.users).where(schema.users.c.name == name)).rowcount == 1


def add_session(connection: Connection, token_digest: str, user: str, now: datetime, expires_at: datetime) -> None:
    """A session of the desk, and the end of all that have expired."""
    s = schema.sessions
    connection.execute(delete(s).where(s.c.expires_at < now))
    connection.execute(insert(s).values(token=token_digest, user=user, created_at=now, expires_at=expires_at))


def end_session(connection: Connection, token_digest: str) -> None:
    """Signs out."""
    connection.execute(delete(schema.sessions).where(schema.sessions.c.token == token_digest))


def _new_id(result: Any) -> int:
    new_id: int = result.inserted_primary_key[0]
    return new_id
