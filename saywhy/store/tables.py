"""The tables (SQLAlchemy Core). Every row belongs to a workspace.

`migrations/` creates them; a test checks that both define the same schema. When the last response with a comment
changes it, the comment is deleted, and with it everything computed from it (ON DELETE CASCADE).

Keys with a content hash begin with the hash. With the workspace first, PostgreSQL would look comments up by workspace
alone and read all of them for each response, because its statistics say that a new workspace is empty. For the same
reason `responses` has no second index that begins with the workspace.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from saywhy.feedback import LONGEST_KEY
from saywhy.store.types import ID, JSON, MONEY, UtcDateTime

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def workspace_column(*, primary_key: bool = False) -> Column[int]:
    """The workspace of a row."""
    return Column("workspace_id", ID, ForeignKey("workspaces.id"), primary_key=primary_key, nullable=False)


def content_hash_column(*, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    """The key of a comment in its workspace."""
    return Column("content_hash", sa.String(64), primary_key=primary_key, nullable=nullable)


def of_comment(*, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """The row is about a comment of its workspace."""
    return sa.ForeignKeyConstraint(
        ["workspace_id", "content_hash"], ["comments.workspace_id", "comments.content_hash"], ondelete=ondelete
    )


def _partial_index(name: str, *columns: Column[Any], where: sa.ColumnElement[bool]) -> None:
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


workspaces = Table(
    "workspaces",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", sa.Text, nullable=False, unique=True),
    Column("revision", ID, nullable=False, server_default="0"),  # incremented with every change that reports depend on
    Column("key_fingerprint", sa.String(64)),  # of its key in the key file; NULL unless the workspace is anonymous
    Column("closed_waves", JSON),  # with responses of before the key was renewed; null for no wave
    Column("code_frame", sa.String(40)),  # the id of the one that it uses; NULL: that of the models
    Column("lessons", sa.String(16)),  # the digest of the labels by which its annotations were made
)

comments = Table(
    "comments",
    metadata,
    content_hash_column(primary_key=True),
    workspace_column(primary_key=True),
    Column("verbatim", sa.Text, nullable=False),
    Column("language", sa.String(16)),
    Column("is_answer", sa.Boolean, nullable=False),
    Column("duplicate_of", sa.String(64)),
    Column("is_cleaned", sa.Boolean, nullable=False),
    # To find near-duplicates without the text (`pipelines.clean.near_duplicates`); null: not computed.
    Column("fingerprint", sa.LargeBinary),
)
# Partial indexes for the two queues of an analysis (comments to clean, answers to annotate) and for near-duplicates.
_partial_index("ix_comments_uncleaned", comments.c.workspace_id, comments.c.content_hash, where=~comments.c.is_cleaned)
_partial_index(
    "ix_comments_answers",
    comments.c.workspace_id,
    comments.c.content_hash,
    where=comments.c.is_cleaned & comments.c.is_answer,
)
_partial_index(
    "ix_comments_duplicate_of",
    comments.c.duplicate_of,
    comments.c.workspace_id,
    where=comments.c.duplicate_of.is_not(None),
)

responses = Table(
    "responses",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("source", sa.Text, nullable=False),
    Column("external_id", sa.Text, nullable=False),
    Column("score", sa.SmallInteger),
    Column("scale", sa.String(8)),
    content_hash_column(nullable=True),
    Column("answered_at", UtcDateTime),
    Column("wave", sa.Text),
    Column("segments", JSON),  # {dimension: [value, …]}
    Column("customer_id", sa.Text),
    Column("customer_name", sa.Text),
    Column("customer_email", sa.Text),
    Column("customer_account", sa.Text),
    Column("customer_revenue", MONEY),
    Column("customer_lifetime_value", MONEY),
    UniqueConstraint("workspace_id", "source", "external_id"),
    Index(None, "content_hash", "workspace_id"),
    of_comment(),
)


def first_given(*columns: Column[Any]) -> sa.ColumnElement[Any]:
    """The first of the texts that is neither NULL nor empty."""
    # Literal, not a parameter: an index of an expression serves those that are written alike.
    return sa.func.coalesce(*(sa.func.nullif(column, sa.literal_column("''")) for column in columns))


def indexed(text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The beginning of a text of any length, as long as a database can index it."""
    return sa.func.substr(text, sa.literal_column("1"), sa.literal_column(str(LONGEST_KEY)))


