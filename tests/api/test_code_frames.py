"""A workspace that uses a code frame: requests and pages are in it as soon as it was chosen, without a restart."""

from __future__ import annotations

import time

import pytest
from starlette.testclient import TestClient

from tests.builders.frames import SHOP

COMMENT = {"comments": [{"id": 1, "text": "I waited in line at the till for an hour."}]}


def themes(client: TestClient, query: str = "") -> list[str]:
    """The themes of the comment."""
    [result] = client.post(f"/v1/classify{query}", json=COMMENT).json()["results"]
    return [theme["theme"] for theme in result["themes"]]


@pytest.mark.slow
def test_a_chosen_frame_serves(survey_client: TestClient) -> None:
    """Classifying and pages change to the frame; the frame of the models and others can still be asked for."""
    assert "checkout" not in themes(survey_client)
    assert survey_client.post("/v1/code-frames", json={"yaml": SHOP}).json()["is_added"]
    assert survey_client.post("/v1/code-frames/shop/use").json()["is_chosen"]
    deadline = time.monotonic() + 60
    while "checkout" not in themes(survey_client):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    page = survey_client.get("/settings", headers={"Accept-Language": "de"})
    assert page.status_code == 200
    assert "Kasse" in page.text
    assert "Lange Schlange" in page.text
    assert survey_client.get("/").status_code == 200
    assert "checkout" not in themes(survey_client, "?code_frame=core")
    assert themes(survey_client, "?code_frame=employee") == []
    unknown = survey_client.post("/v1/classify?code_frame=customers", json=COMMENT)
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:saywhy:problem:code-frame-not-found")


def test_a_broken_frame_is_refused(survey_client: TestClient) -> None:
    """The answer says line, place and reason, and nothing is added."""
    broken = SHOP.replace("theme: checkout", "theme: tills")
    answer = survey_client.post("/v1/code-frames", json={"yaml": broken})
    assert answer.status_code == 400
    assert "line 12, causes[0].theme: there is no theme 'tills'" in answer.json()["detail"]
    assert survey_client.get("/v1/code-frames/shop").status_code == 404
