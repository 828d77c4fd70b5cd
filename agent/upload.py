"""Delivers sealed reports: tries, waits, tries again, and believes only a receipt that verifies."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import msgspec

from agent.client import Client
from agent.errors import AgentError, BadReceipt, EmployerRefused, EmployerUnreachable
from agent.language import _
from agent.outbox import Kept, Outbox
from protocol import strict
from protocol.messages import Accepted, Path, Receipt
from protocol.receipt import ReceiptError, open_receipt

BACK_OFF_FIRST_S = 2.0
BACK_OFF_MOST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one try."""

    receipt: Receipt | None
    """Verified; ``None``: not delivered."""
    error: AgentError | None
    wait_s: float
    """Before the next try; 0 when there is none."""


def back_off_s(attempts: int, retry_after_s: float | None = None) -> float:
    """Seconds to wait after that many failures: full jitter over a doubling span, never less than the employer asks.

    The randomness spreads thousands of agents that failed at the same moment (Brooker, "Exponential Backoff And
    Jitter", 2015).
    """
    span = min(BACK_OFF_MOST_S, BACK_OFF_FIRST_S * 2.0 ** min(attempts, 20))
    return max(random.uniform(0.0, span), retry_after_s or 0.0)


def deliver(outbox: Outbox, report: Kept, client: Client) -> Tried:
    """Tries once, and writes down what came of it.

    A failure that time can heal leaves the report waiting; a refusal shelves it; only a receipt that verifies marks it
    delivered. Raises :class:`agent.errors.StateFolderError` when the outbox can't be written.
    """
    assert report.envelope is not None
    try:
        answer = client.post_envelope(Path.REPORTS, report.envelope)
        receipt, signed = _receipt(answer.body, report)
    except EmployerRefused as error:
        outbox.refused(report.id, _words(error))
        return Tried(None, error, 0.0)
    except AgentError as error:
        asked_s = error.retry_after_s if isinstance(error, EmployerUnreachable) else None
        wait_s = back_off_s(report.attempts, asked_s)
        outbox.failed(report.id, _words(error), time.time() + wait_s)
        return Tried(None, error, wait_s)
    outbox.delivered(report.id, signed)
    return Tried(receipt, None, 0.0)


def verified(report: Kept, signed: bytes) -> Receipt:
    """The receipt in ``signed``, if it is the employer's for exactly this report. Raises ``ReceiptError``."""
    assert report.envelope is not None
    assert report.employer_key is not None
    assert report.device is not None
    return open_receipt(
        signed,
        employer_key=report.employer_key,
        envelope=report.envelope,
        device=report.device,
        report_id=report.id,
    )


def _receipt(body: bytes, report: Kept) -> tuple[Receipt, bytes]:
    try:
        strict.check(body)
        signed = msgspec.json.decode(body, type=Accepted).receipt.encode()
        return verified(report, signed), signed
    except (strict.StrictError, msgspec.MsgspecError, ReceiptError) as error:
        raise BadReceipt(
            _("The employer's server answered, but its receipt does not prove that it has your report."),
            _("The report stays in the outbox and is sent again. If it stays so, send support this: {why}").format(
                why=error
            ),
        ) from error


def _words(error: AgentError) -> str:
    return f"{error.sentence} {error.next_step}"
