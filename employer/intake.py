"""What becomes of a report whose signature holds: judged, receipted, stored once.

Two sides bear witness to when a run happened. The challenge is the employer's word that it began no earlier, the
receipt that it ended no later, whatever the operator's clock says. So the policy in force at the challenge counts,
and validity runs from the challenge. No report is refused for its challenge: one that came late, or had none because
the employer could not be reached, is stored with that said beside it, and judged under the policy in force now.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from employer import policies, times
from employer.api.problems import Refused
from employer.policies import PublishedPolicy
from employer.receiver import Receiver
from employer.store import changes, queries
from employer.store.rows import AlarmKind, Device, DeviceStatus, Freshness, StoredChallenge, StoredReport
from protocol.envelope import digest, seal
from protocol.messages import EnvelopeType, Path, Receipt, ReceiptEvaluation
from protocol.short_code import short_code
from report import document
from report.document import Report
from report.evaluate import Evaluation, evaluate
from report.vocabulary import Verdict

_WORSE = (Verdict.PASS, Verdict.WARN, Verdict.FAIL)


@dataclass(frozen=True, slots=True)
class Stored:
    """A report that is in the database."""

    report_id: str
    receipt: str
    new: bool
    """False: it was there already, and this is the receipt that was given then."""


class Arrival:
    """One report, from its verified envelope to its place in the database."""

    def __init__(self, receiver: Receiver, device: Device, body: bytes, payload: bytes) -> None:
        """Reads and judges; stores nothing yet. Raises :class:`Refused`."""
        self._device = device
        self._body = body
        self._now = receiver.now()
        self._fresh_within = receiver.settings.fresh_within
        report = _read(payload, device, receiver.settings.public_url)
        with receiver.store.reading() as connection:
            self._challenge = _own_challenge(connection, report.challenge, device)
            policy = _policy_for(connection, self._challenge)
        self._named_challenge = report.challenge is not None
        self._row = self._judged(report, policy)
        self._receipt = _sign_receipt(receiver, self._row, policy)

    def change(self, connection: Connection) -> Stored | Refused:
        """Stores it, unless it is there already. A refusal is returned, so that its alarm is kept."""
        known = queries.report(connection, self._row.id)
        if known is not None:
            return self._again(connection, known)
        device = queries.device(connection, self._device.id)
        if device is None or device.status is DeviceStatus.REVOKED:
            self._alarm(connection, AlarmKind.REVOKED_DEVICE, "A computer that was signed off sent a report.")
            return Refused("revoked")
        self._watch_chain(connection)
        row = dataclasses.replace(self._row, freshness=self._freshness(connection))
        changes.add_report(connection, row, self._body, self._receipt)
        return Stored(row.id, self._receipt, new=True)

    def _judged(self, report: Report, policy: PublishedPolicy) -> StoredReport:
        """The report's row under the policy. Its freshness is decided when it is stored."""
        evaluation = evaluate(report.outcomes, policy.policy)
        started, ended = _claimed_times(report)
        begin = self._challenge.issued_at if self._challenge else min(ended, self._now)
        action = evaluation.next_action
        return StoredReport(
            id=report.report_id,
            envelope_digest=digest(self._body),
            device=self._device.id,
            operator_id=self._device.operator_id,
            seq=report.seq,
            prev=report.prev,
            received_at=self._now,
            challenged_at=self._challenge.issued_at if self._challenge else None,
            freshness=Freshness.NONE,
            started_at=started,
            ended_at=ended,
            valid_until=begin + timedelta(hours=policy.policy.valid_for_hours),
            short_code=short_code(report.report_id),
            policy_version=policy.policy.version,
            policy_digest=policy.digest,
            readiness=evaluation.readiness,
            next_action=action.finding.code if action else "",
            shown_readiness=report.shown.readiness,
            shown_next_action=report.shown.next_action,
            room=_worst(evaluation, "room"),
            headset=_worst(evaluation, "headset"),
            network=_worst(evaluation, "network"),
            computer=_worst(evaluation, "computer"),
            agent_version=report.agent.version,
            os=report.agent.os,
            os_version=report.agent.os_version,
        )

    def _again(self, connection: Connection, known: StoredReport) -> Stored | Refused:
        if known.envelope_digest == self._row.envelope_digest:
            receipt = queries.receipt(connection, known.id)
            assert receipt is not None
            return Stored(known.id, receipt, new=False)
        detail = f"Another report with other bytes ({self._row.envelope_digest[:16]}…) came under the id {known.id}."
        self._alarm(connection, AlarmKind.REPORT_CONFLICT, detail, known.id)
        return Refused("conflict", "another report is stored under this id")

    def _watch_chain(self, connection: Connection) -> None:
        """A report that was sealed before this one may be missing here: it was refused, or never came."""
        row = self._row
        same = queries.reports_by_seq(connection, row.device, row.seq)
        before = queries.reports_by_seq(connection, row.device, row.seq - 1)
        detail = ""
        if same:
            detail = f"Reports {same[0].id} and {row.id} both have number {row.seq} of this computer."
        elif before and row.prev not in {report.envelope_digest for report in before}:
            detail = f"Report {row.id}, number {row.seq}, was not made after {before[0].id}, number {row.seq - 1}."
        if detail:
            self._alarm(connection, AlarmKind.CHAIN_FORKED, detail)

    def _freshness(self, connection: Connection) -> Freshness:
        if self._challenge is None:
            return Freshness.UNKNOWN if self._named_challenge else Freshness.NONE
        if not changes.use_challenge(connection, self._challenge.token, self._device.id, self._row.id):
            return Freshness.REUSED
        late = self._now - self._challenge.issued_at > self._fresh_within
        return Freshness.LATE if late else Freshness.FRESH

    def _alarm(self, connection: Connection, kind: AlarmKind, detail: str, report_id: str | None = None) -> None:
        changes.raise_alarm(
            connection,
            kind,
            self._now,
            detail,
            operator_id=self._device.operator_id,
            device=self._device.id,
            report_id=report_id,
        )


