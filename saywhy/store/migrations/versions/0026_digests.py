"""Digests: saved views that are sent again and again."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("view_id", ID, nullable=False),
        sa.Column("cron", sa.Text, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("schedule_id", ID),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", sa.Text),
        sa.Column("last_at", sa.DateTime(timezone=True)),
        sa.Column("last_outcome", sa.String(16)),
        sa.Column("event_id", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_digests_workspace_id"),
        sa.ForeignKeyConstraint(["view_id"], ["saved_views.id"], name="fk_digests_view_id"),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedules.id"], name="fk_digests_schedule_id", ondelete="SET NULL"),
    )
    for column in ("workspace_id", "view_id", "schedule_id"):
        op.create_index(f"ix_digests_{column}", "digests", [column])
    op.create_table(
        "digest_endpoints",
        sa.Column("digest_id", ID, nullable=False),
        sa.Column("endpoint_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("digest_id", "endpoint_id", name="pk_digest_endpoints"),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.id"], name="fk_digest_endpoints_digest_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoints.id"], name="fk_digest_endpoints_endpoint_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_digest_endpoints_endpoint_id", "digest_endpoints", ["endpoint_id"])
