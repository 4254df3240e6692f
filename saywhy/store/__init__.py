"""Domain ↔ SQL: what is kept between commands. Plain functions on a connection, one module a noun.

    engine = open_store("sqlite:///saywhy.db")
    with engine.begin() as connection:          # a transaction that may write
        workspace = workspaces.ensure(connection, "default")
        responses.save(connection, workspace, batch)
    with reading(engine) as connection:         # a snapshot; neither waits for writers nor holds them up
        for response in responses.load(connection, workspace): ...

No function commits: the caller's transaction decides. Iterators stream; use them up inside their transaction.
"""

from sqlalchemy import Connection, Engine

from saywhy.store.engine import check, open_store, reading

#: `Connection` and `Engine` are here so that callers can name what they pass along without importing SQLAlchemy.
__all__ = ["Connection", "Engine", "check", "open_store", "reading"]
