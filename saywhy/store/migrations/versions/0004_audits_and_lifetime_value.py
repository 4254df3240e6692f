"""Audits (labels of people for comments), and the lifetime value of customers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MONEY = sa.Numeric().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("responses", sa.Column("customer_lifetime_value", MONEY))
    op.create_table(
        "audits",
        sa.Column("content_hash", sa.String(64), primary_key=True),
        sa.Column("workspace_id", ID, primary_key=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "content_hash"], ["comments.workspace_id", "comments.content_hash"], ondelete="CASCADE"
        ),
    )
