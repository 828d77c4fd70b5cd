"""``readiness-employer``: the employer's command."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from employer.errors import EmployerError
from employer.version import version

COMMANDS = ("serve", "invite", "policy", "verify", "users", "migrate")
"""Each is a module of ``employer.cli`` with ``HELP``, ``arguments(parser)`` and ``run(args) -> int``."""

FAILED = 1
"""What was asked could not be done; stderr says why, and what to do now."""
USAGE = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr does: a name that an old code page lacks
    args = parser().parse_args(argv)
    try:
        code = int(_command(args.command).run(args))
        sys.stdout.flush()
        return code
    except EmployerError as error:
        return _failed(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left in it can't be written either
        why = error.strerror or error
        return _failed(EmployerError(f"The system says: {why}.", "Look whether the disk is full, then try again."))


def _failed(error: EmployerError) -> int:
    print(f"readiness-employer: {error.sentence}\n  {error.next_step}", file=sys.stderr)
    return FAILED


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="readiness-employer",
        description="Receives, keeps and shows the readiness reports of operators' workstations.",
    )
    top.add_argument("--version", action="version", version=f"readiness-employer {version()}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = _command(name)
        sub = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.arguments(sub)
    return top


def _command(name: str) -> ModuleType:
    return importlib.import_module(f"employer.cli.{name}")


if __name__ == "__main__":
    sys.exit(main())
