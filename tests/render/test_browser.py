"""The report page in a real browser: Debian's Chromium, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from pipelines.render import to_html
from pipelines.render.document import build_document
from pipelines.render.document_context import LanguageLink
from pipelines.render.html import document_html
from pipelines.render.wording import Wording
from saywhy.code_frame import FIRST_CLASS_LANGUAGES, load_code_frame
from saywhy.report import Report
from tests.browsing import Visit, Window, browser, check_accessibility, check_width, open_everything, visit, window
from tests.builders.compared_reports import COMPARED, HOSTILE_COMPARED, HUGE_COMPARED, RATED_COMPARED
from tests.builders.extreme_reports import EMPTY, HOSTILE, HUGE
from tests.builders.reports import FULL, RATED, RICH

__all__ = ["browser", "window"]


def file_of(folder: Path, html: str) -> str:
    """The address of a page, as a file."""
    file = folder / "report.html"
    file.write_text(html, "utf-8")
    return file.as_uri()


def address_of(folder: Path, report: Report, language: str) -> str:
    """The address of the page of a report, as a file."""
    return file_of(folder, to_html(report, load_code_frame(), language=language))


def open_page(browser: Browser, folder: Path, report: Report, language: str = "en", **options: Any) -> Visit:
    """The page of a report, opened from a file."""
    return visit(browser, address_of(folder, report, language), **options)


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


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in REPORTS if name not in QUICK)]
)
def test_page_fits_and_makes_no_requests(window: Window, tmp_path: Path, name: str) -> None:
    """With all details open there is no horizontal overflow at any width, no request, no console message."""
    visited = window("en")
    for language in FIRST_CLASS_LANGUAGES:
        visited.go(address_of(tmp_path, REPORTS[name], language))
        open_everything(visited.page)
        for width in (360, 390, 1440):
            check_width(visited.page, width)
        assert visited.requests == [visited.page.url]
        assert visited.messages == []


@pytest.mark.slow
@pytest.mark.parametrize("report", [RICH, RATED, COMPARED], ids=["rich", "rated", "compared"])
def test_page_is_accessible(window: Window, tmp_path: Path, report: Report) -> None:
    """axe finds no violation, contrast included, in light and dark, wide and narrow, with all details open."""
    visited = window("en")
    visited.go(address_of(tmp_path, report, "de"))
    open_everything(visited.page)
    for width in (360, 1280):
        check_width(visited.page, width)
        check_accessibility(visited.page)


@pytest.mark.slow
@pytest.mark.parametrize("report", [RICH, HUGE, HOSTILE], ids=["rich", "huge", "hostile"])
def test_documents_fit_and_are_accessible(window: Window, tmp_path: Path, report: Report) -> None:
    """What is shared by a link: from 360 px on, in light and dark, without requests and messages."""
    wording = Wording("de")
    links = (LanguageLink("Deutsch", "de", "?language=de", True), LanguageLink("English", "en", "?language=en", False))
    document = build_document(report, load_code_frame(), wording, banner="Geteilt von Ada", languages=links)
    visited = window("en")
    visited.go(file_of(tmp_path, document_html(document, wording)))
    for width in (390, 768, 360, 1440):
        check_width(visited.page, width)
        if report is RICH and width in (360, 1440):
            check_accessibility(visited.page)
    assert visited.requests == [visited.page.url]
    assert visited.messages == []


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
