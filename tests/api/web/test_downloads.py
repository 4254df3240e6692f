"""Tables and charts of pages as files: the same address with an ending."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from api.web.downloads import FIGURES, TABLES
from api.web.figures import MARGIN, Figure, colours, to_svg, wrapped
from api.web.pages.compare.build import compare
from api.web.pages.compare.choice import Chosen as Pair
from api.web.pages.compare.files import step_chart
from api.web.pages.overview.files import ranking_figure, trend_figure
from api.web.pages.pebbles.files import pebble_figure
from api.web.pages.segments.build import Chosen, segments
from api.web.pages.segments.files import heat_figure
from api.web.texts import wording_in
from models.annotator import Annotator
from pipelines.render.pictures import MOST_PIXELS, SCALE, to_png
from pipelines.report.effort import with_efforts
from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.errors import FileTooLarge
from saywhy.settings import Settings
from saywhy.view_filters import Filters
from service.reports.reading import read_report
from tests.api import PROBLEM
from tests.api.web.page_types import web_of
from tests.api.web.test_comparing import DRAWN
from tests.builders.extreme_reports import HOSTILE
from tests.builders.reports import FULL, RICH
from tests.builders.surveys import contrast_of, heat_map_of, survey_of

#: Each table, and some of the columns that it has in JSON.
FILES = {
    "/overview.{}": {"rank", "id", "points", "points_low", "share_W1"},
    "/overview.{}?part=trend": {"wave", "nps", "nps_high", "notes"},
    "/causes/theme:support.{}": {"wave", "rate", "rate_low", "points"},
    "/causes/theme:support.{}?part=who": set[str](),
    "/compare.{}?a=W1&b=W3": {"theme", "points", "frequency_q"},
    "/map.{}": {"id", "x", "detractors"},
    "/what-if.{}?cause=theme:support": {"fewer", "gain_low", "nps"},
    "/pebbles.{}": {"id", "points", "effort_days"},
    "/follow-ups.{}": set[str](),
    "/customers.{}": set[str](),
    "/praise.{}": set[str](),
    "/quality.{}": {"wave", "responses"},
    "/comments.{}?wave=W1": {"comment", "themes", "score"},
    "/corrections.{}": set[str](),
}

CHARTS = ("/overview.{}", "/overview.{}?part=causes", "/causes/theme:support.{}", "/compare.{}?a=W1&b=W3", "/map.{}",
          "/what-if.{}?cause=theme:support")  # fmt: skip


def figures(language: str = "en") -> Iterator[Figure]:
    """A chart of each kind, with everything that it may have; the last ones have hostile names."""
    web, code_frame = web_of(language), load_code_frame()
    assert RICH.change is not None
    contrast = contrast_of(RICH.change)
    for report in (FULL, HOSTILE):
        weighed = with_efforts(report, {str(issue.key): 3.0 for issue in report.issues})
        survey, heat_map = survey_of(report), heat_map_of(report)
        drawn = (
            trend_figure(report, (), Filters(), web),
            ranking_figure(report, Filters(), code_frame, web, ()),
            heat_figure(segments(Chosen(), survey, ["all"], heat_map, web).heat, web.wording),
            pebble_figure(survey_of(weighed), web),
            step_chart(compare(Pair(a="2026-Q1", b="2026-Q2"), survey_of(RICH), [], contrast, web), web.wording),
        )
        yield from (figure for figure in drawn if figure is not None)


def test_every_table_is_a_file_of_three_formats(app_client: TestClient) -> None:
    """With headers in the reader's language, as many rows in each, and ids in JSON that no language changes."""
    for address, ids in FILES.items():
        answers = {ending: app_client.get(address.format(ending)) for ending in TABLES}
        for ending, answer in answers.items():
            assert answer.status_code == 200, (address, ending, answer.text)
            assert answer.headers["content-type"] == TABLES[ending][1]
            assert answer.headers["content-disposition"].startswith("attachment")
        header, *rows = csv.reader(io.StringIO(answers["csv"].content.decode("utf-8-sig"), newline=""))
        records = answers["json"].json()
        assert len(records) == len(rows)
        assert bool(records) >= bool(ids), address
        assert all(ids <= record.keys() and len(record) == len(header) for record in records)
    chinese = app_client.get("/overview.csv", headers={"accept-language": "zh-CN"}).content.decode("utf-8-sig")
    assert chinese.startswith(wording_in("zh-Hans")["rank"])


