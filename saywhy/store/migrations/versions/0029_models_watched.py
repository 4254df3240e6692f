"""The look at drift of the latest analysis, and how far a version in the shadow agrees with the champion."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "drift_looks",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_drift_looks"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_drift_looks_workspace_id"),
    )
    op.create_table(
        "shadow_counts",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("champion", sa.String(100), nullable=False),
        sa.Column("shadow", sa.String(100), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("compared", ID, nullable=False),
        sa.Column("agreed", ID, nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "champion", "shadow", "origin", "language", "kind", name="pk_shadow_counts"
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_shadow_counts_workspace_id"),
    )
