"""The pages that compare, of an analysed survey, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy.feedback import Segment
from saywhy.store import open_store
from service.efforts import set_effort
from tests.api.web.conftest import served
from tests.browsing import Window, browser, check_accessibility, check_width, visit, window
from tests.builders.fixed_survey import analysed, responses

__all__ = ["browser", "window"]

PATHS = (
    "/compare",
    "/compare?by=region",
    "/segments",
    "/map?cause=theme:support",
    "/what-if?cause=theme:support&fewer=100",
    "/pebbles",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, annotator: Annotator) -> Iterator[str]:
    """A server with an analysed survey of two regions, and an effort."""
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('app') / 'store.db'}")
    regions = (Segment("region", "north"), Segment("region", "south"))
    analysed(engine, [replace(answer, segments=(regions[at % 3 > 0],)) for at, answer in enumerate(responses())])
    set_effort(engine, "default", "theme:price", "2", by="Ada")
    with served(Resources(engine, "default", annotator)) as url:
        yield url
    engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_pages_are_accessible_and_fit(window: Window, address: str, path: str) -> None:
    """axe finds no violation in light and dark, and nothing overflows from 360 px on; no message, none elsewhere."""
    visited = window("zh-Hant")
    visited.go(address + path)
    check_width(visited.page, 390)
    for width in (360, 1440):
        check_width(visited.page, width)
        check_accessibility(visited.page)
    assert (visited.messages, visited.elsewhere) == ([], [])


def test_a_lasso_selects_causes(browser: Browser, address: str) -> None:
    """What was said is shown, the boxes are ticked, and the address can be sent."""
    visited = visit(browser, f"{address}/map", viewport={"width": 1440, "height": 1000})
    page = visited.page
    box = page.locator(".map.wide").bounding_box()
    assert box is not None
    left, top, right, bottom = box["x"] + 1, box["y"] + 1, box["x"] + box["width"] - 1, box["y"] + box["height"] - 1
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom)):
        page.mouse.move(x, y, steps=3)
    page.mouse.up()
    circles = page.locator(".map.wide circle").count()
    expect(page.locator("input[name=cause]:checked")).to_have_count(circles)
    expect(page.locator("#chosen .selected")).to_have_count(circles)
    assert "cause=" in page.url
    page.get_by_role("link", name="Clear").click()
    expect(page.locator("#chosen .selected")).to_have_count(0)
    assert visited.messages == []
    page.close()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_causes_are_picked(browser: Browser, address: str, *, has_scripts: bool) -> None:
    """With scripts the NPS is there at once, without them after pressing the button."""
    visited = visit(browser, f"{address}/what-if", java_script_enabled=has_scripts)
    page = visited.page
    page.locator("input[value='theme:support']").check()
    if not has_scripts:
        page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("NPS then")).to_be_visible()
    expect(page.locator("input[value='theme:support']")).to_be_checked()
    assert visited.messages == []
    page.close()


def test_files_have_the_names_of_their_pages(browser: Browser, address: str, tmp_path: Path) -> None:
    """The links are reached by the keyboard, and save the table as CSV."""
    page = visit(browser, f"{address}/segments").page
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV: Segments").focus()
        page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "table.csv")
    assert download.value.suggested_filename == "segments.csv"
    assert "region,north" in (tmp_path / "table.csv").read_text("utf-8-sig")
    page.close()
