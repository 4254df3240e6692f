"""What the survey says: from the overview to what people wrote, in every language; comparing, and what to do first."""

from __future__ import annotations

import csv
import io
import json
import re

import openpyxl
import pytest
from playwright.sync_api import expect

from models.annotator import Annotator
from saywhy.feedback import Segment
from saywhy.store import Engine
from service.comment_filters import CommentSearch
from service.comments import find_comments
from service.reports.reading import read_report
from tests.browsing import JOURNEY_LANGUAGES, browser
from tests.builders.lived_in import WORKSPACE
from tests.journeys.conftest import OpenWindow

__all__ = ["browser"]

NORTH = Segment("region", "north")


def comments_on(engine: Engine, annotator: Annotator, search: CommentSearch) -> list[str]:
    """The comments that the store has, in the order of the page."""
    search_result = find_comments(engine, WORKSPACE, search, code_frame=annotator.code_frame, annotator=annotator)
    return [each.response.comment or "" for each in search_result.comments]


@pytest.mark.slow
@pytest.mark.parametrize("language", JOURNEY_LANGUAGES)
def test_from_the_overview_to_the_comments_and_back(
    open_window: OpenWindow, engine: Engine, annotator: Annotator, language: str
) -> None:
    """A wave and an order are chosen, a cause is looked at, then all its comments of that wave; the way back leads to
    the overview as it was chosen.
    """
    vic = open_window("Vic", language)
    vic.open("/")
    vic.sees_title(vic.text("overview.title"))
    vic.page.evaluate("window.isSamePage = true")
    vic.field("overview.filter_wave").focus()
    vic.field("overview.filter_wave").select_option("2026-Q2")
    vic.sees_address("/?wave=2026-Q2")
    assert vic.page.evaluate("window.isSamePage && document.activeElement.name") == "wave"
    vic.field("overview.filter_sort").select_option("mentions")
    vic.sees_address("/?wave=2026-Q2&sort=mentions")

    cause = vic.page.locator("#causes a[href*='delivery.late']")
    [name] = [each.name(language) for each in annotator.code_frame.causes if each.id == "delivery.late"]
    expect(cause).to_have_text(name)
    cause.click()
    vic.sees_title(name)
    expect(vic.field("overview.filter_wave")).to_have_value("2026-Q2")

    vic.follow("cause.all_comments")
    vic.sees_address("/comments?cause=delivery.late&wave=2026-Q2")
    expected = comments_on(engine, annotator, CommentSearch(wave="2026-Q2", cause="delivery.late"))
    expect(vic.page.locator("article.comment .verbatim")).to_have_text(expected)
    expect(vic.page.locator("article.comment", has_text=name)).to_have_count(len(expected))

    vic.page.go_back()
    vic.sees_title(name)
    vic.page.go_back()
    vic.sees_address("/?wave=2026-Q2&sort=mentions")
    expect(vic.field("overview.filter_sort")).to_have_value("mentions")
    expect(cause).to_be_visible()
    vic.field("overview.filter_mark").select_option("unsure")
    vic.follow("overview.reset")
    vic.sees_address("/?wave=2026-Q2")


@pytest.mark.slow
def test_two_waves_are_compared_and_their_steps_taken_along(open_window: OpenWindow, engine: Engine) -> None:
    """The scores of both waves are those of their reports, and so is the file of the chart's table."""
    vic = open_window("Vic")
    vic.open("/compare")
    scores = [read_report(engine, WORKSPACE, wave).nps for wave in ("2026-Q1", "2026-Q2")]
    shown = [vic.wording.points(nps.score, signed=True) for nps in scores if nps]
    sides = vic.page.locator(".sides .figure:not(.change)")
    expect(sides.locator("h2")).to_have_text(["2026-Q1", "2026-Q2"])
    expect(sides.locator(".value")).to_have_text(shown)
    expect(vic.page.locator("table.steps tr.total .number")).to_have_text(shown)
    vic.page.get_by_label(vic.text("compare.by"), exact=True).select_option("region")
    expect(sides.locator("h2")).to_have_text(["north", "south"])
    vic.page.go_back()
    expect(sides.locator("h2")).to_have_text(["2026-Q1", "2026-Q2"])


