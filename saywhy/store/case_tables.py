"""The tables of follow-ups and of customers' health; they share the metadata of `tables`."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from saywhy.store.tables import metadata, workspace_column
from saywhy.store.types import ID, JSON, MONEY, UtcDateTime

follow_up_policies = Table(
    "follow_up_policies",
    metadata,
    workspace_column(primary_key=True),
    Column("groups", JSON, nullable=False),
    Column("max_age_seconds", ID),  # NULL: whatever the age
    Column("within_seconds", ID, nullable=False),
    Column("business_hours", JSON),  # NULL: the clock never stops
)

# At most one for each response, and deleted with it.
cases = Table(
    "cases",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("response_id", ID, ForeignKey("responses.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("priority", sa.SmallInteger, nullable=False),  # 0 detractor, 1 passive, 2 promoter
    Column("state", sa.String(16), nullable=False),
    Column("owner", sa.Text),
    Column("outcome", sa.String(16)),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("contacted_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("version", sa.Integer, nullable=False),
    Index(None, "workspace_id", "priority", "due_at", "id"),
    # All that orders and counts cases, so that only those of a page are read.
    Index("ix_cases_owner", "workspace_id", "owner", "state", "priority", "due_at", "id", "version"),
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("author", sa.Text, nullable=False),
    Column("changes", JSON, nullable=False),  # {field: new value}
    Column("note", sa.Text),
    Index(None, "case_id", "id"),
)

new_accounts = Table(
    "new_accounts",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("account", sa.Text, nullable=False),
    Column("origin", sa.String(16), nullable=False),
    Column("brought_by", sa.Text, nullable=False),
    Column("case_id", ID, ForeignKey("cases.id", ondelete="SET NULL")),
    Column("won_at", UtcDateTime, nullable=False),
    Column("revenue", MONEY),
    Column("acquisition_cost", MONEY),
    Column("lifetime_value", MONEY),
    UniqueConstraint("workspace_id", "account"),
    Index(None, "case_id"),
)

# How each account was when health was last recorded: an alert is raised when that changes.
account_health = Table(
    "account_health",
    metadata,
    workspace_column(primary_key=True),
    Column("account", sa.Text, primary_key=True),
    Column("band", sa.String(16), nullable=False),
)

customer_alerts = Table(
    "customer_alerts",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("account", sa.Text, nullable=False),
    Column("is_personal", sa.Boolean, nullable=False),  # it is called by the name or address of a person
    Column("before", sa.String(16), nullable=False),
    Column("after", sa.String(16), nullable=False),
    Column("health", sa.Float, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "workspace_id", "id"),
)
