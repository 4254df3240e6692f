"""Digests and e-mail: what they tell of a report, in four languages, and that whatever customers write is text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.render.digest import CAUSES, LONGEST_QUOTE, QUOTES
from pipelines.render.mail import LONGEST_SUBJECT, mail_text
from pipelines.render.wording import Wording
from saywhy.code_frame import FIRST_CLASS_LANGUAGES
from saywhy.errors import InvalidInput
from saywhy.report import Report
from saywhy.view_filters import Filters
from saywhy.webhook_data import DigestData, PingData
from tests.builders.digests import digest_of
from tests.builders.extreme_reports import EMPTY, HOSTILE, HOSTILE_TEXT, HUGE
from tests.builders.reports import FULL, RATED, RICH
from tests.render.test_html import Document

LINK = "https://nps.example.com/?mark=new"


def test_a_digest_tells_what_the_view_shows() -> None:
    """NPS and change with intervals, findings, five causes with points, what is marked, quotes in its language."""
    data = digest_of(RICH, language="de")
    assert (data.score, data.interval, data.people) == ("+23,4", "+19,1 bis +27,6", "aus 1.187 Antworten mit Punktzahl")
    assert data.change.startswith("Von 2026-Q1 bis 2026-Q2 änderte sich der NPS um −7,8 Punkte (−14,1 bis −1,4)")
    assert len(data.findings) == 1
    causes = [(cause.label, cause.points, cause.interval) for cause in data.causes]
    assert len(causes) == CAUSES
    assert causes[0] == ("Invoices that nobody understands", "4,8", "3,3 bis 6,3")
    assert causes[1][0] == "Abrechnung und Vertrag"
    lists = [(marked.title, marked.entries) for marked in data.lists]
    assert lists == [
        ("Rückfall nach einer Behebung", ("Abrechnung und Vertrag",)),
        ("Nimmt zu", ("Invoices that nobody understands",)),
        ("Neu", ("Invoices that nobody understands",)),
    ]
    assert len(data.quotes) == QUOTES
    assert data.quotes[0].text.startswith("Die Rechnung ist ein Rätsel")
    assert len({quote.text for quote in data.quotes}) == QUOTES


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ("/?mark=new", ["Invoices that nobody understands"]),
        ("/?mark=regressed", ["Billing and contract"]),
        ("/?sort=name", ["Billing and contract", "Ease of use"]),
        ("/?sort=mentions&rows=all&unknown=1", ["Billing and contract", "Invoices that nobody understands"]),
    ],
)
def test_the_filters_of_the_view_choose_the_causes(address: str, first: list[str]) -> None:
    """Marks keep, the order sorts, and what the overview does not know changes nothing."""
    labels = [cause.label for cause in digest_of(RICH, address=address).causes]
    assert labels[: len(first)] == first
    assert len(labels) == (CAUSES if "sort" in address else 1)


def test_causes_that_people_set_aside_are_left_out() -> None:
    """As on the overview, with their quotes and marks."""
    data = digest_of(RICH, aside=frozenset({"topic:topic-17"}))
    assert "Invoices that nobody understands" not in {cause.label for cause in data.causes}
    assert [marked.title for marked in data.lists] == ["Regressed after a fix"]


def test_a_segment_has_its_own_score() -> None:
    """Without the change, which is that of all; an unknown one is said to be unknown, and so is a missing NPS."""
    [group, *_] = RICH.segments
    data = digest_of(RICH, address=f"/?segment={group.name}")
    assert (data.score, data.change) == (Wording("en").points(group.nps.score, signed=True), "")
    unknown = digest_of(RICH, address="/?segment=region=Nowhere")
    assert (unknown.score, unknown.remark, unknown.causes) == (
        "",
        "The report does not show that segment by itself.",
        (),
    )
    assert unknown.nothing == "No cause passes the filters of this view."
    rated = digest_of(RATED)
    assert rated.remark.startswith("No NPS")
    assert {cause.points for cause in rated.causes} == {""}


@pytest.mark.parametrize("address", ["/comments?theme=support", "/?sort=sideways", "/?group=", "/?group=all"])
def test_addresses_that_are_no_view_of_the_overview_are_refused(address: str) -> None:
    """Another page, or a value that is none of the choices; an empty value is none that was given."""
    if address == "/?group=":
        assert Filters.of_address(address) == Filters()
        return
    with pytest.raises(InvalidInput, match=r"overview|it may be"):
        Filters.of_address(address)


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
@pytest.mark.parametrize("report", [FULL, RATED, EMPTY, HUGE], ids=["full", "rated", "empty", "huge"])
def test_a_digest_is_mail_in_every_language(report: Report, language: str) -> None:
    """Text and HTML say the same, no placeholder is left, and the last sentence says how to end it."""
    mail = mail_text(digest_of(report, language=language), Wording("en"), LINK)
    page = Document(mail.html)
    [(root, _)] = page.find("html")
    assert root["lang"] == language
    shown = page.find("body")[0][1]
    end = Wording(language)("digest.end", author="Ada", view="Retail, weekly")
    for text in (mail.text, shown, mail.subject):
        assert "{" not in text
        assert "Retail, weekly" in text
    assert end in shown
    assert mail.text.endswith(f"-- \n{end}\n")
    assert LINK in mail.text
    assert [attributes["href"] for attributes, _ in page.find("a")] == [LINK]
    assert len(mail.subject) <= LONGEST_SUBJECT


@pytest.mark.parametrize("data", [digest_of(HOSTILE, view=HOSTILE_TEXT, added_by=HOSTILE_TEXT), digest_of(FULL)])
def test_mail_fetches_and_runs_nothing(data: DigestData) -> None:
    """No script, image, style sheet or form; styles load nothing; hostile texts are text and their lines are no lines
    of the subject.
    """
    data = replace(data, view=f"{data.view}\r\nBcc: all@example.com")
    mail = mail_text(data, Wording("en"))
    page = Document(mail.html)
    tags = {tag for tag, _, _ in page.elements}
    assert not tags & {"script", "img", "style", "link", "form", "iframe", "object", "svg", "base", "a"}
    for tag, attributes, _ in page.elements:
        assert not any(name.startswith("on") or name in ("src", "background") for name in attributes), tag
        assert "url(" not in (attributes.get("style") or "")
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


def test_long_quotes_are_cut_at_the_clause() -> None:
    """What names the cause stays."""
    [issue, *rest] = FULL.issues
    quote = replace(issue.quotes[0], text="x" * 500 + " the clause " + "y" * 500, start=501, end=512)
    data = digest_of(replace(FULL, issues=(replace(issue, quotes=(quote,)), *rest)))
    assert data.quotes[0].text.startswith("…the clause y")
    assert len(data.quotes[0].text) <= LONGEST_QUOTE + 1


def test_other_events_are_mail_too() -> None:
    """With the words that Slack has, in the language of the endpoint, and who can end it."""
    mail = mail_text(PingData(1), Wording("de"), LINK)
    assert mail.subject == "Ein Test: saywhy kann hierher Nachrichten senden."
    assert "Webhooks" in mail.text
    assert LINK not in mail.html
