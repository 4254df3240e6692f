"""A real browser, Debian's Chromium, and what tests of pages do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")

#: The rules of axe that read colours. The first takes most of its time.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]


#: Pages are opened in these languages: in the longest words and in Traditional Chinese always, as English is what all
#: other tests read, and in the others in the exhaustive run.
OPENED_LANGUAGES = [
    "de",
    "zh-Hant",
    *(pytest.param(language, marks=pytest.mark.exhaustive) for language in ("en", "zh-Hans")),
]
#: Journeys, which take longer, are made in this one.
JOURNEY_LANGUAGES = [
    "zh-Hant",
    *(pytest.param(language, marks=pytest.mark.exhaustive) for language in ("en", "de", "zh-Hans")),
]


@dataclass
class Visit:
    """An open page with the addresses that it asked for, and with its console messages and errors."""

    page: Page
    origin: str = ""
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, page: Page) -> Visit:
        """A page that records from now on."""
        visited = cls(page)
        page.set_default_timeout(180_000)  # the machine may be busy
        page.on("request", lambda request: visited.requests.append(request.url))
        page.on("console", visited.hear)
        page.on("pageerror", lambda error: visited.messages.append(str(error)))
        return visited

    def hear(self, message: ConsoleMessage) -> None:
        """Record a message of the console, unless it is no more than advice."""
        if message.type in ("error", "warning"):
            self.messages.append(message.text)

    @property
    def elsewhere(self) -> list[str]:
        """The requests to other origins."""
        return [url for url in self.requests if not url.startswith(self.origin)]

    def go(self, url: str) -> None:
        """Load an address; what was recorded before is forgotten."""
        self.origin = "/".join(url.split("/")[:3])
        self.requests.clear()
        self.messages.clear()
        self.page.goto(url)


Window = Callable[[str], Visit]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all pages of a module: the loop of playwright would disturb other modules."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Window:
    """A page per language, which tests that only look lead from address to address: opening one takes a second."""
    return cache(lambda language: Visit.of(browser.new_page(locale=language)))


def visit(browser: Browser, url: str, **options: Any) -> Visit:
    """The page at an address, in a new window without cookies."""
    visited = Visit.of(browser.new_page(**options))
    visited.go(url)
    return visited


def open_everything(page: Page) -> None:
    """Unfold all details."""
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")


def check_width(page: Page, width: int) -> None:
    """So wide, the page does not overflow."""
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width, f"{width} px"


def check_accessibility(page: Page) -> None:
    """axe finds no violation in light; nor in dark, which has other colours and nothing else, one of colours."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        passed = check_rules(page, {"runOnly": COLOUR_RULES} if scheme == "dark" else {})
        assert "color-contrast" in passed


def check_rules(page: Page, options: dict[str, Any]) -> set[str]:
    """The rules of axe that the page passes under these options; it violates none."""
    results = Axe().run(page, options={"resultTypes": ["violations"], **options})
    assert results.violations_count == 0, results.generate_report()
    return {rule["id"] for rule in results.response["passes"]}
