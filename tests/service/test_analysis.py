"""`analyse`: one at a time per workspace, continued after a kill, and skipped if nothing has changed."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection as Pipe

import pytest
from sqlalchemy import Engine

from saywhy import store
from saywhy.annotation import Annotation
from saywhy.errors import AnalysisRunning, NothingToAnalyse, WaveNotFound
from saywhy.feedback import Comment, Response, Score
from saywhy.run import Run, RunState
from saywhy.topic import EditKind
from service import analysis, runs
from service.reports.reading import list_waves, read_report
from tests.doubles import FakeAnnotator

COMPLAINTS = ("Support never answers", "Der Preis ist zu hoch", "物流太慢了", "The app crashes on start")


class HangingAnnotator(FakeAnnotator):
    """Annotates one batch, then signals on the pipe and hangs."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        if self.annotated:
            self._pipe.send("hanging")
            time.sleep(600)
        return super().annotate(comments)


def fill(engine: Engine, count: int = 40) -> int:
    """A workspace with `count` responses, each with a distinct comment; its id."""
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "acme")
        store.responses.save(connection, workspace, [response(number) for number in range(count)])
    return workspace


def response(number: int) -> Response:
    """A response with one of a few complaints, distinct by its number."""
    return Response("test", str(number), Score(number % 11), Comment(f"{COMPLAINTS[number % 4]} {number}"), wave="W1")


def content_hash(response: Response) -> str:
    """The content hash of its comment."""
    assert response.comment is not None
    return response.comment.content_hash


def analyse(engine: Engine, annotator: FakeAnnotator | None = None) -> Run:
    """As `saywhy analyse`."""
    return analysis.analyse(engine, "acme", annotator or FakeAnnotator(), progress=lambda *_: None)


def analyse_and_hang(url: str, batch: int, pipe: Pipe) -> None:
    """The work of the process that is killed."""
    analysis.BATCH = batch
    analyse(store.open_store(url), HangingAnnotator(pipe))


@pytest.mark.slow
def test_a_killed_analysis_is_marked_and_goes_on(sqlite_engine: Engine, sqlite_url: str) -> None:
    """A second analysis is refused while another process analyses. After that is killed, its run is marked as failed
    with a reason, and the next analysis annotates only what it had not annotated.
    """
    workspace = fill(sqlite_engine)
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    other = context.Process(target=analyse_and_hang, args=(sqlite_url, 16, sender), daemon=True)
    other.start()
    assert receiver.poll(120)
    annotator = FakeAnnotator()
    with pytest.raises(AnalysisRunning):
        analyse(sqlite_engine, annotator)
    runs.end_abandoned(sqlite_engine, "acme")
    assert states(sqlite_engine, workspace) == [RunState.RUNNING]
    other.kill()
    other.join()
    runs.end_abandoned(sqlite_engine, "acme")
    assert states(sqlite_engine, workspace) == [RunState.FAILED]
    analyse(sqlite_engine, annotator)
    assert annotator.annotated == 40 - 16
    with store.reading(sqlite_engine) as connection:
        killed, done = store.runs.load(connection, workspace)
        report = store.reports.latest(connection, workspace, "all")
    assert (killed.detail, done.state) == (store.runs.ABANDONED, RunState.SUCCEEDED)
    assert (report.counts.comments, sum(count for _, count in report.sentiment)) == (40, 40)


def test_the_next_analysis_marks_it_too(sqlite_engine: Engine) -> None:
    """The next analysis marks a run that was left running as failed."""
    workspace = fill(sqlite_engine, 4)
    with sqlite_engine.begin() as connection:
        store.runs.start(connection, workspace, "test-0")
    analyse(sqlite_engine)
    assert states(sqlite_engine, workspace) == [RunState.FAILED, RunState.SUCCEEDED]


