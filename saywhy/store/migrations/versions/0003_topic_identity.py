"""Topics with stable identities: clusters, their lineage, and edits."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HASH = sa.String(64)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Topics and assignments are derived data: the next analysis writes them into the new tables.
    op.drop_table("assignments")
    op.drop_table("topics")
    op.create_table(
        "topic_fits",
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), primary_key=True),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("fitted_at", MOMENT, nullable=False),
        sa.Column("clauses", ID, nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("means", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "clusters",
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), primary_key=True),
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("parent_id", sa.String(100)),
        *_topic_columns(),
        sa.Column("size_before", sa.Integer(), nullable=False),
        sa.Column("reach", sa.Float(), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("is_cause", sa.Boolean(), nullable=False),
        sa.Column("is_emerging", sa.Boolean(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )
    op.create_table(
        "topics",
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), primary_key=True),
        sa.Column("id", sa.String(100), primary_key=True),
        *_topic_columns(),
        sa.Column("growth", sa.Integer(), nullable=False),
        sa.Column("is_emerging", sa.Boolean(), nullable=False),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("is_ignored", sa.Boolean(), nullable=False),
        sa.Column("is_adopted", sa.Boolean(), nullable=False),
        sa.Column("parts", sa.JSON()),
    )
    op.create_table(
        "assignments",
        sa.Column("content_hash", HASH, primary_key=True),
        sa.Column("workspace_id", ID, primary_key=True),
        sa.Column("span_start", sa.Integer(), primary_key=True),
        sa.Column("span_end", sa.Integer(), primary_key=True),
        sa.Column("cluster_id", sa.String(100)),
        sa.Column("part_id", sa.String(100)),
        sa.Column("topic_id", sa.String(100)),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "content_hash"], ["comments.workspace_id", "comments.content_hash"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["workspace_id", "cluster_id"], ["clusters.workspace_id", "clusters.id"]),
        sa.ForeignKeyConstraint(["workspace_id", "topic_id"], ["topics.workspace_id", "topics.id"]),
    )
    op.create_index(None, "assignments", ["workspace_id", "topic_id"])
    op.create_table(
        "lineage",
        sa.Column("id", ID, primary_key=True),
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("cluster_id", sa.String(100), nullable=False),
        sa.Column("other_id", sa.String(100)),
        sa.Column("share", sa.Float()),
    )
    op.create_index(None, "lineage", ["workspace_id", "id"])
    op.create_table(
        "topic_edits",
        sa.Column("id", ID, primary_key=True),
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("topic_id", sa.String(100)),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index(None, "topic_edits", ["workspace_id", "id"])


def _topic_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("labels", sa.JSON()),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("polarity", sa.String(16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("centroid", sa.LargeBinary(), nullable=False),
        sa.Column("stability", sa.Float()),
        sa.Column("first_seen", MOMENT),
    ]
