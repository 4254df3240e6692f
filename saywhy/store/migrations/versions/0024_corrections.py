"""Corrections of what the models said of comments."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("span_start", sa.Integer),
        sa.Column("span_end", sa.Integer),
        sa.Column("value", sa.Text),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_corrections_workspace_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "content_hash"],
            ["comments.workspace_id", "comments.content_hash"],
            name="fk_corrections_workspace_id_content_hash",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_corrections_content_hash_workspace_id", "corrections", ["content_hash", "workspace_id"])
    op.create_index("ix_corrections_workspace_id_id", "corrections", ["workspace_id", "id"])
