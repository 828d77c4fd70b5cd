"""What only the desk asks of the store: operators by the state of their latest report, and pages of a history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeVarTuple

from sqlalchemy import Connection, Label, Select, and_, case, func, literal, or_, select

from employer.store import queries, schema
from employer.store.rows import Operator, StoredReport
from protocol.short_code import read_code
from report.vocabulary import Readiness


class State(StrEnum):
    """Where an operator stands now. A report that is no longer valid says nothing about today."""

    NOT_READY = Readiness.NOT_READY.value
    INCOMPLETE = Readiness.INCOMPLETE.value
    READY_WITH_WARNINGS = Readiness.READY_WITH_WARNINGS.value
    READY = Readiness.READY.value
    EXPIRED = "expired"
    NONE = "none"
    """No report yet."""


Order = Literal["newest", "name"]
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """One line of the list."""

    operator: Operator
    state: State
    latest: StoredReport | None
    unseen_alarms: int


def operators(
    connection: Connection,
    now: datetime,
    *,
    search: str = "",
    state: State | None = None,
    order: Order = "newest",
    limit: int = 50,
    offset: int = 0,
) -> list[OperatorRow]:
    """A page of operators. ``search``: a part of the name or reference, or a report's short code."""
    o, r = schema.operators, schema.reports
    state_now = _state(now)
    query = _latest(
        select(o.c.id, o.c.ref, o.c.name, o.c.created_at, r.c.id.label("report"), state_now, _unseen_alarms()), search
    )
    if state is not None:
        query = query.where(state_now == state.value)
    if order == "newest":
        query = query.order_by(r.c.received_at.is_(None), r.c.received_at.desc())
    rows = connection.execute(query.order_by(o.c.name, o.c.id).limit(limit).offset(offset)).mappings().all()
    reports = {row["report"]: queries.report(connection, row["report"]) for row in rows if row["report"]}
    return [
        OperatorRow(
            operator=Operator(row["id"], row["ref"], row["name"], row["created_at"]),
            state=State(row["state"]),
            latest=reports.get(row["report"]),
            unseen_alarms=row["unseen_alarms"],
        )
        for row in rows
    ]


def counts(connection: Connection, now: datetime, search: str = "") -> dict[State, int]:
    """How many operators that :func:`operators` finds are in each state; every state is there."""
    state_now = _state(now)
    query = _latest(select(state_now, func.count().label("operators")), search).group_by(state_now)
    found = {row["state"]: row["operators"] for row in connection.execute(query).mappings()}
    return {state: found.get(state.value, 0) for state in State}


def reports_of(connection: Connection, operator_id: int, *, limit: int, offset: int) -> list[StoredReport]:
    """A page of an operator's reports, newest first."""
    r = schema.reports
    query = select(r.c.id).where(r.c.operator_id == operator_id).order_by(r.c.received_at.desc(), r.c.seq.desc())
    ids = connection.execute(query.limit(limit).offset(offset)).scalars()
    return [found for report_id in ids if (found := queries.report(connection, report_id)) is not None]


def reports_count(connection: Connection, operator_id: int) -> int:
    """How many reports an operator has sent."""
    r = schema.reports
    count: int = connection.execute(
        select(func.count()).select_from(r).where(r.c.operator_id == operator_id)
    ).scalar_one()
    return count


def _state(now: datetime) -> Label[str]:
    r = schema.reports
    expired = r.c.valid_until <= now
    return case((r.c.id.is_(None), State.NONE.value), (expired, State.EXPIRED.value), else_=r.c.readiness).label(
        "state"
    )


def _latest(query: Select[*Ts], search: str) -> Select[*Ts]:
    """The operators that ``search`` finds, each beside the latest report or nothing."""
    o, r, newer = schema.operators, schema.reports, schema.reports.alias("newer")
    latest = (
        select(newer.c.id)
        .where(newer.c.operator_id == o.c.id)
        .order_by(newer.c.received_at.desc(), newer.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = query.select_from(o.outerjoin(r, and_(r.c.operator_id == o.c.id, r.c.id == latest)))
    words = search.strip()
    if not words:
        return query
    found = [o.c.search.contains(words.casefold(), autoescape=True)]
    code = read_code(words)
    if code is not None:
        found.append(o.c.id.in_(select(newer.c.operator_id).where(newer.c.short_code == code)))
    return query.where(or_(*found))


def _unseen_alarms() -> Label[int]:
    a = schema.alarms
    query = select(func.count()).where(a.c.operator_id == schema.operators.c.id, a.c.seen_at.is_(None))
    return func.coalesce(query.correlate(schema.operators).scalar_subquery(), literal(0)).label("unseen_alarms")
