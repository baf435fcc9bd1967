"""Hints: what somebody says has happened on a page, who says so, and subscriptions at hubs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "hints",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source", KEY, nullable=False),
        sa.Column("urlkey", KEY, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("told", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("hints_by_time", "hints", ["told"])
    op.create_table(
        "hint_sources",
        sa.Column("source", KEY, primary_key=True),
        sa.Column("polled", sa.BigInteger),
        sa.Column("again", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("events", sa.Float, nullable=False),
        sa.Column("told", sa.Float, nullable=False),
        sa.Column("looks", sa.Float, nullable=False),
        sa.Column("found", sa.Float, nullable=False),
        sa.Column("demoted", sa.Boolean, nullable=False),
    )
    op.create_table(
        "hint_pages",
        sa.Column("source", KEY, primary_key=True),
        sa.Column("urlkey", KEY, primary_key=True),
        sa.Column("told", sa.BigInteger, nullable=False),
    )
    op.create_index("hint_pages_by_page", "hint_pages", ["urlkey"])
    op.create_table(
        "subscriptions",
        sa.Column("source", KEY, primary_key=True),
        sa.Column("topic", KEY, nullable=False),
        sa.Column("hub", KEY, nullable=False),
        sa.Column("path", KEY, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked", sa.BigInteger),
        sa.Column("verified", sa.BigInteger),
        sa.Column("expires", sa.BigInteger),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("subscriptions_by_path", "subscriptions", ["path"], unique=True)
