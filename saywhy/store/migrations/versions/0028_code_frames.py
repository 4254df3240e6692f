"""Code frames that people wrote, and the one that a workspace uses."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("code_frame", sa.String(40)))
    op.add_column("workspaces", sa.Column("lessons", sa.String(16)))
    op.create_table(
        "code_frames",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("frame", sa.String(40), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_code_frames"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_code_frames_workspace_id"),
    )
    op.create_index("ix_code_frames_workspace_id_frame", "code_frames", ["workspace_id", "frame"])
