"""The tables of sources and of the webhooks that they deliver. Like those in `tables`, every row is of a workspace."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from saywhy.store.tables import metadata, workspace_column
from saywhy.store.types import ID, JSON, UtcDateTime

sources = Table(
    "sources",
    metadata,
    Column("id", sa.String(32), primary_key=True),  # random: it is in the address of the webhook
    workspace_column(),
    Column("name", sa.Text, nullable=False),
    Column("kind", sa.String(16), nullable=False),
    Column("namespace", sa.Text, nullable=False),  # `source` of its responses
    Column("form", sa.Text),
    Column("host", sa.Text),
    Column("mapping", sa.Text),
    Column("choice", JSON, nullable=False),  # {field of `ColumnChoice`: column or columns}
    Column("scale", sa.String(8)),
    Column("wave", sa.Text),
    Column("secret", sa.LargeBinary),  # encrypted, as the next one (`sealing`)
    Column("token", sa.LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", sa.Text, nullable=False),
    Column("pulled_until", UtcDateTime),
    Column("checkpoint", JSON),
    UniqueConstraint("workspace_id", "name"),
)

# What webhooks delivered. A row stays as long as its source, so that nothing is done twice; its payload does not.
source_deliveries = Table(
    "source_deliveries",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("source_id", sa.String(32), ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("digest", sa.String(64), nullable=False),  # of its id, else of its payload
    Column("state", sa.String(16), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("processed_at", UtcDateTime),
    Column("payload", sa.LargeBinary),
    Column("new", ID, nullable=False, server_default="0"),
    Column("changed", ID, nullable=False, server_default="0"),
    Column("unchanged", ID, nullable=False, server_default="0"),
    Column("rejected", ID, nullable=False, server_default="0"),
    Column("detail", sa.Text),
    UniqueConstraint("source_id", "digest"),
    Index(None, "source_id", "id"),
    Index(None, "workspace_id", "state", "id"),
)
