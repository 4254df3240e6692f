"""The tables of plans of survey waves; they share the metadata of `tables`."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from saywhy.store.tables import metadata
from saywhy.store.types import ID, JSON, UtcDateTime

wave_plans = Table(
    "wave_plans",
    metadata,
    Column("id", ID, primary_key=True),
    Column("workspace_id", ID, ForeignKey("workspaces.id"), nullable=False),
    Column("name", sa.String(100), nullable=False),
    Column("seed", sa.Integer, nullable=False),
    Column("design", JSON, nullable=False),  # the other members of `PlanDesign`, but for the waves
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", sa.Text, nullable=False),
    UniqueConstraint("workspace_id", "name"),
)

planned_waves = Table(
    "planned_waves",
    metadata,
    Column("plan_id", ID, ForeignKey("wave_plans.id", ondelete="CASCADE"), primary_key=True),
    Column("number", sa.SmallInteger, primary_key=True),  # in order of time, from 0
    Column("name", sa.String(100), nullable=False),
    Column("send_on", sa.Date, nullable=False),
)

# Every customer of the list; name and address only of those who are asked.
planned_customers = Table(
    "planned_customers",
    metadata,
    Column("plan_id", ID, ForeignKey("wave_plans.id", ondelete="CASCADE"), primary_key=True),
    Column("customer_id", sa.Text, primary_key=True),
    Column("stratum", JSON, nullable=False),  # a value for each dimension
    Column("wave", sa.SmallInteger),  # number of the wave; NULL: left out
    Column("left_out", sa.String(16)),
    Column("name", sa.Text),
    Column("email", sa.Text),
    Index(None, "customer_id"),
)
