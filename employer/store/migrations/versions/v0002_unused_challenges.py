"""An index over the challenges that no report has used: the old ones among them are forgotten, whosever they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UNUSED = sa.text("report_id IS NULL")


def upgrade() -> None:
    op.create_index("ix_challenges_unused", "challenges", ["issued_at"], sqlite_where=_UNUSED, postgresql_where=_UNUSED)
