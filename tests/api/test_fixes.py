"""`/v1/fixes`: causes are marked as fixed, and what that brought."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.settings import Settings
from saywhy.store import Engine
from tests.api import PROBLEM


def test_fixes_are_marked_listed_and_removed(survey_client: TestClient) -> None:
    """The answer has the outcome, which the report has too; marked again, a fix is replaced."""
    assert survey_client.get("/v1/fixes").json() == {"fixes": []}
    assert survey_client.post("/v1/fixes", json={"cause": "Customer support", "date": "2031-01-01"}).status_code == 200
    marked = survey_client.post("/v1/fixes", json={"cause": "support", "wave": "W2", "target": 0.1})
    assert marked.status_code == 200
    fix = marked.json()
    assert [fix[name] for name in ("cause", "wave", "date", "target")] == ["theme:support", "W2", None, 0.1]
    assert (fix["outcome"]["state"], fix["outcome"]["after"]["responses"]) == ("verified", 120)
    assert survey_client.get("/v1/fixes").json() == {"fixes": [fix]}
    assert survey_client.get("/v1/reports/all").json()["fixes"] == [fix["outcome"]]
    assert survey_client.delete("/v1/fixes/theme:support").status_code == 204
    assert survey_client.get("/v1/fixes").json() == {"fixes": []}
    assert survey_client.get("/v1/reports/all").json()["fixes"] == []


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"cause": "support"}, 400, "give one of the two"),
        ({"cause": "support", "wave": "W2", "date": "2026-04-01"}, 400, "give one of the two"),
        ({"cause": "support", "wave": "W2", "target": 7}, 422, "1 place"),
        ({"cause": "support", "date": "2020-01-01"}, 400, "before 2020-01-01"),
        ({"cause": "parking", "wave": "W2"}, 404, "'parking'"),
        ({"cause": "support", "wave": "W9"}, 404, "W1, W2, W3"),
        ({"cause": "support", "date": "yesterday"}, 422, "1 place"),
        ({"cause": "support", "wave": "W2", "day": "2026-04-01"}, 422, "1 place"),
    ],
)
def test_what_is_refused_is_a_problem(
    survey_client: TestClient, body: dict[str, object], status: int, detail: str
) -> None:
    """With the status of its kind and the reason; nothing is kept of it."""
    answer = survey_client.post("/v1/fixes", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert detail in answer.json()["detail"]
    assert survey_client.get("/v1/fixes").json() == {"fixes": []}


def test_a_fix_that_is_not_there_is_not_removed(survey_client: TestClient) -> None:
    """404, with the causes that are marked."""
    answer = survey_client.delete("/v1/fixes/theme:support")
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    assert "marked are: none at all" in answer.json()["detail"]


def test_an_anonymous_workspace_has_none(sqlite_engine: Engine, annotator: Annotator) -> None:
    """Marking a cause is refused with 409."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "hr"))
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "hr", annotator))) as client:
        assert client.post("/v1/fixes", json={"cause": "support", "wave": "W2"}).status_code == 409
