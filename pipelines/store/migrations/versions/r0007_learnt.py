"""What looks at a page have taught the adaptive schedule, and its prices."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "learnt",
        sa.Column("urlkey", KEY, primary_key=True),
        sa.Column("events", sa.Float, nullable=False),
        sa.Column("time", sa.Float, nullable=False),
        sa.Column("recent", sa.Float, nullable=False),
        sa.Column("last", sa.BigInteger),
        sa.Column("ended", sa.BigInteger),
    )
    op.create_table(
        "prices",
        sa.Column("worker", KEY, primary_key=True),
        sa.Column("host", KEY, primary_key=True),
        sa.Column("price", sa.Float, nullable=False),
    )
