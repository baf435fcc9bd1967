"""What later extractors read in captures that had been read before, beside the old results."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "reextracted",
        sa.Column("record_id", KEY, primary_key=True),
        sa.Column("extractor", KEY, primary_key=True),
        sa.Column("urlkey", KEY, nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.Column("reading", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("content_hash", KEY),
        sa.Column("same_as", KEY),
        sa.Column("document", sa.Text),
    )
    op.create_index("reextracted_by_page", "reextracted", ["urlkey", "extractor", "timestamp"])
    op.create_index("reextracted_by_content", "reextracted", ["urlkey", "extractor", "content_hash"])
