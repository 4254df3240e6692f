"""Read-only links to parts of reports."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "shared_links",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("wave", sa.Text, nullable=False),
        sa.Column("cause", sa.Text),
        sa.Column("filters", sa.JSON, nullable=False),
        sa.Column("with_quotes", sa.Boolean, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("maker_kind", sa.String(16), nullable=False),
        sa.Column("person_id", ID),
        sa.Column("key_id", ID),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("opened", ID, nullable=False),
        sa.Column("last_opened_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_shared_links"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_shared_links_workspace_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_shared_links_person_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name="fk_shared_links_key_id"),
        sa.UniqueConstraint("digest", name="uq_shared_links_digest"),
    )
    for column in ("workspace_id", "person_id", "key_id"):
        op.create_index(f"ix_shared_links_{column}", "shared_links", [column])
