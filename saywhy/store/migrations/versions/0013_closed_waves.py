"""The waves of anonymous workspaces that accept no more responses, as the key was renewed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("closed_waves", sa.JSON))