def test_nothing_new_costs_nothing(sqlite_engine: Engine) -> None:
    """A second analysis computes nothing and says so, unless a score, an edit, an audit or the model has changed, or a
    run has failed.
    """
    workspace = fill(sqlite_engine, 8)
    first, again = analyse(sqlite_engine), analyse(sqlite_engine)
    assert (again.state, again.detail) == (RunState.SUCCEEDED, f"nothing new since run {first.id}")

    def changes(connection: store.Connection) -> Iterator[None]:
        store.responses.save(connection, workspace, [replace(response(0), score=Score(10))])
        yield
        run = store.runs.start(connection, workspace, FakeAnnotator.model)
        store.runs.finish(connection, workspace, run.id, RunState.FAILED, "disk full")
        yield
        at = datetime(2026, 7, 1, tzinfo=UTC)
        store.topic_edits.add(connection, workspace, EditKind.PIN, "t", {}, author="me", note=None, at=at)
        yield
        store.audits.save(connection, workspace, {content_hash(response(0)): ()})
        yield

    with sqlite_engine.connect() as connection, connection.begin():
        for _ in changes(connection):
            assert store.runs.unchanged_since(connection, workspace, FakeAnnotator.model) is None
            run = store.runs.start(connection, workspace, FakeAnnotator.model)
            store.runs.finish(connection, workspace, run.id, RunState.SUCCEEDED)
            assert store.runs.unchanged_since(connection, workspace, FakeAnnotator.model) is not None
            assert store.runs.unchanged_since(connection, workspace, "another") is None
        store.responses.save(connection, workspace, [response(1)])
        assert store.runs.unchanged_since(connection, workspace, FakeAnnotator.model) is not None
        connection.rollback()


def test_what_is_new_is_in_the_next_report(sqlite_engine: Engine) -> None:
    """The next analysis annotates the responses that were imported since, and no others."""
    workspace = fill(sqlite_engine, 8)
    analyse(sqlite_engine)
    with sqlite_engine.begin() as connection:
        store.responses.save(connection, workspace, [response(8)])
    annotator = FakeAnnotator()
    assert analyse(sqlite_engine, annotator).detail is None
    assert annotator.annotated == 1
    with store.reading(sqlite_engine) as connection:
        assert store.reports.latest(connection, workspace, "all").counts.responses == 9


def test_a_wave_of_which_nobody_is_any_more_has_no_report(sqlite_engine: Engine) -> None:
    """Its responses are of another wave now; what was said of it was not true any more."""
    workspace = fill(sqlite_engine, 20)
    analysis.analyse(sqlite_engine, "acme", FakeAnnotator(), progress=lambda *_: None)
    with sqlite_engine.begin() as connection:
        store.responses.save(connection, workspace, [replace(response(at), wave="W2") for at in range(20)])
    analysis.analyse(sqlite_engine, "acme", FakeAnnotator(), progress=lambda *_: None)
    assert set(list_waves(sqlite_engine, "acme")) == {"W2", "all"}
    with pytest.raises(WaveNotFound):
        read_report(sqlite_engine, "acme", "W1")


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["clean", "annotate", "topics", "report"])
def test_an_import_meanwhile_is_in_the_report_or_not_at_all(engine: Engine, stage: str) -> None:
    """Responses that arrive during any stage are counted with their comments read, or wait for the next analysis."""
    workspace = fill(engine)
    arrived = [False]

    def arrive(at: str, *_: int) -> None:
        if at == stage and not arrived[0]:
            arrived[0] = True
            with engine.begin() as connection:
                store.responses.save(connection, workspace, [response(number) for number in range(40, 90)])

    analysis.analyse(engine, "acme", FakeAnnotator(), progress=arrive)
    report = read_report(engine, "acme", "all")
    expected = 90 if stage in ("clean", "annotate") else 40
    assert report.nps is not None
    assert report.nps.n == expected
    assert [issue.mentions for issue in report.issues if str(issue.key) == "theme:support"] == [expected]
    analyse(engine)
    assert read_report(engine, "acme", "all").counts.responses == 90


def test_one_holds_a_workspace_at_a_time(engine: Engine) -> None:
    """A second analysis of the workspace is refused; other workspaces are not affected; afterwards it is free again."""
    with engine.begin() as connection:
        one, other = (store.workspaces.ensure(connection, name) for name in ("one", "other"))
    with store.analysing(engine, one):
        with pytest.raises(AnalysisRunning, match="Another process"), store.analysing(engine, one):
            pass
        with store.analysing(engine, other), engine.begin() as connection:
            store.workspaces.ensure(connection, "others may write")
    with store.analysing(engine, one):
        pass


def test_an_analysis_of_nothing_leaves_no_run(sqlite_engine: Engine) -> None:
    """Without responses there is no run, and the workspace stays free."""
    workspace = fill(sqlite_engine, 0)
    for _ in range(2):
        with pytest.raises(NothingToAnalyse):
            analyse(sqlite_engine)
    assert states(sqlite_engine, workspace) == []


def states(engine: Engine, workspace: int) -> list[RunState]:
    """The state of each run."""
    with store.reading(engine) as connection:
        return [run.state for run in store.runs.load(connection, workspace)]
