"""Discovered topics that are one with a cause of the library."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("clusters", sa.Column("joined_id", sa.String(100)))
