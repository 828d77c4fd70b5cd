"""Verifies a receipt: the employer's word that it has exactly these bytes, and how it judged them."""

from __future__ import annotations

import msgspec

from protocol.envelope import EnvelopeError, digest, open_envelope, shown_key
from protocol.messages import EnvelopeType, Receipt


class ReceiptError(ValueError):
    """A receipt that proves nothing about this report."""


_decoder = msgspec.json.Decoder(Receipt)


def open_receipt(receipt: bytes, *, employer_key: str, envelope: bytes, device: str, report_id: str) -> Receipt:
    """The receipt, if the key with thumbprint ``employer_key`` signed it over this very envelope.

    Raises :class:`ReceiptError` that says which of them is another's.
    """
    try:
        payload = open_envelope(receipt, shown_key(employer_key), EnvelopeType.RECEIPT).payload
        read = _decoder.decode(payload)
    except (EnvelopeError, msgspec.MsgspecError) as error:
        raise ReceiptError(str(error)) from None
    if read.envelope_digest != digest(envelope):
        raise ReceiptError("it is for other bytes than those that were sent")
    if read.report_id != report_id:
        raise ReceiptError(f"it is for report {read.report_id}")
    if read.device != device:
        raise ReceiptError("it is for another device")
    return read
