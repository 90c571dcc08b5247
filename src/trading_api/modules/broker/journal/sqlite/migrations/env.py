"""Alembic's entry: it migrates over the connection that it is given."""

from alembic import context

from trading_api.modules.broker.journal.sql.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
