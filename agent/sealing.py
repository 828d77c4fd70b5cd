"""Makes the report document of a run: exactly the bytes that the person sees and that are signed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from agent.errors import AgentError
from agent.language import _
from protocol import strict
from protocol.messages import MAX_REPORT_BYTES
from report.catalogue import CHECKS, finding
from report.document import (
    AgentInfo,
    Earlier,
    PolicyReference,
    Report,
    ReportError,
    Shown,
    decode,
    encode,
)
from report.private import without
from report.vocabulary import Outcome, Status, replace

MAX_PAYLOAD_BYTES = (MAX_REPORT_BYTES - 1024) * 3 // 4
"""What fits into an envelope beside its header and signature, after base64."""
MAX_COMMENT = 1000
MAX_EARLIER = 40

_outcome = msgspec.json.Decoder(Outcome)


@dataclass
class RunRecord:
    """What is known of the present run, as it comes."""

    report_id: str
    started_at: str
    ended_at: str = ""
    challenge: str | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    earlier: list[Earlier] = field(default_factory=list)
    _sent: tuple[Outcome, ...] = ()
    """Outcomes that stand in a report which was sent."""

    def take(self, outcome: Outcome, again: bool) -> None:
        """A check's outcome; in a re-run it replaces the one before, which is kept."""
        before = self.outcomes.get(outcome.check)
        if again and before is not None and before not in self._sent:
            self.earlier = [*self.earlier, Earlier(outcome=before, replaced_at=utc_now())][-MAX_EARLIER:]
        self.outcomes[outcome.check] = sound(outcome)

    def renew(self, report_id: str) -> None:
        """What comes from now on is another report: the one before was sent, with all that it had replaced."""
        self.report_id = report_id
        self.earlier = []
        self._sent = tuple(self.outcomes.values())

    def all_said(self) -> tuple[Outcome, ...]:
        """The outcomes that stand, and those that they replaced."""
        return (*self.in_order(), *(earlier.outcome for earlier in self.earlier))

    def in_order(self) -> tuple[Outcome, ...]:
        """The outcomes in the catalogue's order."""
        order = list(CHECKS)
        known = sorted((c for c in self.outcomes if c in CHECKS), key=order.index)
        return tuple(self.outcomes[c] for c in [*known, *sorted(set(self.outcomes) - set(known))])


@dataclass(frozen=True, slots=True)
class Seal:
    """What the sealing adds to a run: who signs, what came before, and for whom."""

    device: str
    seq: int
    prev: str | None
    audience: str
    policy: PolicyReference
    agent: AgentInfo
    shown: Shown
    left_out: tuple[str, ...]
    comment: str


def utc_now() -> str:
    """Now by this computer's clock, RFC 3339."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def build(run: RunRecord, seal: Seal) -> tuple[Report, bytes]:
    """The report and its bytes, small enough to be sent and certain to be read.

    What the person leaves out is left out of the replaced outcomes too.

    Evidence of replaced outcomes is left behind first where there is too much, then all evidence, then the replaced
    outcomes; what was measured stays. Raises :class:`AgentError` when even that is too large.
    """
    report = Report(
        schema="readiness-report/1",
        report_id=run.report_id,
        device=seal.device,
        seq=seal.seq,
        prev=seal.prev,
        audience=seal.audience,
        challenge=run.challenge,
        started_at=run.started_at,
        ended_at=run.ended_at or utc_now(),
        sealed_at=utc_now(),
        policy=seal.policy,
        agent=seal.agent,
        shown=seal.shown,
        outcomes=[without(outcome, seal.left_out) for outcome in run.in_order()],
        earlier=[
            msgspec.structs.replace(earlier, outcome=without(earlier.outcome, seal.left_out)) for earlier in run.earlier
        ],
        left_out=sorted(seal.left_out),
        comment=clean(seal.comment)[:MAX_COMMENT],
    )
    for smaller in (report, _bare_earlier(report), _bare(report), _without_earlier(report)):
        payload = encode(smaller)
        if len(payload) <= MAX_PAYLOAD_BYTES:
            strict.check(payload)
            return decode(payload), payload
    raise AgentError(
        _("This report is too large to be sent."), _("Measure again, and tell support if it happens twice.")
    )


def sound(outcome: Outcome) -> Outcome:
    """The same outcome if it can travel; an outcome that says that its check broke if it can't.

    Text is cleaned of control and direction characters: the names of devices and programs come from elsewhere.
    """
    try:
        raw = msgspec.json.decode(msgspec.json.encode(outcome))
        return _outcome.decode(msgspec.json.encode(_cleaned(raw)))
    except msgspec.MsgspecError as error:
        because = finding("run.check_broke", error=type(error).__name__)
        return Outcome(check=outcome.check, version=outcome.version, status=Status.ERROR, because=because)


def clean(text: str) -> str:
    """``text`` as a report may hold it: no control or direction characters; lines and tabs stay."""
    return strict.FORBIDDEN.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))


def read(payload: bytes) -> Report:
    """A document that was kept here. Raises :class:`AgentError` when it isn't one."""
    try:
        return decode(payload)
    except ReportError as error:
        raise AgentError(
            _("This report can't be read: {why}.").format(why=error),
            _("It was made by another version of this program; update it, or ask support."),
        ) from error


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    return value


def _bare_earlier(report: Report) -> Report:
    bare = [msgspec.structs.replace(e, outcome=replace(e.outcome, evidence=[])) for e in report.earlier]
    return msgspec.structs.replace(report, earlier=bare)


def _bare(report: Report) -> Report:
    bare = [replace(outcome, evidence=[]) for outcome in report.outcomes]
    return msgspec.structs.replace(_bare_earlier(report), outcomes=bare)


def _without_earlier(report: Report) -> Report:
    return msgspec.structs.replace(_bare(report), earlier=[])
