"""Captures lie in their index as they are listed: by URL, time and record id, so that no listing sorts."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("captures_by_position", "captures", ["urlkey", "timestamp", "record_id"])
    op.drop_index("captures_by_page", "captures")
