"""Messages to Slack: in four languages, and whatever customers write is text."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.render.slack import escaped, slack_message
from pipelines.render.wording import Wording
from saywhy.code_frame import FIRST_CLASS_LANGUAGES
from saywhy.customer import HealthBand
from saywhy.drift import DriftAspect
from saywhy.webhook import EventType
from saywhy.webhook_data import (
    DATA,
    AccountData,
    CauseData,
    ComplaintData,
    Data,
    DetractorData,
    DigestData,
    DriftData,
    FixData,
    NpsData,
    PingData,
    PraiseData,
    ReportData,
)
from tests.builders.digests import digest_of
from tests.builders.extreme_reports import HOSTILE as HOSTILE_REPORT
from tests.builders.reports import FULL

LABELS = {"en": "Customer support", "de": "Kundensupport", "zh-Hans": "客户支持", "zh-Hant": "客戶支援"}
AT = datetime(2026, 11, 27, 9, 12, tzinfo=UTC)
DETRACTOR = DetractorData("survey", "r-1", 2, "Too slow", "W4", AT, "Acme", "c-1", 31)
CAUSE = CauseData("theme:support", "Customer support", 4.25, 2.9, 5.6, 210, LABELS)
EXAMPLES: list[Data] = [
    DETRACTOR,
    PraiseData("survey", "r-2", 10, "Lovely people", "W4", AT, None),
    AccountData("Acme", HealthBand.HEALTHY, HealthBand.AT_RISK, 31.4, True),
    ComplaintData("theme:support", "Customer support", "W4", 0.4, 0.05, 40, 0.001, LABELS),
    FixData("theme:support", "Customer support", None, "2026-03-01", 0.31, 0.1, LABELS),
    ReportData(14, ("W3", "W4"), 1840, NpsData(21.4, 17.9, 24.9, 1812), (CAUSE,)),
    PingData(1),
    digest_of(FULL),
    DriftData(tuple(DriftAspect), "core-2027.05", "2026-Q4", None),
    DriftData((DriftAspect.LENGTH,), "core-2027.05", None, "2026-10-28"),
]


def texts(message: dict[str, Any]) -> list[str]:
    """All texts of a message."""
    blocks = [block["text"] for block in message["blocks"] if "text" in block]
    blocks += [element for block in message["blocks"] for element in block.get("elements", [])]
    assert {(text["type"], text["emoji"]) for text in blocks} == {("plain_text", False)}
    return [message["text"], *(text["text"] for text in blocks)]


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
@pytest.mark.parametrize("data", EXAMPLES, ids=lambda data: type(data).__name__)
def test_every_event_has_a_message_in_every_language(data: Data, language: str) -> None:
    """With what it tells of, the cause by its name in that language, no placeholder left, and no previews."""
    in_language = digest_of(FULL, language=language) if isinstance(data, DigestData) else data  # of its own
    message = slack_message(in_language, Wording(language))
    assert message["unfurl_links"] is message["unfurl_media"] is message["link_names"] is False
    text = "\n".join(texts(message))
    assert "{" not in text
    english = "\n".join(texts(slack_message(data, Wording("en"))))
    assert (text == english) == (language == "en")
    if "labels" in type(data).__dataclass_fields__ or isinstance(data, ReportData):
        assert LABELS[language] in text


def test_examples_are_of_every_type() -> None:
    """A type of event without an example here would be a message that nobody has seen."""
    assert {type(data) for data in EXAMPLES} == set(DATA.values())
    assert DATA.keys() == set(EventType)


def test_a_detractor_in_german() -> None:
    """Score, comment, account, customer, wave, time and case."""
    assert texts(slack_message(DETRACTOR, Wording("de"))) == [
        "Neuer Detraktor: 2 von 10",
        "Neuer Detraktor: 2 von 10",
        "„Too slow“",
        "Kundenkonto: Acme",
        "Kunde: c-1",
        "Welle: W4",
        "27. November 2026 09:12 UTC",
        "Fall 31",
    ]


def test_a_report_in_english() -> None:
    """The sentence of the report page, and the causes with their intervals."""
    [_, title, score, causes, note] = texts(slack_message(EXAMPLES[5], Wording("en")))
    assert title == "A new report is ready"
    assert score == "The NPS is 21.4 (17.9 to 24.9), from 1,812 responses."
    assert causes.endswith("\n• Customer support: 4.2 NPS points (2.9 to 5.6)")
    assert note == "These are associations, not proven causes."


HOSTILE = [
    "<!channel> <!here> <!everyone>",
    "<@U012AB3CD> <#C123ABC456> <!subteam^S012>",
    "<https://evil.example|Click here> & win",
    "&lt;!channel&gt;",
    "*bold* _it_ ~no~ `code` :fire: @channel",
    "\u202egnitirw\x00\x1b[31m",
]


@pytest.mark.parametrize("comment", HOSTILE)
def test_hostile_comments_are_text(comment: str) -> None:
    """No mention, link or entity is left, in any field that comes from outside."""
    data = replace(DETRACTOR, comment=comment, account=comment, wave=comment, customer=comment)
    for message in (
        slack_message(data, Wording("en")),
        slack_message(AccountData(comment, *EXAMPLES_BANDS), Wording("en")),
    ):
        for text in texts(message):
            assert "<" not in text
            assert ">" not in text
            assert "&" not in text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
            assert not set(text) & {"\x00", "\x1b", "\u202e"}
        json.dumps(message, ensure_ascii=False).encode()


def test_a_digest_leads_to_its_view() -> None:
    """The link is the only markup, whatever the address has in it; without an address there is none."""
    data = digest_of(HOSTILE_REPORT, view="<!channel>")
    assert "mrkdwn" not in json.dumps(slack_message(data, Wording("de"))["blocks"])
    message = slack_message(data, Wording("de"), 'https://nps.example.com/?mark=new&wave=<!here>|x"')
    [link] = [block["text"] for block in message["blocks"] if block.get("text", {}).get("type") == "mrkdwn"]
    assert link["text"] == "<https://nps.example.com/?mark=new&amp;wave=%3C%21here%3E%7Cx%22|Open the view>"
    message["blocks"] = [block for block in message["blocks"] if block.get("text") != link]
    assert not any({"<", ">"} & set(text) for text in texts(message))


EXAMPLES_BANDS = (HealthBand.HEALTHY, HealthBand.WATCH, 60.0, True)


@given(st.text(), st.integers(10, 200))
def test_escaped_text_fits(text: str, longest: int) -> None:
    """However it has to be escaped, it is not longer than Slack takes, and what is cut is marked."""
    safe = escaped(text, longest)
    assert len(safe) <= longest
    assert safe.endswith("…") or len(safe) >= len(text)


def test_long_texts_are_cut() -> None:
    """A long name and a long comment stay within the limits of Slack."""
    data = replace(DETRACTOR, comment="<&>" * 2000, account="&" * 5000)
    message = slack_message(data, Wording("de"))
    assert max(map(len, texts(message))) <= 3000
    turned = slack_message(AccountData("<" * 300, *EXAMPLES_BANDS), Wording("en"))
    assert len(turned["blocks"][0]["text"]["text"]) <= 150
