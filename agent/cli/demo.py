"""The whole way on this computer: an embedded employer, an invitation, a run, a receipt."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from agent.deadline import Late, within
from agent.errors import AgentError, Exit
from agent.language import _
from checks.child import Child, command

HELP = "try the whole way on this computer, with an employer of its own"

OPERATOR, REFERENCE, SUPPORT = "Demo Operator", "DEMO-1", "support"
ANSWER_S = 60


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--folder", type=Path, help="where the demo keeps both sides (default: with the user's data)")
    parser.add_argument("--quick", action="store_true", help="a shorter run, with wider intervals")


def run(args: argparse.Namespace) -> Exit:
    """Runs the command: 0 when the report was delivered with a valid receipt."""
    folder = (args.folder or _default_folder()).resolve()
    employer = folder / "employer"
    try:
        employer.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise AgentError(
            _("The demo's folder {folder} can't be made: {why}.").format(folder=folder, why=error.strerror),
            _("Name another one with --folder."),
        ) from error
    os.environ["READINESS_HOME"] = str(folder / "operator")
    serve = ["serve", "--data", str(employer), "--host", "127.0.0.1", "--port", "0", "--until-stdin-closes", "--json"]
    with Child("employer", serve) as server:
        address = _address(server)
        _publish_policy(employer)
        password = _desk_password(folder, employer)
        print(_("The employer of this demo answers at {address}").format(address=address), file=sys.stderr)
        desk = _("Its desk: {address}/desk (name: {name}, password: {password})")
        print(desk.format(address=address, name=SUPPORT, password=password), file=sys.stderr)
        return _operator(employer, address, args.quick)


def _operator(employer: Path, address: str, quick: bool) -> Exit:
    from agent.session import Session

    with_terminal = all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    with Session.open("app" if with_terminal else "plain") as session:
        if session.membership is None or session.membership.api_url != address:
            session.enrol(_employer("invite", "--data", employer, "--operator", OPERATOR, "--ref", REFERENCE))
        if with_terminal:
            from agent import ui

            return ui.start(session)
        from agent.cli import check

        told = argparse.Namespace(only=None, quick=quick, json=False, events=None, no_send=False)
        code = check.check(session, told)
        print(_("Both sides of this demo are kept in {folder}").format(folder=employer.parent))
        return code if code in (Exit.NOT_DELIVERED, Exit.INTERRUPTED) else Exit.READY


def _default_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("workstation-readiness", appauthor=False)) / "demo"


def _address(server: Child) -> str:
    """The address from the employer's first line. Raises :class:`AgentError` when it doesn't start."""
    try:
        return str(json.loads(within(ANSWER_S, server.stdout.readline))["address"])
    except (Late, ValueError, KeyError, TypeError):
        server.stop()
        raise _not_started(server.stderr_tail()) from None


def _not_started(said: str) -> AgentError:
    if "No module named" in said:
        return AgentError(
            _("The employer's part is not installed."),
            _("Install it with: pip install 'workstation-readiness[employer]'"),
        )
    last = said.splitlines()[-1] if said else _("it said nothing")
    return AgentError(
        _("The demo's employer did not start: {why}.").format(why=last), _("Remove the demo folder and try again.")
    )


def _publish_policy(employer: Path) -> None:
    """Another text is another version: what operators were once shown is never replaced."""
    toml = resources.files("agent").joinpath("demo_policy.toml").read_text("utf-8")
    mark = hashlib.sha256(toml.encode()).hexdigest()[:8]
    policy = employer / "demo_policy.toml"
    policy.write_text(toml.replace('version = "demo"', f'version = "demo-{mark}"'), "utf-8")
    _employer("policy", "publish", policy, "--data", employer)


def _desk_password(folder: Path, employer: Path) -> str:
    """The desk's password, made at the first start and kept beside the demo."""
    kept = folder / "desk-password"
    if not kept.exists():
        password = secrets.token_urlsafe(9)
        _employer("users", "add", SUPPORT, "--data", employer, "--password-stdin", said=password)
        kept.touch(mode=0o600)
        kept.write_text(password, "utf-8")
    return kept.read_text("utf-8")


def _employer(*arguments: str | Path, said: str = "") -> str:
    """Runs one of the employer's commands and returns its output. Raises :class:`AgentError` when it fails."""
    try:
        done = subprocess.run(
            _command(arguments), input=said, capture_output=True, encoding="utf-8", timeout=ANSWER_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise _not_started("") from None
    if done.returncode:
        raise _not_started(done.stderr.strip())
    return done.stdout.strip()


def _command(arguments: Sequence[str | Path]) -> list[str]:
    return command("employer", [str(argument) for argument in arguments])
