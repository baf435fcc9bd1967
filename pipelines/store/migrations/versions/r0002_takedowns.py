"""Takedowns, what they took, and which files others were made of."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "takedowns",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("url", KEY, nullable=False),
        sa.Column("urlkey", KEY, nullable=False),
        sa.Column("record_id", KEY),
        sa.Column("timestamp", sa.BigInteger),
        sa.Column("digest", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("redact", sa.BigInteger),
        sa.Column("lifted", sa.BigInteger),
        sa.Column("done", sa.BigInteger),
    )
    op.add_column("captures", sa.Column("redacted", KEY))
    op.add_column("versions", sa.Column("redacted", KEY))
    op.add_column("files", sa.Column("replaces", sa.Text, nullable=False, server_default=""))
