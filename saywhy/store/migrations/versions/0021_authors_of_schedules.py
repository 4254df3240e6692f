"""Who added each schedule."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("schedules", sa.Column("created_by", sa.Text))
