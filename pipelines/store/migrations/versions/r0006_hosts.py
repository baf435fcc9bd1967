"""What a crawler remembers of the hosts it asks, and the turns of a schedule that brought no visit."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("worker", KEY, primary_key=True),
        sa.Column("host", KEY, primary_key=True),
        sa.Column("last_start", sa.BigInteger),
        sa.Column("gap", sa.BigInteger, nullable=False),
        sa.Column("not_before", sa.BigInteger),
        sa.Column("asked", sa.Boolean, nullable=False),
        sa.Column("refusals", sa.Integer, nullable=False),
        sa.Column("retry_after", sa.Text, nullable=False),
        sa.Column("crawl_delays", sa.Text, nullable=False),
    )
    op.add_column("visits", sa.Column("skipped", sa.Text))
