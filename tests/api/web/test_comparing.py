"""The pages that compare: two groups, segments, the map, what if, pebbles."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from api.web.pages.cause_map.build import SHAPES, positions
from api.web.pages.compare import completed
from api.web.pages.compare.build import compare
from api.web.pages.compare.choice import Chosen
from api.web.pages.pebbles.build import in_order
from api.web.pages.segments.build import LEVELS, LOWEST, level_of
from models.annotator import Annotator
from pipelines.report.effort import with_efforts
from saywhy import store
from saywhy.settings import Settings
from service.reports.reading import read_report
from tests.api.web.conftest import BROWSER, sign_in
from tests.api.web.page_types import web_of
from tests.builders.reports import FULL, RICH
from tests.builders.surveys import contrast_of, mapped, survey_of

PATHS = ("/compare", "/segments", "/map", "/what-if", "/pebbles")


def table(client: TestClient, address: str) -> list[dict[str, str]]:
    """The rows of a CSV file that a page links to."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_the_steps_lead_from_one_score_to_the_other() -> None:
    """Each begins where the one before ends, the ends are the two scores, and what is left out is one step."""
    assert RICH.change is not None
    change = RICH.change
    shown = compare(Chosen(a="2026-Q1", b="2026-Q2"), survey_of(RICH), ["2026-Q1"], contrast_of(change), web_of())
    assert shown.difference is not None
    first, *steps, last = shown.difference.steps
    assert (first.direction, last.direction, first.label, last.label) == ("total", "total", "2026-Q1", "2026-Q2")
    assert [step.label for step in steps[-3:]] == [
        "2 smaller parts",
        "More or fewer who write a comment",
        "Belongs to no theme",
    ]
    at = float(first.x.rstrip("%"))
    for step in steps:
        start, width = float(step.x.rstrip("%")), float(step.width.rstrip("%"))
        low_to_high = (start, start + width) if step.direction == "rise" else (start + width, start)
        assert low_to_high[0] == pytest.approx(at, abs=0.02)
        at = low_to_high[1]
    assert change.writing is not None
    assert change.rest is not None
    values = [float(step.value.replace("−", "-")) for step in steps]
    parts = [cause.frequency.value + cause.severity.value for cause in change.causes]
    assert sum(values) == pytest.approx(sum(parts) + change.writing.value + change.rest.value, abs=0.6)


def test_without_a_choice_the_last_waves_are_compared() -> None:
    """And the first two of a dimension; what is none of its values is replaced, and both sides always differ."""
    waves = [group.name for group in FULL.waves]
    assert completed(Chosen(), FULL) == Chosen(a=waves[-2], b=waves[-1])
    dimension, _, value = FULL.segments[0].name.partition("=")
    chosen = completed(Chosen(dimension, a=waves[0], b=value), FULL)
    assert chosen.b == value
    assert chosen.a not in ("", value)
    same = completed(Chosen(a=waves[-1], b=waves[-1]), FULL)
    assert same.a == waves[-1]
    assert same.b != same.a
    assert completed(Chosen("nothing"), FULL) == Chosen("nothing")


def test_shades_follow_the_ratio() -> None:
    """Twice as often and half as often are the strongest, as often has none."""
    assert [level_of(times) for times in (0.3, 0.5, 0.7, 1.0, 1.3, 1.6, 2.0, 9.0)] == [
        LOWEST, "low-2", "low-1", "even", "high-1", "high-2", "high-3", "high-3",
    ]  # fmt: skip
    assert list(LEVELS) == sorted(LEVELS, reverse=True)


def test_circles_are_as_large_as_their_detractors_are_many() -> None:
    """Their areas are in proportion, from the least size on, in either drawing."""
    causes = mapped(RICH)
    for shape in SHAPES:
        radii = [position.r for position in positions(causes, shape)]
        largest = max(radii)
        assert largest == pytest.approx(shape.largest)
        for cause, radius in zip(causes, radii, strict=True):
            share = cause.detractors / max(cause.detractors for cause in causes)
            assert radius == pytest.approx(max(shape.least, largest * share**0.5))


def test_what_was_weighed_comes_first() -> None:
    """Most points a day first, then the ranking."""
    keys = [str(issue.key) for issue in FULL.issues]
    report = with_efforts(FULL, {keys[-1]: 1.0, keys[0]: 400.0})
    ordered = [str(issue.key) for issue in in_order(report)]
    assert ordered == [*report.board, *(key for key in keys if key not in report.board)]


@pytest.mark.parametrize("path", PATHS)
def test_before_the_first_analysis_pages_say_so(path: str, sqlite_engine: Engine, annotator: Annotator) -> None:
    """Instead of an error; there is no file to save yet."""
    with sqlite_engine.begin() as connection:
        store.workspaces.ensure(connection, "default")
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "default", annotator))) as client:
        shown = client.get(path, headers=BROWSER)
        assert shown.status_code == 200
        assert "nothing to show before the first analysis" in shown.text
        assert client.get(f"{path}.csv").status_code == 409


