"""The analysis: clean → annotate → topics → impact → report. Start reading here.

Each step reads from the store, computes with `pipelines` and writes the result back. Cleaning and annotating commit
batch by batch: an analysis that was stopped continues where it stopped, and a rerun computes only what is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pipelines.annotate.classification import CommentAnnotator, annotate
from pipelines.annotate.columns import Annotations
from pipelines.annotate.framed import FramedAnnotator
from pipelines.clean.comments import clean
from pipelines.topics.language_model.endpoint import LabelEndpoint
from saywhy import store
from saywhy.annotation import Annotation
from saywhy.errors import NothingToAnalyse
from saywhy.feedback import Comment
from saywhy.run import Run
from saywhy.store import Connection, Engine
from service import runs
from service.code_frames import forget_outdated, in_frame
from service.customer_health import record_health
from service.near_duplicates import load_index
from service.progress import Progress
from service.reports.writing import release_plan, write_reports
from service.topics.proposals import propose_merges
from service.topics.update import update_topics
from service.webhooks.events import tell_praise

#: Comments per transaction.
BATCH = 2048


def analyse(
    engine: Engine,
    workspace: str,
    annotator: CommentAnnotator,
    *,
    progress: Progress,
    refit: bool = False,
    label_endpoint: LabelEndpoint | None = None,
) -> Run:
    """Analyse the responses of a workspace, and keep one report per wave and one on all waves.

    Themes and causes are those of the code frame that the workspace uses, taught by what people corrected since.

    `refit` clusters all clauses into topics again instead of assigning new ones to known topics. `label_endpoint`
    names and defines discovered topics, and proposes merges. If nothing has changed since the previous run, its reports
    stay and nothing is computed. Raises `NothingToAnalyse` if there are no responses, and `AnalysisRunning` while
    another process analyses the workspace. A run that fails records its error and can be repeated.
    """
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, workspace)
        if not store.responses.count(connection, workspace_id):
            raise NothingToAnalyse
    with store.analysing(engine, workspace_id):
        annotator = in_frame(engine, workspace_id, annotator)
        run = runs.start(engine, workspace_id, annotator.model, refit=refit)
        if run.state.is_terminal:  # nothing has changed since the previous run, but time has passed
            _record_health(engine, workspace_id)
            return run
        try:
            with annotated_snapshot(engine, workspace_id, annotator, progress) as snapshot:
                annotations = Annotations.of(store.annotations.load(snapshot, workspace_id, annotator.model))
                plan = release_plan(snapshot, workspace_id)
                update_topics(
                    engine, snapshot, workspace_id, annotator, annotations, plan, progress,
                    refit=refit, label_endpoint=label_endpoint,
                )  # fmt: skip
                write_reports(engine, snapshot, workspace_id, annotator, annotations, plan, run, progress)
            if label_endpoint is not None:
                propose_merges(engine, workspace_id, label_endpoint)
            _record_health(engine, workspace_id)
        except BaseException as error:
            runs.fail(engine, workspace_id, run, error)
            raise
        return runs.succeed(engine, workspace_id, run, annotator.code_frame)


def _record_health(engine: Engine, workspace_id: int) -> None:
    """Raise an alert for each customer that turned."""
    with engine.begin() as connection:
        record_health(connection, workspace_id)


@contextmanager
def annotated_snapshot(
    engine: Engine, workspace_id: int, annotator: CommentAnnotator, progress: Progress
) -> Iterator[Connection]:
    """A read-only transaction in which every comment is annotated; what is imported meanwhile is not in it.

    All numbers of a report come from it: with half of an import, it would count responses whose comments were not read.
    """
    while True:
        clean_comments(engine, workspace_id, progress)
        annotate_comments(engine, workspace_id, annotator, progress)
        with store.reading(engine) as snapshot:
            if not _has_new_comments(snapshot, workspace_id, annotator.model):
                yield snapshot
                return


def _has_new_comments(connection: Connection, workspace_id: int, model: str) -> bool:
    """Whether comments were imported that are not cleaned or not annotated yet."""
    return bool(
        store.comments.uncleaned(connection, workspace_id, 1)
        or store.comments.unannotated(connection, workspace_id, model, 1)
    )


def clean_comments(engine: Engine, workspace_id: int, progress: Progress) -> None:
    """Find language, non-answers and near-duplicates of the comments that were imported since the last run."""
    with store.reading(engine) as connection:
        if not store.comments.uncleaned(connection, workspace_id, 1):
            return
    index, done = load_index(engine, workspace_id), 0
    while True:
        with engine.begin() as connection:
            batch = store.comments.uncleaned(connection, workspace_id, BATCH)
            if not batch:
                break
            cleaned = clean(batch, index)
            store.comments.save_cleaned(connection, workspace_id, cleaned, index.fingerprints)
        done += len(batch)
        progress("clean", done, 0)


def annotate_comments(
    engine: Engine, workspace_id: int, annotator: CommentAnnotator, progress: Progress, *, is_interim: bool = False
) -> None:
    """Annotate the answers that have no annotation by this model version.

    In a code frame of one's own: those of the models first (`is_interim`, of which nobody is told), and of these the
    ones in the frame, all anew if people have labelled more since.
    """
    if isinstance(annotator, FramedAnnotator):
        annotate_comments(engine, workspace_id, annotator.core, progress, is_interim=True)
        forget_outdated(engine, workspace_id, annotator)
    last_hash, done = None, 0
    with store.reading(engine) as connection:
        total = store.comments.count_unannotated(connection, workspace_id, annotator.model)
    while True:
        with engine.begin() as connection:
            batch = store.comments.unannotated(connection, workspace_id, annotator.model, BATCH, after=last_hash)
        if not batch:
            break
        annotations = _annotations(engine, workspace_id, batch, annotator)
        hashes = [comment.content_hash for comment in batch]
        with engine.begin() as connection:
            annotated = dict(zip(hashes, annotations, strict=True))
            store.annotations.save(connection, workspace_id, annotated)
            if not is_interim:
                tell_praise(connection, workspace_id, annotator.model, annotated)
        last_hash, done = hashes[-1], done + len(batch)
        progress("annotate", done, max(done, total))


def _annotations(
    engine: Engine, workspace_id: int, comments: Sequence[Comment], annotator: CommentAnnotator
) -> list[Annotation]:
    """One annotation for each comment: made of that of the models, where the annotator has a frame and there is one."""
    if not isinstance(annotator, FramedAnnotator):
        return annotate(comments, annotator)
    hashes = [comment.content_hash for comment in comments]
    with store.reading(engine) as connection:
        known = store.annotations.by_hash(connection, workspace_id, annotator.core.model, hashes, as_annotated=True)
    if any(key not in known for key in hashes):  # imported between the two rounds
        return annotate(comments, annotator)
    return annotator.relabelled(comments, [known[key] for key in hashes])
