"""Fingerprints of answers, by which an analysis finds near-duplicates without reading all texts again."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("comments", sa.Column("fingerprint", sa.LargeBinary()))
