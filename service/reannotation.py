"""Annotating a workspace with the version that serves ahead of its next analysis, which then only has to count."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.annotate.classification import CommentAnnotator
from saywhy import store
from saywhy.store import Engine
from service.analysis import annotate_comments, clean_comments
from service.code_frames import in_frame
from service.progress import Progress


@dataclass(frozen=True, slots=True)
class Reannotated:
    """How many comments had no annotation by this version, and have one now."""

    model: str
    comments: int


def reannotate(engine: Engine, workspace: str, annotator: CommentAnnotator, *, progress: Progress) -> Reannotated:
    """Annotate the comments that have no annotation by this version, as an analysis does.

    Annotations of earlier versions stay, and reports with them until the next analysis. Batches are committed: what was
    stopped goes on where it stopped. Raises `WorkspaceNotFound`, and `AnalysisRunning` while an analysis runs.
    """
    with store.reading(engine) as connection:
        workspace_id = store.workspaces.find(connection, workspace)
    with store.analysing(engine, workspace_id):
        annotator = in_frame(engine, workspace_id, annotator)
        clean_comments(engine, workspace_id, progress)
        with store.reading(engine) as connection:
            comments = store.comments.count_unannotated(connection, workspace_id, annotator.model)
        annotate_comments(engine, workspace_id, annotator, progress)
    return Reannotated(annotator.model, comments)
