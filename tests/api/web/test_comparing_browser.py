"""The pages that compare, of an analysed survey, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

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


def test_causes_are_picked_without_scripts(browser: Browser, address: str) -> None:
    """The NPS is there after pressing the button."""
    visited = visit(browser, f"{address}/what-if", java_script_enabled=False)
    page = visited.page
    page.locator("input[value='theme:support']").check()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("NPS then")).to_be_visible()
    expect(page.locator("input[value='theme:support']")).to_be_checked()
    assert visited.messages == []
    page.close()


@pytest.mark.parametrize(
    ("path", "result"), [("/what-if?cause=theme:support&fewer=100", ".figures-pair"), ("/map", "table.causes")]
)
def test_results_in_forms_are_printed(window: Window, address: str, path: str, result: str) -> None:
    """What the form shows is on paper; what one chooses with is not."""
    visited = window("zh-Hant")
    visited.go(address + path)
    visited.page.emulate_media(media="print")
    expect(visited.page.locator(result)).to_be_visible()
    expect(visited.page.locator("input:visible")).to_have_count(0)
    visited.page.emulate_media(media="screen")
