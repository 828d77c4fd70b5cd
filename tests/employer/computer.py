"""An operator's computer as the receiver sees it: a key, an invitation, envelopes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx2
import msgspec

from protocol.binding import bind
from protocol.envelope import digest, seal
from protocol.invitation import Invitation
from protocol.keys import PrivateKey
from protocol.messages import (
    JOSE,
    NONCE_HEADER,
    Challenge,
    ChallengeRequest,
    EnrolmentRequest,
    EnvelopeType,
    Path,
)
from protocol.uuid7 import uuid7
from report.catalogue import measurement
from report.document import SCHEMA, AgentInfo, PolicyReference, Report, Shown, encode
from report.vocabulary import Outcome, Readiness, Status

NO_DIGEST = "0" * 64


def outcomes(busy_percent: float = 12.0) -> list[Outcome]:
    """What a run measured: the computer alone."""
    busy = measurement("computer.cpu_busy_percent", busy_percent, busy_percent - 1, busy_percent + 1)
    return [Outcome(check="computer.load", version=1, status=Status.MEASURED, measurements=[busy])]


@dataclass
class Computer:
    """One computer, and the employer that it talks to."""

    http: httpx2.Client
    address: str
    """The employer's address, as it stands in envelopes."""
    key: PrivateKey = field(default_factory=PrivateKey.generate)
    seq: int = 0
    prev: str | None = None

    @property
    def id(self) -> str:
        """The key's thumbprint."""
        return self.key.public.thumbprint

    def nonce(self) -> str:
        """A fresh nonce."""
        return self.http.get(Path.NONCE).headers[NONCE_HEADER]

    def post(self, path: str, body: bytes, media_type: str = JOSE) -> httpx2.Response:
        """Sends bytes as they are."""
        return self.http.post(path, content=body, headers={"Content-Type": media_type})

    def enrolment(self, invitation: Invitation, **changes: Any) -> bytes:
        """The envelope of an enrolment."""
        url = self.address + Path.ENROL
        request = EnrolmentRequest(
            binding=bind(self.key.public, invitation.id, invitation.secret, url),
            agent_version="0.1.0",
            platform="linux",
        )
        sealing: dict[str, Any] = {"url": url, "nonce": changes.pop("nonce", None) or self.nonce(), **changes}
        payload = msgspec.json.encode(request)
        return seal(self.key, EnvelopeType.ENROLMENT, payload, show_key=True, **sealing)

    def enrol(self, invitation: Invitation) -> httpx2.Response:
        """Enrols by that invitation."""
        return self.post(Path.ENROL, self.enrolment(invitation))

    def challenge_request(self, **changes: Any) -> bytes:
        """The envelope of a request for a challenge."""
        sealing: dict[str, Any] = {"url": self.address + Path.CHALLENGE, "nonce": self.nonce(), **changes}
        return seal(self.key, EnvelopeType.CHALLENGE_REQUEST, msgspec.json.encode(ChallengeRequest()), **sealing)

    def challenge(self) -> Challenge:
        """A challenge."""
        answer = self.post(Path.CHALLENGE, self.challenge_request())
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=Challenge)

    def report(self, challenge: str | None = None, **changes: Any) -> Report:
        """The next report of this computer; ``changes`` are fields of the document."""
        fields: dict[str, Any] = {
            "schema": SCHEMA,
            "report_id": str(uuid7()),
            "device": self.id,
            "seq": self.seq + 1,
            "prev": self.prev,
            "audience": self.address,
            "challenge": challenge,
            "started_at": "2026-01-01T08:00:00Z",
            "ended_at": "2026-01-01T08:00:40Z",
            "sealed_at": "2026-01-01T08:01:00Z",
            "policy": PolicyReference(version="1", digest=NO_DIGEST, purpose_digest=NO_DIGEST),
            "agent": AgentInfo(
                version="0.1.0", os="linux", os_version="12", language="en", mode="plain", key_storage="file"
            ),
            "shown": Shown(readiness=Readiness.READY),
            "outcomes": outcomes(),
            **changes,
        }
        return Report(**fields)

    def envelope(self, report: Report) -> bytes:
        """The report's envelope."""
        return seal(self.key, EnvelopeType.REPORT, encode(report), self.address + Path.REPORTS)

    def send(self, envelope: bytes) -> httpx2.Response:
        """Sends a report's envelope; the next report follows it."""
        self.seq += 1
        self.prev = digest(envelope)
        return self.post(Path.REPORTS, envelope)
