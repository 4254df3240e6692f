"""`?against=`: a report beside another wave, a segment or another workspace, as JSON and as a page."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from pipelines.render import to_html, to_json
from pipelines.render.wording import Wording
from saywhy import store
from saywhy.benchmark import Against
from saywhy.code_frame import FIRST_CLASS_LANGUAGES, load_code_frame
from saywhy.settings import Settings
from saywhy.store import Engine
from service.benchmarks import read_report_against
from tests.api import PROBLEM
from tests.builders.brands import answers, fill
from tests.builders.extreme_reports import HOSTILE_TEXT
from tests.render.test_html import Document

#: A wave, a segment and a workspace whose name is markup, without what cannot be stored or sent.
HOSTILE_NAME = "".join(HOSTILE_TEXT.replace("\udce9", "").replace("\x00", "").splitlines())


def client_of(engine: Engine, annotator: Annotator, workspace: str = "brand", *others: str) -> TestClient:
    """A client of the application on a workspace, which may compare with these other workspaces."""
    return TestClient(create_app(Settings(), Resources(engine, workspace, annotator, frozenset({workspace, *others}))))


@pytest.fixture
def client(brands: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """A client of the application on the brand, which may be compared with the other brand."""
    with client_of(brands, annotator, "brand", "other") as client:
        yield client


@pytest.mark.parametrize(
    ("against", "wave", "sizes", "reference"),
    [
        ("wave:W1", "W2", (100, 100), "W1"),
        ("wave:W1", "all", (100, 100), "W1"),
        ("segment:plan=team", "W2", (60, 40), "plan=team"),
        ("workspace:other", "W2", (100, 80), "other"),
        ("workspace:other/W2", "all", (200, 80), "other"),
    ],
)
def test_a_report_is_compared_as_json_and_as_a_page(
    client: TestClient, brands: Engine, against: str, wave: str, sizes: tuple[int, int], reference: str
) -> None:
    """JSON and page are what the renderers write of the same comparison; the groups have the sizes asked for."""
    frame = load_code_frame()
    report = read_report_against(brands, "brand", frame, Against.parse(against), wave)
    answer = client.get(f"/v1/reports/{wave}", params={"against": against})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.text == to_json(report)
    benchmark = answer.json()["benchmark"]
    assert (benchmark["group"]["with_comment"], benchmark["reference"]["with_comment"]) == sizes
    assert benchmark["reference"]["name"] == reference
    [row] = [cause for cause in benchmark["causes"] if cause["id"] == "support"]
    difference = row["rate"]["difference"]
    assert difference["low"] <= difference["value"] <= difference["high"]
    assert difference["value"] == pytest.approx(row["rate"]["value"] - row["rate"]["reference"], abs=1e-12)
    page = client.get(f"/reports/{wave}", params={"against": against, "language": "de"})
    assert page.text == to_html(report, frame, language="de")


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_the_page_of_all_waves_compares_too(client: TestClient, language: str) -> None:
    """All waves against one: panel and columns have the name of the wave, in the language of the reader."""
    answer = client.get("/reports/all", params={"against": "wave:W1", "language": language})
    document, wording = Document(answer.text), Wording(language)
    assert wording("benchmark", name="W1") in [text for _, text in document.find("h2")]
    headers = [text for _, text in document.find("th")]
    assert wording("benchmark_rate", name="W1") in headers
    assert wording("benchmark_points", name="W1") in headers
    assert wording("benchmark", name="W1") not in client.get("/reports/all", params={"language": language}).text


@pytest.mark.parametrize("path", ["/v1/reports/W2", "/reports/W2"])
@pytest.mark.parametrize(
    ("against", "status", "kind", "detail"),
    [
        ("", 400, "invalid-input", "write wave:WAVE, segment:NAME=VALUE or workspace:"),
        ("W1", 400, "invalid-input", "write wave:WAVE, segment:NAME=VALUE or workspace:"),
        ("wave:", 400, "invalid-input", "write wave:WAVE, segment:NAME=VALUE or workspace:"),
        ("wave:W2", 400, "invalid-input", "cannot be compared with itself"),
        ("workspace:brand", 400, "invalid-input", "cannot be compared with itself"),
        ("segment:plan", 400, "invalid-input", "NAME=VALUE"),
        ("wave:W9", 404, "wave-not-found", "W1, W2, all"),
        ("segment:plan=gold", 404, "not-found", "plan is: free, team"),
        ("workspace:nobody", 404, "workspace-not-found", "there are: brand, other"),
        ("workspace:secret", 404, "workspace-not-found", "there are: brand, other"),
        ("workspace:other/W1", 404, "wave-not-found", "workspace 'other'"),
    ],
)
def test_what_cannot_be_compared_is_a_problem(
    client: TestClient, brands: Engine, path: str, against: str, status: int, kind: str, detail: str
) -> None:
    """With the status of its kind and the reason; a workspace that may not be read is as unknown as none."""
    fill(brands, "secret", answers("W2", 30, 10))
    answer = client.get(path, params={"against": against})
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert answer.json()["type"] == f"urn:saywhy:problem:{kind}"
    assert detail in answer.json()["detail"]


def test_without_the_setting_no_other_workspace_can_be_compared(brands: Engine, annotator: Annotator) -> None:
    """The other brand is unknown, and no error names it."""
    with client_of(brands, annotator) as client:
        answer = client.get("/v1/reports/W2", params={"against": "workspace:other"})
    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no workspace 'other' to compare with; there are: brand"


def test_an_anonymous_workspace_is_compared_by_its_waves_alone(brands: Engine, annotator: Annotator) -> None:
    """Two of its waves are compared; a part of a report, and whether a segment exists at all, is refused with 409."""
    with brands.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "hr"))
    fill(brands, "hr", [*answers("W1", 60, 20), *answers("W2", 60, 40)])
    with client_of(brands, annotator, "hr") as client:
        compared = client.get("/v1/reports/W2", params={"against": "wave:W1"})
        assert compared.status_code == 200
        assert compared.json()["benchmark"]["nps"]["difference"]["value"] < 0
        for against in ("segment:plan=free", "segment:plan=nobody"):
            refused = client.get("/v1/reports/W2", params={"against": against})
            assert (refused.status_code, refused.headers["content-type"]) == (409, PROBLEM)
        assert client.get("/v1/reports/all", params={"against": "wave:W1"}).status_code == 409
        assert client.get("/reports/all", params={"against": "wave:W1"}).status_code == 409


@pytest.mark.parametrize("kind", ["wave", "segment", "workspace"])
def test_hostile_names_are_text(sqlite_engine: Engine, annotator: Annotator, kind: str) -> None:
    """A name that is markup is shown as it is and is never an element, nor is one that is not there."""
    fill(sqlite_engine, HOSTILE_NAME, [*answers("W1", 40, 10, HOSTILE_NAME), *answers(HOSTILE_NAME, 40, 20)])
    against = {"wave": HOSTILE_NAME, "segment": f"plan={HOSTILE_NAME}", "workspace": f"{HOSTILE_NAME}/W1"}[kind]
    wave = "W1" if kind == "wave" else "all"
    with client_of(sqlite_engine, annotator, HOSTILE_NAME) as client:
        answer = client.get(f"/reports/{quote(wave)}", params={"against": f"{kind}:{against}"})
        unknown = client.get("/reports/all", params={"against": f"{kind}:{HOSTILE_NAME}?=no"})
    assert answer.status_code == 200
    document = Document(answer.text)
    assert any("onerror=alert(2)" in text for _, text in document.find("h2"))
    assert not any("alert(" in text for _, text in document.find("script"))
    assert not document.find("img")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, PROBLEM)
