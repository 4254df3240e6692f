"""Somebody at a browser, who knows the texts of the app in a language and finds what is on a page by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Locator, Page, expect

from pipelines.render.wording import Wording
from tests.browsing import Visit


@dataclass(frozen=True)
class Person:
    """Somebody who reads pages. Texts are named by their keys, such as `cause.rename` (`api/web/texts/`)."""

    visit: Visit
    wording: Wording

    @property
    def page(self) -> Page:
        return self.visit.page

    def open(self, path: str) -> None:
        """Load a path of the server."""
        self.page.goto(path)

    def text(self, key: str, **values: str) -> str:
        """What a text is in the language."""
        return self.wording(key, **values) if values else self.wording[key]

    def named(self, role: Literal["button", "link"], key: str, **values: str) -> Locator:
        """The element of a role that has the text as its name."""
        return self.page.get_by_role(role, name=self.text(key, **values), exact=True)

    def press(self, key: str, **values: str) -> None:
        """Press the button that says so."""
        self.named("button", key, **values).click()

    def follow(self, key: str, **values: str) -> None:
        """Follow the link that says so, until the page and its scripts are loaded: before, it does not react."""
        with self.page.expect_event("load"):
            self.named("link", key, **values).click()

    def field(self, key: str, **values: str) -> Locator:
        """The field with this label."""
        return self.page.get_by_label(self.text(key, **values), exact=True)

    def choice(self, key: str, **values: str) -> Locator:
        """The list of choices with this label."""
        return self.page.get_by_role("combobox", name=self.text(key, **values), exact=True)

    def unfold(self, key: str) -> Locator:
        """Open the details whose summary says so; these details."""
        summary = self.page.locator("summary").get_by_text(self.text(key), exact=True)
        details = self.page.locator("details", has=summary)
        details.locator("summary").first.click()
        return details

    def sees_title(self, title: str) -> None:
        """The heading of the page says so."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)

    def sees_address(self, path: str) -> None:
        """The address has this path and query."""
        expect(self.page).to_have_url(path)
