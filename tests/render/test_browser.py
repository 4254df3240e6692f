"""The report page in a real browser: Debian's Chromium, offline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from pipelines.render import to_html
from pipelines.render.document import build_document
from pipelines.render.document_context import LanguageLink
from pipelines.render.html import document_html
from pipelines.render.wording import Wording
from saywhy.code_frame import FIRST_CLASS_LANGUAGES, load_code_frame
from saywhy.report import Report
from tests.builders.compared_reports import COMPARED, HOSTILE_COMPARED, HUGE_COMPARED, RATED_COMPARED
from tests.builders.extreme_reports import EMPTY, HOSTILE, HUGE
from tests.builders.reports import FULL, RATED, RICH

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@dataclass
class RecordedPage:
    """An open page with its requests and with its console messages and errors."""

    page: Page
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all pages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def open_page(browser: Browser, folder: Path, report: Report, language: str = "en", **options: Any) -> RecordedPage:
    """The page of a report, opened from a file."""
    return open_html(browser, folder, to_html(report, load_code_frame(), language=language), **options)


def open_html(browser: Browser, folder: Path, html: str, **options: Any) -> RecordedPage:
    """A page, opened from a file."""
    file = folder / "report.html"
    file.write_text(html, "utf-8")
    recorded = RecordedPage(browser.new_page(**options))
    recorded.page.set_default_timeout(180_000)  # the machine may be busy
    recorded.page.on("request", lambda request: recorded.requests.append(request.url))
    recorded.page.on("console", lambda message: recorded.messages.append(message.text))
    recorded.page.on("pageerror", lambda error: recorded.messages.append(str(error)))
    recorded.page.goto(file.as_uri())
    return recorded


REPORTS = {
    "rich": RICH,
    "compared": COMPARED,
    "full": FULL,
    "rated": RATED,
    "empty": EMPTY,
    "huge": HUGE,
    "hostile": HOSTILE,
    "huge compared": HUGE_COMPARED,
    "hostile compared": HOSTILE_COMPARED,
    "rated compared": RATED_COMPARED,
}
QUICK = ("rich", "compared")


@pytest.mark.parametrize("width", [360, 390, 1440])
@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in REPORTS if name not in QUICK)]
)
def test_page_fits_and_makes_no_requests(browser: Browser, tmp_path: Path, name: str, width: int) -> None:
    """With all details open there is no horizontal overflow, no request, no console message."""
    for language in FIRST_CLASS_LANGUAGES:
        viewport = {"width": width, "height": 800}
        recorded = open_page(browser, tmp_path, REPORTS[name], language, viewport=viewport)
        recorded.page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        assert recorded.page.evaluate("document.documentElement.scrollWidth") == width, language
        assert recorded.requests == [recorded.page.url]
        assert recorded.messages == []
        recorded.page.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_page_is_accessible(browser: Browser, tmp_path: Path, scheme: str, width: int) -> None:
    """axe finds no violation, contrast included, in light and dark, wide and narrow, with all details open."""
    for report in (RICH, RATED, COMPARED):
        options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
        recorded = open_page(browser, tmp_path, report, "de", **options)
        recorded.page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        results = Axe().run(recorded.page)
        assert "color-contrast" in {rule["id"] for rule in results.response["passes"]}
        assert results.violations_count == 0, results.generate_report()
        recorded.page.close()


@pytest.mark.slow
@pytest.mark.parametrize("report", [RICH, HUGE, HOSTILE], ids=["rich", "huge", "hostile"])
def test_documents_fit_and_are_accessible(browser: Browser, tmp_path: Path, report: Report) -> None:
    """What is shared by a link: from 360 px on, in light and dark, without requests and messages."""
    wording = Wording("de")
    links = (LanguageLink("Deutsch", "de", "?language=de", True), LanguageLink("English", "en", "?language=en", False))
    document = build_document(report, load_code_frame(), wording, banner="Geteilt von Ada", languages=links)
    recorded = open_html(browser, tmp_path, document_html(document, wording))
    for width, scheme in ((360, "light"), (390, "dark"), (768, "light"), (1440, "dark")):
        recorded.page.set_viewport_size({"width": width, "height": 800})
        recorded.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert recorded.page.evaluate("document.documentElement.scrollWidth") == width
        if report is RICH:
            results = Axe().run(recorded.page)
            assert results.violations_count == 0, results.generate_report()
    assert recorded.requests == [recorded.page.url]
    assert recorded.messages == []
    recorded.page.close()


def test_dark_mode_follows_the_system(browser: Browser, tmp_path: Path) -> None:
    """The page is dark if the system is."""
    grounds = [
        open_page(browser, tmp_path, FULL, color_scheme=scheme).page.evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    ]
    assert grounds == ["rgb(246, 245, 241)", "rgb(18, 21, 24)"]


def test_quotes_open_from_the_keyboard(browser: Browser, tmp_path: Path) -> None:
    """Tab reaches the quotes of an issue and Enter opens them, without any script."""
    page = open_page(browser, tmp_path, FULL, java_script_enabled=True).page
    quotes = page.locator("#detractors-1 blockquote").first
    assert not quotes.is_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#detractors-1') !== null"):
            break
    page.keyboard.press("Enter")
    assert quotes.is_visible()


def test_print_shows_the_evidence(browser: Browser, tmp_path: Path) -> None:
    """Closed quotes are printed, dark on white in any colour scheme, and the table stays a table."""
    page = open_page(browser, tmp_path, FULL, viewport={"width": 672, "height": 900}, color_scheme="dark").page
    page.emulate_media(media="print")
    assert page.locator("#detractors-1 blockquote").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(28, 34, 39)"
    assert page.evaluate("getComputedStyle(document.querySelector('.ranking thead')).display") == "table-header-group"
    assert page.evaluate("document.documentElement.scrollWidth") <= 672


def test_positions_in_drawings_match_the_numbers(browser: Browser, tmp_path: Path) -> None:
    """On screen the dots of the ranking are in the order of the impacts, each within its interval."""
    page = open_page(browser, tmp_path, FULL, viewport={"width": 1280, "height": 800}).page
    positions = page.evaluate(
        """[...document.querySelectorAll('#ranking tbody')].map(row => {
            const box = name => row.querySelector(name).getBoundingClientRect()
            const dot = box('circle'), line = box('.span')
            return [line.left, (dot.left + dot.right) / 2, line.right]
        })"""
    )
    dots = [dot for _, dot, _ in positions]
    assert dots == sorted(dots, reverse=True)
    assert all(left < dot < right for left, dot, right in positions)
    assert (dots[0] - dots[4]) / (dots[1] - dots[4]) == pytest.approx((4.83 - 0.6) / (4.1 - 0.6), rel=0.02)


@pytest.mark.parametrize("report", [RICH, COMPARED], ids=["rich", "compared"])
def test_titles_of_columns_are_not_cut(browser: Browser, tmp_path: Path, report: Report) -> None:
    """The longest words, which are German, are not broken."""
    page = open_page(browser, tmp_path, report, "de", viewport={"width": 1280, "height": 800}).page
    lines = page.evaluate(
        """[...document.querySelectorAll('thead th.number')].flatMap(cell => {
            const texts = [...cell.querySelectorAll('*'), cell].map(node => node.firstChild)
            const text = texts.find(node => node?.data?.trim())
            return [...text.data.matchAll(/\\S+/g)].map(word => {
                const range = document.createRange()
                range.setStart(text, word.index)
                range.setEnd(text, word.index + word[0].length)
                return [word[0], range.getClientRects().length]
            })
        })"""
    )
    assert {"Nennungen", "Detraktoren"} <= {word for word, _ in lines}
    assert [word for word, count in lines if count > 1] == []


def test_drawings_of_a_table_share_one_axis_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    """In each table of scores the zero lines are aligned, so that rows can be compared."""
    page = open_page(browser, tmp_path, RICH, viewport={"width": 390, "height": 800}).page
    zeros = page.evaluate(
        """[...document.querySelectorAll('.groupings')].map(table =>
            [...table.querySelectorAll('.zero')].map(line => Math.round(line.getBoundingClientRect().left)))"""
    )
    assert all(len(positions) > 1 for positions in zeros)
    assert all(len({*positions}) == 1 for positions in zeros)
