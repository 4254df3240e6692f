"""A version in the shadow answers too, nobody waits for it, and only counts are kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from models.promotion import promote, remove, start_shadow, stop_shadow
from models.registry import Registry
from saywhy import store
from saywhy.errors import Conflict, ModelNotFound
from saywhy.feedback import Comment, Response, Score
from saywhy.model_version import AgreementCount, AgreementKind, ShadowOrigin
from saywhy.settings import Settings
from service.analysis import analyse
from service.classification import classify
from service.files import JobFiles
from service.job_kinds import Models, RunningJob, ShadowArguments, follow_in_shadow
from service.responses import save_responses
from service.shadow import QUEUE, ShadowRequests
from service.shadow_agreement import read_agreement
from service.shadow_analysis import compare
from service.workspaces import create, promise_anonymity
from tests.builders.model_versions import add_version

_LEASE = timedelta(seconds=60)
TEXTS = [("Support never answers.", "en"), ("Der Preis ist zu hoch.", "de"), ("The staff were very friendly.", "en")]


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A registry with a champion and a candidate that is far more positive."""
    registry = Registry(tmp_path / "models")
    add_version(registry, 50.0)
    return registry


@pytest.fixture
def shadow(sqlite_engine: Engine, registry: Registry) -> Iterator[ShadowRequests]:
    """What compares requests of a server whose workspace is there."""
    create(sqlite_engine, "default")
    with closing(ShadowRequests(sqlite_engine, registry.root)) as shadow:
        yield shadow


def until(is_so: Callable[[], bool]) -> None:
    """Wait; the test fails if it is never so."""
    deadline = time.monotonic() + 300
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_requests_are_compared_after_they_are_answered(
    sqlite_engine: Engine, registry: Registry, annotator: Annotator
) -> None:
    """Started and stopped over HTTP, with no restart: the answers are those of the champion, and what is kept is how
    often both agree, by language, and no text.
    """
    create(sqlite_engine, "default")
    resources = replace(Resources(sqlite_engine, "default", annotator), registry=registry.root)
    body = {"comments": [{"id": 1, "text": text, "language": language} for text, language in TEXTS]}
    with TestClient(create_app(Settings(), resources)) as client:
        assert client.get("/v1/models/shadow").json() == {"shadow": None}
        assert client.delete("/v1/models/shadow").status_code == 404
        assert client.post("/v1/models/shadow", json={"version": "champion"}).status_code == 409
        assert client.post("/v1/models/shadow", json={"share": 1}).status_code == 200

        def compared() -> bool:
            answer = client.post("/v1/classify", json=body)
            assert {result["model"] for result in answer.json()["results"]} == {annotator.model}
            return bool(client.get("/v1/models/shadow").json()["shadow"]["total"]["comments"])

        until(compared)
        shown = client.get("/v1/models/shadow").json()["shadow"]
        assert shown["total"]["comments"] % 3 == 0
        assert shown["total"]["sentiment"] == pytest.approx(1 / 3)  # the shadow finds everything positive
        assert shown["total"]["themes"] == 1.0
        assert shown["champion"] == annotator.model
        assert "A version in the shadow" in client.get("/quality").text
        assert client.delete("/v1/models/shadow").status_code == 204
        assert client.get("/v1/models/shadow").json() == {"shadow": None}
    with sqlite_engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM shadow_counts")).all()
    assert not any("Support never" in str(value) for row in rows for value in row)


def test_what_there_is_no_room_for_is_dropped_and_counted(
    sqlite_engine: Engine, registry: Registry, annotator: Annotator, shadow: ShadowRequests
) -> None:
    """Offering never waits: beyond the queue comments are dropped, and how many is kept."""
    start_shadow(registry, "candidate", share=1, analyses=False, by="Ada")
    until(lambda: shadow.version is not None)
    answers = [*classify(TEXTS, annotator)] * 60
    items = TEXTS * 60
    offered = 20 * len(items)
    assert offered > QUEUE
    for _ in range(20):
        shadow.offer("default", items, [*answers])
    shadow.close()
    with store.reading(sqlite_engine) as connection:
        counts = store.shadow_counts.load(connection, annotator.model, shadow.version or "")
    compared = sum(each.compared for each in counts if each.kind is AgreementKind.COMMENTS)
    dropped = sum(each.compared for each in counts if each.kind is AgreementKind.DROPPED)
    assert dropped >= offered - QUEUE - len(items)
    assert compared + dropped <= offered


