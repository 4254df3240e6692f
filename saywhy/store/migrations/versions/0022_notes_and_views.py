"""Notes that people pin to waves, and saved views."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "wave_notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("wave", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wave_notes"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_wave_notes_workspace_id"),
    )
    op.create_index("ix_wave_notes_workspace_id", "wave_notes", ["workspace_id"])
    op.create_table(
        "saved_views",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_saved_views_workspace_id"),
    )
    op.create_index("ix_saved_views_workspace_id", "saved_views", ["workspace_id"])
