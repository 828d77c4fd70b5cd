"""``readiness-employer``: the employer's command."""

from __future__ import annotations

import argparse
import importlib
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
    args = parser().parse_args(argv)
    try:
        return int(_command(args.command).run(args))
    except EmployerError as error:
        print(f"readiness-employer: {error.sentence}\n  {error.next_step}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
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
