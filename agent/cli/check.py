"""Runs the check without the app: line by line, as a report on stdout, or as events for another program."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from agent.errors import AgentError, Exit
from agent.language import _
from agent.telling import tell, tell_bytes
from agent.text import plain
from agent.times import local
from checks.registry import check_ids
from report.vocabulary import Readiness

if TYPE_CHECKING:
    from agent.events import EventFile
    from agent.runner import Event, Runner
    from agent.session import Delivery, Preview, Session

HELP = "run the check and send the report"

EXITS = {
    Readiness.READY: Exit.READY,
    Readiness.READY_WITH_WARNINGS: Exit.READY,
    Readiness.NOT_READY: Exit.NOT_READY,
    Readiness.INCOMPLETE: Exit.INCOMPLETE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--only", nargs="+", metavar="ID", help="only these checks: " + ", ".join(check_ids()))
    parser.add_argument("--quick", action="store_true", help="a shorter run, with wider intervals")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--plain", action="store_true", help="tell the run line by line (the default without a terminal)")
    how.add_argument("--json", action="store_true", help="print the report to stdout, and nothing else")
    parser.add_argument("--events", type=Path, metavar="PATH", help="write events to this file or pipe as JSON Lines")
    parser.add_argument("--no-send", action="store_true", help="keep the run on this computer")


def run(args: argparse.Namespace) -> Exit:
    """Runs the command."""
    unknown = set(args.only or ()) - set(check_ids())
    if unknown:
        raise AgentError(
            _("There is no check called {name}.").format(name=", ".join(sorted(unknown))),
            _("The checks are: {names}.").format(names=", ".join(check_ids())),
        )
    from agent.session import Session

    with Session.open("json" if args.json else "plain") as session:
        return check(session, args)


def check(session: Session, args: argparse.Namespace) -> Exit:
    """One run in an open session: told, shown, and sent unless it stays here."""
    from checks.audio.reading import TEXTS

    for notice in session.notices:
        tell(notice, sys.stderr)
    session.refresh()
    send = session.membership is not None and not args.no_send
    runner = session.begin(for_employer=send, only=args.only, quick=args.quick)
    out = sys.stderr if args.json else sys.stdout
    with ExitStack() as stack:
        if args.events:
            stack.callback(_events(runner, args.events).close)
        if args.json:
            runner.on_event(lambda event: _answer_as_nobody_would(runner, event))
        else:
            from agent.plain import PlainRun

            PlainRun(runner, out, sys.stdin, TEXTS[session.language])
        finished = _run(runner)
    if not finished:
        kept = session.keep_draft()
        stopped = _("Stopped. Nothing was sent; what was measured is kept on this computer.")
        tell(stopped if kept else _("Stopped. Nothing was measured, and nothing was sent."), sys.stderr)
        return Exit.INTERRUPTED
    evaluation = session.evaluation()
    preview = session.preview()
    if args.json:
        tell_bytes(preview.payload + b"\n")
    else:
        from agent.plain import result
        from agent.system import os_family

        tell("\n" + result(evaluation, os_family()))
    session.keep_draft()
    verdict = EXITS[evaluation.readiness]
    return _send(session, preview, verdict, out) if send else verdict


def _send(session: Session, preview: Preview, verdict: Exit, out: TextIO) -> Exit:
    try:
        delivery = session.send(preview)
    except KeyboardInterrupt:
        tell(_("Stopped while sending. Nothing is lost: readiness history says whether it waits."), sys.stderr)
        return Exit.INTERRUPTED
    tell("\n" + told(delivery), out)
    return verdict if delivery.receipt else Exit.NOT_DELIVERED


def told(delivery: Delivery) -> str:
    """What came of sending, in words."""
    entry = delivery.entry
    lines = [_("Short code for the phone: {code}").format(code=entry.short_code)]
    if delivery.receipt:
        lines.insert(0, _("Sent. The employer's receipt is verified and kept here."))
        lines.append(_("Valid until {time}").format(time=local(entry.valid_until or "")))
    elif delivery.error:
        lines.insert(0, plain(str(delivery.error)))
    return "\n".join(lines)


def _events(runner: Runner, path: Path) -> EventFile:
    from agent import events

    try:
        return events.EventFile(runner, path)
    except OSError as error:
        raise AgentError(
            _("Can't write events to {path}: {why}.").format(path=path, why=error.strerror),
            _("Name another file with --events."),
        ) from error


def _answer_as_nobody_would(runner: Runner, event: Event) -> None:
    from agent.runner import Prompted

    if isinstance(event, Prompted):
        runner.answer(event.id, event.prompt.default)


def _run(runner: Runner) -> bool:
    """Runs to the end; ``False`` when it was stopped by Ctrl-C or a termination signal."""
    previous = {s: signal.signal(s, lambda *_: runner.cancel()) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        runner.start()
        while not runner.join(0.1):
            pass
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return not runner.snapshot().cancelled
