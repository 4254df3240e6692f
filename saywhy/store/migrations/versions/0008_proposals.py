"""Definitions of topics, and merges that a language model proposes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table in ("clusters", "topics"):
        op.add_column(table, sa.Column("definition", sa.JSON()))
    op.create_table(
        "merge_proposals",
        sa.Column("id", ID, primary_key=True),
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("topic_id", sa.String(100), nullable=False),
        sa.Column("into_id", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(16)),
        sa.Column("author", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("note", sa.Text()),
        sa.Column("edit_id", ID),
    )
    op.create_index("ix_merge_proposals_workspace_id_id", "merge_proposals", ["workspace_id", "id"])