def test_pages_show_the_survey(app_client: TestClient) -> None:
    """In each language, with a file of what they show, and nothing where no segment was asked for."""
    for path in PATHS:
        for language in ("en", "de", "zh-Hans", "zh-Hant"):
            shown = app_client.get(path, headers={"accept-language": language})
            assert shown.status_code == 200, shown.text
            assert f'<html lang="{language}"' in shown.text
    assert "No response of this report has a segment" in app_client.get("/segments").text
    assert {row["theme"] for row in table(app_client, "/compare.csv?a=W1&b=W3")} >= {"support", "price", "rest", "nps"}
    assert [row["fewer"] for row in table(app_client, "/what-if.csv?cause=theme:support")] == [
        "0.25",
        "0.5",
        "0.75",
        "1",
    ]
    assert app_client.get("/what-if.csv").status_code == 400
    for row in table(app_client, "/map.csv"):
        assert 0 < float(row["x"]) < 1
        assert int(row["detractors"]) > 0


def test_what_if_is_the_scenario_of_the_api(app_client: TestClient) -> None:
    """For what is picked; what nobody names in the wave is not picked any more."""
    shown = app_client.get("/what-if?cause=theme:support&cause=theme:parking&fewer=100").text
    assert re.findall(r'value="([^"]*)" checked', shown) == ["100", "theme:support"]
    _, nobody = app_client.get("/v1/scenarios?cause=support").json()["scenarios"]
    assert f"{nobody['gain']['value']:+.1f}" in html.unescape(shown)
    assert "Pick complaints" in app_client.get("/what-if?cause=theme:parking").text


def test_selected_causes_of_the_map_show_what_was_said(app_client: TestClient) -> None:
    """As a part of the page too; an unknown one selects nothing."""
    key = table(app_client, "/map.csv")[0]
    address = f"/map?cause={key['kind']}:{key['id']}"
    fragment = app_client.get(address, headers={"hx-request": "true", "hx-target": "div#chosen"}).text
    assert fragment.lstrip().startswith('<div id="chosen"')
    assert html.escape(key["label"]) in fragment
    assert "Selected" not in app_client.get("/map?cause=topic:nothing").text


def test_editors_set_efforts_and_viewers_do_not(people: TestClient, sqlite_engine: Engine) -> None:
    """An empty effort removes it, and what is none is refused with the sizes that there are."""
    sign_in(people, "Vic")
    assert 'name="effort"' not in people.get("/pebbles").text
    send = {"cause": "theme:price", "effort": "2,5", "next": "/pebbles"}
    assert people.post("/pebbles", data=send).status_code == 403
    sign_in(people, "Eda")
    assert 'name="effort"' in people.get("/pebbles").text
    answer = people.post("/pebbles", data=send, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/pebbles")
    [price] = [row for row in table(people, "/pebbles.csv") if row["id"] == "price"]
    assert price["effort_days"] == "2.5"
    assert 'class="quick"' in people.get("/pebbles").text
    refused = people.post("/pebbles", data={**send, "effort": "soon"})
    assert refused.status_code == 400
    assert "S, M, L" in refused.text
    people.post("/pebbles", data={**send, "effort": ""})
    assert read_report(sqlite_engine, "default", "all").board == ()


@pytest.mark.usefixtures("app_client")
def test_anonymous_workspaces_show_only_what_was_published(sqlite_engine: Engine, annotator: Annotator) -> None:
    """Segments, the map and scenarios are refused; of waves, only the change that the report has."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "hr"))
        workspace = store.workspaces.find(connection, "hr")
        run = store.runs.start(connection, workspace, "test-1").id
        for wave in ("W1", "W2", "W3", "all"):
            store.reports.save(connection, workspace, run, read_report(sqlite_engine, "default", wave))
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "hr", annotator))) as client:
        client.headers.update(BROWSER)
        for path in ("/segments", "/map", "/what-if", "/compare?a=W1&b=W3"):
            refused = client.get(path)
            assert refused.status_code == 409, path
            assert "promised anonymity" in refused.text
        assert client.get("/compare?a=W1&b=W2").status_code == 200
        assert client.get("/pebbles").status_code == 200
        assert client.get("/segments.csv").status_code == 409


def test_hostile_names_are_cells_and_texts(app_client: TestClient) -> None:
    """A cause that is called like a formula, or like markup, is neither of them in the file and on the map."""
    topic = table(app_client, "/map.csv")[0]["id"]
    for label in ("=cmd|' /C calc'!A0", "<script>alert(1)</script>"):
        edit = {"kind": "rename", "topic": topic, "name": label, "author": "tests"}
        renamed = app_client.post("/v1/topic-edits", json=edit)
        assert renamed.status_code < 300, renamed.text
        [row] = [row for row in table(app_client, "/map.csv") if row["id"] == topic]
        assert row["label"] == (f"'{label}" if label.startswith("=") else label)
        shown = app_client.get("/map").text
        assert "<script>alert" not in shown
        assert label in html.unescape(shown)
