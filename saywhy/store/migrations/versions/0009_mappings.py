"""Saved mappings of columns."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "mappings",
        sa.Column("workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("choice", sa.JSON, nullable=False),
        sa.Column("scale", sa.String(8)),
        sa.Column("source", sa.Text),
        sa.Column("keep_unknown", sa.Boolean, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "name", name="pk_mappings"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_mappings_workspace_id"),
    )
