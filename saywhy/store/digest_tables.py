"""The tables of digests; they share the metadata of `tables`."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from saywhy.store.tables import metadata, workspace_column
from saywhy.store.types import ID, UtcDateTime

digests = Table(
    "digests",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("view_id", ID, ForeignKey("saved_views.id"), nullable=False),
    Column("cron", sa.Text, nullable=False),
    Column("time_zone", sa.Text, nullable=False),
    # What starts it; NULL: it is paused.
    Column("schedule_id", ID, ForeignKey("schedules.id", ondelete="SET NULL")),
    Column("language", sa.String(16), nullable=False),
    Column("created_by", sa.Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("report", sa.Text),
    Column("last_at", UtcDateTime),
    Column("last_outcome", sa.String(16)),
    Column("event_id", sa.String(40)),  # of the last one that was sent; the event itself is not kept for ever
    Index(None, "workspace_id"),
    Index(None, "view_id"),
    Index(None, "schedule_id"),
)

digest_endpoints = Table(
    "digest_endpoints",
    metadata,
    Column("digest_id", ID, ForeignKey("digests.id", ondelete="CASCADE"), primary_key=True),
    Column("endpoint_id", ID, ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "endpoint_id"),
)
