"""The HTTP interface: responses and errors."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api.app import create_app
from api.http.accept_language import preferred_language
from api.http.dependencies import Resources, open_resources
from api.http.middleware import MAX_BODY, SECURITY_HEADERS
from api.v1 import classify, reports
from pipelines import annotate
from pipelines.render import to_html, to_json
from saywhy import __version__, store
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Response, Score
from saywhy.report import Report
from saywhy.run import RunState
from saywhy.settings import Settings
from tests.builders.reports import FULL

PROBLEM = "application/problem+json"
SLASHED = "Q3/2026 前半"

COMMENTS: list[dict[str, Any]] = [
    {"id": "a", "text": "Support answered within minutes, but the invoice was wrong again."},
    {"id": 7, "text": "Leider stürzt die App seit dem letzten Update ständig ab.", "language": "de"},
    {"id": "c", "text": "價格合理，但是物流太慢了 👍🏽", "language": None},
    {"id": "", "text": "n/a"},
]


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """The bundled models, and a store with three reports."""
    path = tmp_path_factory.mktemp("api") / "store.db"
    opened = open_resources(Settings(database_url=f"sqlite:///{path}"))
    with opened.engine.begin() as connection:
        workspace = store.workspaces.find(connection, opened.workspace)
        run = store.runs.start(connection, workspace, opened.annotator.model)
        for wave in (FULL.wave, SLASHED, "all"):
            store.reports.save(connection, workspace, run.id, replace(FULL, wave=wave))
    return opened


@pytest.fixture(scope="module")
def client(resources: Resources) -> Iterator[TestClient]:
    """A client of the application, which has one more route with a bug."""
    app = create_app(Settings(), resources)

    @app.get("/bug", include_in_schema=False)
    def bug() -> None:
        raise RuntimeError("the password is hunter2")

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def post(client: TestClient, comments: Any) -> Any:
    """The response to classifying these comments."""
    return client.post("/v1/classify", json={"comments": comments})


def test_classify_answers_each_comment_in_order_with_the_members_of_the_contract(client: TestClient) -> None:
    """Every result has exactly the documented members and the id of its comment, in the order sent."""
    results = post(client, COMMENTS).json()["results"]
    assert [result["id"] for result in results] == ["a", 7, "c", ""]
    for result, sent in zip(results, COMMENTS, strict=True):
        assert set(result) == {"id", "language", "sentiment", "themes", "mentions", "model"}
        assert set(result["sentiment"]) == {"label", "score", "confidence", "uncertain"}
        assert all(set(theme) == {"theme", "polarity", "confidence"} for theme in result["themes"])
        for mention in result["mentions"]:
            assert set(mention) == {"theme", "polarity", "start", "end", "confidence"}
            assert 0 <= mention["start"] < mention["end"] <= len(sent["text"])
    assert [result["language"] for result in results[:3]] == ["en", "de", "zh-Hant"]
    assert results[3]["themes"] == []


def test_classify_is_the_annotate_stage(client: TestClient, resources: Resources) -> None:
    """Over HTTP the results are exactly those of the annotate stage."""
    items = [(comment["text"], comment.get("language")) for comment in COMMENTS]
    batch = annotate.classify(items, resources.annotator)
    expected = [annotate.to_record(sent["id"], *result) for sent, result in zip(COMMENTS, batch, strict=True)]
    assert post(client, COMMENTS).json() == {"results": expected}


def test_classify_answers_the_same_when_asked_by_many_at_once(client: TestClient) -> None:
    """Concurrent requests do not affect one another."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda comment: post(client, [comment]).json()["results"][0], COMMENTS * 4))
    assert answers == post(client, COMMENTS).json()["results"] * 4


def test_classify_takes_256_comments_and_no_more(client: TestClient) -> None:
    """The largest batch works; one more, or none, is refused with the place of the fault."""
    assert len(post(client, COMMENTS * 64).json()["results"]) == 256
    for comments in (COMMENTS * 64 + COMMENTS[:1], []):
        answer = post(client, comments)
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#/comments"]


