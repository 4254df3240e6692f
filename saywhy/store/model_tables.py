"""The tables of how models do in a workspace; they share the metadata of `tables`."""

import sqlalchemy as sa
from sqlalchemy import Column, Table

from saywhy.store.tables import metadata, workspace_column
from saywhy.store.types import ID, JSON

# The look of the latest analysis at drift.
drift_looks = Table(
    "drift_looks",
    metadata,
    workspace_column(primary_key=True),
    Column("body", JSON, nullable=False),
)

# How often a version that runs in the shadow of the champion agreed with it.
shadow_counts = Table(
    "shadow_counts",
    metadata,
    workspace_column(primary_key=True),
    Column("champion", sa.String(100), primary_key=True),
    Column("shadow", sa.String(100), primary_key=True),
    Column("origin", sa.String(16), primary_key=True),  # requests or analysis
    Column("language", sa.String(16), primary_key=True),
    Column("kind", sa.String(16), primary_key=True),
    Column("compared", ID, nullable=False),
    Column("agreed", ID, nullable=False),
)
