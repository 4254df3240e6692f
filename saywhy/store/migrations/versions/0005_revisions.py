"""Revisions of a workspace, by which a run detects that no data have changed since the run before."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("revision", ID, nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("revision", ID))
    op.add_column("runs", sa.Column("version", sa.String(100)))
