"""The desk's pages: operators, one operator, one report, its evidence, alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection
from starlette.responses import JSONResponse, RedirectResponse, Response

from employer import policies
from employer.desk import lists, marks, queries
from employer.desk.language import Language
from employer.desk.lists import PAGE_ROWS, AlarmView
from employer.desk.marks import Mark
from employer.desk.queries import Order, State
from employer.desk.render import page
from employer.desk.report_view import report_view
from employer.desk.visit import Frame, Refusal, Visit
from employer.store import queries as store
from employer.store import rows
from protocol.envelope import EnvelopeError, peek
from protocol.messages import JOSE
from protocol.short_code import read_code
from report import document
from report.catalogue.kinds import N_
from report.document import Report
from report.evaluate import evaluate
from report.policy import Policy, PolicyError, Purpose

_MESSAGES: dict[str, tuple[str, str]] = {
    "not_found": (
        N_("Not found"),
        N_("There is nothing at this address. It may have been mistyped, or removed."),
    ),
    "stale_form": (
        N_("Please try again"),
        N_("This page was open for too long, or in two windows at once. Nothing was changed. Go back and reload it."),
    ),
    "bad_form": (
        N_("Not understood"),
        N_("The form did not arrive as it should. Nothing was changed. Go back, reload the page and try again."),
    ),
    "unavailable": (
        N_("The database does not answer"),
        N_("Nothing was lost. Try again in a minute; if it stays so, tell whoever runs the readiness server."),
    ),
    "broke": (
        N_("Something went wrong here"),
        N_(
            "It is not your doing, and nothing was lost. "
            "It stands in the server's log: tell whoever runs it when it was."
        ),
    ),
    "unreadable": (
        N_("This report can't be shown"),
        N_("This version of the desk can't read it. It is stored unharmed: its envelope can still be downloaded."),
    ),
}


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """One of the evaluations of a report, for its page."""

    at: datetime
    mark: Mark
    policy: str


@dataclass(frozen=True, slots=True)
class _Stored:
    """All that the store has on one report."""

    row: rows.StoredReport
    operator: rows.Operator
    body: bytes | None
    policy: rows.StoredPolicy
    evaluations: list[tuple[rows.StoredEvaluation, str]]
    """Each with its policy's version."""
    alarms: list[rows.Alarm]


def refuse(visit: Visit, refusal: Refusal) -> Response:
    """The page that says why there is no other."""
    title, detail = (visit.language.gettext(text) for text in _MESSAGES[refusal.kind])
    report_id = visit.request.path_params.get("report_id", "")
    envelope = f"{visit.base}/reports/{report_id}/envelope" if refusal.kind == "unreadable" and report_id else ""
    return page(
        visit,
        "message.html",
        refusal.status,
        title=title,
        detail=detail,
        envelope=envelope,
    )


