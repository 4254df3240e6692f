"""What people change of how they handle a cause, and the release with which a cause was fixed."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cause_changes",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("before", sa.JSON, nullable=True),
        sa.Column("value", sa.JSON, nullable=True),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cause_changes"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_cause_changes_workspace_id"),
    )
    op.create_index("ix_cause_changes_workspace_id_cause", "cause_changes", ["workspace_id", "cause"])
    op.add_column("fixes", sa.Column("release", sa.Text, nullable=True))
