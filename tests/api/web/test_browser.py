"""The app in a real browser: Debian's Chromium, against a real server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.http.dependencies import Resources, open_resources
from api.web.pages import PAGES
from pipelines.render import to_json
from saywhy import store
from saywhy.settings import Settings
from service.saved_views import save_view
from service.wave_notes import list_notes, pin_note
from tests.api.web.conftest import served
from tests.browsing import (
    OPENED_LANGUAGES,
    Window,
    browser,
    check_accessibility,
    check_width,
    open_everything,
    visit,
    window,
)
from tests.builders.extreme_reports import HOSTILE, HUGE
from tests.builders.reports import RICH

__all__ = ["browser", "window"]

#: Every page of the navigation, one that is not there, and one with everything chosen. Axe and the widths see them all.
PATHS = (
    *(page.path for page in PAGES if page.path),
    "/causes/topic:topic-17",
    "/shared-links",
    "/code-frames",
    "/code-frames/employee",
    "/code-frame-editor",
    "/nowhere",
    "/?group=promoters&sort=name",
    "/?wave=huge&rows=all",
)


#: Their reports are rich, huge, and hostile.
WAVES = ("2026-Q1", "2026-Q2", "all", "huge", "hostile")


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """A store with a rich report, a huge one and a hostile one, a note and a view."""
    opened = open_resources(Settings(database_url=f"sqlite:///{tmp_path_factory.mktemp('app') / 'store.db'}"))
    with opened.engine.begin() as connection:
        workspace = store.workspaces.find(connection, opened.workspace)
        run = store.runs.start(connection, workspace, opened.annotator.model)
        hostile = store.reports.parse(
            to_json(HOSTILE).replace("\udce9", "").replace("\\udce9", "").replace("\\u0000", "")
        )
        for wave, report in zip(WAVES, (RICH, RICH, RICH, HUGE, hostile), strict=True):
            store.reports.save(connection, workspace, run.id, replace(report, wave=wave))
    pin_note(opened.engine, opened.workspace, "2026-Q2", "Release 3.2, with new prices", by="Eda")
    save_view(opened.engine, opened.workspace, "New causes", "/?mark=new", by="Eda")
    return opened


@pytest.fixture(scope="module")
def address(resources: Resources) -> Iterator[str]:
    """The address of the server."""
    with served(resources) as url:
        yield url


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", OPENED_LANGUAGES)
def test_pages_fit_and_run_under_their_policy(window: Window, address: str, path: str, language: str) -> None:
    """With everything unfolded: no horizontal overflow from 360 px on, no request to elsewhere, no message."""
    visited = window(language)
    visited.go(address + path)
    open_everything(visited.page)
    assert visited.page.evaluate("document.documentElement.lang") == language
    for width in (360, 390, 768, 1024, 1440):
        check_width(visited.page, width)
    assert visited.elsewhere == []
    assert [message for message in visited.messages if "404 (Not Found)" not in message] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in PATHS if "huge" not in path])
def test_pages_are_accessible(window: Window, address: str, path: str) -> None:
    """axe finds no violation in light and dark, wide and narrow, contrast included, with everything unfolded and, on
    narrow screens, the menu open.
    """
    visited = window("de")
    visited.go(address + path)
    page = visited.page
    open_everything(page)
    for width in (1440, 390):
        check_width(page, width)
        if width < 1024 and not page.locator("#menu").is_visible():
            page.get_by_role("button", name="Menü").click()
        check_accessibility(page)


@pytest.mark.slow
def test_a_note_is_pinned_and_deleted_without_scripts(browser: Browser, address: str, resources: Resources) -> None:
    """From the page, with what is markup in it shown as it was written."""
    visited = visit(browser, address, java_script_enabled=False)
    page = visited.page
    page.get_by_text("Pin a note").click()
    page.get_by_label("What happened").fill("Support by phone <b>")
    page.get_by_role("button", name="Pin", exact=True).click()
    note = page.locator(".pinned li", has_text="Support by phone <b>")
    expect(note).to_be_visible()
    expect(page.locator(".plot text.pin-number")).to_contain_text("2")
    note.get_by_role("button").click()
    expect(note).to_have_count(0)
    assert [each.text for each in list_notes(resources.engine, resources.workspace)] == ["Release 3.2, with new prices"]
    assert visited.messages == []
    page.close()


def test_an_error_leaves_the_page_and_says_what_went_wrong(browser: Browser, address: str) -> None:
    """A part that cannot be had, and a server that does not answer, are notices; the next answer removes them."""
    page = visit(browser, address).page
    page.evaluate("document.querySelector('select[name=wave] option:nth-child(2)').value = 'gone'")
    page.locator("#filter-wave").select_option("gone")
    expect(page.get_by_role("alert")).to_contain_text("There is nothing here.")
    expect(page).to_have_url(f"{address}/")
    expect(page.locator("#causes")).to_be_visible()
    page.route("**/*", lambda route: route.abort())
    page.get_by_label("Sort by").select_option("name")
    expect(page.locator("#notices")).to_contain_text("The server does not answer.")
    page.unroute_all()
    page.locator("#filter-wave").select_option("all")
    expect(page.locator("#notices")).to_be_empty()
    page.close()


@pytest.mark.slow
def test_a_cause_gets_an_owner_without_scripts(browser: Browser, address: str) -> None:
    """From its name in the ranking to its page, by the keyboard; what was done is said, and taken back."""
    visited = visit(browser, address, java_script_enabled=False)
    page = visited.page
    page.locator("#causes").get_by_role("link", name="Invoices that nobody understands").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoices that nobody understands")
    page.get_by_text("Owner, ticket, effort").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Owner", exact=True).fill("Eda <b>")
    page.keyboard.press("Enter")
    done = page.get_by_role("status")
    expect(done).to_contain_text("Owner: – → Eda <b>")
    expect(page.locator("#history li").first).to_contain_text("Owner: – → Eda <b>")
    done.get_by_role("button", name="Undo").click()
    expect(done).to_contain_text("Owner: Eda <b> → –")
    assert visited.messages == []
    page.close()


def test_language_and_theme_are_chosen_on_the_page(browser: Browser, address: str) -> None:
    """From the menu of a narrow screen; the page that was open is there again, in the other language and dark."""
    page = visit(browser, f"{address}/?mark=new", viewport={"width": 390, "height": 800}, color_scheme="light").page
    menu = page.get_by_role("button", name="Menu")
    expect(page.get_by_role("button", name="Deutsch")).not_to_be_visible()
    menu.click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page).to_have_url(f"{address}/?mark=new")
    expect(page.get_by_role("heading", level=1)).to_have_text("Übersicht")
    page.get_by_role("button", name="Menü").click()
    page.get_by_role("button", name="Dunkel").click()
    ground = "getComputedStyle(document.body).backgroundColor"
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate(ground) == "rgb(18, 21, 24)"
    page.close()


def test_the_keyboard_reaches_everything(browser: Browser, address: str) -> None:
    """The first stop skips to the content; the menu of a narrow screen opens with Enter and closes with Escape."""
    page = visit(browser, address, viewport={"width": 390, "height": 800}).page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation")).not_to_be_visible()
    page.close()


@pytest.mark.slow
def test_hostile_texts_do_nothing(browser: Browser, address: str) -> None:
    """Markup in names of causes, waves and segments is shown as it was written."""
    visited = visit(browser, f"{address}/?wave=hostile&rows=all")
    open_everything(visited.page)
    expect(visited.page.locator("#causes")).to_contain_text("<script>alert(1)</script>")
    assert (visited.messages, visited.elsewhere) == ([], [])
    visited.page.close()


@pytest.mark.slow
def test_the_page_prints(browser: Browser, address: str, tmp_path: Path) -> None:
    """On paper: without navigation, filters and forms, in light colours even where the screen is dark."""
    page = visit(browser, address, color_scheme="dark").page
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).not_to_be_visible()
    expect(page.get_by_label("Sort by")).not_to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(28, 34, 39)"
    page.pdf(path=tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").stat().st_size > 10_000
    page.close()
