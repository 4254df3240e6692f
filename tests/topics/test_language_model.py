"""What a language model proposes: asked of a real HTTP server, which the tests run, however it answers or fails."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.topics.labelling.distinct_labels import NO_NAMES, KnownNames
from pipelines.topics.language_model.endpoint import LabelEndpoint
from pipelines.topics.language_model.merges import NamedTopic, ProposedMerge, propose_merges
from pipelines.topics.language_model.names import with_names
from saywhy.errors import InvalidInput
from saywhy.feedback import Comment
from saywhy.settings import Settings
from saywhy.topic import Cluster, Definition, Membership
from tests.builders.language_model import LanguageModel, language_model

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def write(message: dict[str, Any]) -> dict[str, Any]:
    """A name and a definition in each language."""
    return {
        language: {
            "name": f"Exports time out in {language}.",
            "definition": f"Exports end without a file in {language}.",
        }
        for language in message["languages"]
    }


@pytest.fixture
def server() -> Iterator[LanguageModel]:
    """A model that names topics."""
    with language_model(write) as server:
        yield server


def cluster(
    name: str,
    *,
    found_at: datetime = NOW,
    is_cause: bool = True,
    parent: str | None = None,
    label: str = "Export fails",
) -> Cluster:
    """A discovered cluster with an offline label."""
    return Cluster(
        name, "reliability", label, (), "negative", 2, b"", 0.0, "m", found_at, 0.9, parent,
        labels={"en": label, "de": "Export bricht ab"}, is_cause=is_cause,
    )  # fmt: skip


COMMENTS = {
    comment.content_hash: comment
    for comment in (Comment("Export fails. Call 030 23125 014."), Comment("Export broke, write to jo@example.org"))
}


def members(*names: str) -> list[Membership]:
    """The whole of both comments in each cluster."""
    return [Membership(key, 0, len(comment.verbatim), name, 0.9) for name in names for key, comment in COMMENTS.items()]


def named(clusters: list[Cluster], server: LanguageModel, names: KnownNames = NO_NAMES) -> tuple[Cluster, ...]:
    """The clusters with what the model wrote; it has half a second for each."""
    endpoint = LabelEndpoint(server.url, "m", timeout=0.5)
    return with_names(clusters, members(*(entry.id for entry in clusters)), COMMENTS, endpoint, names, since=NOW)


def test_a_new_topic_gets_the_name_and_the_definition_that_were_written(server: LanguageModel) -> None:
    """In each language of its labels, tidied; the key, the model and the quotes are sent, and nothing unmasked."""
    endpoint = LabelEndpoint(server.url + "/", "tiny", "secret-key")
    (labelled,) = with_names([cluster("a")], members("a"), COMMENTS, endpoint, NO_NAMES, since=NOW)
    assert labelled.label == "Exports time out in en"
    assert labelled.labels == {"de": "Exports time out in de", "en": "Exports time out in en"}
    sentences = {"de": "Exports end without a file in de.", "en": "Exports end without a file in en."}
    assert labelled.definition == Definition(sentences, is_proposed=True)
    (asked,) = server.asked
    assert (asked["path"], asked["key"], asked["body"]["model"]) == (
        "/v1/chat/completions",
        "Bearer secret-key",
        "tiny",
    )
    sent = json.dumps(asked["body"], ensure_ascii=False)
    assert "Export fails. Call" in sent
    assert "jo@" not in sent
    assert "23125" not in sent
    assert "secret" not in repr(endpoint)


def test_only_discovered_causes_without_a_definition_are_asked_for(server: LanguageModel) -> None:
    """Not what is no cause, parts of topics, ended ones, causes of the library, and those that have a definition."""
    clusters = [
        cluster("verdict", is_cause=False),
        cluster("part", parent="old"),
        replace(cluster("ended"), ended_at=NOW),
        replace(cluster("library"), stability=None),
        replace(cluster("defined"), definition=Definition({"en": "Written before."}, is_proposed=True)),
    ]
    assert named(clusters, server) == tuple(clusters)
    assert server.asked == []


def test_a_known_topic_keeps_its_name_and_gets_a_definition(server: LanguageModel) -> None:
    """It was found before the endpoint was set, or when it did not answer."""
    (old,) = named([cluster("old", found_at=NOW - timedelta(days=1))], server)
    assert (old.label, old.labels) == ("Export fails", {"en": "Export fails", "de": "Export bricht ab"})
    assert old.definition is not None


@pytest.mark.parametrize("taken", ["a known cause", "another topic"])
def test_a_name_that_is_taken_is_not_used(server: LanguageModel, taken: str) -> None:
    """The offline label stays if the written one is nearly the name of a known cause, or the label of another topic."""
    clusters = [cluster("a", label="Spreadsheets")]
    names = NO_NAMES
    if taken == "a known cause":
        names = KnownNames.of([{"en": "Export timing out", "de": "Exports time out (de)"}])
    else:
        old = Definition({"en": "Known."}, is_proposed=True)
        clusters.append(replace(cluster("b", label="Exports time out in en"), definition=old))
    first = named(clusters, server, names)[0]
    assert (first.label, first.definition is not None) == ("Spreadsheets", True)


@pytest.mark.parametrize("failure", ["error", "redirect", "slow", "dripping", "no completion", "too long", "gone"])
def test_if_the_endpoint_fails_topics_stay_as_they_are(
    server: LanguageModel, failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning, no second try at the next topic; a slow answer is not waited for."""
    server.failure = failure
    if failure == "gone":
        server.url = "http://127.0.0.1:9/v1"
    clusters = [cluster("a"), cluster("b")]
    with caplog.at_level(logging.WARNING):
        assert named(clusters, server) == tuple(clusters)
    assert len(server.asked) == (0 if failure == "gone" else 1)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "keep the labels found offline" in caplog.text


