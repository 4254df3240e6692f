"""Anonymous workspaces, and efforts to fix causes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("anonymity_key", sa.LargeBinary()))
    op.create_table(
        "efforts",
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), primary_key=True),
        sa.Column("cause", sa.Text(), primary_key=True),
        sa.Column("days", sa.Float(), nullable=False),
    )
    # Reports of the old schema cannot be read; the next analysis writes them again.
    op.execute("DELETE FROM reports")
