"""An analysis looks at drift, keeps what it found, and tells subscribers once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from saywhy.annotation import Polarity
from saywhy.drift import AspectDrift, Drift, DriftAspect
from saywhy.feedback import Comment, Response, Score
from saywhy.settings import Settings
from saywhy.webhook import EventType
from service.analysis import analyse
from service.drift import read_drift
from service.responses import save_responses
from service.workspaces import create, promise_anonymity
from tests.builders.followed_up import NOW, WORKSPACE
from tests.builders.receiver import subscribe, told
from tests.doubles import FakeAnnotator

URL = "http://127.0.0.1:9/hook"


def wave_of(wave: str, german: int, count: int = 60, at: datetime = NOW) -> list[Response]:
    """A wave of so many distinct comments, of which some are German."""
    return [
        Response(
            "survey",
            f"{wave}-{number}",
            Score(number % 11),
            Comment(f"{wave} Der Dienst {number}", "de")
            if number < german
            else Comment(f"{wave} Support {number}", "en"),
            at,
            wave,
        )
        for number in range(count)
    ]


def analysed(engine: Engine, *responses: Response) -> Drift | None:
    """The look of an analysis after these were saved."""
    save_responses(engine, WORKSPACE, responses)
    annotator = FakeAnnotator(lambda comment: [(0, len(comment.verbatim), "support", Polarity.NEGATIVE)])
    analyse(engine, WORKSPACE, annotator, progress=lambda *_: None)
    return read_drift(engine, WORKSPACE)


@pytest.mark.slow
def test_an_analysis_tells_of_drift_once(sqlite_engine: Engine) -> None:
    """What drifted, with the wave; not again at the next analysis of the same wave."""
    subscribe(sqlite_engine, URL, frozenset({EventType.DRIFT_FOUND}))
    drift = analysed(sqlite_engine, *wave_of("W1", 10), *wave_of("W2", 50, at=NOW + timedelta(days=90)))
    assert drift is not None
    assert DriftAspect.LANGUAGES in drift.drifted
    [data] = told(sqlite_engine, EventType.DRIFT_FOUND)
    assert data["wave"] == "W2"
    assert "languages" in data["aspects"]
    again = analysed(sqlite_engine, *wave_of("W2", 50, 61, at=NOW + timedelta(days=90))[60:])
    assert again is not None
    assert DriftAspect.LANGUAGES in again.drifted
    assert len(told(sqlite_engine, EventType.DRIFT_FOUND)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("is_anonymous", [True, False])
def test_the_look_is_shown_over_http(sqlite_engine: Engine, *, is_anonymous: bool) -> None:
    """With its numbers, or in an anonymous workspace with nothing but the states."""
    create(sqlite_engine, WORKSPACE)
    if is_anonymous:
        promise_anonymity(sqlite_engine, WORKSPACE)
    resources = Resources(sqlite_engine, WORKSPACE, FakeAnnotator())
    with TestClient(create_app(Settings(), resources)) as client:
        assert client.get("/v1/drift").json() == {"drift": None}
        look = analysed(sqlite_engine, *wave_of("W1", 10), *wave_of("W2", 50, at=NOW + timedelta(days=90)))
        assert look is not None
        shown = client.get("/v1/drift").json()["drift"]
        languages = next(each for each in shown["aspects"] if each["aspect"] == "languages")
        assert languages["state"] == "drifted"
        assert (languages["p_value"] is None) == is_anonymous
        assert bool(languages["moved"]) != is_anonymous
        if is_anonymous:
            assert all(each == AspectDrift(each.aspect, each.state) for each in look.aspects)
        page = client.get("/quality", headers={"Accept-Language": "de"}).text
        assert "Verschoben" in page
        assert (
            "17\N{NO-BREAK SPACE}%" in page.partition("<h2>Drift</h2>")[2].partition("</section>")[0]
        ) != is_anonymous