@pytest.mark.parametrize(
    ("comment", "pointer"),
    [
        ({"text": "fine"}, "#/comments/0/id"),
        ({"id": 1.5, "text": "fine"}, "#/comments/0/id"),
        ({"id": True, "text": "fine"}, "#/comments/0/id"),
        ({"id": 1}, "#/comments/0/text"),
        ({"id": 1, "text": 5}, "#/comments/0/text"),
        ({"id": 1, "text": "x" * 10_001}, "#/comments/0/text"),
        ({"id": 1, "text": "fine", "language": 4}, "#/comments/0/language"),
        ("fine", "#/comments/0"),
    ],
)
def test_invalid_comments_are_refused_with_a_pointer(client: TestClient, comment: Any, pointer: str) -> None:
    """An invalid payload is a 422 problem with a pointer to the invalid member, without repeating the input."""
    answer = post(client, [comment])
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["type"] == "urn:saywhy:problem:invalid-request"
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert "input" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "kind"),
    [
        ("POST", "/v1/classify", {"content": b'{"comments": ['}, 400, "malformed-json"),
        ("POST", "/v1/classify", {"content": b"[" * 100_000}, 400, "bad-request"),
        ("POST", "/v1/classify", {"content": b'"\xff"'}, 400, "bad-request"),
        ("POST", "/v1/classify", {"content": b"{}", "headers": {"content-type": "text/plain"}}, 415, None),
        ("POST", "/v1/classify", {"content": b'{"comments": [{"id": 1, "text": "\\ud800"}]}'}, 422, "invalid-request"),
        ("POST", "/v1/classify", {"content": b" " * (MAX_BODY + 1)}, 413, "content-too-large"),
        ("POST", "/v1/classify", {"content": (b" " * 2**20 for _ in range(9))}, 413, "content-too-large"),
        ("GET", "/v1/reports/2031-Q1", {}, 404, "wave-not-found"),
        ("GET", "/reports/2031-Q1", {}, 404, "wave-not-found"),
        ("GET", "/nowhere", {}, 404, "not-found"),
        ("GET", "/docs/assets/%2e%2e/core.py", {}, 404, "not-found"),
        ("DELETE", "/v1/classify", {}, 405, "method-not-allowed"),
        ("GET", "/?language=fr", {}, 400, "invalid-input"),
        ("GET", "/bug", {}, 500, "internal-server-error"),
    ],
)
def test_every_error_is_a_problem(
    client: TestClient, method: str, path: str, sent: dict[str, Any], status: int, kind: str | None
) -> None:
    """Every error is a problem document with the security headers, and leaks nothing."""
    answer = client.request(method, path, **{"headers": {"content-type": "application/json"}, **sent})
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"] == f"urn:saywhy:problem:{kind or 'unsupported-media-type'}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == answer.request.url.path
    assert "hunter2" not in answer.text
    assert SECURITY_HEADERS.items() <= {name.title(): value for name, value in answer.headers.items()}.items()


def test_a_refused_method_is_answered_with_the_allowed_ones(client: TestClient) -> None:
    """405 comes with the Allow header that HTTP asks for."""
    assert client.put("/v1/classify").headers["allow"] == "POST"


def test_reports_are_listed_and_read_as_json(client: TestClient) -> None:
    """The list has the waves, and each route returns exactly what the renderer writes."""
    assert client.get("/v1/reports").json() == {"waves": [FULL.wave, SLASHED, "all"]}
    for wave in (FULL.wave, SLASHED, "all"):
        answer = client.get(f"/v1/reports/{wave}")
        assert answer.headers["content-type"] == "application/json"
        assert answer.text == to_json(replace(FULL, wave=wave))


def test_the_error_for_an_unknown_wave_lists_the_waves(client: TestClient) -> None:
    """The detail has the requested wave and all that have a report."""
    detail = client.get("/v1/reports/2031-Q1").json()["detail"]
    assert all(name in detail for name in ("2031-Q1", FULL.wave, SLASHED, "all"))


def test_pages_show_the_report_in_the_language_asked_for(client: TestClient) -> None:
    """`?language=` decides, else the browser; the page is exactly what the renderer writes."""
    german = to_html(replace(FULL, wave="all"), load_code_frame(), language="de")
    assert client.get("/?language=de").text == german
    assert client.get("/", headers={"accept-language": "fr, de-AT;q=0.8, en;q=0.5"}).text == german
    traditional = to_html(FULL, load_code_frame(), language="zh-Hant")
    assert client.get(f"/reports/{FULL.wave}?language=zh-TW", headers={"accept-language": "en"}).text == traditional


