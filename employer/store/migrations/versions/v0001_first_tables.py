"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "envelopes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_envelopes"),
    )
    op.create_table(
        "operators",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("search", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operators"),
        sa.UniqueConstraint("ref", name="uq_operators_ref"),
    )
    op.create_table(
        "policies",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("toml", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policies"),
        sa.UniqueConstraint("digest", name="uq_policies_digest"),
        sa.UniqueConstraint("version", name="uq_policies_version"),
    )
    op.create_table(
        "used_nonces",
        sa.Column("nonce", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name="pk_used_nonces"),
    )
    op.create_index("ix_used_nonces_expires_at", "used_nonces", ["expires_at"])
    op.create_table(
        "users",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
    )
    op.create_table(
        "alarms",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("operator_id", _ID, nullable=True),
        sa.Column("device", sa.String(length=43), nullable=True),
        sa.Column("report_id", sa.String(length=36), nullable=True),
        sa.Column("detail", sa.String(length=400), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("seen_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_alarms_operator_id_operators"),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
        sa.UniqueConstraint("key", name="uq_alarms_key"),
    )
    op.create_index("ix_alarms_operator_id", "alarms", ["operator_id"])
    op.create_index("ix_alarms_seen_at", "alarms", ["seen_at"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("operator_id", _ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("device", sa.String(length=43), nullable=True),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_invitations_operator_id_operators"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
    )
    op.create_index("ix_invitations_operator_id", "invitations", ["operator_id"])
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name="fk_sessions_user_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_user", "sessions", ["user"])
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("operator_id", _ID, nullable=False),
        sa.Column("invitation_id", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("agent_version", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=80), nullable=False),
        sa.Column("key_storage", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitations.id"], name="fk_devices_invitation_id_invitations"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_devices_operator_id_operators"),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
    )
    op.create_index("ix_devices_operator_id", "devices", ["operator_id"])
    op.create_table(
        "challenges",
        sa.Column("token", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=43), nullable=False),
        sa.Column("policy_digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("session", sa.String(length=32), nullable=False),
        sa.Column("bearer", sa.String(length=64), nullable=False),
        sa.Column("bearer_expires_at", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name="fk_challenges_device_devices"),
        sa.ForeignKeyConstraint(["policy_digest"], ["policies.digest"], name="fk_challenges_policy_digest_policies"),
        sa.PrimaryKeyConstraint("token", name="pk_challenges"),
        sa.UniqueConstraint("bearer", name="uq_challenges_bearer"),
        sa.UniqueConstraint("session", name="uq_challenges_session"),
    )
    op.create_index("ix_challenges_device_issued_at", "challenges", ["device", "issued_at"])
    op.create_table(
        "reports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("envelope_digest", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=43), nullable=False),
        sa.Column("operator_id", _ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("challenged_at", sa.BigInteger(), nullable=True),
        sa.Column("freshness", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("short_code", sa.String(length=20), nullable=False),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("policy_digest", sa.String(length=64), nullable=False),
        sa.Column("readiness", sa.String(length=20), nullable=False),
        sa.Column("next_action", sa.String(length=80), nullable=False),
        sa.Column("shown_readiness", sa.String(length=20), nullable=False),
        sa.Column("shown_next_action", sa.String(length=80), nullable=False),
        sa.Column("room", sa.String(length=8), nullable=True),
        sa.Column("headset", sa.String(length=8), nullable=True),
        sa.Column("network", sa.String(length=8), nullable=True),
        sa.Column("computer", sa.String(length=8), nullable=True),
        sa.Column("agent_version", sa.String(length=40), nullable=False),
        sa.Column("os", sa.String(length=20), nullable=False),
        sa.Column("os_version", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name="fk_reports_device_devices"),
        sa.ForeignKeyConstraint(["envelope_digest"], ["envelopes.digest"], name="fk_reports_envelope_digest_envelopes"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_reports_operator_id_operators"),
        sa.ForeignKeyConstraint(["policy_digest"], ["policies.digest"], name="fk_reports_policy_digest_policies"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.UniqueConstraint("envelope_digest", name="uq_reports_envelope_digest"),
    )
    op.create_index("ix_reports_device_seq", "reports", ["device", "seq"])
    op.create_index("ix_reports_operator_id_received_at", "reports", ["operator_id", "received_at"])
    op.create_index("ix_reports_received_at", "reports", ["received_at"])
    op.create_index("ix_reports_short_code", "reports", ["short_code"])
    op.create_table(
        "evaluations",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("evaluated_at", sa.BigInteger(), nullable=False),
        sa.Column("policy_digest", sa.String(length=64), nullable=False),
        sa.Column("readiness", sa.String(length=20), nullable=False),
        sa.Column("next_action", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["policy_digest"], ["policies.digest"], name="fk_evaluations_policy_digest_policies"),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name="fk_evaluations_report_id_reports"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluations"),
    )
    op.create_index("ix_evaluations_report_id", "evaluations", ["report_id"])
    op.create_table(
        "receipts",
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name="fk_receipts_report_id_reports"),
        sa.PrimaryKeyConstraint("report_id", name="pk_receipts"),
    )