def test_a_share_of_the_requests_is_compared(
    sqlite_engine: Engine, registry: Registry, annotator: Annotator, shadow: ShadowRequests
) -> None:
    """A quarter is every fourth request; requests of anonymous workspaces are not counted."""
    create(sqlite_engine, "secret")
    promise_anonymity(sqlite_engine, "secret")
    start_shadow(registry, "candidate", share=0.25, analyses=False, by="Ada")
    until(lambda: shadow.version is not None)
    answers = [*classify(TEXTS[:1], annotator)]
    for _ in range(8):
        shadow.offer("default", TEXTS[:1], [*answers])
    until(lambda: _comments(sqlite_engine, registry, annotator) == 2)
    for _ in range(8):
        shadow.offer("secret", TEXTS[:1], [*answers])
    shadow.close()
    assert _comments(sqlite_engine, registry, annotator) == 2


def _comments(engine: Engine, registry: Registry, annotator: Annotator) -> int:
    agreement = read_agreement(engine, registry.root, annotator.model)
    assert agreement is not None
    return agreement.total.comments


@pytest.mark.slow
def test_an_analysis_is_compared_by_a_job(
    sqlite_engine: Engine, registry: Registry, annotator: Annotator, tmp_path: Path
) -> None:
    """It is added after an analysis if it is to be; done twice, as after a kill, it counts once."""
    create(sqlite_engine, "default")
    responses = [
        Response("survey", str(number), Score(5), Comment(text, language), wave="W1")
        for number, (text, language) in enumerate(TEXTS)
    ]
    save_responses(sqlite_engine, "default", responses)
    analyse(sqlite_engine, "default", annotator, progress=lambda *_: None)
    start_shadow(registry, "candidate", share=0, analyses=True, by="Ada")
    with sqlite_engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "default")
        for _ in range(2):
            follow_in_shadow(connection, workspace_id, registry.root)
    for _ in range(2):
        with sqlite_engine.begin() as connection:
            store.jobs.add(connection, workspace_id, "shadow", {})
            claim = store.claims.take(connection, "tests", _LEASE, deaths=20)
        assert claim is not None
        models = Models(registry.root, 1)
        compare(RunningJob(sqlite_engine, claim, JobFiles(tmp_path), models, lambda *_: None), ShadowArguments())
    agreement = read_agreement(sqlite_engine, registry.root, annotator.model, "default")
    assert agreement is not None
    assert agreement.total.comments == 3
    assert agreement.total.sentiment == pytest.approx(1 / 3)
    assert [each.language for each in agreement.languages] == ["other"]  # fewer than five comments each


def test_the_shadow_ends_when_it_serves(registry: Registry) -> None:
    """Promoted, it casts no shadow; while it does it cannot be removed; there is one at a time."""
    version = start_shadow(registry, "candidate", share=0.5, analyses=True, by="Ada").version
    with pytest.raises(Conflict, match="runs in the shadow"):
        remove(registry, version)
    promote(registry, version, by="Ada")
    assert registry.shadow() is None
    with pytest.raises(Conflict, match="own shadow"):
        start_shadow(registry, version, share=0.5, analyses=True, by="Ada")
    with pytest.raises(ModelNotFound):
        stop_shadow(registry)


def test_a_damaged_setting_stops_nothing_but_the_shadow(registry: Registry, shadow: ShadowRequests) -> None:
    """The server goes on without one, and follows the next setting."""
    registry.root.joinpath("shadow.json").write_text("{")
    time.sleep(1)
    assert shadow.version is None
    registry.root.joinpath("shadow.json").unlink()
    start_shadow(registry, "candidate", share=0.5, analyses=True, by="Ada")
    until(lambda: shadow.version is not None)


def test_counts_are_added_and_replaced(engine: Engine) -> None:
    """On both databases: those of requests grow, those of an analysis are those of the latest."""
    workspace_id = create(engine, "default")
    count = AgreementCount("de", AgreementKind.THEMES, 10, 7)
    with engine.begin() as connection:
        for _ in range(2):
            store.shadow_counts.add(connection, workspace_id, "a", "b", ShadowOrigin.REQUESTS, [count])
            store.shadow_counts.replace(connection, workspace_id, "a", "b", ShadowOrigin.ANALYSIS, [count])
        assert store.shadow_counts.load(connection, "a", "b") == [AgreementCount("de", AgreementKind.THEMES, 30, 21)]
        assert store.shadow_counts.load(connection, "a", "c") == []
