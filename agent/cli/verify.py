"""Verifies envelopes and receipts without a network: by whose key, when, and for which report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import AgentError, Exit
from agent.language import _

if TYPE_CHECKING:
    from agent.verification import VerifiedReceipt, VerifiedReport

HELP = "verify a report's envelope and its receipt, offline"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", nargs="+", type=Path, metavar="FILE", help="report.jws, receipt.jws, or both together")
    parser.add_argument(
        "--employer-key", metavar="THUMBPRINT", help="the key that receipts must carry (default: your employer's)"
    )


def run(args: argparse.Namespace) -> Exit:
    """Runs the command. Exit code 1: not everything verifies."""
    from agent.session import Session
    from agent.verification import NotVerified, VerifiedReport, verify

    with Session.open("plain", look_only=True) as session:
        employer_key = args.employer_key or session.employer_key
        own_key = session.membership.device if session.membership else ""
    reports: list[VerifiedReport] = []
    receipts: list[VerifiedReceipt] = []
    good = True
    for path in args.file:
        try:
            verified = verify(_read(path))
        except NotVerified as error:
            print(_("{file}: does not verify: {why}").format(file=path, why=error))
            good = False
            continue
        if isinstance(verified, VerifiedReport):
            reports.append(verified)
            lines = _of_report(verified, own_key)
        else:
            receipts.append(verified)
            lines = _of_receipt(verified, employer_key)
            good = good and verified.key == employer_key
        print("\n  ".join((f"{path}:", *lines)))
    if reports and receipts:
        together = all(any(receipt.is_for(report) for receipt in receipts) for report in reports)
        print(
            _("The receipt is for exactly this report.")
            if together
            else _("The receipt is for another report than this.")
        )
        good = good and together
    if not good:
        print(_("Not everything verifies. Don't rely on it; ask support."), file=sys.stderr)
    return Exit.READY if good else Exit.NOT_READY


def _of_report(verified: VerifiedReport, own_key: str) -> Iterator[str]:
    from agent.verdict import READINESS
    from protocol.short_code import short_code

    report = verified.report
    yield _("a report, {code}, signed with the key {key}").format(code=short_code(report.report_id), key=verified.key)
    yield _("This is this computer's key.") if verified.key == own_key else _("This is another computer's key.")
    yield _("sealed at {time}, by the clock of that computer").format(time=report.sealed_at)
    yield _("It says: {readiness}").format(readiness=_(READINESS[report.shown.readiness]))


def _of_receipt(verified: VerifiedReceipt, employer_key: str) -> Iterator[str]:
    from agent.text import plain
    from agent.verdict import READINESS
    from report.vocabulary import Readiness

    receipt = verified.receipt
    yield _("a receipt for {code}, signed with the key {key}").format(
        code=plain(receipt.short_code, False), key=verified.key
    )
    if not employer_key:
        yield _("Whose key that is isn't known here: compare it with your employer's, and give it with --employer-key.")
    elif verified.key == employer_key:
        yield _("This is your employer's key, as in your invitation.")
    else:
        yield _("This is NOT your employer's key, which is {key}.").format(key=employer_key)
    yield _("received at {time}").format(time=receipt.received_at)
    yield _("It says: {readiness}, valid until {time}").format(
        readiness=_(READINESS[Readiness(receipt.evaluation.readiness)]), time=receipt.valid_until
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            return opened.read(1024 * 1024)
    except OSError as error:
        raise AgentError(
            _("The file {path} can't be read: {why}.").format(path=path, why=error.strerror),
            _("Check its name, then try again."),
        ) from error
