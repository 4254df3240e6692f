"""Searching comments by meaning: the index of a workspace's clauses, kept in memory until its next analysis."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

from pipelines.annotate.classification import CommentAnnotator
from pipelines.clean.comments import clean
from pipelines.topics.meaning import CloseComment, CommentClauses, MeaningIndex
from saywhy import store
from saywhy.errors import Conflict
from saywhy.feedback import Comment
from saywhy.store import Connection, Engine
from saywhy.topic import ClusteringFit

#: Comments that a search by meaning finds at most, before those that it does not want are left out.
MOST = 5_000

_loading = Lock()


def closest_comments(
    engine: Engine, connection: Connection, workspace_id: int, text: str, annotator: CommentAnnotator
) -> list[CloseComment]:
    """The comments of the latest analysis that come closest to the text, the closest first; some may be gone since.

    Raises `Conflict` before the first analysis, and if another model version made it: vectors of two models cannot be
    compared.
    """
    fit = store.clusters.fit(connection, workspace_id)
    if fit is None:
        raise Conflict("comments can be searched by meaning once they have been analysed")
    if fit.model != annotator.model:
        raise Conflict(
            f"the comments were analysed with the model {fit.model}, this server has {annotator.model}: analyse again"
        )
    run = store.runs.latest(connection, workspace_id)
    [vector] = annotator.vectors([text])
    with _loading:  # a second request waits for the index instead of loading it too
        index = _index(engine, workspace_id, fit, run.id if run else 0)
    [read] = clean([Comment(text)])
    return index.closest(vector, read.language, MOST)


@lru_cache(maxsize=2)
def _index(engine: Engine, workspace_id: int, fit: ClusteringFit, _run: int) -> MeaningIndex:
    """The index as it is when it is first asked for during or after a run."""
    with store.reading(engine) as connection:
        rows = store.annotations.clause_vectors(connection, workspace_id, fit.model)
        return MeaningIndex.of((CommentClauses(*row) for row in rows), fit)
