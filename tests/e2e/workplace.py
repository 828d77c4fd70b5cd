"""Both sides as their users have them: an employer that serves, and the operator's program as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pytest

from checks.child import command
from report.document import Report, decode
from report.evaluate import Evaluation, evaluate
from report.policy import Policy, parse

RUN_WITHIN_S = 100.0

Started = Callable[[], object]
"""What happens in the room when a step starts."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a command of the program ended."""

    code: int
    out: str
    err: str


class Employer:
    """A receiver with its reflector and desk, as ``readiness-employer serve`` starts it."""

    def __init__(self, folder: Path, policy: bytes, serve: Sequence[str] = (), prefix: Sequence[str] = ()) -> None:
        """``serve``: more options. ``prefix``: a command that runs the server elsewhere (``ip netns exec …``)."""
        self.data = folder / "employer"
        self.data.mkdir()
        self.policy: Policy = parse(policy)
        self._policy_toml = policy
        local = () if serve else ("--host", "127.0.0.1", "--port", "0")
        arguments = ["serve", "--data", str(self.data), *local, *serve, "--until-stdin-closes", "--json"]
        self._log = (folder / "employer.log").open("wb")
        self._server = subprocess.Popen(
            [*prefix, *command("employer", arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        assert self._server.stdout is not None
        try:
            self.address = str(json.loads(self._server.stdout.readline())["address"])
        except ValueError:
            self.stop()
            raise RuntimeError((folder / "employer.log").read_text()) from None
        file = self.data / "policy.toml"
        file.write_bytes(self._policy_toml)
        self.run("policy", "publish", str(file))

    def run(self, *arguments: str, said: str = "") -> str:
        """One of the employer's commands, beside the running server."""
        asked = command("employer", [*arguments, "--data", str(self.data)])
        return subprocess.run(asked, input=said, capture_output=True, text=True, check=True, timeout=60).stdout.strip()

    def run_verify(self, *files: str) -> int:
        """``readiness-employer verify``: its exit code."""
        return subprocess.run(
            command("employer", ["verify", *files, "--data", str(self.data)]), capture_output=True, timeout=60
        ).returncode

    def invite(self, name: str = "Ivan Petrov") -> str:
        """An invitation link."""
        return self.run("invite", "--operator", name, "--ref", "4711")

    def stop(self) -> None:
        """Stops serving, as when its owner's stdin closes."""
        with self._server:
            if self._server.stdin is not None:
                self._server.stdin.close()
            try:
                self._server.wait(10)
            except subprocess.TimeoutExpired:
                self._server.kill()
        self._log.close()

    def __enter__(self) -> Employer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


class Operator:
    """The operator's computer: a state folder, an environment, perhaps a network namespace."""

    def __init__(self, folder: Path, prefix: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> None:
        self.home = folder / "operator"
        self._prefix = list(prefix)
        self.environment = {**os.environ, "READINESS_HOME": str(self.home), "LANG": "C.UTF-8", **(environment or {})}

    def run(self, *arguments: str, within_s: float = RUN_WITHIN_S) -> Told:
        """One command of the program, without a terminal."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )
        return Told(done.returncode, done.stdout, done.stderr)

    def command(self, *arguments: str) -> list[str]:
        """The command line of the program."""
        return [*self._prefix, *command("agent", arguments)]

    def check(self, folder: Path, room: Mapping[str, Started], *more: str) -> tuple[Report, Told]:
        """``readiness check --json``, with the room acting as steps start. Returns the report as printed."""
        if sys.platform == "win32":
            pytest.skip("the room follows the run through a named pipe")
        pipe = folder / "events"
        if not pipe.exists():
            os.mkfifo(pipe)
        acting = threading.Thread(target=_act, args=(pipe, room), daemon=True)
        acting.start()
        told = self.run("check", "--json", "--events", str(pipe), *more)
        acting.join(5)
        if not told.out:
            raise AssertionError(f"no report: {told.err}")
        return decode(told.out.strip().encode()), told


def _act(pipe: Path, room: Mapping[str, Started]) -> None:
    with pipe.open("rb") as events:
        for line in events:
            event = json.loads(line)
            if event["event"] == "started" and event["step"] in room:
                room[event["step"]]()


def judged(report: Report, policy: Policy) -> Evaluation:
    """The report under a policy."""
    return evaluate(report.outcomes, policy)
