"""The keys of anonymous workspaces move to a key file; the database keeps their fingerprints."""

import sqlalchemy as sa
from alembic import op

from saywhy.store import key_file

revision = "0010"
down_revision = "0009"

workspaces = sa.table(
    "workspaces",
    sa.column("name", sa.Text),
    sa.column("anonymity_key", sa.LargeBinary),
    sa.column("key_fingerprint", sa.String),
)


def upgrade() -> None:
    connection = op.get_bind()
    op.add_column("workspaces", sa.Column("key_fingerprint", sa.String(64)))
    anonymous = sa.select(workspaces.c.name, workspaces.c.anonymity_key).where(workspaces.c.anonymity_key.is_not(None))
    keys = {row.name: row.anonymity_key for row in connection.execute(anonymous)}
    if keys:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")  # overwrite what is deleted from the file
        # Before the database forgets them. If the migration is rolled back, the next one writes the same keys again.
        key_file.put(key_file.path_of(connection), keys)
    for name, key in keys.items():
        values = {"key_fingerprint": key_file.fingerprint(key), "anonymity_key": None}
        connection.execute(sa.update(workspaces).where(workspaces.c.name == name).values(values))
    op.drop_column("workspaces", "anonymity_key")
