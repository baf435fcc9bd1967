"""Alembic's entry: run inside the transaction of whoever opens the catalog."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=None)
context.run_migrations()
