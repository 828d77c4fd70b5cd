"""``readiness``: the operator's command. Without arguments it opens the app."""

from __future__ import annotations

import argparse
import importlib
import runpy
import sys
from collections.abc import Sequence
from types import ModuleType

from agent import telling
from agent.errors import AgentError, Exit
from agent.version import VERSION

COMMANDS = ("check", "enrol", "send", "history", "show", "export", "verify", "devices", "demo")
"""Each is a module of ``agent.cli`` with ``HELP``, ``arguments(parser)`` and ``run(args)``."""

HELPER_FLAG = "--helper"
HELPERS = ("checks.", "employer")
"""What a frozen build may be asked to run as a helper of its own (:mod:`checks.child`)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code (:class:`agent.errors.Exit`)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == [HELPER_FLAG]:
        return _helper(arguments[1:])
    telling.be_readable()
    try:
        args = parser(_called(arguments)).parse_args(arguments)
        code = int(_command(args.command or "app").run(args))
        sys.stdout.flush()
        return code
    except AgentError as error:
        return _failed(error)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        telling.abandon(sys.stdout)
        return Exit.USAGE
    except OSError as error:
        telling.abandon(sys.stdout)
        return _failed(_unforeseen(error))


def _failed(error: AgentError) -> Exit:
    from agent.text import plain

    telling.tell(f"readiness: {plain(error.sentence)}\n  {plain(error.next_step)}", sys.stderr)
    return error.exit_code


def _unforeseen(error: OSError) -> AgentError:
    from agent.language import _

    return AgentError(
        _("The system says: {why}.").format(why=error.strerror or error),
        _("Look whether the disk is full, then try again. If it stays, send support this sentence."),
    )


def _called(arguments: Sequence[str]) -> Sequence[str]:
    """The commands that a command line can mean: all of them only where help may be asked for."""
    first = arguments[0] if arguments else "--version"
    return [name for name in COMMANDS if name == first] or ([] if first == "--version" else COMMANDS)


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """The command line with these commands: only what is called is imported."""
    top = argparse.ArgumentParser(
        prog="readiness",
        description="Shows whether this computer is ready for calls, and sends a signed report to your employer.",
    )
    top.add_argument("--version", action="version", version=f"readiness {VERSION}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands (without one, the app opens)")
    for name in names:
        module = _command(name)
        sub = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.arguments(sub)
    return top


def _command(name: str) -> ModuleType:
    return importlib.import_module(f"agent.cli.{name}")


def _helper(arguments: Sequence[str]) -> int:
    module = arguments[0] if arguments else ""
    if not module.startswith(HELPERS):
        return Exit.USAGE
    sys.argv = [module, *arguments[1:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return Exit.READY


if __name__ == "__main__":
    sys.exit(main())
