"""``serve`` as a child process: what the demo and a service manager see of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from protocol.invitation import parse
from protocol.messages import PING_ANSWER
from protocol.messages import Path as Address
from tests.employer.computer import Computer
from tests.employer.conftest import policy_toml

pytestmark = pytest.mark.realtime

EMPLOYER = [sys.executable, "-P", "-m", "employer"]


@contextmanager
def child(arguments: Sequence[str | Path]) -> Iterator[subprocess.Popen[str]]:
    """The command, until the block ends."""
    process = subprocess.Popen(
        [*EMPLOYER, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


def serving(data: Path, *more: str) -> list[str | Path]:
    """The arguments of a receiver on a free port."""
    return ["serve", "--data", data, "--port", "0", "--json", "--until-stdin-closes", *more]


def address_of(process: subprocess.Popen[str]) -> str:
    """From its ready line."""
    assert process.stdout is not None
    address: str = json.loads(process.stdout.readline())["address"]
    return address


def employer(*arguments: str | Path, said: str = "") -> str:
    """Runs another command beside it; its stdout."""
    done = subprocess.run([*EMPLOYER, *map(str, arguments)], input=said, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_from_an_invitation_to_a_receipt_while_it_serves(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_bytes(policy_toml())
    data = tmp_path / "data"
    with child(serving(data)) as process:
        address = address_of(process)
        with httpx2.Client(base_url=address, trust_env=False, timeout=20) as http:
            assert http.get(Address.PING).text == PING_ANSWER
            assert http.get(Address.POLICY).status_code == 503
            employer("policy", "publish", policy, "--data", data)
            assert http.get(Address.POLICY).status_code == 200
            invitation = parse(employer("invite", "--operator", "Anna", "--ref", "7", "--data", data))
            assert invitation.api_url == address
            computer = Computer(http, address)
            assert computer.enrol(invitation).status_code == 201
            challenge = computer.challenge()
            assert challenge.line is not None
            report = computer.report(challenge.challenge)
            assert computer.send(computer.envelope(report)).status_code == 201
        _, log = process.communicate(timeout=20)
    assert process.returncode == 0
    requests = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert [r["status"] for r in requests if r["route"] == Address.REPORTS] == [201]
    assert "Traceback" not in log
    assert challenge.line.bearer not in log


@pytest.mark.parametrize("end", ["stdin", "interrupt", "terminate"])
def test_it_ends_in_good_order_and_leaves_no_child(tmp_path: Path, end: str) -> None:
    if end != "stdin" and sys.platform == "win32":
        pytest.skip("Windows has no such signals between processes")
    with child(serving(tmp_path)) as process:
        address_of(process)
        children = _children(process.pid)
        assert len(children) == 1
        if end != "stdin":
            process.send_signal(signal.SIGINT if end == "interrupt" else signal.SIGTERM)
            process.wait(timeout=20)
        process.communicate(timeout=20)
    assert process.returncode == (-signal.SIGTERM if end == "terminate" else 0)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_after_a_kill_the_reflector_ends_too(tmp_path: Path) -> None:
    with child(serving(tmp_path)) as process:
        address_of(process)
        (reflector,) = _children(process.pid)
        process.kill()
        process.communicate(timeout=20)
    deadline = 100
    while Path(f"/proc/{reflector}").exists() and deadline:
        deadline -= 1
        with child(["--version"]) as pause:
            pause.wait(20)
    assert deadline


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--host", "0.0.0.0"], "--public-url"),
        (["--host", "192.0.2.1"], "--host"),
        (["--public-url", "http://ready.example"], "--public-url"),
        (["--tls-key", "nowhere.pem"], "--tls-cert"),
        (["--tls-cert", "nowhere.pem"], "PEM"),
        (["--reflector-host", "192.0.2.1"], "--no-line"),
        (["--data", "/proc/nowhere"], "--data"),
        (["--database", "sqlite:////proc/nowhere.sqlite3"], "database"),
    ],
)
def test_what_it_cant_serve_with_is_explained(tmp_path: Path, arguments: list[str], word: str) -> None:
    done = subprocess.run(
        [*EMPLOYER, *map(str, serving(tmp_path)), *arguments], input="", capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("readiness-employer: ")
    assert word in done.stderr
    assert len(done.stderr.splitlines()) == 2, done.stderr


def test_a_port_in_use_is_explained(tmp_path: Path) -> None:
    with child(serving(tmp_path)) as first:
        port = address_of(first).rpartition(":")[2]
        done = subprocess.run(
            [*EMPLOYER, "serve", "--data", os.fspath(tmp_path), "--port", port],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert "--port" in done.stderr


def _children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
