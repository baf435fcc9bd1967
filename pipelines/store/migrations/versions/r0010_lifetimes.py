"""How soon newsrooms overwrite what they have published, as it was learnt."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "lifetimes",
        sa.Column("site", KEY, primary_key=True),
        sa.Column("shares", sa.Text, nullable=False),
        sa.Column("lives", sa.Integer, nullable=False),
        sa.Column("learnt", sa.BigInteger, nullable=False),
    )