class Pages:
    """The pages for those who are signed in."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    async def operators(self, visit: Visit) -> Response:
        """The list. A search for a short code that belongs to one report leads there at once."""
        asked = visit.request.query_params
        search = asked.get("q", "")[:120].strip()
        state = State(asked["state"]) if asked.get("state") in set(State) else None
        order: Order = "name" if asked.get("order") == "name" else "newest"
        code = read_code(search)

        def read(connection: Connection) -> Response:
            if code is not None and len(found := store.reports_by_short_code(connection, code)) == 1:
                return RedirectResponse(f"{visit.base}/reports/{found[0].id}", status_code=303)
            counts = queries.counts(connection, visit.now, search)
            total = sum(counts.values()) if state is None else counts[state]
            kept = (("q", search), ("state", state or ""), ("order", order if order != "newest" else ""))
            here = lists.page(asked.get("page", ""), total, f"{visit.base}/", *kept)
            found_rows = queries.operators(
                connection, visit.now, search=search, state=state, order=order, limit=PAGE_ROWS, offset=here.offset
            )
            unseen = store.alarms(connection, seen=False, limit=5)
            return page(
                visit,
                "operators.html",
                rows=[lists.operator_line(row, visit.language, visit.now) for row in found_rows],
                filters=lists.filters(counts, state, visit.language, f"{visit.base}/", kept[0], kept[2]),
                alarms=[lists.alarm_view(alarm, visit.language) for alarm in unseen],
                by_name=lists.link(f"{visit.base}/", *kept[:2], ("order", "name")),
                by_newest=lists.link(f"{visit.base}/", *kept[:2]),
                page=here,
                search=search,
                state=state,
                order=order,
                purpose=_purpose_in_force(connection, visit.language),
            )

        return await self._frame.read(read)

    async def operator(self, visit: Visit) -> Response:
        """One operator: reports, computers, alarms."""
        operator_id = visit.number("operator_id")

        def read(connection: Connection) -> Response:
            operator = store.operator(connection, operator_id)
            if operator is None:
                raise Refusal(404, "not_found")
            total = queries.reports_count(connection, operator_id)
            path = f"{visit.base}/operators/{operator_id}"
            here = lists.page(visit.request.query_params.get("page", ""), total, path)
            reports = queries.reports_of(connection, operator_id, limit=PAGE_ROWS, offset=here.offset)
            alarms = store.alarms(connection, operator_id=operator_id)
            return page(
                visit,
                "operator.html",
                operator=operator,
                rows=[lists.report_line(report, visit.language, visit.now) for report in reports],
                devices=[lists.device_view(d, visit.language) for d in store.devices_of(connection, operator_id)],
                alarms=[lists.alarm_view(alarm, visit.language) for alarm in alarms],
                page=here,
                purpose=_purpose_in_force(connection, visit.language),
            )

        return await self._frame.read(read)

    async def report(self, visit: Visit) -> Response:
        """One report, whole."""
        report_id = visit.request.path_params["report_id"]
        stored = await self._frame.read(lambda c: _stored(c, report_id))
        row, say = stored.row, visit.language
        rules = _policy(stored.policy)
        read = _document(stored.body)
        return page(
            visit,
            "report.html",
            row=row,
            operator=stored.operator,
            report=read,
            view=report_view(read, evaluate(read.outcomes, rules), rules, say),
            expired=row.valid_until <= visit.now,
            age=say.age(row.received_at, visit.now),
            freshness=lists.freshness(row.freshness, say),
            system=_system(row),
            evaluations=[
                _Evaluated(said.evaluated_at, marks.of_readiness(said.readiness, say), version)
                for said, version in stored.evaluations
            ],
            alarms=[lists.alarm_view(alarm, say) for alarm in stored.alarms],
            purpose=_purpose(rules, say),
        )

    async def evidence(self, visit: Visit) -> Response:
        """A report's series, for the pictures that can be looked into."""
        report_id = visit.request.path_params["report_id"]
        stored = await self._frame.read(lambda c: _stored(c, report_id))
        series = {
            f"{outcome.check}/{s.name}": {"start": s.start_s, "step": s.step_s, "unit": s.unit, "values": s.values}
            for outcome in _document(stored.body).outcomes
            for s in outcome.evidence
        }
        return JSONResponse(series)

    async def envelope(self, visit: Visit) -> Response:
        """The exact bytes that arrived, as a file."""
        report_id = visit.request.path_params["report_id"]

        def read(connection: Connection) -> bytes | None:
            row = store.report(connection, report_id)
            return store.envelope(connection, row.envelope_digest) if row else None

        return _file(await self._frame.read(read), f"readiness-{report_id}.jws")

    async def receipt(self, visit: Visit) -> Response:
        """The receipt that was answered, as a file."""
        report_id = visit.request.path_params["report_id"]
        signed = await self._frame.read(lambda c: store.receipt(c, report_id))
        return _file(signed.encode() if signed is not None else None, f"readiness-{report_id}-receipt.jws")

    async def alarms(self, visit: Visit) -> Response:
        """All alarms, the newest first, seen or not."""

        def read(connection: Connection) -> tuple[list[AlarmView], Purpose | None]:
            found = store.alarms(connection, limit=store.MAX_PAGE)
            return [lists.alarm_view(a, visit.language) for a in found], _purpose_in_force(connection, visit.language)

        alarms, purpose = await self._frame.read(read)
        return page(visit, "alarms.html", alarms=alarms, purpose=purpose)

    async def nowhere(self, visit: Visit) -> Response:
        """Any other address."""
        raise Refusal(404, "not_found")


def _stored(connection: Connection, report_id: str) -> _Stored:
    row = store.report(connection, report_id)
    operator = store.operator(connection, row.operator_id) if row else None
    if row is None or operator is None:
        raise Refusal(404, "not_found")
    evaluations = store.evaluations_of(connection, report_id)
    digests = {row.policy_digest, *(said.policy_digest for said in evaluations)}
    known = {d: found for d in digests if (found := store.policy(connection, d)) is not None}
    alarms = store.alarms(connection, operator_id=row.operator_id, limit=store.MAX_PAGE)
    return _Stored(
        row=row,
        operator=operator,
        body=store.envelope(connection, row.envelope_digest),
        policy=known[row.policy_digest],
        evaluations=[(said, known[said.policy_digest].version) for said in evaluations],
        alarms=[a for a in alarms if a.report_id == report_id or (a.device == row.device and a.seen_at is None)],
    )


def _document(body: bytes | None) -> Report:
    try:
        return document.decode(peek(body or b"")[1])
    except (document.ReportError, EnvelopeError):
        raise Refusal(500, "unreadable") from None


def _policy(stored: rows.StoredPolicy) -> Policy:
    try:
        return policies.published(stored).policy
    except PolicyError:
        raise Refusal(500, "unreadable") from None


def _purpose_in_force(connection: Connection, language: Language) -> Purpose | None:
    stored = store.policy_in_force(connection)
    return _purpose(_policy(stored), language) if stored else None


def _purpose(rules: Policy, language: Language) -> Purpose:
    """What reports may be used for, in the reader's language where the employer wrote it in it."""
    own = rules.purpose
    if language.code != "ru" or own.ru is None:
        return own
    return msgspec.structs.replace(own, **msgspec.structs.asdict(own.ru))


def _system(row: rows.StoredReport) -> str:
    return f"{lists.SYSTEMS.get(row.os, row.os)} {row.os_version}".strip()


def _file(body: bytes | None, name: str) -> Response:
    if body is None:
        raise Refusal(404, "not_found")
    return Response(body, media_type=JOSE, headers={"Content-Disposition": f'attachment; filename="{name}"'})
