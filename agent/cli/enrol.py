"""Connects this computer to an employer by an invitation link."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agent.errors import Exit
from agent.language import _
from agent.text import plain

HELP = "connect this computer to your employer by an invitation link"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("link", metavar="LINK", help="the whole link in quotes; - reads it from standard input")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="the company's own certificate authority, in PEM form")


def run(args: argparse.Namespace) -> Exit:
    """Runs the command."""
    from agent.session import Session

    link = sys.stdin.read() if args.link == "-" else args.link
    with Session.open("plain") as session:
        for notice in session.notices:
            print(notice, file=sys.stderr)
        member = session.enrol(link, str(args.ca.resolve()) if args.ca else None)
    connected = _("Connected to {employer} as {operator}.")
    print(connected.format(employer=plain(member.employer, False), operator=plain(member.operator, False)))
    if member.pending:
        print(
            _("Support still has to let this computer in. Tell them this code: {code}").format(code=member.fingerprint)
        )
    print(_("Now run the check: readiness"), file=sys.stderr)
    return Exit.READY
