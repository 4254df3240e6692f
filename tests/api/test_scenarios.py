"""`/v1/scenarios`: what it would bring if causes were named less often."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.settings import Settings
from saywhy.store import Engine


def test_scenarios_are_read(survey_client: TestClient) -> None:
    """Of all waves or one: the NPS of the report plus the gain, with intervals; a response counts once."""
    causes = {"cause": ["support", "theme:price"]}
    half, nobody = survey_client.get("/v1/scenarios", params=causes).json()["scenarios"]
    assert [case["causes"] for case in (half, nobody)] == [["theme:support", "theme:price"]] * 2
    assert (half["fewer"], nobody["fewer"], nobody["responses"]) == (0.5, 1.0, 63)
    score = survey_client.get("/v1/reports/all").json()["nps"]["score"]
    for case in (half, nobody):
        assert case["nps"]["value"] == pytest.approx(score + case["gain"]["value"])
        assert 0 < case["gain"]["low"] < case["gain"]["value"] < case["gain"]["high"]
    first = survey_client.get("/v1/scenarios", params={**causes, "wave": "W1"}).json()["scenarios"]
    assert first[1]["responses"] == 36
    assert survey_client.get("/v1/scenarios", params={"cause": "parking"}).status_code == 404
    assert survey_client.get("/v1/scenarios").status_code == 422


def test_an_anonymous_workspace_has_none(sqlite_engine: Engine, annotator: Annotator) -> None:
    """They are refused with 409."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "hr"))
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "hr", annotator))) as client:
        assert client.get("/v1/scenarios", params={"cause": "support"}).status_code == 409
