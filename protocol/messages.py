"""The messages between agent and employer that are not reports: JSON bodies and payloads of envelopes."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

API = "/api/v1"
"""Base of every path of the agent's interface, below the employer's address."""

JOSE = "application/jose"
"""Media type of a request or answer that is one signed envelope (RFC 7515, section 9.2.1)."""
PROBLEM = "application/problem+json"
"""Media type of an error's answer (RFC 9457)."""
NONCE_HEADER = "Replay-Nonce"
"""Carries a fresh single-use nonce in every answer to a signed request (RFC 8555, section 6.5)."""

CONGESTION_HEADER = "Congestion-Control"
"""Names the sender's TCP congestion control in the answer to a download, where it is known."""
UPLOAD_STEP_S = 0.1

MAX_REPORT_BYTES = 256 * 1024
"""Of a report's envelope, as sent."""
MAX_MESSAGE_BYTES = 16 * 1024
MAX_COUNTS_BYTES = 128 * 1024
"""Of a :class:`ReflectorCounts`, with its arrivals."""
"""Of every other message."""


class EnvelopeType:
    """The ``typ`` of each kind of signed envelope."""

    REPORT = "readiness-report+jws"
    ENROLMENT = "readiness-enrolment+jws"
    CHALLENGE_REQUEST = "readiness-challenge-request+jws"
    RECEIPT = "readiness-receipt+jws"
    POLICY = "readiness-policy+jws"


class Path:
    """Paths below the employer's address."""

    PING = API + "/ping"
    """GET: the plain text :data:`PING_ANSWER`; another answer means a captive portal or a wrong address."""
    NONCE = API + "/nonce"
    """GET: 204 with a fresh nonce in ``Replay-Nonce``."""
    ENROL = API + "/enrol"
    """POST a signed :class:`EnrolmentRequest`: 201 (200 on a repeat) with an :class:`Enrolment`."""
    POLICY = API + "/policy"
    """GET: the signed policy in force, over its exact TOML bytes."""
    CHALLENGE = API + "/challenge"
    """POST a signed :class:`ChallengeRequest`: 200 with a :class:`Challenge`."""
    REPORTS = API + "/reports"
    """POST a report's envelope: 201 (200 on a repeat) with a :class:`Accepted`."""
    LINE = API + "/line"
    """GET ``LINE/{session in hex}`` with the run's bearer: :class:`ReflectorCounts`."""
    DOWN = API + "/bandwidth/down"
    """GET ``?bytes=N`` with the run's bearer: N bytes that don't compress."""
    UP = API + "/bandwidth/up"
    """POST any bytes with the run's bearer: :class:`Uploaded`. With ``?seconds=S`` the answer comes so long after the
    first byte, however much is still to come."""
    MINI = "/mini"
    """``/mini/{bearer}/`` is the base address for speedtest-cli's *Mini* protocol."""
    INVITATION = "/i"
    """GET: the landing page of an invitation link."""


PING_ANSWER = "readiness-employer\n"

# Where a pattern ends: Python's $ stands before a last newline too, hence (?!\n).
Token = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{16,200}$(?!\n)")]
KeyId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]
"""An RFC 7638 thumbprint, SHA-256, base64url."""
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
"""SHA-256 in hex."""
Time = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$(?!\n)")]
"""UTC, RFC 3339."""


