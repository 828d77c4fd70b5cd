"""One person's way from opening the program to a receipt: what the app and the command line both drive."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

import msgspec

from agent import language, preferences, ticket
from agent.client import Client
from agent.enrolment import Record, enrol, read_link, save
from agent.entries import Delivery, Entry, EntryState, entry, receipt_of
from agent.errors import AgentError, EmployerRefused, StateFolderError
from agent.home import Home, default_folder
from agent.language import _
from agent.outbox import Kept, State
from agent.postman import Postman
from agent.present_run import Member, PresentRun, ask_challenge
from agent.published import Published, built_in, fetch, kept
from agent.runner import Runner
from agent.sealing import Seal, build, read
from agent.standing import Standing, stand
from agent.system import os_family, os_version
from agent.version import VERSION
from checks.interface import Devices
from protocol.envelope import seal
from protocol.messages import EnvelopeType, Receipt
from protocol.messages import Path as Address
from protocol.short_code import read_code
from protocol.uuid7 import uuid7
from report.document import AgentInfo, Report, Shown
from report.evaluate import Evaluation, evaluate
from report.policy import Policy
from report.private import DETAILS, without
from report.vocabulary import Status
from report.words import translator

__all__ = ["Delivery", "Detail", "Entry", "EntryState", "Membership", "Preview", "Session"]

REFRESH_S = 5.0
ENOUGH_S = 1.0
"""With less time left nothing is retried: what is cut short would count as a failure."""
SEND_S = 15.0
SEND_WAITING_S = 60.0


@dataclass(frozen=True, slots=True)
class Membership:
    """The employer that this computer is enrolled with, and as whom."""

    employer: str
    operator: str
    api_url: str
    device: str
    """Thumbprint of this computer's key."""
    pending: bool
    """The employer still has to approve this computer."""
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Detail:
    """A part of the report that the person may leave out."""

    code: str
    title: str
    about: str
    sent: bool
    """Ticked when the page opens."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what will be sent: ``payload`` is signed as it stands."""

    report: Report
    payload: bytes


