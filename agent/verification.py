"""What a file of evidence proves, without a network: an envelope's signature, a receipt's, and that they belong
together."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from protocol.envelope import EnvelopeError, Header, digest, open_envelope, peek
from protocol.keys import PublicKey
from protocol.messages import EnvelopeType, Receipt
from report.document import Report, ReportError, decode


class NotVerified(ValueError):
    """The file proves nothing; says why."""


@dataclass(frozen=True, slots=True)
class VerifiedReport:
    """A report whose signature holds under the key that it shows."""

    report: Report
    key: str
    """Thumbprint of the computer's key."""
    digest: str
    """Of the envelope's bytes."""


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """A receipt whose signature holds under the key that it shows. Whether that is the employer's is another thing."""

    receipt: Receipt
    key: str
    """Thumbprint of the key that signed."""

    def is_for(self, report: VerifiedReport) -> bool:
        """Whether it acknowledges exactly this envelope."""
        return (
            self.receipt.envelope_digest == report.digest
            and self.receipt.report_id == report.report.report_id
            and self.receipt.device == report.key
        )


def verify(data: bytes) -> VerifiedReport | VerifiedReceipt:
    """Verifies a file's envelope; white space around it is not part of it. Raises :class:`NotVerified`."""
    envelope = data.strip()
    try:
        typ = peek(envelope)[0].typ
        opened = open_envelope(envelope, _shown, typ)
        if typ == EnvelopeType.REPORT:
            report = decode(opened.payload)
            if report.device != opened.header.kid:
                raise NotVerified(f"it speaks for {report.device}, but {opened.header.kid} signed it")
            return VerifiedReport(report, opened.header.kid, digest(envelope))
        if typ == EnvelopeType.RECEIPT:
            return VerifiedReceipt(msgspec.json.decode(opened.payload, type=Receipt), opened.header.kid)
    except (EnvelopeError, ReportError, msgspec.MsgspecError) as error:
        raise NotVerified(str(error)) from error
    raise NotVerified(f"an envelope of type {typ}, neither a report nor a receipt")


def _shown(header: Header) -> PublicKey:
    if header.jwk is None:
        raise EnvelopeError("unknown_key", "it does not show its key, so only the employer can verify it")
    return header.jwk
