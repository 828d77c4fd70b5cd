"""``verify``: whether exported envelopes and receipts are what they say. Needs no network."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from employer import keys
from employer.cli import common
from employer.errors import EmployerError
from employer.settings import Settings
from employer.store import queries
from employer.store.store import Store
from protocol import envelope
from protocol.envelope import EnvelopeError, Header
from protocol.keys import PublicKey
from protocol.messages import EnvelopeType, Receipt
from report import document

HELP = "verify a report's envelope, a receipt, or both together, offline"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="an envelope or a receipt, as exported")
    common.add_data(parser)


def run(args: argparse.Namespace) -> int:
    """Runs the command: what each file is, by whom and when; the first that doesn't hold ends it."""
    folder: Path = args.data
    own_key = keys.load(folder).signing.public.thumbprint
    files = {file: common.read_file(file).strip() for file in args.files}
    settings = Settings(data=folder, public_url="", database=args.database)
    with common.open_store(settings.database_url) as store:
        for file, data in files.items():
            print(_verified(store, own_key, file, data, set(map(envelope.digest, files.values()))))
    return 0


def _verified(store: Store, own_key: str, file: Path, data: bytes, digests: set[str]) -> str:
    try:
        header, _ = envelope.peek(data)
        if header.typ == EnvelopeType.RECEIPT:
            return f"{file}: {_receipt(own_key, data, digests)}"
        return f"{file}: {_report(store, data)}"
    except (EnvelopeError, document.ReportError, msgspec.MsgspecError) as error:
        raise EmployerError(
            f"{file} does not hold: {error}.", "Ask for the file again, exactly as it was exported."
        ) from error


def _report(store: Store, data: bytes) -> str:
    def key_for(header: Header) -> PublicKey:
        with store.reading() as connection:
            device = queries.device(connection, header.kid)
        if device is None:
            raise EnvelopeError("unknown_key", f"{header.kid} is not a computer that was enrolled here")
        return PublicKey(device.public_key)

    opened = envelope.open_envelope(data, key_for, EnvelopeType.REPORT)
    report = document.decode(opened.payload)
    return (
        f"report {report.report_id}, signed by the computer {report.device}; "
        f"ended {report.ended_at} by its own clock; SHA-256 {envelope.digest(data)}"
    )


def _receipt(own_key: str, data: bytes, digests: set[str]) -> str:
    opened = envelope.open_envelope(data, envelope.shown_key(own_key), EnvelopeType.RECEIPT)
    receipt = msgspec.json.decode(opened.payload, type=Receipt)
    beside = " (it is among these files)" if receipt.envelope_digest in digests else ""
    return (
        f"receipt of this employer for report {receipt.report_id}, received {receipt.received_at}: "
        f"{receipt.evaluation.readiness}, valid until {receipt.valid_until}, policy {receipt.policy_version}; "
        f"envelope SHA-256 {receipt.envelope_digest}{beside}"
    )
