"""Domain ↔ SQL: what is kept between commands. Plain functions on a connection, one module a noun.

    engine = store.open_store("sqlite:///saywhy.db")
    with engine.begin() as connection:          # a transaction that may write
        workspace = store.workspaces.ensure(connection, "default")
        store.responses.save(connection, workspace, batch)
    with store.reading(engine) as connection:   # a snapshot; neither waits for writers nor holds them up
        for response in store.responses.load(connection, workspace): ...

No function commits: the caller's transaction decides. Iterators stream; use them up inside their transaction.
"""

from sqlalchemy import Connection, Engine

from saywhy.store import (
    annotations,
    audits,
    clusters,
    comments,
    efforts,
    imports,
    reports,
    responses,
    runs,
    topic_edits,
    topics,
    workspaces,
)
from saywhy.store.engine import check, open_store, reading
from saywhy.store.locks import analysing

__all__ = [
    "Connection",
    "Engine",
    "analysing",
    "annotations",
    "audits",
    "check",
    "clusters",
    "comments",
    "efforts",
    "imports",
    "open_store",
    "reading",
    "reports",
    "responses",
    "runs",
    "topic_edits",
    "topics",
    "workspaces",
]
