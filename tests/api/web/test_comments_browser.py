"""Comments in a real browser: corrected by keys, in the list and without scripts; accessible and fitting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from tests.api.web.conftest import served
from tests.browsing import (
    COLOUR_RULES,
    OPENED_LANGUAGES,
    Window,
    browser,
    check_accessibility,
    check_rules,
    check_width,
    open_everything,
    visit,
    window,
)

__all__ = ["browser", "window"]


@pytest.fixture
def address(topics_store: Path, annotator: Annotator) -> Iterator[str]:
    """The address of a server with analysed comments."""
    engine = store.open_store(f"sqlite:///{topics_store}")
    with served(Resources(engine, "default", annotator)) as url:
        yield url
    engine.dispose()


def first(page: Page) -> str:
    """The id of the first comment of the list."""
    comment = page.locator("article.comment").first.get_attribute("id")
    assert comment
    return comment


@pytest.mark.slow
def test_keys_are_letters_in_fields(browser: Browser, address: str) -> None:
    """Whoever types a search corrects nothing."""
    page = visit(browser, f"{address}/comments", locale="en").page
    page.get_by_role("searchbox").fill("")
    page.keyboard.type("sct price")
    expect(page.get_by_role("searchbox")).to_have_value("sct price")
    expect(page.locator("#correction .panel")).to_have_count(0)


@pytest.mark.slow
def test_selected_words_are_the_clause(browser: Browser, address: str) -> None:
    """They are marked in the comment afterwards."""
    page = visit(browser, f"{address}/comments?q=battery", locale="en").page
    comment = page.locator(f"#{first(page)}")
    comment.locator("a.clause").first.click()
    text = page.locator("#correction .verbatim")
    expect(text).to_be_visible()
    selected = page.evaluate(
        "() => { const clause = document.querySelector('#correction .verbatim a.clause').firstChild;"
        " const range = document.createRange(); range.setStart(clause, 0); range.setEnd(clause, 11);"
        " getSelection().removeAllRanges(); getSelection().addRange(range);"
        " return range.toString().trim(); }"
    )
    page.get_by_role("button", name="what is selected above").click()
    expect(comment.locator(".badge")).to_contain_text("Just corrected")
    expect(comment.locator("a.clause").first).to_have_text(selected)


@pytest.mark.slow
def test_comments_are_corrected_without_scripts(browser: Browser, address: str) -> None:
    """Links and forms lead there and back."""
    page = browser.new_context(java_script_enabled=False, locale="en").new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/comments?q=battery")
    page.get_by_role("link", name="Correct", exact=True).first.click()
    page.get_by_role("button", name="4 Mixed").click()
    expect(page.locator("article.comment").first.locator(".tone")).to_contain_text("corrected")
    assert "q=battery" in page.url


@pytest.mark.slow
@pytest.mark.parametrize("language", OPENED_LANGUAGES)
def test_comments_fit_and_are_accessible(window: Window, address: str, language: str) -> None:
    """In all languages, with everything unfolded and the panel open; axe finds no violation. Colours are those of all
    languages, so that one of them shows whether they are right.
    """
    visited = window(language)
    page = visited.page
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        visited.go(f"{address}/comments?q=too+expensive&by=meaning")
        open_everything(page)
        page.locator("a.correct").first.click()
        expect(page.locator("#correction .panel")).to_be_visible()
        check_width(page, width)
        assert visited.messages == []
        if language == "en":
            check_accessibility(page)
        else:
            check_rules(page, {"rules": {rule: {"enabled": False} for rule in COLOUR_RULES}})
