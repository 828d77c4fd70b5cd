"""The report document ``readiness-report/1``: what one run says, before it is signed."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from report.vocabulary import Code, Outcome, Readiness, Said

SCHEMA: Literal["readiness-report/1"] = "readiness-report/1"

Time = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$(?!\n)")]
"""UTC, RFC 3339, by the operator's clock."""
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
Thumbprint = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]
Uuid7 = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$(?!\n)")]


class ReportError(ValueError):
    """Bytes that are no report of this schema."""


class PolicyReference(Said, frozen=True, kw_only=True):
    """Which policy and which purpose the operator saw."""

    version: Annotated[str, Meta(max_length=40)]
    digest: Sha256
    """SHA-256 of the policy's exact TOML bytes."""
    purpose_digest: Sha256


class AgentInfo(Said, frozen=True, kw_only=True):
    """The program that measured, and the system under it. No host name, no user name, no serial number."""

    version: Annotated[str, Meta(max_length=40)]
    os: Annotated[str, Meta(max_length=20)]
    os_version: Annotated[str, Meta(max_length=80)]
    language: Annotated[str, Meta(max_length=8)]
    mode: Literal["app", "plain", "json"]
    key_storage: Literal["file", "keyring"]


class Shown(Said, frozen=True, kw_only=True):
    """The verdict that the operator saw, under the policy named in the report."""

    readiness: Readiness
    next_action: Annotated[str, Meta(max_length=80)] = ""
    """A finding's code, or empty."""


class Earlier(Said, frozen=True, kw_only=True):
    """An outcome that a re-run replaced before the report was sent."""

    outcome: Outcome
    replaced_at: Time


class Report(Said, frozen=True, kw_only=True):
    """One run, as the operator saw it before sending."""

    schema: Literal["readiness-report/1"]
    report_id: Uuid7
    device: Thumbprint
    """The key that signs; also the envelope's ``kid``."""
    seq: Annotated[int, Meta(ge=1)]
    """1 for this device's first sent report, then one more each."""
    prev: Sha256 | None
    """Digest of this device's previous sent envelope; ``None`` for the first."""
    audience: Annotated[str, Meta(max_length=300)]
    """The employer's address that it is for."""
    challenge: Annotated[str, Meta(max_length=200)] | None
    """The employer's challenge, fetched when the run began; ``None``: the run is not shown to be fresh."""
    started_at: Time
    ended_at: Time
    sealed_at: Time
    policy: PolicyReference
    agent: AgentInfo
    shown: Shown
    outcomes: Annotated[list[Outcome], Meta(max_length=40)]
    earlier: Annotated[list[Earlier], Meta(max_length=40)] = []
    left_out: Annotated[list[Code], Meta(max_length=40)] = []
    """Names of details that the operator chose not to send."""
    comment: Annotated[str, Meta(max_length=1000)] = ""
    """The operator's own words."""


_decoder = msgspec.json.Decoder(Report)
_encoder = msgspec.json.Encoder(order="deterministic")


def encode(report: Report) -> bytes:
    """The document's bytes: UTF-8 JSON, keys in a fixed order."""
    return _encoder.encode(report)


def decode(payload: bytes) -> Report:
    """Reads a document that :mod:`protocol.strict` has let through. Raises :class:`ReportError` naming the field."""
    try:
        return _decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ReportError(f"not a {SCHEMA} document: {error}") from error