GOOD = {"name": "Exports stop", "definition": "No file."}


@pytest.mark.parametrize(
    "reply",
    [
        "export, timeout, file",
        '{"en": ',
        '{"en":' * 5_000 + "1" + "}" * 5_000,
        ["en", "de"],
        {},
        {"en": GOOD},
        {"en": GOOD, "de": "Export"},
        {"en": GOOD, "de": {"name": 7, "definition": "x"}},
        {"en": GOOD, "de": {"name": "x", "definition": ["x"]}},
        {"en": GOOD, "de": {"name": " ", "definition": "x"}},
        {"en": GOOD, "de": {"name": "…", "definition": "x"}},
        {"en": GOOD, "de": {"name": "x", "definition": "\ud800"}},
        {"en": GOOD, "de": {"name": "on and on " * 30, "definition": "x"}},
        {"en": GOOD, "de": {"name": "x", "definition": "on and on " * 60}},
    ],
)
def test_an_unusable_answer_leaves_a_topic_as_it_is(
    server: LanguageModel, reply: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The next topic is asked for all the same; one warning says how many had none."""
    server.reply = lambda message: reply if len(server.asked) == 1 else write(message)
    with caplog.at_level(logging.WARNING):
        first, second = named([cluster("a"), cluster("b", label="Slow")], server)
    assert first == cluster("a")
    assert second.label == "Exports time out in en"
    assert "no usable answer for 1 topics" in caplog.text


def test_what_the_model_writes_is_one_clean_line(server: LanguageModel) -> None:
    """Personal data that it made up is masked; line breaks and control characters are gone."""
    entry = {"name": "Mail\u0007 jo@example.org\nnow", "definition": "Write to\n\njo@example.org.\ud800"}
    server.reply = lambda _: {"en": entry, "de": entry}
    (written,) = named([cluster("a")], server)
    assert written.label == "Mail [e-mail] now"
    assert written.definition is not None
    assert written.definition.texts["de"] == "Write to [e-mail]."


SLOW = NamedTopic("aaa", "Export is slow", ("the export takes hours",))
HOURS = NamedTopic("bbb", "Hours for a file", ("hours until I have my file", "x" * 500))
PARKING = NamedTopic("ccc", "Parking", ("nowhere to park",))
KNOWN = NamedTopic("performance.slow", "App is slow", is_known=True)
OTHER = NamedTopic("price.high", "Too expensive", is_known=True)


def merges(reply: Any, *topics: NamedTopic) -> tuple[list[ProposedMerge], list[dict[str, Any]]]:
    """What is proposed, and what the model was asked."""
    with language_model(lambda _: reply) as server:
        return propose_merges(topics, LabelEndpoint(server.url, "m", timeout=0.5)), server.messages


def test_a_group_becomes_merges_into_the_known_cause_or_the_first_topic() -> None:
    """Causes are sent by name, topics with a few short quotes, under ids that tell nothing."""
    reply = {
        "same": [
            {"ids": ["t2", "c1"], "reason": "Slow."},
            {"ids": ["t3", "t1", "t1"], "reason": "Write to jo@example.org"},
        ]
    }
    proposed, (message,) = merges(reply, KNOWN, SLOW, HOURS, PARKING, OTHER)
    assert proposed == [
        ProposedMerge("bbb", "performance.slow", "Slow."),
        ProposedMerge("ccc", "aaa", "Write to [e-mail]"),
    ]
    assert message["causes"] == [{"id": "c1", "name": "App is slow"}, {"id": "c2", "name": "Too expensive"}]
    assert [topic["id"] for topic in message["topics"]] == ["t1", "t2", "t3"]
    assert message["topics"][0] == {"id": "t1", "name": "Export is slow", "quotes": ["the export takes hours"]}
    assert max(len(quote) for topic in message["topics"] for quote in topic["quotes"]) == 120


def test_nothing_is_asked_where_there_is_nothing_to_compare() -> None:
    """One topic alone, known causes alone, or topics that may not be quoted."""
    for topics in ((SLOW,), (KNOWN, OTHER), (replace(SLOW, quotes=()), replace(HOURS, quotes=())), ()):
        assert merges({"same": [{"ids": ["t1", "c1"], "reason": "x"}]}, *topics) == ([], [])


@pytest.mark.parametrize(
    "group",
    [
        "t1, t2",
        {"ids": "t1", "reason": "x"},
        {"ids": ["t1", 2], "reason": "x"},
        {"ids": ["t1", ["t2"]], "reason": "x"},
        {"ids": ["t1", "t9"], "reason": "x"},
        {"ids": ["aaa", "bbb"], "reason": "x"},
        {"ids": ["t1", "t1"], "reason": "x"},
        {"ids": ["c1", "c2"], "reason": "x"},
        {"ids": ["t1", "c1", "c2"], "reason": "x"},
        {"ids": ["t1", "t2"]},
        {"ids": ["t1", "t2"], "reason": 5},
        {"ids": ["t1", "t2"], "reason": "on and on " * 60},
    ],
)
def test_an_unusable_group_is_ignored(group: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Invented ids, wrong types, known causes among themselves, no reason or a long one; other groups count."""
    reply = {"same": [group, {"ids": ["t3", "c1"], "reason": "Fine."}]}
    with caplog.at_level(logging.WARNING):
        proposed, _ = merges(reply, SLOW, HOURS, PARKING, KNOWN, OTHER)
    assert proposed == [ProposedMerge("ccc", "performance.slow", "Fine.")]
    assert "1 proposed merges are ignored" in caplog.text


@pytest.mark.parametrize("reply", ["none", [], {}, {"same": "t1, t2"}, {"same": {"ids": ["t1", "t2"]}}])
def test_an_answer_without_groups_proposes_nothing(reply: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A warning says so."""
    with caplog.at_level(logging.WARNING):
        assert merges(reply, SLOW, HOURS)[0] == []
    assert "proposed no merges" in caplog.text


def test_it_is_off_unless_a_web_address_is_set() -> None:
    """No URL is the default; one that is no web address is refused by name; the key is not shown."""
    assert Settings().label_url is None
    with pytest.raises(InvalidInput, match="SAYWHY_LABEL_URL"):
        LabelEndpoint("ftp://example.org", "m")
    assert "hidden" not in repr(Settings(label_key="hidden"))  # type: ignore[arg-type]
