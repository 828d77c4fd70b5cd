"""Offline, a file proves what its signature proves, and nothing else."""

from __future__ import annotations

import pytest

from agent.outbox import Kept
from agent.session import Session
from agent.verification import NotVerified, VerifiedReceipt, VerifiedReport, verify
from protocol.envelope import peek, seal
from protocol.keys import PrivateKey
from protocol.messages import EnvelopeType
from tests.agent.conftest import QuickCheck, measured


@pytest.fixture
def kept(session: Session, quick_check: QuickCheck) -> Kept:
    """A delivered report."""
    measured(session)
    return session.kept(session.send(session.preview()).entry.id)


def test_a_report_and_its_receipt_belong_together(kept: Kept, session: Session) -> None:
    assert kept.envelope is not None
    assert kept.receipt is not None
    report, receipt = verify(kept.envelope), verify(kept.receipt + b"\n")
    assert isinstance(report, VerifiedReport)
    assert isinstance(receipt, VerifiedReceipt)
    assert report.report.report_id == kept.id
    assert report.key == kept.device
    assert receipt.key == session.employer_key
    assert receipt.is_for(report)


def test_the_receipt_of_another_report_does_not_belong(kept: Kept, session: Session) -> None:
    measured(session)
    other = session.kept(session.send(session.preview()).entry.id)
    assert kept.envelope is not None
    assert other.receipt is not None
    report, receipt = verify(kept.envelope), verify(other.receipt)
    assert isinstance(report, VerifiedReport)
    assert isinstance(receipt, VerifiedReceipt)
    assert not receipt.is_for(report)


def test_a_stranger_can_not_speak_for_a_computer(kept: Kept) -> None:
    assert kept.envelope is not None
    header, payload = peek(kept.envelope)
    forged = seal(PrivateKey.generate(), EnvelopeType.REPORT, payload, header.url, show_key=True)
    with pytest.raises(NotVerified, match="signed it"):
        verify(forged)


@pytest.mark.parametrize(
    "change", [lambda e: e[:-6] + b"AAAAA" + e[-1:], lambda e: e.replace(b".", b",", 1), lambda e: b""]
)
def test_an_altered_file_does_not_verify(kept: Kept, change: object) -> None:
    with pytest.raises(NotVerified):
        verify(change(kept.envelope))  # type: ignore[operator]


def test_other_envelopes_are_named() -> None:
    key = PrivateKey.generate()
    with pytest.raises(NotVerified, match="neither a report nor a receipt"):
        verify(seal(key, EnvelopeType.POLICY, b"a = 1", "https://calls.example", show_key=True))
    with pytest.raises(NotVerified, match="only the employer"):
        verify(seal(key, EnvelopeType.REPORT, b"{}", "https://calls.example"))
