"""Indexes for pages of the web app: responses by account and by customer, and all that orders and counts cases."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

_ACCOUNT = ", ".join(f"nullif(customer_{name}, '')" for name in ("account", "id", "email", "name"))


def upgrade() -> None:
    for name, text in (("account", f"coalesce({_ACCOUNT})"), ("customer", "customer_id")):
        op.create_index(f"ix_responses_{name}", "responses", [sa.text(f"substr({text}, 1, 500)"), "workspace_id"])
    columns = ["workspace_id", "owner", "state", "priority", "due_at", "id", "version"]
    op.create_index("ix_cases_owner", "cases", columns)
