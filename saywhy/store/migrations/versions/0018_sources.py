"""Sources and the webhooks that they deliver."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("namespace", sa.Text, nullable=False),
        sa.Column("form", sa.Text),
        sa.Column("host", sa.Text),
        sa.Column("mapping", sa.Text),
        sa.Column("choice", sa.JSON, nullable=False),
        sa.Column("scale", sa.String(8)),
        sa.Column("wave", sa.Text),
        sa.Column("secret", sa.LargeBinary),
        sa.Column("token", sa.LargeBinary),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("pulled_until", TIME),
        sa.Column("checkpoint", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_sources_workspace_id"),
        sa.UniqueConstraint("workspace_id", "name", name="uq_sources_workspace_id_name"),
    )
    counts = ("new", "changed", "unchanged", "rejected")
    op.create_table(
        "source_deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("source_id", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("processed_at", TIME),
        sa.Column("payload", sa.LargeBinary),
        *(sa.Column(name, ID, nullable=False, server_default="0") for name in counts),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_source_deliveries"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_source_deliveries_workspace_id"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_source_deliveries_source_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("source_id", "digest", name="uq_source_deliveries_source_id_digest"),
    )
    op.create_index("ix_source_deliveries_source_id_id", "source_deliveries", ["source_id", "id"])
    op.create_index("ix_source_deliveries_workspace_id_state_id", "source_deliveries", ["workspace_id", "state", "id"])
