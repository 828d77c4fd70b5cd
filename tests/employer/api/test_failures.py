"""When the receiver itself fails: a calm answer, one line in its log, nothing half stored."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path as Folder

import pytest
from starlette.testclient import TestClient

from employer.app import application
from protocol.messages import NONCE_HEADER, Path
from tests.employer.conftest import ADDRESS, Employer, an_employer, problem


def test_an_error_of_its_own_is_one_line_with_its_cause(employer: Employer, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> datetime:
        raise ZeroDivisionError("a broken clock")

    computer = employer.enrolled()
    body = computer.challenge_request()
    lamed = replace(employer.receiver, now=broken)
    caplog.set_level("INFO", "employer.requests")
    with TestClient(application(lamed), base_url=ADDRESS) as http:
        http.headers["Content-Type"] = "application/jose"
        answer = http.post(Path.REPORTS, content=computer.envelope(computer.report()))
        assert (answer.status_code, problem(answer)) == (500, "unavailable")
        assert "a broken clock" not in answer.text
        assert http.post(Path.CHALLENGE, content=body).status_code == 500
    first, _ = [json.loads(r.message) for r in caplog.records if r.name == "employer.requests"]
    assert first["status"] == 500
    assert "a broken clock" in first["failure"]


def test_a_store_that_is_gone_is_unavailable_and_says_when_to_come_back(employer: Employer) -> None:
    computer = employer.enrolled()
    envelope = computer.envelope(computer.report())
    employer.store.close()
    answer = computer.send(envelope)
    assert (answer.status_code, problem(answer)) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers[NONCE_HEADER]


@pytest.fixture
def small_disk(tmp_path: Folder) -> Iterator[Folder]:
    """A disk of two megabytes."""
    if sys.platform != "linux":
        pytest.skip("needs a tmpfs of its own, which is Linux's")
    disk = tmp_path / "disk"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "size=2m", "tmpfs"]
    if subprocess.run(["mount", *options, disk], capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.realtime
def test_a_full_disk_refuses_and_loses_nothing_that_was_acknowledged(small_disk: Folder) -> None:
    with an_employer(small_disk) as employer:
        computer = employer.enrolled()
        stored = []
        refused = None
        for _ in range(200):
            envelope = computer.envelope(computer.report(comment="x" * 1000))
            answer = computer.send(envelope)
            if answer.status_code != 201:
                refused = envelope
                break
            stored.append(envelope)
        assert (answer.status_code, problem(answer)) == (503, "unavailable")
        assert refused is not None
        assert len(stored) > 10
        if sys.platform == "linux":
            subprocess.run(["mount", "-o", "remount,size=20m", small_disk], check=True)
        assert computer.post(Path.REPORTS, refused).status_code == 201
        assert {computer.post(Path.REPORTS, envelope).status_code for envelope in stored} == {200}
