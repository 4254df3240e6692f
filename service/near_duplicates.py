"""The index of near-duplicates: made of what was kept of the comments that are cleaned already."""

from __future__ import annotations

from collections.abc import Collection

from pipelines.clean.near_duplicates import DuplicateIndex
from saywhy import store
from saywhy.store import Engine

#: Comments per transaction.
_BATCH = 2048


def load_index(engine: Engine, workspace_id: int) -> DuplicateIndex:
    """The index of all cleaned answers. It reads texts only as they are compared with new ones.

    Answers that an earlier version has cleaned have no fingerprint: they are read once, and get one.
    """

    def verbatims(content_hashes: Collection[str]) -> dict[str, str]:
        with store.reading(engine) as connection:
            comments = store.comments.by_hash(connection, workspace_id, content_hashes)
        return {content_hash: comment.verbatim for content_hash, comment in comments.items()}

    with store.reading(engine) as connection:
        index = DuplicateIndex(store.fingerprints.load(connection, workspace_id), verbatims)
    for copies in (False, True):  # originals first, so that they are originals again
        _add_missing(engine, workspace_id, index, copies=copies)
    return index


def _add_missing(engine: Engine, workspace_id: int, index: DuplicateIndex, *, copies: bool) -> None:
    """Add the answers without a fingerprint to the index, and keep theirs."""
    last_hash = ""
    while True:
        with engine.begin() as connection:
            batch = store.fingerprints.missing(connection, workspace_id, _BATCH, copies=copies, after=last_hash)
            if not batch:
                return
            index.add(batch)
            store.fingerprints.save(connection, workspace_id, index.fingerprints)
        last_hash = batch[-1].content_hash
