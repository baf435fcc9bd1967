"""By which rules a version was compared, notices and stealth, and changes that were computed again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("versions", sa.Column("differ", sa.Text, nullable=False, server_default=""))
    op.add_column("changes", sa.Column("notice", sa.Text))
    op.add_column("changes", sa.Column("stealth", sa.Boolean))
    op.create_table(
        "rediffed",
        sa.Column("urlkey", KEY, primary_key=True),
        sa.Column("to_seq", sa.Integer, primary_key=True),
        sa.Column("differ", KEY, primary_key=True),
        sa.Column("basis", KEY, primary_key=True),
        sa.Column("from_seq", sa.Integer, nullable=False),
        sa.Column("extractor", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
