"""Alembic environment; `saywhy.store.migrate` (or a test) puts the connection into the configuration."""

from alembic import context

from saywhy.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter most properties of a table: copy it
)
# No transaction here: the caller's covers all migrations, so a failed one changes nothing.
context.run_migrations()
