"""Runs, reports and imports, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine

from saywhy import store
from saywhy.errors import Conflict, NotFound, RunAlreadyEnded, WaveNotFound
from saywhy.estimate import Nps
from saywhy.feedback import Rejection, Response, Score
from saywhy.issue import Issue, Quote
from saywhy.note import Note
from saywhy.report import Counts, GroupNps, RatingSummary, Report
from saywhy.run import RunState
from saywhy.store.responses import SaveCounts

NPS = Nps(score=-12.5, low=-30.25, high=5.125, n=80, promoters=30, passives=10, detractors=40)
ISSUE = Issue(
    rank=1,
    kind="topic",
    id="t-1",
    label="送货 · 太慢",
    theme="delivery",
    impact=4.5,
    low=1.25,
    high=7.75,
    mentions=20,
    detractors=18,
    promoters=0,
    significant=True,
    keywords=("送货", "late"),
    languages=("de", "zh-Hans"),
    waves=(("2026-Q1", 5), ("2026-Q2", 15)),
    is_new=True,
    concentrated_in="industry=retail",
    revenue_at_risk=12000.5,
    quotes=(Quote("Viel zu spät 😠", 0, 12, "de", 0, "2026-Q2", ("industry=retail",)),),
)
REPORT = Report(
    wave="2026-Q2",
    generated_at="2026-07-01T00:00:00+00:00",
    model="core-1",
    counts=Counts(100, 80, 60, 5, 2),
    nps=NPS,
    nps_with_comment=None,
    ratings=(RatingSummary("1-5", 20, 3.5, 0.25),),
    waves=(GroupNps("2026-Q1", NPS),),
    segments=(GroupNps("industry=retail", NPS),),
    languages=(("de", 40), ("zh-Hant", 20)),
    sentiment=(("negative", 40),),
    issues=(ISSUE,),
    delights=(),
    notes=(Note("association", {"n": 60}), Note("dropped", {"names": ("city", "价格"), "share": 0.5})),
)


def test_a_run_starts_and_ends(connection: Connection, workspace_id: int) -> None:
    """A run starts in state running; its end is stored with the reason."""
    assert store.runs.latest(connection, workspace_id) is None
    first = store.runs.start(connection, workspace_id, "core-1")
    assert (first.state, first.model, first.ended_at) == (RunState.RUNNING, "core-1", None)
    failed = store.runs.finish(connection, workspace_id, first.id, RunState.FAILED, "disk full")
    assert (failed.state, failed.detail, failed.started_at) == (RunState.FAILED, "disk full", first.started_at)
    assert failed.ended_at is not None
    assert failed.ended_at >= failed.started_at
    second = store.runs.start(connection, workspace_id, "core-1")
    assert store.runs.latest(connection, workspace_id) == second
    assert store.runs.latest(connection, store.workspaces.ensure(connection, "other")) is None


@pytest.mark.parametrize("state", [state for state in RunState if state.is_terminal])
def test_a_terminal_state_is_final(connection: Connection, workspace_id: int, state: RunState) -> None:
    """A run in a terminal state cannot be ended again."""
    run = store.runs.start(connection, workspace_id, "core-1")
    ended = store.runs.finish(connection, workspace_id, run.id, state)
    with pytest.raises(RunAlreadyEnded, match=state):
        store.runs.finish(connection, workspace_id, run.id, RunState.SUCCEEDED)
    assert store.runs.latest(connection, workspace_id) == ended


def test_only_a_run_of_this_workspace_can_end(connection: Connection, workspace_id: int) -> None:
    """A run of another workspace is not found, and a run cannot end in a state that is not terminal."""
    run = store.runs.start(connection, workspace_id, "core-1")
    other = store.workspaces.ensure(connection, "other")
    with pytest.raises(NotFound, match=str(run.id)):
        store.runs.finish(connection, other, run.id, RunState.CANCELLED)
    with pytest.raises(ValueError, match="running"):
        store.runs.finish(connection, workspace_id, run.id, RunState.RUNNING)
    assert store.runs.latest(connection, workspace_id) == run


def test_a_report_comes_back_as_it_was(connection: Connection, workspace_id: int) -> None:
    """A loaded report equals the saved one, including tuples, Chinese text and `None`."""
    run = store.runs.start(connection, workspace_id, "core-1")
    store.reports.save(connection, workspace_id, run.id, REPORT)
    assert store.reports.latest(connection, workspace_id, "2026-Q2") == REPORT


def test_the_latest_report_counts(connection: Connection, workspace_id: int) -> None:
    """The latest report of a wave is that of the latest run, in the version that was saved last."""
    first = store.runs.start(connection, workspace_id, "core-1")
    store.reports.save(connection, workspace_id, first.id, REPORT)
    store.reports.save(connection, workspace_id, first.id, replace(REPORT, nps=None))
    assert store.reports.latest(connection, workspace_id, "2026-Q2").nps is None
    second = store.runs.start(connection, workspace_id, "core-2")
    store.reports.save(connection, workspace_id, second.id, replace(REPORT, model="core-2"))
    assert store.reports.latest(connection, workspace_id, "2026-Q2").model == "core-2"


def test_a_missing_wave_says_which_there_are(connection: Connection, workspace_id: int) -> None:
    """The error about a wave without a report lists the waves with one, in the order in which they were saved."""
    with pytest.raises(WaveNotFound, match="nothing has been analysed yet"):
        store.reports.latest(connection, workspace_id, "all")
    run = store.runs.start(connection, workspace_id, "core-1")
    for wave in ("Spring", "Autumn", "all"):
        store.reports.save(connection, workspace_id, run.id, replace(REPORT, wave=wave))
    assert store.reports.waves(connection, workspace_id) == ["Spring", "Autumn", "all"]
    with pytest.raises(WaveNotFound, match="'Summer'; there are: Spring, Autumn, all"):
        store.reports.latest(connection, workspace_id, "Summer")
    with pytest.raises(WaveNotFound):
        store.reports.latest(connection, store.workspaces.ensure(connection, "other"), "Spring")


def test_an_import_resumes(connection: Connection, workspace_id: int) -> None:
    """The same digest is the same import; counts of its batches are added."""
    rejections = [Rejection(7, "score 11 is outside 0-10", "r-7;11;ok"), Rejection(3, "no score", "\0 \ud83d")]
    started = store.imports.start(connection, workspace_id, "export.csv", "d1")
    assert (started.rows_done, started.accepted, started.rejected, started.finished) == (0, SaveCounts(), 0, False)
    store.imports.advance(connection, workspace_id, started.id, 5, SaveCounts(new=4, unchanged=1))
    step = store.imports.advance(connection, workspace_id, started.id, 10, SaveCounts(new=2, changed=1), rejections)
    again = store.imports.start(connection, workspace_id, "export.csv", "d1")
    assert again == step
    assert (again.rows_done, again.accepted, again.rejected) == (10, SaveCounts(new=6, changed=1, unchanged=1), 2)
    assert list(store.imports.rejections(connection, workspace_id, started.id)) == [
        rejections[0],
        Rejection(3, "no score", "\\x00 \\ud83d"),
    ]
    assert store.imports.finish(connection, workspace_id, started.id).finished
    assert store.imports.start(connection, workspace_id, "export.csv", "d1").finished
    assert store.imports.start(connection, workspace_id, "export.csv", "d2").id != started.id
    other = store.workspaces.ensure(connection, "other")
    assert store.imports.start(connection, other, "export.csv", "d1").rows_done == 0
    with pytest.raises(NotFound):
        store.imports.finish(connection, other, started.id)


def test_an_import_can_begin_again(connection: Connection, workspace_id: int) -> None:
    """A restarted import begins at the first row, without its earlier rejections."""
    started = store.imports.start(connection, workspace_id, "export.csv", "d1")
    store.imports.advance(connection, workspace_id, started.id, 5, SaveCounts(new=4), [Rejection(2, "no score", "x")])
    store.imports.finish(connection, workspace_id, started.id)
    assert store.imports.restart(connection, workspace_id, started.id) == started
    assert list(store.imports.rejections(connection, workspace_id, started.id)) == []


def test_rows_and_progress_are_committed_together(engine: Engine) -> None:
    """A batch whose process is killed leaves neither rows nor progress, so the next attempt repeats it completely."""
    with engine.begin() as connection:
        acme = store.workspaces.ensure(connection, "acme")
        started = store.imports.start(connection, acme, "export.csv", "d1")

    def step() -> None:
        with engine.begin() as connection:
            saved = store.responses.save(connection, acme, [Response("file", "1", Score(9))])
            store.imports.advance(connection, acme, started.id, 1, saved)
            if not killed:
                killed.append(True)
                raise KeyboardInterrupt

    killed: list[bool] = []
    with pytest.raises(KeyboardInterrupt):
        step()
    with store.reading(engine) as connection:
        assert store.responses.count(connection, acme) == 0
    step()
    with engine.begin() as connection:
        assert store.responses.count(connection, acme) == 1
        assert store.imports.start(connection, acme, "export.csv", "d1").accepted == SaveCounts(new=1)


def test_two_processes_cannot_import_the_same_rows(connection: Connection, workspace_id: int) -> None:
    """The second process that imports the same rows gets a `Conflict`."""
    started = store.imports.start(connection, workspace_id, "export.csv", "d1")
    store.imports.advance(connection, workspace_id, started.id, 5, SaveCounts(new=5))
    with pytest.raises(Conflict, match="another process"):
        store.imports.advance(connection, workspace_id, started.id, 5, SaveCounts(unchanged=5))
