"""One analysis at a time, and one that was killed: what is marked, what is kept, what is done again."""

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
from saywhy.annotation import Annotation, Polarity
from saywhy.code_frame import load_code_frame
from saywhy.errors import AnalysisRunning, NothingToAnalyse
from saywhy.feedback import Comment, Response, Score
from saywhy.run import Run, RunState
from saywhy.topic import EditKind
from service import analysis
from tests.builders.answers import annotate

SAID = ("Support never answers", "Der Preis ist zu hoch", "物流太慢了", "The app crashes on start")


class Reader:
    """An annotator that takes every comment for a complaint about support, and counts what it reads."""

    model = "test-1"
    code_frame = load_code_frame()

    def __init__(self) -> None:
        self.read = 0

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        self.read += len(comments)
        return [annotate(comment, [(0, len(comment.verbatim), "support", Polarity.NEGATIVE)]) for comment in comments]


class Stuck(Reader):
    """Reads one batch and then hangs, having said so."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        if self.read:
            self._pipe.send("stuck")
            time.sleep(600)
        return super().annotate(comments)


def fill(engine: Engine, count: int = 40) -> int:
    """A workspace with so many responses, each with a comment of its own."""
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "acme")
        store.responses.save(connection, workspace, [response(number) for number in range(count)])
    return workspace


def response(number: int) -> Response:
    """One of a few complaints, made distinct by its number."""
    return Response("test", str(number), Score(number % 11), Comment(f"{SAID[number % 4]} {number}"), wave="W1")


def hashed(given: Response) -> str:
    """The content hash of its comment."""
    assert given.comment is not None
    return given.comment.content_hash


def analyse(engine: Engine, reader: Reader) -> Run:
    """As `saywhy analyse`."""
    return analysis.analyse(engine, "acme", reader, progress=lambda *_: None)  # type: ignore[arg-type]


def analyse_and_hang(url: str, batch: int, pipe: Pipe) -> None:
    """The work of a process that will be killed."""
    analysis.BATCH = batch
    analyse(store.open_store(url), Stuck(pipe))


def test_a_killed_analysis_is_marked_and_goes_on(sqlite_engine: Engine, sqlite_url: str) -> None:
    """While another process analyses, a second analysis is refused; once that is killed, its run is failed with a
    reason, and the next one reads only what it had not read.
    """
    workspace = fill(sqlite_engine)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    other = context.Process(target=analyse_and_hang, args=(sqlite_url, 16, theirs), daemon=True)
    other.start()
    assert ours.poll(120)
    reader = Reader()
    with pytest.raises(AnalysisRunning):
        analyse(sqlite_engine, reader)
    analysis.end_abandoned(sqlite_engine, workspace)
    assert states(sqlite_engine, workspace) == [RunState.RUNNING]
    other.kill()
    other.join()
    analysis.end_abandoned(sqlite_engine, workspace)
    assert states(sqlite_engine, workspace) == [RunState.FAILED]
    analyse(sqlite_engine, reader)
    assert reader.read == 40 - 16
    with store.reading(sqlite_engine) as connection:
        killed, done = store.runs.load(connection, workspace)
        report = store.reports.latest(connection, workspace, "all")
    assert (killed.detail, done.state) == (store.runs.ABANDONED, RunState.SUCCEEDED)
    assert (report.counts.comments, sum(count for _, count in report.sentiment)) == (40, 40)


def test_the_next_analysis_marks_it_too(sqlite_engine: Engine) -> None:
    """A run that was left running is failed by the analysis that comes next, without anybody asking."""
    workspace = fill(sqlite_engine, 4)
    with sqlite_engine.begin() as connection:
        store.runs.start(connection, workspace, "test-0")
    analyse(sqlite_engine, Reader())
    assert states(sqlite_engine, workspace) == [RunState.FAILED, RunState.SUCCEEDED]


def test_nothing_new_costs_nothing(sqlite_engine: Engine) -> None:
    """A second analysis says that nothing is new and leaves the reports as they are; a changed score is new, and so is
    a failed run, an edit, an audit or another model.
    """
    workspace = fill(sqlite_engine, 8)
    first, again = analyse(sqlite_engine, Reader()), analyse(sqlite_engine, Reader())
    assert (again.state, again.detail) == (RunState.SUCCEEDED, f"nothing new since run {first.id}")

    def changes(connection: store.Connection) -> Iterator[None]:
        store.responses.save(connection, workspace, [replace(response(0), score=Score(10))])
        yield
        run = store.runs.start(connection, workspace, Reader.model)
        store.runs.finish(connection, workspace, run.id, RunState.FAILED, "disk full")
        yield
        at = datetime(2026, 7, 1, tzinfo=UTC)
        store.topic_edits.add(connection, workspace, EditKind.PIN, "t", {}, author="me", note=None, at=at)
        yield
        store.audits.save(connection, workspace, {hashed(response(0)): ()})
        yield

    with sqlite_engine.connect() as connection, connection.begin():
        for _ in changes(connection):
            assert store.runs.unchanged_since(connection, workspace, Reader.model) is None
            run = store.runs.start(connection, workspace, Reader.model)
            store.runs.finish(connection, workspace, run.id, RunState.SUCCEEDED)
            assert store.runs.unchanged_since(connection, workspace, Reader.model) is not None
            assert store.runs.unchanged_since(connection, workspace, "another") is None
        store.responses.save(connection, workspace, [response(1)])
        assert store.runs.unchanged_since(connection, workspace, Reader.model) is not None
        connection.rollback()


def test_what_is_new_is_in_the_next_report(sqlite_engine: Engine) -> None:
    """A response that comes in after an analysis is read by the next one, and no other."""
    workspace = fill(sqlite_engine, 8)
    analyse(sqlite_engine, Reader())
    with sqlite_engine.begin() as connection:
        store.responses.save(connection, workspace, [response(8)])
    reader = Reader()
    assert analyse(sqlite_engine, reader).detail is None
    assert reader.read == 1
    with store.reading(sqlite_engine) as connection:
        assert store.reports.latest(connection, workspace, "all").counts.responses == 9


def test_one_holds_a_workspace_at_a_time(engine: Engine) -> None:
    """Whoever comes second is refused, another workspace is not concerned, and afterwards it is free again."""
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
    """Where nothing was imported there is nothing to do, and nothing is held afterwards."""
    workspace = fill(sqlite_engine, 0)
    for _ in range(2):
        with pytest.raises(NothingToAnalyse):
            analyse(sqlite_engine, Reader())
    assert states(sqlite_engine, workspace) == []


def states(engine: Engine, workspace: int) -> list[RunState]:
    """How each run stands."""
    with store.reading(engine) as connection:
        return [found.state for found in store.runs.load(connection, workspace)]
