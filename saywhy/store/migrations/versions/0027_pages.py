"""For pages of the web app: tabulations, indexes of accounts, customers and waves, and of what orders cases."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_ACCOUNT = ", ".join(f"nullif(customer_{name}, '')" for name in ("account", "id", "email", "name"))


def upgrade() -> None:
    op.create_table(
        "tabulations",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("revision", ID, nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_tabulations"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_tabulations_workspace_id"),
    )
    for name, text in (("account", f"coalesce({_ACCOUNT})"), ("customer", "customer_id")):
        op.create_index(f"ix_responses_{name}", "responses", [sa.text(f"substr({text}, 1, 500)"), "workspace_id"])
    of_workspace = sa.column("workspace_id", ID) + sa.literal_column("0")
    op.create_index("ix_responses_wave", "responses", [of_workspace, "wave", "answered_at"])
    columns = ["workspace_id", "owner", "state", "priority", "due_at", "id", "version"]
    op.create_index("ix_cases_owner", "cases", columns)