class Message(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Base of what goes from agent to employer: strict, since the employer acts upon it."""


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of what the employer answers: unknown fields are ignored, so that an older agent can go on."""


class EnrolmentRequest(Message, frozen=True):
    """Payload of an enrolment. Signed by the new key; the header carries ``jwk``, ``nonce``, ``url``."""

    binding: Annotated[str, Meta(max_length=4096)]
    """The External Account Binding (RFC 8555, section 7.3.4): a JWS with HS256 under the invitation's secret
    over the new key's JWK; its header carries ``kid`` (the invitation's id) and the same ``url``."""
    agent_version: Annotated[str, Meta(max_length=40)]
    platform: Annotated[str, Meta(max_length=80)]
    """``windows``, ``darwin`` or ``linux``."""
    key_storage: Literal["file", "keyring"] = "file"


class Enrolment(Answer, frozen=True):
    """Who the key now belongs to, in the employer's words."""

    device: KeyId
    operator: Annotated[str, Meta(max_length=200)]
    employer: Annotated[str, Meta(max_length=600)]
    status: Literal["active", "pending"] = "active"
    fingerprint: Annotated[str, Meta(max_length=40)] = ""
    """Read over the phone when ``status`` is ``pending``."""


class ChallengeRequest(Message, frozen=True):
    """Payload of a request for a challenge, signed by the device's key; its header carries ``nonce``."""

    purpose: Literal["run"] = "run"


class LineOffer(Answer, frozen=True):
    """What a run may use of the employer's line. Absent where the employer runs no reflector."""

    reflector_host: Annotated[str, Meta(max_length=255)]
    """Empty: the host of the employer's address."""
    reflector_port: Annotated[int, Meta(ge=1, le=65535)]
    session: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$(?!\n)")]
    ticket: Annotated[str, Meta(pattern=r"^([0-9a-f]{2}){1,128}$(?!\n)")]
    """Bytes for each packet's padding, in hex."""
    bearer: Token
    """For the bandwidth transfers and the reflector's counts."""


class Challenge(Answer, frozen=True):
    """The employer's word that a run began no earlier than now."""

    challenge: Token
    issued_at: Time
    policy_version: Annotated[str, Meta(max_length=40)]
    policy_digest: Digest
    line: LineOffer | None = None
    status: Literal["active", "pending"] | None = None
    """Whether the employer has let this computer in by now; ``None``: it doesn't say."""


class Accepted(Answer, frozen=True):
    """A report was stored."""

    receipt: str
    """A signed :class:`Receipt`."""


class ReceiptEvaluation(Answer, frozen=True):
    """The employer's own evaluation of the report under the policy in force at the run's challenge."""

    readiness: Literal["ready", "ready_with_warnings", "not_ready", "incomplete"]
    next_action: str = ""
    """A finding's code, or empty."""


class Receipt(Answer, frozen=True):
    """Payload of a receipt: what the employer received, when, and how it judged it."""

    report_id: str
    envelope_digest: Digest
    """SHA-256 of the envelope's exact bytes."""
    device: KeyId
    received_at: Time
    policy_version: str
    policy_digest: Digest
    purpose_digest: Digest
    evaluation: ReceiptEvaluation
    valid_until: Time
    short_code: str
    """For the phone."""


class ReflectorCounts(Answer, frozen=True):
    """What the reflector saw of one session."""

    received: int
    """Packets that arrived, duplicates included."""
    unique: int
    """Distinct sender sequence numbers."""
    reflected: int
    highest_sequence: int
    """Of the sender; −1 when nothing arrived."""
    unwell: bool = False
    """The reflector lost or delayed packets itself."""
    arrivals: str = ""
    """When each answered packet had arrived (:mod:`protocol.arrivals`); empty where that isn't kept."""


class Uploaded(Answer, frozen=True):
    """What arrived of an upload, counted at the receiving end."""

    bytes: int
    seconds: float
    """From the first byte to the last, or until the asked time was over."""
    began_s: float = 0.0
    """When the first byte came, by a clock of the employer's: only differences between answers count."""
    arrived: list[int] = []
    """Bytes in each :data:`UPLOAD_STEP_S` since the first byte."""


class Problem(Answer, frozen=True):
    """An error's answer (RFC 9457). ``type`` is ``urn:readiness:problem:<name>``; the names stand in
    ``docs/protocol.md``."""

    type: str
    title: str
    status: int
    detail: str = ""
    next_step: str = ""
