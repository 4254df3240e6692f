"""A small analysed survey to export: written by hand, without a model."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from saywhy import store
from saywhy.annotation import Annotation, Clause, Polarity, Sentiment, ThemeLabel
from saywhy.feedback import Comment, Response, Scale, Score, Segment
from saywhy.store import Engine
from saywhy.topic import Cluster, ClusteringFit, Membership, Part, Topic
from tests.builders.reports import FULL, INVOICES

AT = datetime(2026, 2, 3, 8, 30, tzinfo=UTC)
VECTOR = np.array([1, 0], "<f2").tobytes()

#: Its second clause stands after personal data.
BLAME = "Slow replies. Write to jo.miller@example.com or call 030 1234567, but nobody answers the phone"
PRAISE = "Lovely staff"
FORMULA = "=HYPERLINK(1)"

#: The part of the topic `slow` that clauses with these words are in.
PHONE = Part("phone", "Phone", 1)
IN_PHONE = "nobody answers the phone"

#: Comments → clauses: words, theme, polarity, topic.
CLAUSES = {
    BLAME: [
        ("Slow replies.", "support", Polarity.NEGATIVE, "slow"),
        (IN_PHONE, "support", Polarity.NEGATIVE, "slow"),
        ("Write to", "support", Polarity.NEUTRAL, "hidden"),
    ],
    PRAISE: [("Lovely staff", "staff", Polarity.NEUTRAL, "kind")],
}

TOPICS = (
    Topic(
        *("slow", "support", "Slow replies", ("slow",), "negative", 2, VECTOR),
        labels={"de": "Langsame Antworten"},
        parts=(PHONE,),
    ),
    Topic("kind", "staff", "Kind people", ("kind",), "positive", 3, VECTOR),
    Topic("hidden", "support", "Ignored by people", ("x",), "negative", 9, VECTOR, is_ignored=True),
)

RESPONSES = (
    Response(
        "test",
        "blame",
        Score(2),
        Comment(BLAME, "en"),
        AT,
        "W1",
        (Segment("region", "north"), Segment("plan", "free"), Segment("plan", "trial")),
    ),
    Response("test", "zero", Score(0), None, AT, "W1", (Segment("region", "north"),)),
    Response("test", "blank", None, Comment(PRAISE, "en"), None, "W2", (Segment("region", "south"),)),
    Response("test", "silent", None, None),
    Response("test", "non-answer", Score(5, Scale.FIVE), Comment("-", "und", is_answer=False), AT, "W2"),
    Response("test", "new", Score(10), Comment(FORMULA, "en"), AT, "W2", (Segment("language", "+en"),)),
)


def fill(engine: Engine, *, with_report: bool = False) -> None:
    """The workspace `acme` with this survey; `with_report` saves a report that ranks the topic `slow` alone."""
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "acme")
        store.responses.save(connection, workspace, RESPONSES)
        store.annotations.save(
            connection, workspace, {Comment(text).content_hash: _annotation(text) for text in CLAUSES}
        )
        members = [
            Membership(
                Comment(text).content_hash, *_span(text, words), topic, 0.75, PHONE.id if words == IN_PHONE else None
            )
            for text, clauses in CLAUSES.items()
            for words, _, _, topic in clauses
        ]
        clusters = [
            Cluster(each.id, each.theme, each.label, each.keywords, each.polarity, each.size, VECTOR, 0.5, "m", AT)
            for each in TOPICS
        ]
        fit = ClusteringFit("m", AT, len(members), ("en",), VECTOR * 2)
        store.clusters.save(connection, workspace, fit, clusters, ())
        store.memberships.save(connection, workspace, members, replace_all=True)
        store.topics.save(connection, workspace, TOPICS, {each.id: each.id for each in TOPICS}, {})
        if with_report:
            issues = (replace(INVOICES, id="slow"), replace(INVOICES, kind="theme", id="kind"))
            run = store.runs.start(connection, workspace, "m")
            store.reports.save(connection, workspace, run.id, replace(FULL, wave="all", issues=issues, delights=()))


def _annotation(text: str) -> Annotation:
    clauses = [Clause(*_span(text, words), theme, polarity, VECTOR) for words, theme, polarity, _ in CLAUSES[text]]
    themes = {clause.theme: clause.polarity for clause in reversed(clauses)}
    return Annotation(
        "m",
        Sentiment(Polarity.MIXED, -0.5, 0.9),
        tuple(ThemeLabel(theme, polarity, 0.8) for theme, polarity in themes.items()),
        (),
        tuple(clauses),
        VECTOR,
    )


def _span(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)
