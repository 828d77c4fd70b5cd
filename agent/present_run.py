"""The run that the person is in: its challenge, its runners one after another, and what they have brought."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from agent.client import Client
from agent.enrolment import Record
from agent.errors import AgentError, EmployerRefused
from agent.language import _
from agent.published import Published, fetch
from agent.runner import Assessed, Event, Finished, Runner
from agent.sealing import RunRecord, utc_now
from agent.system import os_family
from checks.interface import Context, Devices, Line, Target
from protocol.keys import PrivateKey
from protocol.messages import Challenge, ChallengeRequest, EnvelopeType, LineOffer, Path
from protocol.uuid7 import uuid7
from report.catalogue import finding
from report.policy import Policy, digest
from report.vocabulary import Finding

CHALLENGE_S = 4.0
"""Longest that a run waits for the employer before it goes on without it."""


@dataclass(frozen=True, slots=True)
class Member:
    """Who asks the employer: the enrolment and its key."""

    record: Record
    key: PrivateKey


class PresentRun:
    """One run with its re-runs. The runner's thread writes, others read when it has ended."""

    def __init__(
        self, member: Member | None, published: Published, devices: Devices, language: str, for_employer: bool
    ) -> None:
        self.record = RunRecord(report_id=str(uuid7()), started_at=utc_now())
        self.published = published
        """The policy in force at the run's challenge."""
        self._member = member
        self._devices = devices
        self._language = language
        self._for_employer = for_employer
        self._began = time.monotonic()
        self._runner: Runner | None = None
        self.status: Literal["active", "pending"] | None = None
        """What the employer said of this computer when the run began."""

    def first(self, only: Collection[str] | None, quick: bool) -> Runner:
        """The runner of the whole run."""
        return self._follow(Runner(lambda: self._context(quick), only=only, quick=quick), again=False)

    def again(self, checks: Collection[str]) -> Runner:
        """A runner that measures these checks anew and keeps the other captures. Raises :class:`AgentError`."""
        before = self._runner
        if before is None or not before.ended:
            raise AgentError(_("The check is still running."), _("Wait until it has ended, then measure again."))
        runner = Runner(
            lambda: self._context(False),
            only=checks,
            kept=(before.taken, before.missing),
            offset_s=time.monotonic() - self._began,
        )
        return self._follow(runner, again=True)

    def _follow(self, runner: Runner, again: bool) -> Runner:
        def heard(event: Event) -> None:
            if isinstance(event, Assessed):
                self.record.take(event.outcome, again)
            elif isinstance(event, Finished):
                self.record.ended_at = utc_now()

        runner.on_event(heard)
        self._runner = runner
        return runner

    def _context(self, quick: bool) -> Context:
        """What this run's steps may know. Called on the runner's thread; a stop ends the waiting."""
        line: Line | None = None
        stun: Target | None = None
        missing: Finding | None = None
        if self._member is None:
            missing = finding("run.not_enrolled")
        else:
            try:
                line = self._ask(self._member)
                if line is None:
                    missing, stun = finding("run.no_line_offered"), stun_of(self.published.policy)
            except EmployerRefused:
                missing = finding("run.employer_refused")
            except AgentError:
                missing = finding("run.employer_unreachable")
        return Context(
            policy=self.published.policy,
            line=line,
            line_missing=missing,
            stun=stun,
            devices=self._devices,
            quick=quick,
            language=self._language,
            os=os_family(),
        )

    def _ask(self, member: Member) -> Line | None:
        """Fetches the challenge, the policy that it names, and the line that this run may use."""
        record = member.record
        with Client(record.api_url, record.ca_file, CHALLENGE_S, self._stopped()) as client:
            challenge = ask_challenge(client, member.key)
            self.status = challenge.status
            if self.record.challenge is None and self._for_employer:
                self.record.challenge = challenge.challenge
                if challenge.policy_digest != digest(self.published.toml):
                    self.published = fetch(client, record.employer_key)
        return line_of(challenge.line, record) if challenge.line else None

    def _stopped(self) -> Callable[[], bool]:
        runner = self._runner
        return lambda: runner is not None and runner.snapshot().cancelled


def ask_challenge(client: Client, key: PrivateKey) -> Challenge:
    """The employer's word that a run begins no earlier than now. Raises :class:`AgentError`."""
    payload = msgspec.json.encode(ChallengeRequest())
    return client.post_signed(Path.CHALLENGE, key, EnvelopeType.CHALLENGE_REQUEST, payload).message(Challenge)


def stun_of(policy: Policy) -> Target | None:
    """Whom the policy names for measuring the line, where the employer runs no reflector."""
    address = policy.line.stun_address
    return Target(*address, speaks="stun") if address else None


def line_of(offer: LineOffer, record: Record) -> Line:
    """The line as the checks take it."""
    return Line(
        api_url=record.api_url,
        reflector_host=offer.reflector_host or urlsplit(record.api_url).hostname or "",
        reflector_port=offer.reflector_port,
        session=bytes.fromhex(offer.session),
        ticket=bytes.fromhex(offer.ticket),
        bearer=offer.bearer,
        ca_file=record.ca_file,
    )
