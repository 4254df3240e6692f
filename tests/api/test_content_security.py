"""The content security policy of each page."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient


def test_the_policy_of_a_page_allows_its_own_style_and_nothing_else(client: TestClient) -> None:
    """Inline code is only allowed by the hash of the page's own style sheet."""
    answer = client.get("/reports/all")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    assert policy["style-src"].startswith("'sha256-")
    assert "unsafe" not in answer.headers["content-security-policy"]


class InlineElements(HTMLParser):
    """Collects the inline scripts and styles of a page, as a browser would."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.current_tag = ""
        self.contents: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(page)

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self.current_tag = tag

    def handle_data(self, data: str) -> None:
        if self.current_tag in self.contents and data:
            self.contents[self.current_tag].append(data)

    def handle_endtag(self, _tag: str) -> None:
        self.current_tag = ""


@pytest.mark.parametrize(("path", "kind"), [("/reports/all", "style"), ("/docs", "script")])
def test_a_policy_allows_what_its_page_contains(client: TestClient, path: str, kind: str) -> None:
    """The policy has the hash of every inline element, so that browsers apply it."""
    answer = client.get(path)
    elements = InlineElements(answer.text).contents[kind]
    assert len(elements) == 1
    digest = base64.b64encode(hashlib.sha256(elements[0].encode()).digest()).decode()
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert f"'sha256-{digest}'" in policy[f"{kind}-src"]
