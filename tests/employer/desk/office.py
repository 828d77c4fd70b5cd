"""An employer with operators, computers and reports, all through the real intake, for the desk to show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from employer import passwords
from employer.app import open_receiver
from employer.intake import Arrival, Stored
from employer.policies import publish
from employer.receiver import Receiver
from employer.settings import Settings
from employer.store import changes, queries
from employer.store.rows import Device, DeviceStatus, Operator, StoredReport
from protocol.envelope import seal
from protocol.keys import PrivateKey
from protocol.messages import EnvelopeType
from protocol.uuid7 import uuid7
from report import document, policy
from report.catalogue import finding
from report.document import AgentInfo, Earlier, PolicyReference, Report, Shown
from report.evaluate import evaluate
from report.vocabulary import Finding, Measurement, Outcome, Readiness, Series, Status
from tests.employer import database

URL = "http://127.0.0.1:8080"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
OCTAVES = {"63": -52.1, "125": -55.4, "250": -57.0, "500": -61.3, "1k": -64.8, "2k": -68.0, "4k": -71.2, "8k": -76.5}
PASSWORD = "correct horse battery"
PASSWORD_HASH = passwords.hash_password(PASSWORD)

POLICY = b"""
schema = "readiness-policy/1"
version = "2026-11"
employer = "Ladoga Call Centre"
valid_for_hours = 24

[purpose]
controller = "Ladoga Call Centre LLC, Petrozavodsk"
contact = "privacy@ladoga.example"
used_for = "To see before a shift whether a home workstation is ready for calls, and to help where it is not."
not_used_for = "Not for pay, not for discipline."
seen_by = "IT support."
kept = "90 days."

[purpose.ru]
used_for = "\xd0\xa7\xd1\x82\xd0\xbe\xd0\xb1\xd1\x8b \xd0\xbf\xd0\xbe\xd0\xbc\xd0\xbe\xd1\x87\xd1\x8c."
not_used_for = "\xd0\x9d\xd0\xb5 \xd0\xb4\xd0\xbb\xd1\x8f \xd0\xbe\xd0\xbf\xd0\xbb\xd0\xb0\xd1\x82\xd1\x8b."
seen_by = "\xd0\x9f\xd0\xbe\xd0\xb4\xd0\xb4\xd0\xb5\xd1\x80\xd0\xb6\xd0\xba\xd0\xb0."
kept = "90 \xd0\xb4\xd0\xbd\xd0\xb5\xd0\xb9."

