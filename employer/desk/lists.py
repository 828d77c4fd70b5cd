"""What a line of a list says: an operator with the latest report, a report in a history, an alarm. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from employer.desk import marks
from employer.desk.language import Language
from employer.desk.marks import Mark
from employer.desk.queries import OperatorRow, State
from employer.desk.report_view import AREAS
from employer.store.rows import Alarm, AlarmKind, Device, DeviceStatus, Freshness, Operator, StoredReport
from protocol.short_code import short_code
from report.catalogue.kinds import N_
from report.vocabulary import Finding

PAGE_ROWS = 50

SYSTEMS = {"windows": "Windows", "darwin": "macOS", "linux": "Linux"}
"""Operating systems as their makers write them."""

_STATES: dict[State, str] = {
    State.NOT_READY: N_("Not ready yet"),
    State.INCOMPLETE: N_("Not fully measured"),
    State.READY_WITH_WARNINGS: N_("Ready with warnings"),
    State.READY: N_("Ready"),
    State.EXPIRED: N_("Expired"),
    State.NONE: N_("No report yet"),
}

_FRESHNESS: dict[Freshness, str] = {
    Freshness.FRESH: N_("Fresh: measured between our challenge and our receipt"),
    Freshness.LATE: N_("Not shown to be fresh: it came long after our challenge"),
    Freshness.REUSED: N_("Not shown to be fresh: another report already used its challenge"),
    Freshness.UNKNOWN: N_("Not shown to be fresh: its challenge was not given to this computer"),
    Freshness.NONE: N_("Not shown to be fresh: measured while our server could not be reached"),
}

_ALARMS: dict[AlarmKind, tuple[str, str]] = {
    AlarmKind.REPORT_CONFLICT: (
        N_("Two different reports under one number."),
        N_("The first was kept, the second refused. Ask the operator how the second came about."),
    ),
    AlarmKind.CHAIN_FORKED: (
        N_("The reports of one computer contradict each other."),
        N_("The key may have been copied, or the computer was restored from a backup. Ask, and enrol it anew."),
    ),
    AlarmKind.INVITATION_REUSED: (
        N_("A second computer tried an invitation that was already used."),
        N_("It was refused. If the operator has changed computers, send a new invitation."),
    ),
    AlarmKind.REVOKED_DEVICE: (
        N_("A computer whose key was revoked still sends."),
        N_("Its reports are refused. If the operator should still use it, send a new invitation."),
    ),
}

_DEVICES: dict[DeviceStatus, str] = {
    DeviceStatus.ACTIVE: N_("active"),
    DeviceStatus.PENDING: N_("waits for its fingerprint to be compared"),
    DeviceStatus.REVOKED: N_("revoked"),
}


@dataclass(frozen=True, slots=True)
class AreaMark:
    """One area in a line."""

    title: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report in a line of a list."""

    report_id: str
    mark: Mark
    received_at: datetime
    age: str
    valid_until: datetime
    expired: bool
    not_fresh: str
    """Empty for a fresh report."""
    action: str
    """The next action's title; empty when there is nothing to do."""
    action_number: int | None
    areas: tuple[AreaMark, ...]
    short_code: str


@dataclass(frozen=True, slots=True)
class OperatorLine:
    """An operator in the list."""

    operator: Operator
    unseen_alarms: int
    report: ReportLine | None


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow the list."""

    title: str
    mark: Mark | None
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class AlarmView:
    """An alarm in words."""

    id: int
    title: str
    about: str
    """What it may mean and what to do."""
    detail: str
    last_at: datetime
    count: int
    operator_id: int | None
    report_id: str | None
    seen_at: datetime | None
    seen_by: str | None


@dataclass(frozen=True, slots=True)
class DeviceView:
    """An operator's computer in words."""

    id: str
    status: str
    fingerprint: str
    """What the operator reads on the screen; empty unless it still has to be compared."""
    revocable: bool
    platform: str
    agent_version: str
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is shown."""

    number: int
    total: int
    path: str
    query: tuple[tuple[str, str], ...]
    """Kept in every link."""

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE_ROWS))

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.number - 1) * PAGE_ROWS

    @property
    def first(self) -> int:
        """The place of the page's first row."""
        return min(self.offset + 1, self.total)

    @property
    def until(self) -> int:
        """The place of the page's last row."""
        return min(self.offset + PAGE_ROWS, self.total)

    def href(self, number: int) -> str:
        """The address of another page of the list."""
        return link(self.path, *self.query, ("page", str(number) if number > 1 else ""))


