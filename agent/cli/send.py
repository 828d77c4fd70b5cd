"""Sends the reports that wait in the outbox."""

from __future__ import annotations

import argparse
import sys

from agent.errors import Exit
from agent.language import _
from agent.text import plain

HELP = "send the reports that wait"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes: nothing."""


def run(args: argparse.Namespace) -> Exit:
    """Runs the command: one line on stdout for each report that waited."""
    from agent.cli.history import line
    from agent.session import Session

    with Session.open("plain") as session:
        for notice in session.notices:
            print(notice, file=sys.stderr)
        deliveries = session.send_waiting()
    if not deliveries:
        print(_("Nothing waits to be sent."), file=sys.stderr)
    for delivery in deliveries:
        print(line(delivery.entry))
        if delivery.error is not None:
            print(plain(str(delivery.error)), file=sys.stderr)
    delivered = all(delivery.receipt is not None for delivery in deliveries)
    return Exit.READY if delivered else Exit.NOT_DELIVERED