class Session:
    """The program's one object. Blocking calls are marked; call them from a worker thread.

    ``membership`` is ``None`` when not enrolled; ``policy`` is then the built-in default.
    """

    membership: Membership | None
    policy: Policy
    policy_from: Literal["built-in", "employer", "kept"]
    """``kept``: the employer's, as last seen; it didn't answer now."""
    devices: Devices
    language: str
    notices: tuple[str, ...]
    """What was damaged in the state folder and set aside, in words; for the person to see once."""

    def __init__(self, folder: Home, standing: Standing, mode: Literal["app", "plain", "json"]) -> None:
        self._home = folder
        self._mode = mode
        self._outbox = standing.outbox
        self._postman = Postman(standing.outbox)
        self._sealing = threading.Lock()
        self._key = standing.key
        self._run: PresentRun | None = None
        self.notices = tuple(standing.notices)
        self._take_record(standing.record)
        published = kept(folder, self._record.employer_key, self._record.api_url) if self._record else None
        self._take_policy(published or built_in(), "kept" if published else "built-in")

    @classmethod
    def open(
        cls, mode: Literal["app", "plain", "json"], folder: Path | None = None, *, look_only: bool = False
    ) -> Session:
        """Opens the state folder (``folder``, or this person's own) in the person's language.

        Only one program at a time may have it open; any number may look (``look_only``), which changes nothing.
        Raises :class:`agent.errors.StateFolderError`.
        """
        place = Home(folder or default_folder())
        chosen = preferences.load(place.folder)
        language.use(language.pick(chosen.language, os.environ, language.windows_ui()))
        if not look_only:
            place.make()
            place.lock()
        try:
            session = cls(place, stand(place, look_only), mode)
        except BaseException:
            place.unlock()
            raise
        session.devices = chosen.devices
        session.language = language.language()
        return session

    def close(self) -> None:
        """Closes the state folder."""
        self._outbox.close()
        self._home.unlock()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # The employer.

    def refresh(self) -> None:
        """Fetches the employer's policy and retries what waits in the outbox. Blocks up to 5 s, never raises for an
        unreachable employer."""
        record = self._record
        if record is None:
            return
        began = time.monotonic()
        try:
            with Client(record.api_url, record.ca_file, REFRESH_S) as client:
                published = fetch(client, record.employer_key)
                if record.status == "pending" and self._key is not None:
                    self._take_status(ask_challenge(client, self._key).status)
        except StateFolderError:
            raise
        except AgentError:
            self.policy_from = "kept" if self._published.envelope else "built-in"
            return
        published.keep(self._home)
        self._take_policy(published, "employer")
        left_s = REFRESH_S - (time.monotonic() - began)
        if left_s >= ENOUGH_S:
            self._postman.retry(record.ca_file, left_s, now=time.time())

    def enrol(self, link: str, ca_file: str | None = None) -> Membership:
        """Enrols this computer by an invitation link. Blocks. Raises :class:`AgentError`."""
        record, key, published = enrol(self._home, read_link(link), self._record, self._key, ca_file)
        self._key = key
        self._take_record(record)
        self._take_policy(published, "employer")
        assert self.membership is not None
        return self.membership

    # The run.

    @property
    def employer_key(self) -> str:
        """Thumbprint of the key that policies and receipts are verified against; empty when not enrolled."""
        return self._record.employer_key if self._record else ""

    def begin(self, *, for_employer: bool, only: Collection[str] | None = None, quick: bool = False) -> Runner:
        """A new run, not yet started. The challenge is fetched by the runner's thread, in the preflight's time.

        A run that is not ``for_employer`` uses the employer's line as well, since there is no other to measure; its
        report isn't tied to the challenge.
        """
        member = Member(self._record, self._key) if self._record and self._key else None
        self._run = PresentRun(member, self._published, self.devices, self.language, for_employer)
        return self._run.first(only, quick)

    def again(self, checks: Collection[str]) -> Runner:
        """A re-run of these checks' steps within the present run; the verdict is taken anew afterwards.

        After the run was sent, what comes of the re-run is another report, under the same challenge.
        """
        run = self._present()
        known = self._outbox.find(run.record.report_id)
        runner = run.again(checks)
        if known is not None and known.state is not State.DRAFT:
            run.record.renew(str(uuid7()))
        return runner

    def evaluation(self) -> Evaluation:
        """The present run's outcomes under the policy."""
        run = self._present()
        self._take_status(run.status)
        return evaluate(run.record.in_order(), run.published.policy)

    def details(self) -> tuple[Detail, ...]:
        """What may be left out of the present run's report."""
        words = translator("report", self.language)
        said = self._present().record.all_said()
        named = [d for d in DETAILS if any(without(outcome, {d.code}) != outcome for outcome in said)]
        return tuple(Detail(d.code, words(d.title), words(d.about), d.sent) for d in named)

    def preview(self, left_out: Collection[str] | None = None, comment: str = "") -> Preview:
        """The report of the present run, as it will be sent.

        ``left_out``: codes of details that stay here; ``None`` is what isn't ticked from the start.
        """
        run = self._present()
        names = {d.code for d in self.details() if not d.sent} if left_out is None else set(left_out)
        return Preview(*build(run.record, self._seal(run, names, comment)))

    def keep_draft(self) -> bool:
        """Keeps the present run, unsent, as a draft on this computer. Leaves no trace in ``seq``.

        ``False``: nothing was measured, so there is nothing to keep.
        """
        run = self._present()
        if all(o.status is not Status.MEASURED for o in run.record.outcomes.values()):
            return False
        preview = self.preview(left_out=())
        self._outbox.keep_draft(preview.report.report_id, preview.report.ended_at, preview.payload)
        return True

    # Delivery.

    def send(self, preview: Preview) -> Delivery:
        """Seals and sends. Blocks up to 15 s. The report is safe in the outbox before the network is touched."""
        record = self._enrolled()
        with self._sealing:
            known = self._outbox.find(preview.report.report_id)
            if known is None or known.state is State.DRAFT:
                known = self._put(preview, record)
        error = self._postman.send(known, record.ca_file, SEND_S) if known.state is State.WAITING else None
        return self._delivery(known.id, error)

    def send_waiting(self) -> tuple[Delivery, ...]:
        """Tries everything that waits, whatever its time. Blocks up to a minute."""
        waiting = self._outbox.waiting()
        errors = self._postman.retry(self._record.ca_file if self._record else None, SEND_WAITING_S, now=None)
        return tuple(self._delivery(report.id, errors.get(report.id)) for report in waiting)

    # What was before.

    def history(self) -> tuple[Entry, ...]:
        """All runs known here, newest first; the newest 200."""
        return tuple(e for report in self._outbox.newest() if (e := entry(report)) is not None)

    def report_of(self, entry_id: str) -> tuple[Report, Receipt | None]:
        """A past run's document, and its receipt if there is one. Raises :class:`AgentError` for an unknown id."""
        report = self.kept(entry_id)
        return read(report.document), receipt_of(report)

    def kept(self, entry_id: str) -> Kept:
        """A past run as it is kept, with its envelope's and receipt's exact bytes.

        ``entry_id`` is the id, or the short code. Raises :class:`AgentError` for an unknown one.
        """
        found = self._outbox.find(entry_id) or self._outbox.find_code(read_code(entry_id) or "")
        if found is None:
            raise AgentError(
                _("There is no report {id} on this computer.").format(id=entry_id),
                _("See what there is: readiness history"),
            )
        return found

    def ticket_text(self, entry_id: str) -> str:
        """ "Copy for support": a ticket with category, severity, short code, findings and numbers."""
        report = self.kept(entry_id)
        document, line = read(report.document), entry(report)
        assert line is not None
        operator = self.membership.operator if self.membership and report.state is not State.DRAFT else ""
        return ticket.text(line, document, evaluate(document.outcomes, self.policy), operator)

    # Within.

    def _take_record(self, record: Record | None) -> None:
        self._record = record
        self.membership = _membership(record) if record else None

    def _take_status(self, status: Literal["active", "pending"] | None) -> None:
        """Keeps the employer's word on whether this computer is let in."""
        record = self._record
        if record is not None and status is not None and status != record.status:
            changed = msgspec.structs.replace(
                record, status=status, fingerprint="" if status == "active" else record.fingerprint
            )
            save(self._home, changed)
            self._take_record(changed)

    def _take_policy(self, published: Published, origin: Literal["built-in", "employer", "kept"]) -> None:
        self._published = published
        self.policy = published.policy
        self.policy_from = origin

    def _present(self) -> PresentRun:
        if self._run is None:
            raise AgentError(_("There is no check to look at yet."), _("Run the check first."))
        return self._run

    def _enrolled(self) -> Record:
        if self._record is None:
            raise AgentError(
                _("This computer is not connected to an employer yet."),
                _("Open the invitation link from your employer first: readiness enrol LINK"),
            )
        return self._record

    def _seal(self, run: PresentRun, left_out: Collection[str], comment: str) -> Seal:
        assert self._key is not None
        device = self._key.public.thumbprint
        head = self._outbox.head(device)
        verdict = self.evaluation()
        action = verdict.next_action
        return Seal(
            device=device,
            seq=head.seq + 1,
            prev=head.digest,
            audience=self._record.api_url if self._record else "",
            policy=run.published.reference,
            agent=AgentInfo(
                version=VERSION,
                os=os_family(),
                os_version=os_version(),
                language=self.language,
                mode=self._mode,
                key_storage="file",
            ),
            shown=Shown(readiness=verdict.readiness, next_action=action.finding.code if action else ""),
            left_out=tuple(left_out),
            comment=comment,
        )

    def _put(self, preview: Preview, record: Record) -> Kept:
        """Signs the preview's bytes and puts them into the outbox."""
        report, key = preview.report, self._key
        assert key is not None
        head = self._outbox.head(record.device)
        if (report.device, report.seq, report.prev) != (record.device, head.seq + 1, head.digest):
            raise AgentError(
                _("Something was sent since this page was opened."),
                _("Look once more at what will be sent, then send it."),
            )
        url = record.api_url + Address.REPORTS
        envelope = seal(key, EnvelopeType.REPORT, preview.payload, url, show_key=True)
        sealed = Kept.sealed(report, preview.payload, envelope, record.api_url, record.employer_key)
        self._outbox.put(sealed)
        return sealed

    def _delivery(self, report_id: str, error: AgentError | None) -> Delivery:
        report = self.kept(report_id)
        line = entry(report)
        assert line is not None
        if error is None and report.state is State.REFUSED:
            error = EmployerRefused(report.problem, _("It stays on this computer; support can look at it."))
        return Delivery(line, receipt_of(report), error)


def _membership(record: Record) -> Membership:
    return Membership(
        employer=record.employer,
        operator=record.operator,
        api_url=record.api_url,
        device=record.device,
        pending=record.status == "pending",
        fingerprint=record.fingerprint,
    )
