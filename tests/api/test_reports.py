"""Reports as JSON and as pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.accept_language import preferred_language
from api.http.dependencies import open_resources
from pipelines.render import to_html, to_json
from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Response, Score
from saywhy.settings import Settings
from tests.api import SLASHED
from tests.builders.reports import FULL


def test_reports_are_listed_and_read_as_json(client: TestClient) -> None:
    """The list has the waves, and each route returns exactly what the renderer writes."""
    assert client.get("/v1/reports").json() == {"waves": [FULL.wave, SLASHED, "all"]}
    for wave in (FULL.wave, SLASHED, "all"):
        answer = client.get(f"/v1/reports/{wave}")
        assert answer.headers["content-type"] == "application/json"
        assert answer.text == to_json(replace(FULL, wave=wave))


@pytest.mark.parametrize("path", ["/v1/reports/all", "/reports/all?language=de", "/"])
def test_what_a_client_has_is_not_sent_again(client: TestClient, path: str) -> None:
    """The entity tag of an answer, sent back, is answered with 304, until there is another report."""
    first = client.get(path)
    tag = first.headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again = client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"if-none-match": '"other"'}).content == first.content


def test_a_report_that_is_replaced_is_read_at_once(survey_client: TestClient) -> None:
    """What is kept of a report is not served any more once an effort or a fix has changed it."""
    before = survey_client.get("/v1/reports/all")
    page, overview = survey_client.get("/reports/all"), survey_client.get("/")
    assert survey_client.post("/v1/fixes", json={"cause": "support", "wave": "W2"}).status_code == 200
    after = survey_client.get("/v1/reports/all", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["fixes"] != before.json()["fixes"]
    assert survey_client.get("/reports/all").text != page.text
    assert survey_client.get("/").text != overview.text


def test_the_error_for_an_unknown_wave_lists_the_waves(client: TestClient) -> None:
    """The detail has the requested wave and all that have a report."""
    detail = client.get("/v1/reports/2031-Q1").json()["detail"]
    assert all(name in detail for name in ("2031-Q1", FULL.wave, SLASHED, "all"))


def test_pages_show_the_report_in_the_language_asked_for(client: TestClient) -> None:
    """`?language=` decides, else the browser; the page is exactly what the renderer writes."""
    german = to_html(replace(FULL, wave="all"), load_code_frame(), language="de")
    assert client.get("/reports/all?language=de").text == german
    assert client.get("/reports/all", headers={"accept-language": "fr, de-AT;q=0.8, en;q=0.5"}).text == german
    traditional = to_html(FULL, load_code_frame(), language="zh-Hant")
    assert client.get(f"/reports/{FULL.wave}?language=zh-TW", headers={"accept-language": "en"}).text == traditional


def test_the_overview_says_what_to_do(tmp_path: Path) -> None:
    """Before the first analysis it says which commands to run, in the reader's language, and whether one is running."""
    opened = open_resources(Settings(database_url=f"sqlite:///{tmp_path / 'store.db'}"))
    with TestClient(create_app(Settings(), opened)) as client:
        empty = client.get("/")
        assert (empty.status_code, empty.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "saywhy import" in empty.text
        assert "saywhy analyse" in empty.text
        with opened.engine.begin() as connection:
            workspace = store.workspaces.find(connection, opened.workspace)
            store.responses.save(connection, workspace, [Response("test", "1", Score(3))])
        imported = client.get("/", headers={"accept-language": "de"}).text
        assert "1 Antwort" in imported
        assert "saywhy import" not in imported
        with opened.engine.begin() as connection:
            store.runs.start(connection, workspace, opened.annotator.model)
        assert "正在进行" in client.get("/", headers={"accept-language": "zh-CN"}).text
        assert client.get("/reports/all").status_code == 404


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("fr", "en"),
        ("de-CH", "de"),
        ("zh", "zh-Hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("en;q=0.4, zh-hk;q=0.6", "zh-Hant"),
        ("de;q=0, en;q=0.1", "en"),
        ("de;q=nonsense, zh", "zh-Hans"),
        ("en, de", "en"),
    ],
)
def test_the_language_of_a_page_follows_the_browser(accepted: str, language: str) -> None:
    """The supported language with the highest quality, then the first."""
    assert preferred_language(accepted) == language
