"""The tables of who may: keys, people, their sessions, shared links, rate limits, the audit log.

No secret is in them in clear.
"""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from saywhy.store.tables import metadata, workspace_column
from saywhy.store.types import ID, JSON, UtcDateTime

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("name", sa.Text, nullable=False),
    Column("prefix", sa.String(32), nullable=False),
    Column("digest", sa.String(64), nullable=False),  # SHA-256 of the secret
    Column("scopes", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", sa.Text, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    UniqueConstraint("digest"),
    Index(None, "workspace_id"),
)

people = Table(
    "people",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("name", sa.Text, nullable=False),
    Column("role", sa.String(16), nullable=False),
    Column("password_hash", sa.Text),  # argon2id; NULL: signs in through a proxy only
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("name"),
    Index(None, "workspace_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", sa.String(64), primary_key=True),  # SHA-256 of the cookie
    Column("person_id", ID, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "person_id"),
)

# Read-only links to parts of reports; they end with the right of their maker to edit.
shared_links = Table(
    "shared_links",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("digest", sa.String(64), nullable=False),  # SHA-256 of the token
    Column("name", sa.Text, nullable=False),
    Column("wave", sa.Text, nullable=False),
    Column("cause", sa.Text),
    Column("filters", JSON, nullable=False),
    Column("with_quotes", sa.Boolean, nullable=False),
    Column("password_hash", sa.Text),  # argon2id
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", sa.Text, nullable=False),
    Column("maker_kind", sa.String(16), nullable=False),
    Column("person_id", ID, ForeignKey("people.id", ondelete="SET NULL")),  # NULL: no person, or one who was removed
    Column("key_id", ID, ForeignKey("api_keys.id")),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("opened", ID, nullable=False),
    Column("last_opened_at", UtcDateTime),
    UniqueConstraint("digest"),
    Index(None, "workspace_id"),
    Index(None, "person_id"),
    Index(None, "key_id"),
)

# How often each subject (a key, a person, an address that signs in) has done something in its present window of time.
rate_windows = Table(
    "rate_windows",
    metadata,
    Column("subject", sa.String(200), primary_key=True),
    Column("ends_at", ID, nullable=False),  # seconds since 1970
    Column("used", ID, nullable=False),
    Index(None, "ends_at"),
)

# What was written, by whom: append-only.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_kind", sa.String(16), nullable=False),
    Column("actor", sa.Text, nullable=False),
    Column("action", sa.Text, nullable=False),
    Column("target", sa.Text),
    Column("status", sa.SmallInteger),
    Index(None, "workspace_id", "id"),
)
