"""Writes a report's evidence to files: envelope, receipt, and a page to print."""

from __future__ import annotations

import argparse
from pathlib import Path

from agent.errors import AgentError, Exit, StateFolderError
from agent.language import _

HELP = "write a report's envelope and receipt to files, with a page to print"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("id", nargs="?", metavar="ID", help="a report's id or short code (default: the newest)")
    parser.add_argument("--to", type=Path, default=Path(), metavar="FOLDER", help="where to write (default: here)")


def run(args: argparse.Namespace) -> Exit:
    """Runs the command: prints the path of each file."""
    from agent.cli.show import newest
    from agent.entries import receipt_of
    from agent.home import write_whole
    from agent.receipt_page import page
    from agent.session import Session

    with Session.open("plain", look_only=True) as session:
        kept = session.kept(args.id) if args.id else session.kept(newest(session.history()))
        document, receipt = session.report_of(kept.id)
        member = session.membership
    files: dict[str, bytes] = {"report.json": kept.document}
    if kept.envelope is not None:
        files["report.jws"] = kept.envelope
    if kept.receipt is not None and receipt_of(kept) is not None:
        files["receipt.jws"] = kept.receipt
    if receipt is not None:
        same = member is not None and member.api_url == kept.api_url
        files["receipt.html"] = page(kept, document, receipt, member if same else None).encode()
    try:
        args.to.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            path = args.to / f"readiness-{kept.id}.{name}"
            write_whole(path, data)
            print(path)
    except (OSError, StateFolderError) as error:
        raise AgentError(
            _("The files can't be written to {folder}.").format(folder=args.to),
            _("Free some space or name another folder with --to."),
        ) from error
    return Exit.READY
