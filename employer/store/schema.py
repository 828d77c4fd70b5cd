"""The tables: what is kept, and why it is kept so.

No secret stands in them. An invitation's secret is derived from the key file in the state folder
(:mod:`employer.keys`), a bearer and a session's cookie are kept as SHA-256 only, passwords as scrypt: who
reads the database, or a copy of it, can neither enrol, nor send, nor sign in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment: an aware UTC datetime here, whole microseconds since 1970 in the database.

    A number sorts and compares alike on every database, and no driver can lose its zone.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuses a datetime without a zone with ``TypeError``."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = BigInteger().with_variant(Integer, "sqlite")
_KeyId = String(43)
_Digest = String(64)
_Token = String(200)
_UNUSED = text("report_id IS NULL")

operators = Table(
    "operators",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("ref", String(80), nullable=False, unique=True),  # the employer's own name for the person
    Column("name", String(200), nullable=False),
    Column("search", String(300), nullable=False),  # name and ref, case-folded: SQLite folds ASCII only
    Column("created_at", Instant, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", _Token, primary_key=True),
    Column("operator_id", _Id, ForeignKey("operators.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("device", _KeyId),  # the key that used it
)

devices = Table(
    "devices",
    metadata,
    Column("id", _KeyId, primary_key=True),  # RFC 7638 thumbprint
    Column("public_key", LargeBinary(32), nullable=False),
    Column("operator_id", _Id, ForeignKey("operators.id"), nullable=False, index=True),
    Column("invitation_id", _Token, ForeignKey("invitations.id"), nullable=False),
    Column("status", String(10), nullable=False),  # active, pending, revoked
    Column("enrolled_at", Instant, nullable=False),
    Column("agent_version", String(40), nullable=False),
    Column("platform", String(80), nullable=False),
    Column("key_storage", String(10), nullable=False),
)

policies = Table(
    "policies",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),  # the highest is in force
    Column("digest", _Digest, nullable=False, unique=True),
    Column("version", String(40), nullable=False, unique=True),
    Column("toml", LargeBinary, nullable=False),  # the exact bytes
    Column("published_at", Instant, nullable=False),
)

used_nonces = Table(
    "used_nonces",
    metadata,
    # Nonces prove themselves (employer.keys); only a used one is remembered, until it expires anyway.
    Column("nonce", _Token, primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
)

challenges = Table(
    "challenges",
    metadata,
    Column("token", _Token, primary_key=True),
    Column("device", _KeyId, ForeignKey("devices.id"), nullable=False),
    Column("policy_digest", _Digest, ForeignKey("policies.digest"), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("session", String(32), nullable=False, unique=True),  # of the line, in hex
    Column("bearer", _Digest, nullable=False, unique=True),  # SHA-256
    Column("bearer_expires_at", Instant, nullable=False),
    Column("report_id", String(36)),  # the report that used it
    Index(None, "device", "issued_at"),
    Index("ix_challenges_unused", "issued_at", sqlite_where=_UNUSED, postgresql_where=_UNUSED),
)

envelopes = Table(
    "envelopes",
    metadata,
    # Of its own: a table scan over the reports' rows must not read the bodies.
    Column("digest", _Digest, primary_key=True),
    Column("body", LargeBinary, nullable=False),  # the exact bytes that arrived
)

reports = Table(
    "reports",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("envelope_digest", _Digest, ForeignKey("envelopes.digest"), nullable=False, unique=True),
    Column("device", _KeyId, ForeignKey("devices.id"), nullable=False),
    Column("operator_id", _Id, ForeignKey("operators.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("prev", _Digest),
    Column("received_at", Instant, nullable=False),
    Column("challenged_at", Instant),  # the run began no earlier; null: not shown
    Column("freshness", String(20), nullable=False),
    Column("started_at", Instant, nullable=False),  # by the operator's clock
    Column("ended_at", Instant, nullable=False),  # by the operator's clock
    Column("valid_until", Instant, nullable=False),
    Column("short_code", String(20), nullable=False, index=True),
    Column("policy_version", String(40), nullable=False),
    Column("policy_digest", _Digest, ForeignKey("policies.digest"), nullable=False),
    Column("readiness", String(20), nullable=False),  # the employer's, at receipt
    Column("next_action", String(80), nullable=False),  # a finding's code, or empty
    Column("shown_readiness", String(20), nullable=False),  # what the operator saw
    Column("shown_next_action", String(80), nullable=False),
    Column("room", String(8)),  # the worst verdict of the area; null: not measured
    Column("headset", String(8)),
    Column("network", String(8)),
    Column("computer", String(8)),
    Column("agent_version", String(40), nullable=False),
    Column("os", String(20), nullable=False),
    Column("os_version", String(80), nullable=False),
    Index(None, "operator_id", "received_at"),
    Index(None, "device", "seq"),
    Index(None, "received_at"),
)

evaluations = Table(
    "evaluations",
    metadata,
    # Only ever added to: evaluating again under another policy leaves what was said before.
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("report_id", String(36), ForeignKey("reports.id"), nullable=False, index=True),
    Column("evaluated_at", Instant, nullable=False),
    Column("policy_digest", _Digest, ForeignKey("policies.digest"), nullable=False),
    Column("readiness", String(20), nullable=False),
    Column("next_action", String(80), nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    Column("report_id", String(36), ForeignKey("reports.id"), primary_key=True),
    Column("envelope", Text, nullable=False),  # the signed receipt, as it was answered
)

users = Table(
    "users",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("password", String(200), nullable=False),  # employer.passwords
    Column("created_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", _Digest, primary_key=True),  # SHA-256 of the cookie's value
    Column("user", String(80), ForeignKey("users.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("key", _Digest, nullable=False, unique=True),  # of kind and subject: a repeat only counts
    Column("kind", String(40), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("count", Integer, nullable=False),
    Column("operator_id", _Id, ForeignKey("operators.id"), index=True),
    Column("device", String(43)),
    Column("report_id", String(36)),
    Column("detail", String(400), nullable=False),
    Column("seen_at", Instant, index=True),
    Column("seen_by", String(80)),
)
