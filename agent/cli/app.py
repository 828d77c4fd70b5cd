"""Opens the app: what ``readiness`` does without a command."""

from __future__ import annotations

import argparse
import sys

from agent.errors import AgentError, Exit
from agent.language import _


def run(args: argparse.Namespace) -> Exit:
    """Opens the app on the terminal. Raises :class:`AgentError` where there is none."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise AgentError(_("The app needs a terminal window."), _("Without one, run: readiness check --plain"))
    from agent import ui

    return ui.start()
