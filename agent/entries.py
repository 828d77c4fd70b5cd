"""The history's entries, and what came of sending, in the form that the app and the command line show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from agent.errors import AgentError
from agent.outbox import Kept, State
from agent.upload import verified
from protocol.messages import Receipt
from protocol.receipt import ReceiptError
from protocol.short_code import short_code
from report.vocabulary import Readiness


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
    """The employer's own evaluation where there is a receipt, else what was shown here."""
    state: EntryState
    short_code: str
    """Empty for a draft."""
    valid_until: str | None
    """UTC; only when delivered."""
    problem: str
    """Why it waits or was refused, in words; else empty."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of sending."""

    entry: Entry
    receipt: Receipt | None
    """Verified; ``None`` while it waits or when it was refused."""
    error: AgentError | None
    """Why there is no receipt, with the next step."""


class _Shown(msgspec.Struct):
    readiness: Readiness


class _Document(msgspec.Struct):
    """As much of a report as a line of the history needs."""

    shown: _Shown


_document = msgspec.json.Decoder(_Document)


def entry(kept: Kept) -> Entry | None:
    """The entry of a kept report; ``None`` for a document that can't be read at all."""
    try:
        shown = _document.decode(kept.document).shown.readiness
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    receipt = receipt_of(kept)
    return Entry(
        id=kept.id,
        when=kept.ended_at,
        readiness=Readiness(receipt.evaluation.readiness) if receipt else shown,
        state=EntryState(kept.state),
        short_code="" if kept.state is State.DRAFT else short_code(kept.id),
        valid_until=receipt.valid_until if receipt else None,
        problem=kept.problem,
    )


def receipt_of(kept: Kept) -> Receipt | None:
    """The receipt that is kept with a report, verified anew; ``None`` when there is none that verifies."""
    if kept.receipt is None:
        return None
    try:
        return verified(kept, kept.receipt)
    except ReceiptError:
        return None
