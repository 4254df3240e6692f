"""The tables of webhooks: endpoints, the outbox of events, its deliveries and the log of attempts."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from saywhy.store.tables import metadata
from saywhy.store.types import ID, JSON, UtcDateTime


def _workspace() -> Column[int]:
    return Column("workspace_id", ID, ForeignKey("workspaces.id"), nullable=False)


webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", ID, primary_key=True),
    _workspace(),
    Column("kind", sa.String(16), nullable=False),
    Column("url", sa.Text, nullable=False),
    Column("events", JSON, nullable=False),
    Column("language", sa.String(16), nullable=False),
    Column("with_personal_data", sa.Boolean, nullable=False),
    Column("is_enabled", sa.Boolean, nullable=False),
    Column("note", sa.Text),
    # Encrypted (`sealing`), as the next one. That of Slack is its URL, of which `url` is how it begins; that of e-mail
    # is empty, as there is none.
    Column("secret", sa.LargeBinary, nullable=False),
    Column("previous_secret", sa.LargeBinary),
    Column("previous_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", sa.Text, nullable=False),
    Column("failing_since", UtcDateTime),
    Column("paused_until", UtcDateTime),  # as the receiver asked for
    Index(None, "workspace_id"),
)

# The outbox: written in the transaction of what an event tells of, and only if somebody subscribes to it.
webhook_events = Table(
    "webhook_events",
    metadata,
    Column("id", sa.String(40), primary_key=True),
    _workspace(),
    Column("type", sa.String(32), nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("data", JSON, nullable=False),
    Column("personal", JSON),  # members that replace those of `data` for endpoints with personal data
    Column("response_id", ID, ForeignKey("responses.id", ondelete="CASCADE")),
    Column("account", sa.Text),
    Index(None, "workspace_id", "account"),
    Index(None, "occurred_at"),
    Index(None, "response_id"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", ID, primary_key=True),
    _workspace(),
    Column("endpoint_id", ID, ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", sa.String(40), ForeignKey("webhook_events.id", ondelete="CASCADE"), nullable=False),
    Column("state", sa.String(16), nullable=False),
    Column("attempts", sa.Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("status", sa.SmallInteger),
    Column("detail", sa.Text),
    # Until when only whoever has the latest token may record how sending went.
    Column("leased_until", UtcDateTime),
    Column("token", ID, nullable=False, server_default="0"),
    UniqueConstraint("event_id", "endpoint_id"),
    Index(None, "state", "due_at"),
    Index(None, "endpoint_id", "state"),
    Index(None, "workspace_id", "id"),
)

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("delivery_id", ID, ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("status", sa.SmallInteger),
    Column("milliseconds", sa.Integer, nullable=False),
    Column("detail", sa.Text),
    Column("answer", sa.Text),
    Index(None, "delivery_id", "id"),
)
