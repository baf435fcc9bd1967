"""What looks at a page have taught is one text, which the schedule alone reads: a count and its time become one."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("learnt", sa.Column("state", sa.Text, nullable=False, server_default="null"))
    learnt = sa.table("learnt", sa.column("urlkey"), sa.column("state"), sa.column("events"), sa.column("time"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(learnt.c.urlkey, learnt.c.events, learnt.c.time)).all()
    for urlkey, events, time in rows:
        state = f'{{"events":{events!r},"time":{time!r}}}'
        connection.execute(learnt.update().where(learnt.c.urlkey == urlkey).values(state=state))
    with op.batch_alter_table("learnt") as table:
        for name in ("events", "time", "recent"):
            table.drop_column(name)
        table.alter_column("state", server_default=None)