[criteria]
"room.snr_a_db" = { pass = 25, fail = 15, required = false }
"network.rtt_p50_ms" = { pass = 150, fail = 300, required = false }
"network.jitter_ms" = { pass = 20, fail = 30, required = false }
"network.loss_after_buffer_percent" = { pass = 0.5, fail = 2, required = false }
"computer.cpu_busy_percent" = { pass = 60, fail = 85 }
"computer.late_timers_percent" = { pass = 2, required = false }
"computer.memory_available_gib" = { pass = 1, fail = 0.5 }
"""


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Computer:
    """An enrolled computer that has sent some reports."""

    key: PrivateKey
    operator: Operator
    sent: int = 0
    prev: str | None = None


@dataclass(slots=True)
class Office:
    """The employer."""

    receiver: Receiver
    clock: Clock
    computers: list[Computer] = field(default_factory=list)

    def user(self, name: str = "support") -> None:
        """Someone who may use the desk, with :data:`PASSWORD`."""
        self.receiver.store.write(lambda c: changes.put_user(c, name, PASSWORD_HASH, self.clock.now)).result()

    def operator(self, name: str, ref: str) -> Operator:
        """An operator."""
        return self.receiver.store.write(lambda c: changes.put_operator(c, ref, name, self.clock.now)).result()

    def computer(self, operator: Operator) -> Computer:
        """A computer that this operator has enrolled."""
        key, invitation = PrivateKey.generate(), f"invitation-{len(self.computers):06}"
        device = Device(
            id=key.public.thumbprint,
            public_key=key.public.x,
            operator_id=operator.id,
            invitation_id=invitation,
            status=DeviceStatus.ACTIVE,
            enrolled_at=self.clock.now,
            agent_version="0.1.0",
            platform="windows",
            key_storage="file",
        )

        def enrol(connection: Connection) -> None:
            until = self.clock.now + timedelta(hours=72)
            changes.add_invitation(connection, invitation, operator.id, self.clock.now, until)
            changes.add_device(connection, device)

        self.receiver.store.write(enrol).result()
        self.computers.append(Computer(key, operator))
        return self.computers[-1]

    def challenge(self, computer: Computer) -> str:
        """A challenge, given now."""
        with self.receiver.store.reading() as connection:
            in_force = queries.policy_in_force(connection)
        assert in_force is not None
        token = f"challenge-{computer.key.public.thumbprint[:12]}-{computer.sent:04}"
        values = {
            "token": token,
            "device": computer.key.public.thumbprint,
            "policy_digest": in_force.digest,
            "issued_at": self.clock.now,
            "session": uuid7().hex,
            "bearer": f"{uuid7().hex}{uuid7().hex}",
            "bearer_expires_at": self.clock.now,
        }
        self.receiver.store.write(lambda c: changes.add_challenge(c, values)).result()
        return token

    def send(
        self,
        computer: Computer,
        outcomes: Sequence[Outcome],
        *,
        fresh: bool = True,
        comment: str = "",
        os_version: str = "11 (26100)",
        earlier: Sequence[Earlier] = (),
        report_id: str | None = None,
    ) -> StoredReport:
        """A report of this computer, arrived now."""
        rules = policy.parse(POLICY)
        judged = evaluate(outcomes, rules)
        challenge = self.challenge(computer) if fresh else None
        at = self.clock.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        computer.sent += 1
        report = Report(
            schema="readiness-report/1",
            report_id=report_id or str(uuid7(int(self.clock.now.timestamp() * 1000))),
            device=computer.key.public.thumbprint,
            seq=computer.sent,
            prev=computer.prev,
            audience=URL,
            challenge=challenge,
            started_at=at,
            ended_at=at,
            sealed_at=at,
            policy=PolicyReference(
                version=rules.version, digest=policy.digest(POLICY), purpose_digest=policy.purpose_digest(rules.purpose)
            ),
            agent=AgentInfo(
                version="0.1.0", os="windows", os_version=os_version, language="en", mode="app", key_storage="file"
            ),
            shown=Shown(
                readiness=judged.readiness,
                next_action=judged.next_action.finding.code if judged.next_action else "",
            ),
            outcomes=list(outcomes),
            earlier=list(earlier),
            comment=comment,
        )
        payload = document.encode(report)
        body = seal(computer.key, EnvelopeType.REPORT, payload, self.receiver.url("/api/v1/reports"))
        with self.receiver.store.reading() as connection:
            device = queries.device(connection, computer.key.public.thumbprint)
        assert device is not None
        stored = self.receiver.store.write(Arrival(self.receiver, device, body, payload).change).result()
        if isinstance(stored, Stored):
            with self.receiver.store.reading() as connection:
                row = queries.report(connection, stored.report_id)
            assert row is not None
            computer.prev = row.envelope_digest
            return row
        raise stored


def open_office(folder: Path, now: datetime | None = None) -> Office:
    """An employer without operators, whose policy is in force. Close ``receiver.store`` afterwards."""
    clock = Clock(now or NOW)
    database.put_into(folder)
    opened = open_receiver(Settings(data=folder, public_url=URL, line=False))
    receiver = Receiver(opened.settings, opened.keys, opened.store, now=clock)
    receiver.store.write(lambda c: publish(c, POLICY, "policy.toml", clock.now)).result()
    return Office(receiver, clock)


def load(cpu: float = 31.4, *, spread: float = 4.0, timers: float = 0.4, busy: Finding | None = None) -> Outcome:
    """What ``computer.load`` says."""
    wave = [round(min(100.0, max(0.0, cpu + 9 * math.sin(i / 3) + 5 * math.sin(i * 1.7))), 1) for i in range(120)]
    late = [round(0.2 + 0.15 * math.sin(i / 5) ** 2 + (6.5 if i == 70 else 0), 3) for i in range(200)]
    return Outcome(
        check="computer.load",
        version=1,
        status=Status.MEASURED,
        measurements=[
            _m("computer.cpu_busy_percent", cpu, "%", cpu - spread, cpu + spread),
            _m("computer.late_timers_percent", timers, "%", max(0, timers - 0.3), timers + 0.6),
            _m("computer.memory_available_gib", 3.62, "GiB"),
            _m("computer.own_cpu_percent", 3.1, "%"),
            _m("computer.busiest_core_percent", min(100, cpu * 1.7), "%"),
            _m("computer.timer_lateness_p95_ms", 0.31, "ms"),
            _m("computer.swap_used_percent", 4.0, "%"),
            _m("computer.disk_free_gib", 148.2, "GiB"),
        ],
        findings=[busy] if busy else [],
        evidence=[
            Series(
                name="computer.cpu_busy_percent", unit="%", step_s=0.25, values=[*wave[:40], None, None, *wave[42:]]
            ),
            Series(name="computer.timer_lateness_ms", unit="ms", step_s=0.2, values=[*late]),
        ],
        facts={"cores": 8, "frequency_mhz": 2600, "on_battery": False, "uptime_hours": 7.25},
        measured_at_s=38.4,
    )


def room(snr: float = 31.2) -> Outcome:
    """What ``room.noise`` says."""
    level = [round(-61 + 4 * math.sin(i / 7) + 2 * math.sin(i * 2.3), 1) for i in range(80)]
    return Outcome(
        check="room.noise",
        version=1,
        status=Status.MEASURED,
        measurements=[_m("room.snr_a_db", snr, "dB", snr - 1.2, snr + 1.2), _m("room.laeq_dbfs_a", -59.3, "dBFS(A)")],
        disturbed_by=[Finding(code="room.voice_in_silence", text="A voice was heard in the silence.")],
        evidence=[Series(name="room.silence_dbfs_a", unit="dBFS(A)", step_s=0.1, start_s=2, values=[*level])],
        facts={f"octave_{name}_dbfs": level for name, level in OCTAVES.items()},
        measured_at_s=18,
    )


def headset_missing() -> Outcome:
    """What ``headset.voice`` says where there is no microphone."""
    return Outcome(
        check="headset.voice",
        version=1,
        status=Status.SKIP,
        because=Finding(code="headset.no_microphone", text="No microphone was found."),
    )


def jitter(ms: float = 4.2) -> Outcome:
    """What ``network.jitter`` says."""
    rtt = [
        round(23 + 2 * math.sin(i / 9) + (40 if i in (150, 151, 290) else 0) + (i * 37 % 11) / 7, 2) for i in range(400)
    ]
    return Outcome(
        check="network.jitter",
        version=1,
        status=Status.MEASURED,
        measurements=[
            _m("network.rtt_p50_ms", 23.4, "ms", 22.9, 23.8),
            _m("network.jitter_ms", ms, "ms", ms * 0.8, ms * 1.25),
            _m("network.loss_after_buffer_percent", 0.0, "%", None, 0.37),
        ],
        evidence=[Series(name="network.rtt_p50_ms", unit="ms", step_s=0.05, start_s=2, values=[*rtt])],
        facts={"packets_sent": 1000, "packets_answered": 999, "marked_as_voice": True, "ip_version": 4},
        measured_at_s=22,
    )


def busy_program(program: str = "Video editor", percent: float = 71.0) -> Finding:
    """Another program is busy."""
    return finding("computer.busy_program", program=program, percent=percent)


def whole_run(cpu: float = 31.4, busy: Finding | None = None) -> list[Outcome]:
    """All four areas."""
    return [room(), headset_missing(), jitter(), load(cpu, busy=busy)]


def ready(row: StoredReport) -> bool:
    """Whether the employer found it ready."""
    return row.readiness is Readiness.READY


def _m(metric: str, value: float, unit: str, low: float | None = None, high: float | None = None) -> Measurement:
    return Measurement(metric=metric, value=value, unit=unit, low=low, high=high)
