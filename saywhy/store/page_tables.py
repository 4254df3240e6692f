"""The tables of what people keep beside the pages; they share the metadata of `tables`."""

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table

from saywhy.store.tables import content_hash_column, metadata, of_comment, workspace_column
from saywhy.store.types import ID, JSON, UtcDateTime

wave_notes = Table(
    "wave_notes",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("wave", sa.Text, nullable=False),
    Column("text", sa.Text, nullable=False),
    Column("created_by", sa.Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "workspace_id"),
)

# Names are not unique in the table: of two that name a customer who is forgotten, the same is left.
saved_views = Table(
    "saved_views",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("name", sa.Text, nullable=False),
    Column("address", sa.Text, nullable=False),
    Column("created_by", sa.Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "workspace_id"),
)

# What people set of a cause, append-only: the present value of a field is that of its latest row.
cause_changes = Table(
    "cause_changes",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("cause", sa.Text, nullable=False),
    Column("field", sa.String(16), nullable=False),
    Column("before", JSON),
    Column("value", JSON),
    Column("author", sa.Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("undoes", ID),
    Index(None, "workspace_id", "cause"),
)

# What people say of comments where models were wrong, append-only: taking a correction back is one too (value NULL).
corrections = Table(
    "corrections",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    content_hash_column(),
    Column("kind", sa.String(16), nullable=False),
    Column("span_start", sa.Integer),  # of the clause; NULL: the whole comment
    Column("span_end", sa.Integer),
    Column("value", sa.Text),
    Column("said", sa.Text, nullable=False),
    Column("model", sa.String(100), nullable=False),
    Column("author", sa.Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "content_hash", "workspace_id"),
    Index(None, "workspace_id", "id"),
    of_comment(ondelete="CASCADE"),
)

# Code frames that people wrote, append-only: the latest row of a frame is the version that is used.
code_frames = Table(
    "code_frames",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("frame", sa.String(40), nullable=False),
    Column("version", sa.String(16), nullable=False),
    Column("source", sa.Text, nullable=False),  # YAML
    Column("added_by", sa.Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Index(None, "workspace_id", "frame"),
)
