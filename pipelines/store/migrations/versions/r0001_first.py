"""The first schema.

Later revisions must not import the tables: they change what was, not what is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("urlkey", KEY, primary_key=True),
        sa.Column("url", KEY, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("added", sa.BigInteger, nullable=False),
        sa.Column("orders", sa.Text, nullable=False),
    )
    op.create_table(
        "visits",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("urlkey", KEY, nullable=False),
        sa.Column("url", KEY, nullable=False),
        sa.Column("worker", KEY, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("scheduled", sa.BigInteger),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("previous", sa.BigInteger),
        sa.Column("outcome", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("reading", sa.Text),
        sa.Column("version", sa.Integer),
    )
    op.create_index("visits_by_page", "visits", ["urlkey", "started"])
    index("visits_running", "visits", ["urlkey"], "outcome IS NULL")
    index("visits_unread", "visits", ["urlkey", "started"], "reading IS NULL AND outcome = 'archived'")
    op.create_table(
        "captures",
        sa.Column("record_id", KEY, primary_key=True),
        sa.Column("visit_id", KEY),
        sa.Column("urlkey", KEY, nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.Column("url", KEY, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("mime", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("filename", KEY, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("refers_to", KEY),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("fidelity", sa.Text, nullable=False),
        sa.Column("truncated", sa.Text),
    )
    op.create_index("captures_by_page", "captures", ["urlkey", "timestamp"])
    op.create_index("captures_by_visit", "captures", ["visit_id"])
    op.create_index("captures_by_file", "captures", ["filename"])
    op.create_table(
        "versions",
        sa.Column("urlkey", KEY, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("visit_id", KEY, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content_hash", KEY, nullable=False),
        sa.Column("same_as", sa.Integer),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("headline", sa.Text),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("versions_by_visit", "versions", ["visit_id"], unique=True)
    op.create_index("versions_by_time", "versions", ["urlkey", "first_seen"])
    op.create_index("versions_by_content", "versions", ["urlkey", "content_hash"])
    op.create_table(
        "changes",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("urlkey", KEY, nullable=False),
        sa.Column("url", KEY, nullable=False),
        sa.Column("from_seq", sa.Integer, nullable=False),
        sa.Column("to_seq", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("class", sa.Text, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("seen_by", sa.BigInteger, nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("differ", sa.Text, nullable=False),
        sa.Column("extractor", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("changes_by_page", "changes", ["urlkey", "to_seq", "place"])
    op.create_index("changes_by_time", "changes", ["seen_by"])
    op.create_table(
        "files",
        sa.Column("name", KEY, primary_key=True),
        sa.Column("key", KEY),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text),
        sa.Column("worker", KEY, nullable=False),
        sa.Column("opened", sa.BigInteger, nullable=False),
        sa.Column("stored", sa.BigInteger),
    )