def page(number: str, total: int, path: str, *query: tuple[str, str]) -> Page:
    """The page that was asked for, or the nearest that there is."""
    asked = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1
    return Page(min(max(asked, 1), max(1, -(-total // PAGE_ROWS))), total, path, query)


def link(path: str, *query: tuple[str, str]) -> str:
    """An address with those parameters that say anything."""
    said = [(name, value) for name, value in query if value]
    return f"{path}?{urlencode(said)}" if said else path


def operator_line(row: OperatorRow, language: Language, now: datetime) -> OperatorLine:
    """An operator with the latest report."""
    latest = report_line(row.latest, language, now) if row.latest else None
    return OperatorLine(row.operator, row.unseen_alarms, latest)


def report_line(report: StoredReport, language: Language, now: datetime) -> ReportLine:
    """A report as it was evaluated at receipt."""
    action = Finding(code=report.next_action) if report.next_action else None
    verdicts = {
        "room": report.room,
        "headset": report.headset,
        "network": report.network,
        "computer": report.computer,
    }
    return ReportLine(
        report_id=report.id,
        mark=marks.of_readiness(report.readiness, language),
        received_at=report.received_at,
        age=language.age(report.received_at, now),
        valid_until=report.valid_until,
        expired=report.valid_until <= now,
        not_fresh="" if report.freshness is Freshness.FRESH else language.gettext("not shown to be fresh"),
        action=language.words.finding_title(action) if action else "",
        action_number=language.words.finding_number(action) if action else None,
        areas=tuple(
            AreaMark(language.gettext(title), marks.of_stored(verdicts[area], language))
            for area, title in AREAS.items()
        ),
        short_code=report.short_code,
    )


def filters(
    counts: dict[State, int], chosen: State | None, language: Language, path: str, *query: tuple[str, str]
) -> tuple[Filter, ...]:
    """Everyone, then each state with how many are in it."""
    everyone = Filter(language.gettext("Everyone"), None, sum(counts.values()), link(path, *query), chosen is None)
    return (
        everyone,
        *(
            Filter(
                title=language.gettext(title),
                mark=None if state in (State.EXPIRED, State.NONE) else marks.of_readiness(state, language),
                count=counts[state],
                href=link(path, *query, ("state", state.value)),
                chosen=chosen is state,
            )
            for state, title in _STATES.items()
        ),
    )


def alarm_view(alarm: Alarm, language: Language) -> AlarmView:
    """An alarm in words."""
    title, about = _ALARMS[alarm.kind]
    return AlarmView(
        id=alarm.id,
        title=language.gettext(title),
        about=language.gettext(about),
        detail=alarm.detail,
        last_at=alarm.last_at,
        count=alarm.count,
        operator_id=alarm.operator_id,
        report_id=alarm.report_id,
        seen_at=alarm.seen_at,
        seen_by=alarm.seen_by,
    )


def freshness(kind: Freshness, language: Language) -> str:
    """Whether the run is shown to have happened when it says, in a sentence."""
    return language.gettext(_FRESHNESS[kind])


def device_view(device: Device, language: Language) -> DeviceView:
    """An operator's computer in words."""
    pending = device.status is DeviceStatus.PENDING
    return DeviceView(
        id=device.id,
        status=language.gettext(_DEVICES[device.status]),
        fingerprint=short_code(device.id) if pending else "",
        revocable=device.status is not DeviceStatus.REVOKED,
        platform=SYSTEMS.get(device.platform, device.platform),
        agent_version=device.agent_version,
        enrolled_at=device.enrolled_at,
    )
