"""Run by Alembic with the connection that `saywhy.store.migrate` (or a test) put into the configuration."""

from alembic import context

from saywhy.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters tables by copying them
)
# The caller's transaction is the one: a migration that fails leaves the database as it was.
context.run_migrations()
