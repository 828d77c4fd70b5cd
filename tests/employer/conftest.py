"""A receiver of its own for each test, with a policy in force, and computers that talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from starlette.testclient import TestClient

from employer import keys, policies
from employer.app import application
from employer.invitations import invite
from employer.receiver import Receiver
from employer.settings import Settings
from employer.store.store import Store
from protocol.invitation import Invitation, parse
from protocol.messages import PROBLEM, Problem
from tests.employer import database
from tests.employer.computer import Computer

ADDRESS = "https://ready.example"

POLICY = """
schema = "readiness-policy/1"
version = "{version}"
employer = "Example Calls"
valid_for_hours = 24

[purpose]
controller = "Example Calls Ltd"
contact = "it@example.com"
used_for = "Readiness."
not_used_for = "Pay, discipline."
seen_by = "IT support"
kept = "90 days"

[criteria]
"computer.cpu_busy_percent" = {{ pass = {busy_pass}, fail = 85 }}
"""


def policy_toml(version: str = "1", busy_pass: int = 60) -> bytes:
    """A policy that judges the processor alone."""
    return POLICY.format(version=version, busy_pass=busy_pass).encode()


def problem(answer: httpx2.Response) -> str:
    """The name of the problem that was answered."""
    assert answer.headers["content-type"] == PROBLEM, answer.text
    document = msgspec.json.decode(answer.content, type=Problem)
    assert document.status == answer.status_code
    assert document.next_step
    return document.type.removeprefix("urn:readiness:problem:")


@dataclass
class Clock:
    """The receiver's clock, which only the test moves."""

    now: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    monotonic: float = 0.0

    def pass_by(self, **duration: float) -> None:
        """Lets time pass."""
        step = timedelta(**duration)
        self.now += step
        self.monotonic += step.total_seconds()


@dataclass
class Employer:
    """A receiver with its application, as a test drives it."""

    receiver: Receiver
    clock: Clock
    http: httpx2.Client
    computers: list[Computer] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """The receiver's database."""
        return self.receiver.store

    def read(self, query: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """What a query of the store gives now."""
        with self.store.reading() as connection:
            return query(connection, *arguments, **named)

    def publish(self, toml: bytes) -> None:
        """Puts a policy in force."""
        self.store.write(lambda c: policies.publish(c, toml, "policy.toml", self.clock.now)).result()

    def invite(self, ref: str = "7", name: str = "Anna") -> Invitation:
        """An invitation for an operator."""
        invited = self.store.write(
            lambda c: invite(c, self.receiver.keys, ADDRESS, name=name, ref=ref, now=self.clock.now)
        ).result()
        return parse(invited.link)

    def computer(self) -> Computer:
        """A computer that is not enrolled."""
        return Computer(self.http, self.receiver.settings.public_url)

    def enrolled(self, ref: str = "7") -> Computer:
        """A computer that is enrolled."""
        computer = self.computer()
        answer = computer.enrol(self.invite(ref))
        assert answer.status_code == 201, answer.text
        return computer


@contextmanager
def an_employer(folder: Path, **settings: Any) -> Iterator[Employer]:
    """A receiver in that folder; ``settings`` are changes to its settings."""
    chosen = Settings(**{"data": folder, "public_url": ADDRESS, "line": False, **settings})
    clock = Clock()
    database.put_into(folder)
    receiver = Receiver(
        chosen,
        keys.load_or_create(folder),
        Store(chosen.database_url),
        now=lambda: clock.now,
        monotonic=lambda: clock.monotonic,
    )
    with TestClient(application(receiver), base_url=ADDRESS) as http:
        employer = Employer(receiver, clock, http)
        employer.publish(policy_toml())
        yield employer


@pytest.fixture
def employer(tmp_path: Path) -> Iterator[Employer]:
    """A receiver with a policy, and no line."""
    with an_employer(tmp_path) as running:
        yield running
