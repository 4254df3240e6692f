"""What an anonymous report says of causes: no combination of themes and topics, no verbatim of a few people."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.annotate.columns import Annotations
from pipelines.report.build import report_on
from pipelines.tabulate.tabulation import tabulate
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment
from saywhy.report import Report
from saywhy.topic import Assignment, Topic
from tests.builders.answers import NOW, annotate_by_words, response


def publish(*waves: Mapping[str | None, int]) -> list[Report]:
    """The protected reports on each wave and on all, if so many name each topic of support; None: the theme alone."""
    texts = [
        (wave, topic, f"slow {topic} case {number} of {wave}")
        for wave, sizes in enumerate(waves)
        for topic, size in sizes.items()
        for number in range(size)
    ]
    responses = [response(number, 3, text, f"W{wave}") for number, (wave, _, text) in enumerate(texts)]
    responses += [response(number, 9, f"as expected {number}", f"W{number % len(waves)}") for number in range(900, 940)]
    comments = [entry.comment for entry in responses if entry.comment]
    words = {"slow": ("support", Polarity.NEGATIVE)}
    annotations = {comment.content_hash: annotate_by_words(comment, words) for comment in comments}
    topics = [
        Topic(name, "support", f"my own {name}", (name, "wait"), "negative", 9, b"", stability=0.9)
        for name in ("hotline", "chat")
    ]
    assigned = [Assignment(Comment(text).content_hash, 0, 4, topic, 0.9) for _, topic, text in texts if topic]
    data = tabulate(responses, Annotations.of(annotations.items()), topics, assigned, load_code_frame())
    reports: list[Report] = []
    for wave in (*data.waves, "all"):
        reports.append(report_on(wave, data, "m", NOW, anonymous=True, published=tuple(reports)))
    return reports


def shown(report: Report) -> dict[str, int]:
    """The mentions of each complaint that the report shows."""
    return {issue.id: issue.mentions for issue in report.issues}


def test_a_theme_minus_its_topics_is_no_small_group() -> None:
    """Of 20 people who name a theme, 9 and 8 name its topics; if both were shown, the other 3 would be the rest."""
    assert shown(publish({"hotline": 9, "chat": 8, None: 3})[0]) == {"support": 20, "hotline": 9}


def test_a_theme_minus_its_topics_may_be_a_large_group() -> None:
    """Topics whose theme is named by nobody else, or by five others, stay."""
    assert shown(publish({"hotline": 9, "chat": 8, None: 5})[0]) == {"support": 22, "hotline": 9, "chat": 8}
    assert shown(publish({"hotline": 9, "chat": 8})[0]) == {"support": 17, "hotline": 9, "chat": 8}


def test_single_waves_and_all_waves_give_no_topic_of_a_wave() -> None:
    """A topic that is hidden in one wave is hidden in all waves too, where the others would give it away."""
    reports = publish({"hotline": 9, "chat": 8, None: 3}, {"hotline": 20, "chat": 20, None: 20})
    assert [shown(report) for report in reports] == [
        {"support": 20, "hotline": 9},
        {"support": 60, "hotline": 20, "chat": 20},
        {"support": 80, "hotline": 29},
    ]