#: The name of the account of a response. As in `pipelines.tabulate`, the account comes before the id.
ACCOUNT = first_given(
    responses.c.customer_account, responses.c.customer_id, responses.c.customer_email, responses.c.customer_name
)
#: The workspace, written as an index has it that shall serve nothing else (see above).
of_workspace = responses.c.workspace_id + sa.literal_column("0")
Index("ix_responses_wave", of_workspace, responses.c.wave, responses.c.answered_at)  # which waves there are
Index("ix_responses_account", indexed(ACCOUNT), responses.c.workspace_id)
Index("ix_responses_customer", indexed(responses.c.customer_id), responses.c.workspace_id)

annotations = Table(
    "annotations",
    metadata,
    content_hash_column(primary_key=True),
    Column("workspace_id", ID, primary_key=True),
    Column("model", sa.String(100), primary_key=True),
    Column("labels", JSON, nullable=False),  # sentiment, themes, mentions, clauses
    Column("vector", sa.LargeBinary, nullable=False),
    Column("clause_vectors", sa.LargeBinary, nullable=False),  # concatenated, in the order of the clauses
    of_comment(ondelete="CASCADE"),
)


runs = Table(
    "runs",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("state", sa.String(16), nullable=False),
    Column("model", sa.String(100), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("detail", sa.Text),
    Column("revision", ID),  # of the workspace at the start of the run
    Column("version", sa.String(100)),  # of the code
    Index(None, "workspace_id", "id"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("run_id", ID, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("wave", sa.Text, nullable=False),
    Column("body", JSON, nullable=False),
    UniqueConstraint("run_id", "wave"),
    Index(None, "workspace_id", "wave", "id"),
)

# The responses and causes of the latest analysis as columns, in a workspace that is not anonymous.
tabulations = Table(
    "tabulations",
    metadata,
    workspace_column(primary_key=True),
    Column("revision", ID, nullable=False),  # of the workspace when it was tabulated
    Column("model", sa.String(100), nullable=False),
    Column("version", sa.String(100), nullable=False),  # of the code
    Column("body", sa.LargeBinary, nullable=False),  # `pipelines.tabulate.packing`
)

# The people of each published group of an anonymous workspace, so that later reports are compared with earlier ones.
published_groups = Table(
    "published_groups",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("kind", sa.String(16), nullable=False),
    Column("members", sa.LargeBinary, nullable=False),  # a bit for each response, compressed by zlib
    Index(None, "workspace_id"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("source_name", sa.Text, nullable=False),
    Column("digest", sa.String(64), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("rows_done", ID, nullable=False),
    Column("new", ID, nullable=False),
    Column("changed", ID, nullable=False),
    Column("unchanged", ID, nullable=False),
    Column("rejected", ID, nullable=False),
    Column("is_finished", sa.Boolean, nullable=False),
    UniqueConstraint("workspace_id", "digest"),
)

rejections = Table(
    "rejections",
    metadata,
    Column("id", ID, primary_key=True),
    workspace_column(),
    Column("import_id", ID, ForeignKey("imports.id", ondelete="CASCADE"), nullable=False),
    Column("line", ID, nullable=False),
    Column("reason", sa.Text, nullable=False),
    Column("row", sa.Text, nullable=False),
    Index(None, "import_id", "id"),
)

mappings = Table(
    "mappings",
    metadata,
    workspace_column(primary_key=True),
    Column("name", sa.Text, primary_key=True),
    Column("columns", JSON, nullable=False),  # the names of all columns of such a file
    Column("choice", JSON, nullable=False),  # {field of `ColumnChoice`: column or columns}
    Column("scale", sa.String(8)),
    Column("source", sa.Text),
    Column("keep_unknown", sa.Boolean, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)

efforts = Table(
    "efforts",
    metadata,
    workspace_column(primary_key=True),
    Column("cause", sa.Text, primary_key=True),  # kind:id
    Column("days", sa.Float, nullable=False),
)

# Causes that people marked as fixed, each from a wave on or from a day on.
fixes = Table(
    "fixes",
    metadata,
    workspace_column(primary_key=True),
    Column("cause", sa.Text, primary_key=True),  # kind:id
    Column("wave", sa.Text),
    Column("date", sa.Date),
    Column("target", sa.Float),  # rate, 0 … 1; NULL: half of the rate before
    Column("release", sa.Text),
)

audits = Table(
    "audits",
    metadata,
    content_hash_column(primary_key=True),
    Column("workspace_id", ID, primary_key=True),
    Column("labels", JSON, nullable=False),  # [[theme, polarity], …]
    Column("labelled_at", UtcDateTime, nullable=False),
    of_comment(ondelete="CASCADE"),
)