def _read(payload: bytes, device: Device, public_url: str) -> Report:
    try:
        report = document.decode(payload)
    except document.ReportError as error:
        raise Refused("malformed", str(error)) from error
    if report.device != device.id:
        raise Refused("malformed", "device: not the key that signed")
    if report.audience != public_url:
        raise Refused("wrong_audience", f"this is {public_url}")
    return report


def _claimed_times(report: Report) -> tuple[datetime, datetime]:
    """Start and end by the operator's clock."""
    try:
        times.parse(report.sealed_at)
        return times.parse(report.started_at), times.parse(report.ended_at)
    except (ValueError, OverflowError) as error:
        raise Refused("malformed", f"a time that doesn't exist: {error}") from error


def _own_challenge(connection: Connection, token: str | None, device: Device) -> StoredChallenge | None:
    """The challenge, if it was given to this very computer."""
    challenge = queries.challenge(connection, token) if token else None
    return challenge if challenge and challenge.device == device.id else None


def _policy_for(connection: Connection, challenge: StoredChallenge | None) -> PublishedPolicy:
    named = policies.by_digest(connection, challenge.policy_digest) if challenge else None
    return named or policies.in_force(connection)


def _worst(evaluation: Evaluation, area: str) -> Verdict | None:
    verdicts = [c.verdict for c in evaluation.checks if c.check.partition(".")[0] == area and c.verdict]
    return max(verdicts, key=_WORSE.index, default=None)


def _sign_receipt(receiver: Receiver, row: StoredReport, policy: PublishedPolicy) -> str:
    receipt = Receipt(
        report_id=row.id,
        envelope_digest=row.envelope_digest,
        device=row.device,
        received_at=times.rfc3339(row.received_at),
        policy_version=row.policy_version,
        policy_digest=row.policy_digest,
        purpose_digest=policy.purpose_digest,
        evaluation=msgspec.convert(
            {"readiness": row.readiness.value, "next_action": row.next_action}, ReceiptEvaluation
        ),
        valid_until=times.rfc3339(row.valid_until),
        short_code=row.short_code,
    )
    url = receiver.url(Path.REPORTS)
    payload = msgspec.json.encode(receipt)
    return seal(receiver.keys.signing, EnvelopeType.RECEIPT, payload, url, show_key=True).decode("ascii")
