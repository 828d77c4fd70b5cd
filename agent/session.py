"""One person's way from opening the program to a receipt: what the app and the command line both drive."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from agent.errors import AgentError
from checks.interface import Devices
from protocol.messages import Receipt
from report.document import Report
from report.evaluate import Evaluation
from report.policy import Policy
from report.vocabulary import Readiness

if TYPE_CHECKING:
    from agent.runner import Runner


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


class EntryState(StrEnum):
    """Where one run of the history is."""

    DRAFT = "draft"
    """Never sent; only on this computer."""
    WAITING = "waiting"
    """Sealed, in the outbox, not yet acknowledged."""
    DELIVERED = "delivered"
    """The employer's receipt is here and verified."""
    REFUSED = "refused"
    """The employer answered no; trying again can't heal it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One run of the history."""

    id: str
    """The report's id, or the draft's."""
    when: str
    """End of the run, UTC, RFC 3339."""
    readiness: Readiness
    state: EntryState
    short_code: str
    """Empty for a draft."""
    valid_until: str | None
    """UTC; only when delivered."""
    problem: str
    """Why it waits or was refused, in words; else empty."""


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


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of sending."""

    entry: Entry
    receipt: Receipt | None
    """Verified; ``None`` while it waits or when it was refused."""
    error: AgentError | None
    """Why there is no receipt, with the next step."""


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

    def refresh(self) -> None:
        """Fetches the employer's policy and retries what waits in the outbox. Blocks up to 5 s, never raises for an
        unreachable employer."""
        raise NotImplementedError

    def enrol(self, link: str) -> Membership:
        """Enrols this computer by an invitation link. Blocks. Raises :class:`AgentError`."""
        raise NotImplementedError

    def begin(self, *, for_employer: bool, only: Collection[str] | None = None, quick: bool = False) -> Runner:
        """A new run, not yet started. The challenge is fetched by the runner's thread, in the preflight's time."""
        raise NotImplementedError

    def again(self, checks: Collection[str]) -> Runner:
        """A re-run of these checks' steps within the present run; the verdict is taken anew afterwards."""
        raise NotImplementedError

    def evaluation(self) -> Evaluation:
        """The present run's outcomes under the policy."""
        raise NotImplementedError

    def details(self) -> tuple[Detail, ...]:
        """What may be left out of the present run's report."""
        raise NotImplementedError

    def preview(self, left_out: Collection[str] = (), comment: str = "") -> Preview:
        """The report of the present run, as it will be sent."""
        raise NotImplementedError

    def send(self, preview: Preview) -> Delivery:
        """Seals and sends. Blocks up to 15 s. The report is safe in the outbox before the network is touched."""
        raise NotImplementedError

    def keep_draft(self) -> None:
        """Keeps the present run, unsent, as a draft on this computer. Leaves no trace in ``seq``."""
        raise NotImplementedError

    def history(self) -> tuple[Entry, ...]:
        """All runs known here, newest first."""
        raise NotImplementedError

    def report_of(self, entry_id: str) -> tuple[Report, Receipt | None]:
        """A past run's document, and its receipt if there is one. Raises :class:`AgentError` for an unknown id."""
        raise NotImplementedError

    def ticket_text(self, entry_id: str) -> str:
        """"Copy for support": a ticket with category, severity, short code, findings and numbers."""
        raise NotImplementedError
