"""The structure of the report page, without a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from pipelines.render import to_html
from saywhy.code_frame import FIRST_CLASS_LANGUAGES, load_code_frame
from saywhy.issue import TopicState
from saywhy.report import Report
from tests.builders.extreme_reports import EMPTY, HOSTILE, HOSTILE_TEXT, HUGE
from tests.builders.reports import FULL, RATED

CODE_FRAME = load_code_frame()
VOID = {"meta", "line", "rect", "circle"}


class Document(HTMLParser):
    """Elements with their attributes and text, in order; asserts that they are nested properly."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(page)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, dict(attrs), list[str]())
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, _, texts in self._open:
            texts.append(data)

    def find(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        """Attributes and text of the elements of that name."""
        return [
            (attributes, " ".join("".join(texts).split())) for name, attributes, texts in self.elements if name == tag
        ]


def page(report: Report, language: str = "en") -> Document:
    """The page of a report, parsed."""
    return Document(to_html(report, CODE_FRAME, language=language))


def test_parts_of_a_library_cause_are_shown_with_it() -> None:
    """A cause whose boundaries are defined has no stability to show, but its parts with their sizes."""
    state = TopicState(None, False, False, None, 0, (("Dark mode", 12), ("Undo", 9)))
    report = replace(FULL, issues=(replace(FULL.issues[0], kind="topic", topic=state), *FULL.issues[1:]))
    content = to_html(report, CODE_FRAME, language="en")
    assert "among them: Dark mode (12), Undo (9)" in content
    assert "among them" not in to_html(FULL, CODE_FRAME, language="en")


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
@pytest.mark.parametrize("report", [FULL, RATED, EMPTY, HUGE], ids=["full", "rated", "empty", "huge"])
def test_headings_and_tables_are_semantic(report: Report, language: str) -> None:
    """One h1, no level left out, every table named and with headers for its columns and rows."""
    document = page(report, language)
    assert document.find("html")[0][0]["lang"] == language
    levels = [int(tag[1]) for tag, _, _ in document.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(attributes["scope"] in ("col", "row") for attributes, _ in document.find("th"))
    assert len(document.find("caption")) == len(document.find("table"))
    assert all(text for _, text in document.find("caption") + document.find("h2") + document.find("summary"))
    identifiers = [attributes["id"] for _, attributes, _ in document.elements if "id" in attributes]
    assert len(set(identifiers)) == len(identifiers)


def test_the_page_has_the_numbers_as_text() -> None:
    """NPS with interval, groups, ranking, waves, segments, badges and mixes are text, not only drawings."""
    text = " ".join(text for _, text in page(FULL).find("body"))
    for shown in (
        "+23.4", "+19.1 to +27.6", "Detractors 0–6 24% 288", "Promoters 9–10 48% 566",
        "Among responses with a comment: +11.2 (+5.0 to +17.3), n = 614",
        "Invoices that nobody understands Root cause in Billing and contract New Mostly retail", "4.8 3.3 to 6.3",
        "1.3M", "310,000", "Theme", "0.6 −0.5 to 1.7 may be chance", "2026-Q1 9", "What promoters praise",
        "3.4 2.2 to 4.6", "+31.2 +26.4 to +35.9", "−4.2 −12.0 to +3.7", "Positive 43% 280",
        "Chinese (Traditional) 9% 58", "Unknown <1% 3",
        "Impact is an association, not proof of a cause", "core-2026.11",
    ):  # fmt: skip
        assert shown in text, shown


def test_themes_are_named_in_the_language_of_the_page() -> None:
    """Themes have names in every language; topics keep the label that was found."""
    text = page(FULL, "zh-Hant").find("main")[0][1]
    assert "帳單與合約 主題" in text
    assert "「可靠性」下的根本原因" in text
    assert "Invoices that nobody understands" in text


def test_quotes_carry_their_language_and_highlight_the_clause() -> None:
    """A quote has the attribute of its language, quotes in the language of the page are first, the clause is marked."""
    document = page(FULL, "de")
    quotes = {text: attributes for attributes, text in document.find("blockquote")}
    assert quotes["功能不错，但是账单看不懂，每个月都要打电话问。"]["lang"] == "zh-Hans"
    assert quotes["فاتورة غير واضحة على الإطلاق"]["dir"] == "auto"
    marks = [text for _, text in document.find("mark")]
    assert marks[:3] == [
        "Die Rechnung ist ein Rätsel: drei Positionen, keine davon erklärt.",
        "I spend an hour each month working out what the invoice is for",
        "账单看不懂，每个月都要打电话问",
    ]


def test_a_rating_is_never_shown_as_nps() -> None:
    """Without the 0-10 scale the page has no NPS, impact or detractors, and gives the reason."""
    text = page(RATED).find("main")[0][1]
    assert "Another rating is never turned into NPS" in text
    assert "Rating on 1–5 3.8 41% 8,123" in text
    assert "Costs" not in text
    assert "Detractors" not in text
    assert "What people complain about" in text


def test_an_empty_report() -> None:
    """A sentence says that there is nothing to rank."""
    text = page(EMPTY).find("main")[0][1]
    assert "No NPS: none of these responses has a score." in text
    assert text.count("The comments name no issue that can be ranked.") == 2
    assert "No praise stands out." in text


def test_a_long_ranking_is_folded() -> None:
    """Fifteen rows are visible; the others are in a second table that can be opened."""
    document = page(HUGE)
    assert (
        len([1 for attributes, _ in document.find("tbody") if (attributes.get("id") or "").startswith("detractors-")])
        == 100
    )
    assert "Further issues 85" in [text for _, text in document.find("summary")]


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_the_page_makes_no_requests(language: str) -> None:
    """No scripts, inline styles or links except anchors; the policy allows only the style sheet."""
    content = to_html(FULL, CODE_FRAME, language=language)
    document = Document(content)
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & {tag for tag, _, _ in document.elements}
    for _, attributes, _ in document.elements:
        assert not attributes.keys() & {"src", "srcset", "style", "action"}
        assert (attributes.get("href") or "#").startswith("#")
    style = re.search("<style>(.*?)</style>", content, re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'" in content


def test_nothing_in_a_report_becomes_markup() -> None:
    """Hostile text in every field adds no element or event handler, and cannot close its own element."""
    content = to_html(HOSTILE, CODE_FRAME)
    document = Document(content)
    ordinary = {tag for tag, _, _ in page(FULL).elements}
    assert {tag for tag, _, _ in document.elements} <= ordinary
    assert Counter(tag for tag, _, _ in document.elements)["title"] == 1
    assert not [name for _, attributes, _ in document.elements for name in attributes if name.startswith("on")]
    assert "<script>alert(1)</script>" in document.find("h1")[0][1]
    assert "{{ 7*7 }}" in document.find("h1")[0][1]
    assert not re.search("[\x00\x1b\u202e\udce9]", content)
    assert "\u202e" in HOSTILE_TEXT
    content.encode()
