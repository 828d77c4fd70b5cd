"""A receipt counts only from the pinned key, over these bytes, for this report and device."""

from __future__ import annotations

import msgspec
import pytest

from protocol.envelope import digest, seal
from protocol.keys import PrivateKey
from protocol.messages import EnvelopeType, Receipt, ReceiptEvaluation
from protocol.receipt import ReceiptError, open_receipt

EMPLOYER, STRANGER, DEVICE = PrivateKey(b"e" * 32), PrivateKey(b"s" * 32), PrivateKey(b"d" * 32)
URL = "https://calls.example/api/v1/reports"
REPORT_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
ENVELOPE = seal(DEVICE, EnvelopeType.REPORT, b"{}", URL)
RECEIPT = Receipt(
    report_id=REPORT_ID,
    envelope_digest=digest(ENVELOPE),
    device=DEVICE.public.thumbprint,
    received_at="2026-01-02T03:04:05Z",
    policy_version="7",
    policy_digest="0" * 64,
    purpose_digest="1" * 64,
    evaluation=ReceiptEvaluation(readiness="ready"),
    valid_until="2026-01-03T03:04:05Z",
    short_code="K7QM-2XWD",
)


def signed(receipt: Receipt | bytes, key: PrivateKey = EMPLOYER, show_key: bool = True) -> bytes:
    payload = receipt if isinstance(receipt, bytes) else msgspec.json.encode(receipt)
    return seal(key, EnvelopeType.RECEIPT, payload, URL, show_key=show_key)


def opened(receipt: bytes) -> Receipt:
    return open_receipt(
        receipt,
        employer_key=EMPLOYER.public.thumbprint,
        envelope=ENVELOPE,
        device=DEVICE.public.thumbprint,
        report_id=REPORT_ID,
    )


def test_the_employers_receipt_is_read() -> None:
    assert opened(signed(RECEIPT)) == RECEIPT


def test_a_newer_employer_may_say_more() -> None:
    more = msgspec.json.encode({**msgspec.to_builtins(RECEIPT), "proof": {"leaf": 7}})
    assert opened(signed(more)) == RECEIPT


@pytest.mark.parametrize(
    ("receipt", "said"),
    [
        (signed(RECEIPT, STRANGER), "not by"),
        (signed(RECEIPT, show_key=False), "not by"),
        (signed(msgspec.structs.replace(RECEIPT, envelope_digest="2" * 64)), "other bytes"),
        (signed(msgspec.structs.replace(RECEIPT, report_id="x")), "report x"),
        (signed(msgspec.structs.replace(RECEIPT, device=STRANGER.public.thumbprint)), "another device"),
        (signed(msgspec.structs.replace(RECEIPT, received_at="yesterday")), "received_at"),
        (signed(b"{}"), "missing"),
        (signed(b"[1]"), "Expected"),
        (signed(RECEIPT)[:-4], "signature"),
        (seal(EMPLOYER, EnvelopeType.POLICY, msgspec.json.encode(RECEIPT), URL, show_key=True), "typ"),
        (b"<html>Sign in to Wi-Fi</html>", "compact JWS"),
        (b"", "compact JWS"),
    ],
)
def test_anything_else_proves_nothing(receipt: bytes, said: str) -> None:
    with pytest.raises(ReceiptError, match=said):
        opened(receipt)
