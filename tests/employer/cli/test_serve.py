"""``serve`` as a child process: what the demo and a service manager see of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

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
    assert process.returncode == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_after_a_kill_the_reflector_ends_too(tmp_path: Path) -> None:
    with child(serving(tmp_path)) as process:
        address_of(process)
        (reflector,) = _children(process.pid)
        process.kill()
        process.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{reflector}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    policy, data = tmp_path / "policy.toml", tmp_path / "data"
    policy.write_bytes(policy_toml())
    acknowledged: list[bytes] = []
    port = "0"
    with contextlib.ExitStack() as later:
        computer: Computer | None = None
        for round_ in range(3):
            with (
                child(serving(data, "--port", port, "--no-line")) as process,
                httpx2.Client(trust_env=False, timeout=20) as http,
            ):
                address = address_of(process)
                http.base_url = address
                port = address.rpartition(":")[2]
                if computer is None:
                    employer("policy", "publish", policy, "--data", data)
                    computer = Computer(http, address)
                    invited = employer("invite", "--operator", "Anna", "--ref", "7", "--data", data)
                    assert computer.enrol(parse(invited)).status_code == 201
                computer.http = http
                assert {computer.post(Address.REPORTS, sent).status_code for sent in acknowledged} <= {200}
                killer = threading.Timer(0.3 + 0.2 * round_, process.kill)
                later.callback(killer.join)
                killer.start()
                with contextlib.suppress(httpx2.TransportError):
                    for _ in range(60):
                        envelope = computer.envelope(computer.report())
                        assert computer.send(envelope).status_code == 201
                        acknowledged.append(envelope)
    assert len(acknowledged) > 10


def test_it_serves_https(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    with child(serving(tmp_path, "--host", "localhost", "--tls-cert", certificate, "--tls-key", key)) as process:
        address = address_of(process)
        assert address.startswith("https://localhost:")
        trusted = ssl.create_default_context(cafile=certificate)
        with httpx2.Client(base_url=address, verify=trusted, trust_env=False, timeout=20) as http:
            assert http.get(Address.PING).text == PING_ANSWER


def self_signed(folder: Path) -> tuple[str, str]:
    """A certificate for localhost and its key, in files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return os.fspath(folder / "cert.pem"), os.fspath(folder / "key.pem")
