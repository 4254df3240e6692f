"""Cases, their history, accounts that came of them, and customers' health."""

import sqlalchemy as sa
from alembic import op

from saywhy.store.types import ID, MONEY

revision = "0016"
down_revision = "0015"


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _workspace(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=f"fk_{table}_workspace_id")
    return sa.Column("workspace_id", ID, nullable=False), key


def _key_of(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def upgrade() -> None:
    op.create_table(
        "follow_up_policies",
        *_workspace("follow_up_policies"),
        sa.Column("groups", sa.JSON, nullable=False),
        sa.Column("max_age_seconds", ID),
        sa.Column("within_seconds", ID, nullable=False),
        sa.Column("business_hours", sa.JSON),
        _key_of("follow_up_policies", "workspace_id"),
    )
    op.create_table(
        "cases",
        sa.Column("id", ID, nullable=False),
        *_workspace("cases"),
        sa.Column("response_id", ID, nullable=False),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("outcome", sa.String(16)),
        _moment("opened_at"),
        _moment("due_at"),
        _moment("contacted_at", nullable=True),
        _moment("ended_at", nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        _key_of("cases", "id"),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name="fk_cases_response_id", ondelete="CASCADE"),
        sa.UniqueConstraint("response_id", name="uq_cases_response_id"),
    )
    op.create_index("ix_cases_workspace_id_priority_due_at_id", "cases", ["workspace_id", "priority", "due_at", "id"])
    op.create_table(
        "case_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        _moment("at"),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("note", sa.Text),
        _key_of("case_events", "id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_events_case_id", ondelete="CASCADE"),
    )
    op.create_index("ix_case_events_case_id_id", "case_events", ["case_id", "id"])
    op.create_table(
        "new_accounts",
        sa.Column("id", ID, nullable=False),
        *_workspace("new_accounts"),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("brought_by", sa.Text, nullable=False),
        sa.Column("case_id", ID),
        _moment("won_at"),
        sa.Column("revenue", MONEY),
        sa.Column("acquisition_cost", MONEY),
        sa.Column("lifetime_value", MONEY),
        _key_of("new_accounts", "id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_new_accounts_case_id", ondelete="SET NULL"),
        sa.UniqueConstraint("workspace_id", "account", name="uq_new_accounts_workspace_id_account"),
    )
    op.create_index("ix_new_accounts_case_id", "new_accounts", ["case_id"])
    op.create_table(
        "account_health",
        *_workspace("account_health"),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("band", sa.String(16), nullable=False),
        _key_of("account_health", "workspace_id", "account"),
    )
    op.create_table(
        "customer_alerts",
        sa.Column("id", ID, nullable=False),
        *_workspace("customer_alerts"),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("is_personal", sa.Boolean, nullable=False),
        sa.Column("before", sa.String(16), nullable=False),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("health", sa.Float, nullable=False),
        _moment("at"),
        _key_of("customer_alerts", "id"),
    )
    op.create_index("ix_customer_alerts_workspace_id_id", "customer_alerts", ["workspace_id", "id"])
