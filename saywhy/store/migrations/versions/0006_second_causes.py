"""A second cause of the library for each clause."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("assignments", sa.Column("second_cluster_id", sa.String(100)))
    op.add_column("assignments", sa.Column("second_topic_id", sa.String(100)))
    op.add_column("assignments", sa.Column("second_confidence", sa.Float, nullable=False, server_default="0"))
    op.create_index("ix_assignments_workspace_id_second_topic_id", "assignments", ["workspace_id", "second_topic_id"])
