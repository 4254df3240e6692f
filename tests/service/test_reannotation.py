"""Annotating with a promoted version ahead of the next analysis."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection as Pipe

import pytest
from sqlalchemy import Engine

from saywhy import store
from saywhy.errors import AnalysisRunning, WorkspaceNotFound
from service import analysis
from service.reannotation import Reannotated, reannotate
from tests.doubles import FakeAnnotator
from tests.service.test_analysis import HangingAnnotator, analyse, fill


class Promoted(FakeAnnotator):
    """Another version."""

    model = "test-2"


class HangingPromoted(HangingAnnotator):
    """It hangs after one batch."""

    model = "test-2"


def reannotate_and_hang(url: str, pipe: Pipe) -> None:
    """The work of the process that is killed."""
    analysis.BATCH = 16
    reannotate(store.open_store(url), "acme", HangingPromoted(pipe), progress=lambda *_: None)


def models_of(engine: Engine, workspace: int) -> dict[str, int]:
    """How many annotations there are by each version."""
    with store.reading(engine) as connection:
        return {
            model: sum(1 for _ in store.annotations.load(connection, workspace, model))
            for model in ("test-1", "test-2")
        }


def test_a_promoted_version_annotates_ahead_of_the_analysis(sqlite_engine: Engine) -> None:
    """Annotations and reports of the version before stay; the next analysis annotates nothing and says its version."""
    workspace = fill(sqlite_engine)
    analyse(sqlite_engine)
    reported: list[tuple[str, int, int]] = []
    done = reannotate(sqlite_engine, "acme", Promoted(), progress=lambda *step: reported.append(step))
    assert done == Reannotated("test-2", 40)
    assert reported[-1] == ("annotate", 40, 40)
    assert models_of(sqlite_engine, workspace) == {"test-1": 40, "test-2": 40}
    assert _model_of_report(sqlite_engine, workspace) == "test-1"
    annotator = Promoted()
    analyse(sqlite_engine, annotator)
    assert (annotator.annotated, _model_of_report(sqlite_engine, workspace)) == (0, "test-2")
    assert reannotate(sqlite_engine, "acme", annotator, progress=lambda *_: None) == Reannotated("test-2", 0)
    with pytest.raises(WorkspaceNotFound):
        reannotate(sqlite_engine, "nobody", annotator, progress=lambda *_: None)


def _model_of_report(engine: Engine, workspace: int) -> str:
    with store.reading(engine) as connection:
        return store.reports.latest(connection, workspace, "all").model


@pytest.mark.slow
def test_a_killed_reannotation_goes_on(sqlite_engine: Engine, sqlite_url: str) -> None:
    """After kill -9 the batches that were saved are kept, and the rest is annotated; meanwhile no analysis starts."""
    workspace = fill(sqlite_engine)
    analyse(sqlite_engine)
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    other = context.Process(target=reannotate_and_hang, args=(sqlite_url, sender), daemon=True)
    other.start()
    assert receiver.poll(120)
    with pytest.raises(AnalysisRunning):
        analyse(sqlite_engine, Promoted())
    other.kill()
    other.join()
    assert models_of(sqlite_engine, workspace) == {"test-1": 40, "test-2": 16}
    annotator = Promoted()
    assert reannotate(sqlite_engine, "acme", annotator, progress=lambda *_: None).comments == 24
    assert annotator.annotated == 24