def test_every_chart_is_a_drawing_and_a_picture(app_client: TestClient) -> None:
    """That browsers show and keep as long as it does not change, and in which nothing could run."""
    for address in CHARTS:
        drawing = app_client.get(address.format("svg"))
        assert (drawing.status_code, drawing.headers["content-type"]) == (200, FIGURES["svg"][1]), drawing.text
        assert drawing.headers["content-security-policy"].startswith("default-src 'none'")
        assert "style-src" not in drawing.headers["content-security-policy"]
        known = {"if-none-match": drawing.headers["etag"]}
        assert app_client.get(address.format("svg"), headers=known).status_code == 304
    picture = app_client.get("/overview.png")
    assert (picture.headers["content-type"], picture.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")


def test_filters_of_the_address_apply(app_client: TestClient) -> None:
    """The wave, whose causes they are, and how many rows: a file has all of them."""
    praise = app_client.get("/overview.json?group=promoters").json()
    complaints = app_client.get("/overview.json").json()
    assert {row["id"] for row in praise} != {row["id"] for row in complaints}
    assert len(app_client.get("/quality.json").json()) == 3
    first = app_client.get("/overview.json?wave=W1").json()
    assert sum(row["mentions"] for row in first) < sum(row["mentions"] for row in complaints)


@pytest.mark.parametrize("address", ["/overview.pdf", "/pebbles.svgz", "/map.json?part=other", "/quality.png"])
def test_what_there_is_not_is_a_problem(app_client: TestClient, address: str) -> None:
    """Another ending, another part, and a chart of a page that has none."""
    answer = app_client.get(address, headers={"accept": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)


@pytest.mark.usefixtures("app_client")
def test_anonymous_workspaces_give_out_what_they_published(sqlite_engine: Engine, annotator: Annotator) -> None:
    """The ranking of the report, and no customer, case or comment."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "hr"))
        workspace = store.workspaces.find(connection, "hr")
        run = store.runs.start(connection, workspace, "test-1").id
        store.reports.save(connection, workspace, run, read_report(sqlite_engine, "default", "all"))
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "hr", annotator))) as client:
        for path in ("/customers", "/follow-ups", "/comments", "/corrections", "/segments", "/map"):
            for ending in TABLES:
                assert client.get(f"{path}.{ending}").status_code == 409, path
        assert client.get("/causes/theme:support.csv?part=who").status_code == 409
        assert client.get("/overview.csv").status_code == 200


def test_drawings_stand_alone() -> None:
    """They are XML with texts that are texts, colours and fonts of their own, and nothing that loads, runs or links."""
    texts = set[str]()
    for figure in figures():
        drawn = to_svg(figure, wording_in("en"))
        root = ElementTree.fromstring(drawn)
        assert {element.tag.rpartition("}")[2] for element in root.iter()} <= DRAWN
        texts.update(element.text or "" for element in root.iter())
        names = {name for element in root.iter() for name in element.attrib}
        assert names.isdisjoint({"class", "style", "href", "onload"})
        assert "sans-serif" in root.attrib["font-family"]
        assert not any(word in drawn for word in ("var(", "light-dark", "color-mix", "url("))
        assert float(root.attrib["width"]) == pytest.approx(figure.width + 2 * MARGIN)
    assert any("<script>" in text or "</style>" in text for text in texts)
    assert colours()["surface"] == "#ffffff"


def test_pictures_have_chinese_characters() -> None:
    """A missing one would be the same box as any other."""
    figure = next(figures("zh-Hans"))
    drawn = to_svg(figure, wording_in("zh-Hans"))
    assert drawn.index("Noto Sans CJK SC") < drawn.index("Inter")
    name = figure.title[0]
    assert name in drawn
    assert to_png(drawn) != to_png(drawn.replace(name, "骨"))
    assert "Noto Sans CJK TC" in to_svg(next(figures("zh-Hant")), wording_in("zh-Hant"))


def test_a_picture_that_is_too_large_is_refused() -> None:
    """With what to take instead."""
    side = int((MOST_PIXELS / SCALE**2) ** 0.5) + 1
    with pytest.raises(FileTooLarge, match="SVG"):
        to_png(f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}.0" height="{side}.0"/>')


def test_long_names_are_wrapped_and_cut() -> None:
    """Between words, or between Chinese characters; what does not fit ends with an ellipsis."""
    assert wrapped("Billing and contract", 400, 13) == ("Billing and contract",)
    assert wrapped("Billing and contract", 90, 13) == ("Billing and", "contract")
    assert wrapped("客服电话总是打不通", 80, 13) == ("客服电话总", "是打不通")
    [cut] = wrapped("x" * 100, 80, 13, 1)
    assert cut.endswith("…")
    assert wrapped("", 80, 13) == ()
    assert json.dumps(wrapped("a\nb", 80, 13)) == '["a b"]'
