"""Topics whose clauses share no subject, which reports do not rank."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for table in ("clusters", "topics"):
        op.add_column(table, sa.Column("is_vague", sa.Boolean, nullable=False, server_default=sa.false()))
