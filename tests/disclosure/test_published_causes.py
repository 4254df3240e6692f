"""What an anonymous report says of causes: no combination of themes and topics, no verbatim of a few people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import pytest

from pipelines.annotate.columns import Annotations
from pipelines.report.build import report_on
from pipelines.tabulate.tabulation import tabulate
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment
from saywhy.report import Report
from saywhy.topic import Assignment, Topic
from tests.builders.answers import NOW, annotate_by_words, response


def publish(*waves: Mapping[str | None, int], others: Sequence[int] = (20, 20), silent: int = 0) -> list[Report]:
    """The protected reports on each wave and on all, if so many name each topic of support; None: the theme alone.

    So many `others` in each wave write something else, and so many in the first wave write nothing.
    """
    texts = [
        (wave, topic, f"slow {topic} case {number} of {wave}")
        for wave, sizes in enumerate(waves)
        for topic, size in sizes.items()
        for number in range(size)
    ]
    responses = [response(number, 3, text, f"W{wave}") for number, (wave, _, text) in enumerate(texts)]
    responses += [
        response(1000 * (wave + 1) + number, 9, f"as expected {number} of {wave}", f"W{wave}")
        for wave in range(len(waves))
        for number in range(others[wave])
    ]
    responses += [response(9000 + number, 9, None, "W0") for number in range(silent)]
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


def test_the_change_does_not_name_the_rate_of_a_hidden_cause() -> None:
    """A theme that all but three writers of the first wave name is hidden there, and so in the change; so are the rest
    and the change at another mix, from which it could be computed.
    """
    first, second, everything = publish({None: 20}, {None: 25}, others=(3, 20), silent=30)
    assert (shown(first), shown(second)) == ({}, {"support": 25})
    for report in (second, everything):
        assert report.change is not None
        assert (report.change.causes, report.change.rest, report.change.mix) == ((), None, None)


def test_the_change_names_what_both_waves_show() -> None:
    """A theme that both waves show is in the change, with its rates and the rest."""
    second = publish({None: 20}, {None: 25}, silent=30)[1]
    assert second.change is not None
    assert [(cause.id, cause.rate_before) for cause in second.change.causes] == [("support", 20 / 40)]
    assert second.change.rest is not None


@pytest.mark.parametrize(("silent", "key"), [(0, "association"), (3, "association_hidden"), (5, "association")])
def test_the_number_of_writers_does_not_name_few_silent_people(silent: int, key: str) -> None:
    """If one to four scored people write nothing, no note says how many wrote."""
    report = publish({None: 20}, silent=silent)[0]
    assert (report.nps_with_comment is None) == (silent == 3)
    assert key in {note.key for note in report.notes}
    assert (43 - 3 not in [note.values.get("n") for note in report.notes]) == (silent == 3)


def test_no_label_is_a_verbatim_of_fewer_than_eight() -> None:
    """Seven people name a discovered topic: its keywords stand for its label, also where it is new. From eight on, the
    label is shown as quotes are.
    """
    first, *_ = publish({"hotline": 7, "chat": 8})
    assert {issue.id: issue.label for issue in first.issues} == {
        "support": "Customer support",
        "hotline": "hotline, wait",
        "chat": "my own chat",
    }
    *_, second, _ = publish({None: 20}, {"hotline": 7, None: 20}, others=(300, 30))
    assert second.change is not None
    assert "my own hotline" not in json.dumps(asdict(second))
    assert "hotline, wait" in [issue.label for issue in second.issues]
