"""Lists the checks that this computer knows: drafts, waiting, delivered, refused."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from agent.errors import Exit
from agent.language import N_, _
from agent.text import plain
from agent.times import local

if TYPE_CHECKING:
    from agent.entries import Entry

HELP = "list earlier checks"

STATES = {"draft": N_("not sent"), "waiting": N_("waiting"), "delivered": N_("delivered"), "refused": N_("refused")}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--json", action="store_true", help="print one JSON array")


def run(args: argparse.Namespace) -> Exit:
    """Runs the command: newest first."""
    from agent.session import Session

    with Session.open("plain", look_only=True) as session:
        entries = session.history()
    if args.json:
        import msgspec

        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(entries), indent=1) + b"\n")
        return Exit.READY
    if not entries:
        print(_("There is no check here yet."), file=sys.stderr)
    for entry in entries:
        print(line(entry))
        if entry.problem:
            print(f"    {plain(entry.problem)}")
    return Exit.READY


def line(entry: Entry) -> str:
    """One entry on one line: when, verdict, state, code, id."""
    from agent.verdict import READINESS

    until = _("valid until {time}").format(time=local(entry.valid_until)) if entry.valid_until else ""
    parts = (
        local(entry.when),
        _(READINESS[entry.readiness]),
        _(STATES[entry.state]),
        entry.short_code,
        until,
        entry.id,
    )
    return " · ".join(part for part in parts if part)
