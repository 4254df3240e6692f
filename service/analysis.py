"""The whole way on one screen: clean → annotate → topics → impact → report. The only stage that touches the store.

Cleaning and annotating are kept batch by batch, so a run that was killed goes on where it stopped, and a rerun does
only what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models.annotator import Annotator
from saywhy import store
from saywhy.errors import AnalysisRunning, NothingToAnalyse
from saywhy.run import Run, RunState

if TYPE_CHECKING:
    from pipelines.annotate.columns import Annotations
    from pipelines.topics.labelling.llm_endpoint import LabelEndpoint
    from saywhy.feedback import Response
    from saywhy.report import Report
    from saywhy.store import Engine

#: Called with the stage, how much of it is done, and how much there is (0 where that is not known).
Progress = Callable[[str, int, int], None]

BATCH = 2048


def analyse(
    engine: Engine,
    workspace: str,
    annotator: Annotator,
    *,
    progress: Progress,
    refit: bool = False,
    labels: LabelEndpoint | None = None,
) -> Run:
    """Analyse what is in the workspace and keep a report for each wave and one for all.

    `refit` clusters all feedback into topics once more, rather than assigning what is new to those there are.
    Where nothing has changed since the run before, that one's reports stand and nothing is computed.
    Raises `NothingToAnalyse` where no response has been imported and `AnalysisRunning` where another process is at it.
    A run that fails says why and can be repeated.
    """
    with engine.begin() as connection:
        place = store.workspaces.ensure(connection, workspace)
        if not store.responses.count(connection, place):
            raise NothingToAnalyse
    with store.analysing(engine, place):
        return _analyse(engine, place, annotator, progress, refit, labels)


def end_abandoned(engine: Engine, workspace: int) -> None:
    """Fail the runs that a killed process left running. Does nothing while an analysis is under way."""
    with suppress(AnalysisRunning), store.analysing(engine, workspace), engine.begin() as connection:
        store.runs.end_abandoned(connection, workspace)


def _analyse(
    engine: Engine, place: int, annotator: Annotator, progress: Progress, refit: bool, labels: LabelEndpoint | None
) -> Run:
    with engine.begin() as connection:
        store.runs.end_abandoned(connection, place)
        before = None if refit else store.runs.unchanged_since(connection, place, annotator.model)
        run = store.runs.start(connection, place, annotator.model)
        if before is not None:
            return store.runs.finish(
                connection, place, run.id, RunState.SUCCEEDED, f"nothing new since run {before.id}"
            )
    try:
        clean_new(engine, place, progress)
        annotate_new(engine, place, annotator, progress)
        annotations = read_annotations(engine, place, annotator)
        find_causes(engine, place, annotator, annotations, progress, refit=refit, labels=labels)
        write_reports(engine, place, annotator, annotations, run, progress)
    except BaseException as error:
        state = RunState.CANCELLED if isinstance(error, KeyboardInterrupt) else RunState.FAILED
        with engine.begin() as connection:
            store.runs.finish(connection, place, run.id, state, str(error) or type(error).__name__)
        raise
    with engine.begin() as connection:
        return store.runs.finish(connection, place, run.id, RunState.SUCCEEDED)


def clean_new(engine: Engine, workspace: int, progress: Progress) -> None:
    """Language, non-answers and duplicates of the comments that came since the last run."""
    from pipelines.clean.comments import clean
    from pipelines.clean.near_duplicates import DuplicateIndex

    seen, done = DuplicateIndex(), 0
    with store.reading(engine) as connection:
        if not store.comments.uncleaned(connection, workspace, 1):
            return
        seen.add([comment for comment in store.comments.load(connection, workspace) if comment.is_answer])
    while True:
        with engine.begin() as connection:
            batch = store.comments.uncleaned(connection, workspace, BATCH)
            if not batch:
                break
            store.comments.save_cleaned(connection, workspace, clean(batch, seen))
        done += len(batch)
        progress("clean", done, 0)


def annotate_new(engine: Engine, workspace: int, annotator: Annotator, progress: Progress) -> None:
    """Annotate the answers that this model version has not read."""
    after, done = None, 0
    while True:
        with engine.begin() as connection:
            batch = store.comments.unannotated(connection, workspace, annotator.model, BATCH, after=after)
        if not batch:
            break
        found = annotator.annotate(batch)
        with engine.begin() as connection:
            hashes = [comment.content_hash for comment in batch]
            store.annotations.save(connection, workspace, dict(zip(hashes, found, strict=True)))
        after, done = hashes[-1], done + len(batch)
        progress("annotate", done, 0)


def read_annotations(engine: Engine, workspace: int, annotator: Annotator) -> Annotations:
    """What this model version has said of all comments, at once."""
    from pipelines.annotate.columns import Annotations

    with store.reading(engine) as connection:
        return Annotations.of(store.annotations.load(connection, workspace, annotator.model))


def find_causes(
    engine: Engine,
    workspace: int,
    annotator: Annotator,
    annotations: Annotations,
    progress: Progress,
    *,
    refit: bool = False,
    labels: LabelEndpoint | None = None,
) -> None:
    """Assign new clauses to known topics and find emerging ones, or cluster all anew; then apply what people said."""
    from pipelines.topics.clauses import ClauseSet, clauses_of
    from pipelines.topics.labelling.llm_endpoint import write_labels
    from pipelines.topics.tracking.grow import grow, is_due
    from pipelines.topics.tracking.refit import refit as cluster_all
    from service.topics.state import applied, publish, remember

    progress("topics", 0, 1)
    with store.reading(engine) as connection:
        comments = {comment.content_hash: comment for comment in store.comments.load(connection, workspace)}
        units, vectors = clauses_of(comments, annotations)
        known = remember(connection, workspace)
        held = applied(connection, workspace).held
        is_anonymous = store.workspaces.anonymity_key(connection, workspace) is not None
    material, now, themes = ClauseSet.of(units, vectors), datetime.now(UTC), annotator.code_frame
    all_anew = refit or known is None or is_due(known, annotator.model, len(units))
    if known is None or all_anew:
        found = cluster_all(known, material, themes=themes, model=annotator.model, now=now, held=held)
    else:
        found = grow(known, material, themes=themes, model=annotator.model, now=now, held=held)
    clusters = found.clusters
    if labels is not None and not is_anonymous:
        clusters = write_labels(clusters, found.members, comments, labels, since=now)
    with engine.begin() as connection:
        store.clusters.save(connection, workspace, found.fit, clusters, found.lineage)
        store.clusters.save_members(connection, workspace, found.members, all_anew=all_anew)
        store.clusters.date(connection, workspace)
        publish(connection, workspace)
    progress("topics", 1, 1)


def write_reports(
    engine: Engine, workspace: int, annotator: Annotator, annotations: Annotations, run: Run, progress: Progress
) -> None:
    """Compute and keep a report for each wave and one for all."""
    from pipelines.disclosure import differencing
    from pipelines.disclosure.suppression import small_waves
    from pipelines.report.build import report_on
    from pipelines.report.effort import weigh
    from pipelines.tabulate.survey_data import tabulate
    from saywhy.report import ALL_WAVES

    with store.reading(engine) as connection:
        anonymous = store.workspaces.anonymity_key(connection, workspace) is not None
        responses: Iterable[Response] = store.responses.load(connection, workspace)
        history: dict[str, list[Report]] = {}
        before: dict[str, Report] = {}
        if anonymous:
            history = store.reports.history(connection, workspace)
            before = {wave: earlier[0] for wave, earlier in history.items()}
            counts = differencing.published_counts(before, ALL_WAVES)
            allowed = differencing.limits(store.responses.load(connection, workspace), counts)
            hidden = small_waves(differencing.within(store.responses.load(connection, workspace), allowed))
            responses = (found for found in differencing.within(responses, allowed) if found.wave not in hidden)
        audits = store.audits.load(connection, workspace)
        data = tabulate(
            responses,
            annotations,
            store.topics.load(connection, workspace),
            store.topics.assignments(connection, workspace),
            annotator.code_frame,
        )
    now = datetime.now(UTC)
    waves = (*data.waves, ALL_WAVES)
    published: list[Report] = []
    hidden_causes: set[tuple[str, str, str]] = set()
    for done, wave in enumerate(waves):
        progress("report", done, len(waves))
        report = report_on(wave, data, annotator.model, now, anonymous=anonymous, published=published, audits=audits)
        if anonymous:
            shown = differencing.against(report, history.get(wave, ()), hidden_causes if wave == ALL_WAVES else ())
            hidden_causes |= differencing.withdrawn(report, shown)
            report = shown
        published.append(report)
    if any(differencing.was_edited(report, before.get(report.wave)) for report in published):
        published = list(before.values())
    with engine.begin() as connection:
        efforts = store.efforts.load(connection, workspace)
        for report in published:
            store.reports.save(connection, workspace, run.id, weigh(report, efforts))
    progress("report", len(waves), len(waves))
