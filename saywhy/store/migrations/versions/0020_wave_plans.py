"""Plans of survey waves, and the customers of their lists."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "wave_plans",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("design", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wave_plans"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_wave_plans_workspace_id"),
        sa.UniqueConstraint("workspace_id", "name", name="uq_wave_plans_workspace_id_name"),
    )
    op.create_table(
        "planned_waves",
        sa.Column("plan_id", ID, nullable=False),
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("send_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_planned_waves"),
        sa.ForeignKeyConstraint(["plan_id"], ["wave_plans.id"], name="fk_planned_waves_plan_id", ondelete="CASCADE"),
    )
    op.create_table(
        "planned_customers",
        sa.Column("plan_id", ID, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("stratum", sa.JSON, nullable=False),
        sa.Column("wave", sa.SmallInteger),
        sa.Column("left_out", sa.String(16)),
        sa.Column("name", sa.Text),
        sa.Column("email", sa.Text),
        sa.PrimaryKeyConstraint("plan_id", "customer_id", name="pk_planned_customers"),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["wave_plans.id"], name="fk_planned_customers_plan_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_planned_customers_customer_id", "planned_customers", ["customer_id"])