@pytest.mark.slow
def test_a_cell_of_the_heat_map_leads_to_its_comments(
    open_window: OpenWindow, engine: Engine, annotator: Annotator
) -> None:
    """What the north names more often than others is framed, and a click has the comments of the north on it."""
    vic = open_window("Vic")
    vic.open("/segments")
    row = vic.page.locator("table.heat tr", has=vic.page.get_by_role("rowheader", name="Cannot log in"))
    cell = row.locator("td.elevated")
    expect(cell).to_have_count(1)
    cell.get_by_role("link").click()
    vic.sees_address("/comments?cause=reliability.login_fails&segment=region%3Dnorth")
    search = CommentSearch(cause="reliability.login_fails", segments=[NORTH])
    expect(vic.page.locator("article.comment .verbatim")).to_have_text(comments_on(engine, annotator, search))
    expect(vic.page.locator("article.comment .facts").first).to_contain_text("north")


@pytest.mark.slow
def test_a_lasso_on_the_map_selects_causes_whose_comments_are_read(open_window: OpenWindow) -> None:
    """A line around all circles ticks them and shows quotes; a name leads to the comments, and all can be cleared."""
    vic = open_window("Vic", viewport={"width": 1440, "height": 1000})
    vic.open("/map")
    box = vic.page.locator(".map.wide").bounding_box()
    assert box is not None
    left, top, right, bottom = box["x"] + 1, box["y"] + 1, box["x"] + box["width"] - 1, box["y"] + box["height"] - 1
    vic.page.mouse.move(left, top)
    vic.page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom)):
        vic.page.mouse.move(x, y, steps=3)
    vic.page.mouse.up()
    circles = vic.page.locator(".map.wide circle").count()
    assert circles > 3
    expect(vic.page.locator("input[name=cause]:checked")).to_have_count(circles)
    expect(vic.page.locator("#chosen .selected")).to_have_count(circles)
    vic.page.locator("#chosen").get_by_role("link", name="Arrived late").click()
    vic.sees_address("/comments?cause=delivery.late")
    expect(vic.page.locator("article.comment").first).to_contain_text("Arrived late")
    vic.page.go_back()
    vic.follow("map.clear")
    expect(vic.page.locator("#chosen .selected")).to_have_count(0)


@pytest.mark.slow
def test_what_to_fix_first(open_window: OpenWindow, engine: Engine) -> None:
    """A complaint is picked and the NPS without it is there at once; its effort makes it the quickest win on the board
    and in the ranking.
    """
    eda = open_window("Eda")
    eda.open("/what-if")
    eda.page.locator("input[value='theme:delivery']").check()
    eda.field("what_if.fewer_100").check()
    expect(eda.page.locator("tr.current")).to_contain_text(eda.text("what_if.fewer_100"))
    expect(eda.page.locator(".gain .value")).to_have_text(re.compile(r"\+\d"))
    eda.open("/pebbles")
    eda.field("pebbles.effort_of", label="Delivery and handling").fill("S")
    eda.press("pebbles.save_effort", label="Delivery and handling")
    row = eda.page.locator("table.efforts tr", has_text="Delivery and handling").first
    expect(row.locator(".badge")).to_have_text("Pebble")
    expect(eda.page.locator(".board.wide circle.pebble")).to_have_count(1)
    assert len(read_report(engine, WORKSPACE, "all").board) == 1
    eda.open("/?mark=pebble")
    expect(eda.page.locator("#causes tbody tr:not(.beside-parts)")).to_contain_text(["Delivery and handling"])


def test_the_ranking_is_taken_along_as_a_file_of_every_kind(open_window: OpenWindow, engine: Engine) -> None:
    """CSV, workbook and JSON have the causes of the filters that are chosen; the chart is a drawing and a picture."""
    vic = open_window("Vic")
    vic.open("/?wave=2026-Q2")
    labels = {issue.label for issue in read_report(engine, WORKSPACE, "2026-Q2").issues}

    def content(kind: str) -> bytes:
        name = f"{kind}: {vic.text('overview.causes_caption')}"
        with vic.page.expect_download() as download:
            vic.page.locator("#causes").get_by_role("link", name=name, exact=True).click()
        assert download.value.suggested_filename.startswith("overview")
        return download.value.path().read_bytes()

    rows = list(csv.DictReader(io.StringIO(content("CSV").decode("utf-8-sig"))))
    shown = {row["Issue"] for row in rows}
    assert labels < shown  # which has what is left of themes too
    [_, *cells] = openpyxl.load_workbook(io.BytesIO(content("XLSX"))).worksheets[0].values
    assert len(cells) == len(rows)
    assert {row["label"] for row in json.loads(content("JSON"))} == shown
    assert content("SVG").startswith(b"<svg")
    assert content("PNG").startswith(b"\x89PNG")
