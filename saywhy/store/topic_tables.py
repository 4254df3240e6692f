"""The tables of topics: clusters as found, topics as people see them, edits. They share the metadata of `tables`."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table

from saywhy.store.tables import content_hash_column, metadata, of_comment, workspace_column
from saywhy.store.types import ID, JSON, UtcDateTime


def _topic_columns() -> list[Column[Any]]:
    """Columns that clusters and topics share."""
    return [
        Column("theme", sa.Text, nullable=False),
        Column("label", sa.Text, nullable=False),
        Column("labels", JSON),  # {language of the reader: label}
        Column("keywords", JSON, nullable=False),
        Column("polarity", sa.String(16), nullable=False),
        Column("size", sa.Integer, nullable=False),
        Column("centroid", sa.LargeBinary, nullable=False),
        Column("stability", sa.Float),
        Column("first_seen", UtcDateTime),
        Column("is_vague", sa.Boolean, nullable=False, server_default=sa.false()),
        Column("definition", JSON),  # {"texts": {language of the reader: sentence}, "is_proposed"}
    ]


# The last clustering of all clauses, and the means that were subtracted from their vectors.
topic_fits = Table(
    "topic_fits",
    metadata,
    workspace_column(primary_key=True),
    Column("model", sa.String(100), nullable=False),
    Column("fitted_at", UtcDateTime, nullable=False),
    Column("clauses", ID, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("means", sa.LargeBinary, nullable=False),  # of all, then of each language
)

# Clusters as found, including ended ones. Edits never change them, so every edit can be undone.
clusters = Table(
    "clusters",
    metadata,
    workspace_column(primary_key=True),
    Column("id", sa.String(100), primary_key=True),
    Column("parent_id", sa.String(100)),  # of a part of a large cluster
    Column("joined_id", sa.String(100)),  # the library cause with which it is one topic
    *_topic_columns(),
    Column("size_before", sa.Integer, nullable=False),
    Column("reach", sa.Float, nullable=False),
    Column("model", sa.String(100), nullable=False),
    Column("is_cause", sa.Boolean, nullable=False),
    Column("is_emerging", sa.Boolean, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

# Topics as people see them: the clusters with all edits applied.
topics = Table(
    "topics",
    metadata,
    workspace_column(primary_key=True),
    Column("id", sa.String(100), primary_key=True),
    *_topic_columns(),
    Column("growth", sa.Integer, nullable=False),
    Column("is_emerging", sa.Boolean, nullable=False),
    Column("is_pinned", sa.Boolean, nullable=False),
    Column("is_ignored", sa.Boolean, nullable=False),
    Column("is_adopted", sa.Boolean, nullable=False),
    Column("parts", JSON),
)

# A row for every clause: its cluster (NULL: it fits none), a second cause, and the topics of both after edits.
assignments = Table(
    "assignments",
    metadata,
    content_hash_column(primary_key=True),
    Column("workspace_id", ID, primary_key=True),
    Column("span_start", sa.Integer, primary_key=True),
    Column("span_end", sa.Integer, primary_key=True),
    Column("cluster_id", sa.String(100)),
    Column("part_id", sa.String(100)),
    Column("topic_id", sa.String(100)),
    Column("confidence", sa.Float, nullable=False),
    Column("second_cluster_id", sa.String(100)),
    Column("second_topic_id", sa.String(100)),
    Column("second_confidence", sa.Float, nullable=False, server_default="0"),
    Index(None, "workspace_id", "topic_id"),
    Index(None, "workspace_id", "second_topic_id"),
    sa.ForeignKeyConstraint(["workspace_id", "cluster_id"], ["clusters.workspace_id", "clusters.id"]),
    sa.ForeignKeyConstraint(["workspace_id", "topic_id"], ["topics.workspace_id", "topics.id"]),
    of_comment(ondelete="CASCADE"),
)

# What became of clusters at each full clustering.
lineage = Table(
    "lineage",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", sa.String(16), nullable=False),
    Column("cluster_id", sa.String(100), nullable=False),
    Column("other_id", sa.String(100)),
    Column("share", sa.Float),
    Index(None, "workspace_id", "id"),
)

# Edits of topics, append-only: undoing is an edit too.
topic_edits = Table(
    "topic_edits",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("kind", sa.String(16), nullable=False),
    Column("topic_id", sa.String(100)),
    Column("arguments", JSON, nullable=False),
    Column("author", sa.Text, nullable=False),
    Column("note", sa.Text),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "workspace_id", "id"),
)

# Pairs of topics that a language model takes for the same cause. A decided one stays, so that it is not proposed again.
merge_proposals = Table(
    "merge_proposals",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("topic_id", sa.String(100), nullable=False),
    Column("into_id", sa.String(100), nullable=False),
    Column("reason", sa.Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("decision", sa.String(16)),  # NULL until a person decides, like the next four
    Column("author", sa.Text),
    Column("decided_at", UtcDateTime),
    Column("note", sa.Text),
    Column("edit_id", ID),
    Index(None, "workspace_id", "id"),
)