def test_the_start_page_says_what_to_do(tmp_path: Path) -> None:
    """Before the first analysis it says which commands to run, in the reader's language, and whether one is running."""
    opened = open_resources(Settings(database_url=f"sqlite:///{tmp_path / 'store.db'}"))
    with TestClient(create_app(Settings(), opened)) as client:
        empty = client.get("/")
        assert (empty.status_code, empty.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "saywhy import" in empty.text
        assert "saywhy analyse" in empty.text
        assert "style-src 'sha256-" in empty.headers["content-security-policy"]
        with opened.engine.begin() as connection:
            workspace = store.workspaces.find(connection, opened.workspace)
            store.responses.save(connection, workspace, [Response("test", "1", Score(3))])
        imported = client.get("/?language=de").text
        assert "1 Antwort" in imported
        assert "saywhy import" not in imported
        with opened.engine.begin() as connection:
            store.runs.start(connection, workspace, opened.annotator.model)
        assert "正在进行" in client.get("/", headers={"accept-language": "zh-CN"}).text
        assert client.get("/reports/all").status_code == 404


def test_a_server_marks_abandoned_runs_as_failed(tmp_path: Path) -> None:
    """The start of the server marks a run whose process was killed."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'store.db'}")
    engine = store.open_store(settings.database_url)
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, settings.workspace)
        store.runs.start(connection, workspace, "core")
    with closing(open_resources(settings)), store.reading(engine) as connection:
        run = store.runs.latest(connection, workspace)
        assert run is not None
        assert (run.state, run.detail) == (RunState.FAILED, store.runs.ABANDONED)


def test_the_policy_of_a_page_allows_its_own_style_and_nothing_else(client: TestClient) -> None:
    """Inline code is only allowed by the hash of the page's own style sheet."""
    answer = client.get("/")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    assert policy["style-src"].startswith("'sha256-")
    assert "unsafe" not in answer.headers["content-security-policy"]


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


def test_health_names_version_and_model(client: TestClient, resources: Resources) -> None:
    """Both health routes respond, and readiness names the versions."""
    assert client.get("/health/live").json() == {"status": "live"}
    ready = {"status": "ready", "version": __version__, "model": resources.annotator.model}
    assert client.get("/health/ready").json() == ready


def test_it_is_not_ready_without_its_store(resources: Resources, tmp_path: Path) -> None:
    """With a damaged database readiness fails without revealing its location; liveness does not fail."""
    path = tmp_path / "store.db"
    engine = store.open_store(f"sqlite:///{path}")
    app = create_app(Settings(), replace(resources, engine=engine))
    with TestClient(app) as client:
        assert client.get("/health/ready").status_code == 200
        engine.dispose()
        path.write_bytes(b"this is not a database" * 100)
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
        assert answer.json()["type"] == "urn:saywhy:problem:store-unavailable"
        assert str(path) not in answer.text
        assert client.get("/health/live").status_code == 200


def test_the_openapi_document_is_complete(client: TestClient) -> None:
    """Every operation has a description and its errors, and every reference resolves."""
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert operation["description"], path
            assert operation["tags"], path
            assert PROBLEM in operation["responses"]["default"]["content"], path
    assert "422" not in document["paths"]["/v1/reports"]["get"]["responses"]


def test_the_examples_of_the_openapi_document_are_valid(client: TestClient) -> None:
    """The examples are valid: the request gets a response, and the responses match their schemas."""
    answer = client.post("/v1/classify", json=classify.REQUEST)
    assert answer.status_code == 200
    assert [result["id"] for result in answer.json()["results"]] == ["r-1", "r-2", 3]
    classify.ClassifyResponse.model_validate(classify.RESPONSE)
    assert TypeAdapter(Report).validate_json(json.dumps(reports.EXAMPLE)).wave == "2026-Q2"


def test_the_interactive_reference_loads_nothing_from_other_servers(client: TestClient) -> None:
    """/docs loads its files from this server."""
    page = client.get("/docs").text
    assert "https://" not in page
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/assets/{asset}" in page
        assert client.get(f"/docs/assets/{asset}").status_code == 200


class InlineElements(HTMLParser):
    """Collects the inline scripts and styles of a page, as a browser would."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.current_tag = ""
        self.contents: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(page)

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self.current_tag = tag

    def handle_data(self, data: str) -> None:
        if self.current_tag in self.contents and data:
            self.contents[self.current_tag].append(data)

    def handle_endtag(self, _tag: str) -> None:
        self.current_tag = ""


@pytest.mark.parametrize(("path", "kind"), [("/", "style"), ("/docs", "script")])
def test_a_policy_allows_what_its_page_contains(client: TestClient, path: str, kind: str) -> None:
    """The policy has the hash of every inline element, so that browsers apply it."""
    answer = client.get(path)
    elements = InlineElements(answer.text).contents[kind]
    assert len(elements) == 1
    digest = base64.b64encode(hashlib.sha256(elements[0].encode()).digest()).decode()
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert f"'sha256-{digest}'" in policy[f"{kind}-src"]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
