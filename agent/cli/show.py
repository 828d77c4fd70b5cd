"""Shows one earlier check: in words, as a ticket's text, or the exact document."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.errors import AgentError, Exit
from agent.language import _
from agent.times import local

if TYPE_CHECKING:
    from agent.entries import Entry

HELP = "show one earlier check"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("id", nargs="?", metavar="ID", help="a report's id or short code (default: the newest)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print the exact document that was signed")
    how.add_argument("--ticket", action="store_true", help="print the text for a service-desk ticket")


def run(args: argparse.Namespace) -> Exit:
    """Runs the command."""
    from agent.session import Session

    with Session.open("plain", look_only=True) as session:
        kept = session.kept(args.id) if args.id else session.kept(newest(session.history()))
        if args.json:
            sys.stdout.buffer.write(kept.document + b"\n")
            return Exit.READY
        if args.ticket:
            print(session.ticket_text(kept.id), end="")
            return Exit.READY
        from agent.cli.history import line
        from agent.entries import entry
        from agent.plain import result
        from agent.system import os_family
        from report.evaluate import evaluate

        document, receipt = session.report_of(kept.id)
        shown = entry(kept)
        if shown is not None:
            print(line(shown) + "\n")
        print(result(evaluate(document.outcomes, session.policy), os_family()))
        if document.policy.version != session.policy.version:
            rules = _("Judged here by the rules of today, {now}; the report was made under {then}.")
            print("\n" + rules.format(now=session.policy.version, then=document.policy.version))
        if receipt is not None:
            received = _("Received by the employer at {time}, under policy {version}; the receipt is verified.")
            print("\n" + received.format(time=local(receipt.received_at), version=receipt.policy_version))
    return Exit.READY


def newest(history: Sequence[Entry]) -> str:
    """The id of the newest entry. Raises :class:`AgentError` when there is none."""
    if not history:
        raise AgentError(_("There is no check here yet."), _("Run one: readiness check"))
    return history[0].id
