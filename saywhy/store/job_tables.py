"""The tables of background work. Like those in `tables`, every row belongs to a workspace."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from saywhy.job import JobState
from saywhy.store.tables import metadata, workspace_column
from saywhy.store.types import ID, JSON, UtcDateTime

jobs = Table(
    "jobs",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("kind", sa.String(32), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("state", sa.String(16), nullable=False),
    Column("step", sa.String(32)),
    Column("done", ID, nullable=False, server_default="0"),
    Column("total", ID, nullable=False, server_default="0"),
    Column("attempts", sa.Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("result", JSON),
    Column("detail", sa.Text),
    Column("is_cancelling", sa.Boolean, nullable=False, server_default=sa.false()),
    # Who runs it, and until when nobody else may; `token` counts the claims, and only the latest may write (fencing).
    Column("worker", sa.Text),
    Column("leased_until", UtcDateTime),
    Column("token", ID, nullable=False, server_default="0"),
    Column("schedule_id", ID),  # of the schedule that asked for it, which may be gone
    Index(None, "workspace_id", "id"),
    Index(None, "state", "due_at"),
)
# Of each kind, a workspace runs one job at a time.
_is_running = jobs.c.state == sa.literal_column(f"'{JobState.RUNNING}'")
Index(
    "uq_jobs_running",
    jobs.c.workspace_id,
    jobs.c.kind,
    unique=True,
    sqlite_where=_is_running,
    postgresql_where=_is_running,
)

schedules = Table(
    "schedules",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("kind", sa.String(32), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("cron", sa.Text, nullable=False),
    Column("time_zone", sa.Text, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("created_by", sa.Text),  # NULL if that was before such names were kept
    Index(None, "next_at"),
)

# What requests with an `Idempotency-Key` were answered, so that a repeated one gets the same answer.
answers = Table(
    "answers",
    metadata,
    Column("workspace_id", ID, ForeignKey("workspaces.id"), primary_key=True),
    Column("key", sa.String(255), primary_key=True),
    Column("fingerprint", sa.String(64), nullable=False),  # of the request
    Column("answer", JSON),  # NULL only within the transaction that answers
    Column("answered_at", UtcDateTime, nullable=False),
    Index(None, "answered_at"),
)
