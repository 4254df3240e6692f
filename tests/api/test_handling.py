"""`/v1/handling`: how far people have come with causes."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.api import PROBLEM

URL = "/v1/handling/theme:support"


def test_what_is_sent_is_set_and_the_rest_stays(survey_client: TestClient) -> None:
    """Null takes a value away; every change is in the history, latest first, and can be undone."""
    assert survey_client.get("/v1/handling").json() == {"causes": []}
    assert survey_client.get(URL).json()["progress"] == "new"
    sent = {"author": "Ada", "owner": "Eda", "ticket": "OPS-17", "progress": "being_fixed", "aside": {"points": 2}}
    handled = survey_client.patch(URL, json=sent).json()
    assert {name: handled[name] for name in ("owner", "ticket", "progress")} == {
        "owner": "Eda", "ticket": "OPS-17", "progress": "being_fixed",
    }  # fmt: skip
    assert handled["aside"]["points"] == 2
    assert handled["aside"]["points_then"] > 0
    freed = survey_client.patch(URL, json={"author": "Bea", "owner": None}).json()
    assert (freed["owner"], freed["ticket"], freed["changes"][0]["author"]) == (None, "OPS-17", "Bea")
    undone = survey_client.post(f"/v1/handling-changes/{freed['changes'][0]['id']}/undo", json={"author": "Ada"}).json()
    assert (undone["owner"], undone["changes"][0]["undoes"]) == ("Eda", freed["changes"][0]["id"])
    assert [cause["owner"] for cause in survey_client.get("/v1/handling").json()["causes"]] == ["Eda"]


def test_the_effort_is_in_the_report_at_once(survey_client: TestClient) -> None:
    """By key, id or label of a cause of the ranking; null removes it."""
    answer = survey_client.put("/v1/handling/support/effort", json={"author": "Ada", "effort_days": 2.5}).json()
    assert (answer["cause"], answer["changes"][0]["value"]) == ("theme:support", {"days": 2.5})
    issues = survey_client.get("/v1/reports/all").json()["issues"]
    assert [issue["effort_days"] for issue in issues if issue["id"] == "support"] == [2.5]
    survey_client.put(f"{URL}/effort", json={"author": "Ada", "effort_days": None})
    assert {issue["effort_days"] for issue in survey_client.get("/v1/reports/all").json()["issues"]} == {None}


@pytest.mark.parametrize(
    ("url", "body", "status", "detail"),
    [
        (URL, {"owner": "Eda"}, 400, "who edits"),
        ("/v1/handling/theme:parking", {"author": "Ada", "owner": "Eda"}, 404, "theme:parking"),
        (URL, {"author": "Ada", "aside": {}}, 400, "until when"),
        (URL, {"author": "Ada", "aside": {"points": 0}}, 422, "1 place"),
        (URL, {"author": "Ada", "progress": "done"}, 422, "1 place"),
        (URL, {"author": "Ada", "owner": "E" * 121}, 422, "1 place"),
        (URL, {"author": "Ada", "progress": "reviewed", "ticket": "a\nb"}, 400, "the ticket"),
    ],
)
def test_what_is_refused_changes_nothing(
    survey_client: TestClient, url: str, body: dict[str, object], status: int, detail: str
) -> None:
    """A problem that says why; of several members none is set if one is refused."""
    answer = survey_client.patch(url, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert detail in answer.json()["detail"]
    assert survey_client.get("/v1/handling").json() == {"causes": []}


def test_causes_and_changes_that_are_not_there_are_not_found(survey_client: TestClient) -> None:
    """404, with what was looked for."""
    for method, url in (("GET", "/v1/handling/theme:parking"), ("POST", "/v1/handling-changes/77/undo")):
        answer = survey_client.request(method, url, json={"author": "Ada"} if method == "POST" else None)
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM), url
