"""Causes that people marked as fixed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "fixes",
        sa.Column("workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("wave", sa.Text),
        sa.Column("date", sa.Date),
        sa.Column("target", sa.Float),
        sa.PrimaryKeyConstraint("workspace_id", "cause", name="pk_fixes"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_fixes_workspace_id"),
    )
