"""The groups of people that reports of anonymous workspaces tell something of."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "published_groups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("members", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_published_groups"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_published_groups_workspace_id"),
    )
    op.create_index("ix_published_groups_workspace_id", "published_groups", ["workspace_id"])
