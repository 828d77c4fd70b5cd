"""Runs the idle line's step as a program and prints what its checks say: a thread can't enter a namespace whole.

``python -m tests.checks.line.look SECONDS < line.json``; ``/proc`` and the names' servers are those of the namespace.
"""

from __future__ import annotations

import sys

import msgspec

from checks.interface import Captures, Check, Context, Line, NotMeasured
from checks.network import jitter, voice_quality
from checks.steps.idle_line import STEP
from report import policy
from report.vocabulary import Outcome
from tests.checks.probe import TestProbe


def said(check: Check, captures: Captures, context: Context) -> Outcome:
    """The outcome, made of the reason where there is none."""
    try:
        return check.assess(captures, context)
    except NotMeasured as reason:
        return Outcome(check=check.id, version=check.version, status=reason.status, because=reason.because)


def main() -> None:
    """Looks for so many seconds."""
    line = msgspec.json.decode(sys.stdin.buffer.read(), type=Line)
    context = Context(policy=policy.default(), line=line)
    try:
        captures = Captures({STEP.id: STEP.run(TestProbe(), context, float(sys.argv[1]))})
    except NotMeasured as reason:
        captures = Captures(missing={STEP.id: reason})
    outcomes = [said(check, captures, context) for check in (jitter.CHECK, voice_quality.CHECK)]
    sys.stdout.buffer.write(msgspec.json.encode(outcomes))


if __name__ == "__main__":
    main()
