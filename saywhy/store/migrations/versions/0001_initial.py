"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Defined here instead of imported: a migration must not change when the tables do.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HASH = sa.String(64)
MONEY = sa.Numeric().with_variant(sa.Text(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
    )
    op.create_table(
        "comments",
        sa.Column("content_hash", HASH, primary_key=True),
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), primary_key=True),
        sa.Column("verbatim", sa.Text(), nullable=False),
        sa.Column("language", sa.String(16)),
        sa.Column("is_answer", sa.Boolean(), nullable=False),
        sa.Column("duplicate_of", HASH),
        sa.Column("is_cleaned", sa.Boolean(), nullable=False),
    )
    op.create_index(
        "ix_comments_uncleaned",
        "comments",
        ["workspace_id", "content_hash"],
        sqlite_where=sa.text("is_cleaned = 0"),
        postgresql_where=sa.text("NOT is_cleaned"),
    )
    op.create_index(
        "ix_comments_answers",
        "comments",
        ["workspace_id", "content_hash"],
        sqlite_where=sa.text("is_cleaned = 1 AND is_answer = 1"),
        postgresql_where=sa.text("is_cleaned AND is_answer"),
    )
    op.create_index(
        "ix_comments_duplicate_of",
        "comments",
        ["duplicate_of", "workspace_id"],
        sqlite_where=sa.text("duplicate_of IS NOT NULL"),
        postgresql_where=sa.text("duplicate_of IS NOT NULL"),
    )
    op.create_table(
        "responses",
        sa.Column("id", ID, primary_key=True),
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("score", sa.SmallInteger()),
        sa.Column("scale", sa.String(8)),
        sa.Column("content_hash", HASH),
        sa.Column("answered_at", MOMENT),
        sa.Column("wave", sa.Text()),
        sa.Column("segments", sa.JSON()),
        sa.Column("customer_id", sa.Text()),
        sa.Column("customer_name", sa.Text()),
        sa.Column("customer_email", sa.Text()),
        sa.Column("customer_account", sa.Text()),
        sa.Column("customer_revenue", MONEY),
        sa.UniqueConstraint("workspace_id", "source", "external_id"),
        _of_comment(),
    )
    op.create_index(None, "responses", ["content_hash", "workspace_id"])
    op.create_table(
        "annotations",
        sa.Column("content_hash", HASH, primary_key=True),
        sa.Column("workspace_id", ID, primary_key=True),
        sa.Column("model", sa.String(100), primary_key=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("clause_vectors", sa.LargeBinary(), nullable=False),
        _of_comment(ondelete="CASCADE"),
    )
    op.create_table(
        "topics",
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), primary_key=True),
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("polarity", sa.String(16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("centroid", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen", MOMENT),
    )
    op.create_table(
        "assignments",
        sa.Column("content_hash", HASH, primary_key=True),
        sa.Column("workspace_id", ID, primary_key=True),
        sa.Column("span_start", sa.Integer(), primary_key=True),
        sa.Column("span_end", sa.Integer(), primary_key=True),
        sa.Column("topic_id", sa.String(100), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id", "topic_id"], ["topics.workspace_id", "topics.id"], ondelete="CASCADE"),
        _of_comment(ondelete="CASCADE"),
    )
    op.create_index(None, "assignments", ["workspace_id", "topic_id"])
    op.create_table(
        "runs",
        sa.Column("id", ID, primary_key=True),
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("detail", sa.Text()),
    )
    op.create_index(None, "runs", ["workspace_id", "id"])
    op.create_table(
        "reports",
        sa.Column("id", ID, primary_key=True),
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("run_id", ID, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.UniqueConstraint("run_id", "wave"),
    )
    op.create_index(None, "reports", ["workspace_id", "wave", "id"])
    op.create_table(
        "imports",
        sa.Column("id", ID, primary_key=True),
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("digest", HASH, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("rows_done", ID, nullable=False),
        sa.Column("new", ID, nullable=False),
        sa.Column("changed", ID, nullable=False),
        sa.Column("unchanged", ID, nullable=False),
        sa.Column("rejected", ID, nullable=False),
        sa.Column("is_finished", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("workspace_id", "digest"),
    )
    op.create_table(
        "rejections",
        sa.Column("id", ID, primary_key=True),
        sa.Column("workspace_id", ID, sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("import_id", ID, sa.ForeignKey("imports.id", ondelete="CASCADE"), nullable=False),
        sa.Column("line", ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
    )
    op.create_index(None, "rejections", ["import_id", "id"])


def _of_comment(ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", "content_hash"], ["comments.workspace_id", "comments.content_hash"], ondelete=ondelete
    )
