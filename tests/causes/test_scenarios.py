"""Scenarios of a report: which it has, and that a theme is all its topics and its rest."""

from __future__ import annotations

import pytest

from pipelines.annotate.columns import Annotations
from pipelines.causes.analysis import Analysis
from pipelines.causes.scenarios import scenarios
from pipelines.render.html import to_html
from pipelines.tabulate.tabulation import tabulate
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.errors import InvalidInput
from saywhy.issue import CauseKey
from saywhy.topic import Assignment, Topic
from tests.builders.answers import annotate_by_words, report_on, response

WORDS = {"slow support": ("support", Polarity.NEGATIVE), "high price": ("price", Polarity.NEGATIVE)}
RESPONSES = [
    response(number, score, f"{text} {number}")
    for number, (text, score) in enumerate(
        [("slow support", 2)] * 40
        + [("high price", 4)] * 40
        + [("slow support high price", 0)] * 10
        + [("fine", 10)] * 80
    )
]
SUPPORT = CauseKey("theme", "support")


def analysis_of() -> Analysis:
    """Half of the complaints about support are in one topic."""
    comments = [entry.comment for entry in RESPONSES if entry.comment is not None]
    annotations = {comment.content_hash: annotate_by_words(comment, WORDS) for comment in comments}
    topic = Topic("waits", "support", "waits", (), "negative", 20, b"")
    assigned = [Assignment(comment.content_hash, 0, 12, "waits", 1) for comment in comments[:20]]
    data = tabulate(RESPONSES, Annotations.of(annotations.items()), [topic], assigned, load_code_frame())
    return Analysis.of(data, data.responses_of("all"))


def test_a_report_has_the_costliest_complaints_alone_and_together() -> None:
    """Half as often and by nobody; a response that names both counts once, and the page shows the set."""
    report = report_on(RESPONSES, WORDS)
    cases = {(scenario.causes, scenario.fewer): scenario for scenario in report.scenarios}
    both = next(causes for causes, _ in cases if len(causes) == 2)
    assert cases.keys() == {(causes, fewer) for causes in (both, both[:1], both[1:]) for fewer in (0.5, 1.0)}
    assert cases[both, 1.0].responses == 90
    assert cases[("theme:support",), 1.0].responses == 50
    assert cases[both, 0.5].gain.low > 0
    assert report.nps is not None
    assert cases[both, 1.0].nps.value - cases[both, 1.0].gain.value == pytest.approx(report.nps.score)
    assert "What it would bring" in to_html(report, load_code_frame())


def test_a_theme_beside_a_topic_is_all_its_topics_and_its_rest() -> None:
    """In the model of the topics, the theme is still named by all fifty; the topic by twenty of them."""
    analysis = analysis_of()
    waits = CauseKey("topic", "waits")
    whole, part, set_of_both = scenarios(analysis, [[SUPPORT], [waits], [SUPPORT, waits]], [1.0])
    assert (whole.responses, part.responses, set_of_both.responses) == (50, 20, 50)
    assert 0 < part.gain.value < whole.gain.value
    assert set_of_both.gain == whole.gain


def test_a_cause_that_nobody_names_is_refused() -> None:
    """The error names it."""
    with pytest.raises(InvalidInput, match="theme:delivery"):
        scenarios(analysis_of(), [[CauseKey("theme", "delivery")]])
