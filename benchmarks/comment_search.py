"""Searching comments in a workspace of 100,000 annotated comments: CPU time of a request.

    python -m benchmarks.comment_search [--comments 100000]

The comments are random words, in the shape that an analysis leaves: annotations with vectors, clauses, 200 topics. CPU
time does not depend on the load of the machine.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from benchmarks.timing import print_table
from saywhy import store
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment, Customer, Group, Response, Score, Segment
from saywhy.store import Engine
from saywhy.topic import Cluster, ClusteringFit, Membership, Topic
from service.comment_filters import CommentSearch
from service.comments import list_comments

WORKSPACE = "benchmark"
NOW = datetime(2026, 11, 27, tzinfo=UTC)
WORDS = ("slow", "reply", "invoice", "login", "crash", "price", "fast", "kind", "delivery", "late", "Ärger", "退款")
THEMES = ("support", "price", "reliability", "usability", "delivery", "features", "staff")
VECTOR = np.full(384, 384**-0.5, "<f2").tobytes()
TOPICS, BATCH = 200, 5_000

SEARCHES = {
    "first page": CommentSearch(),
    "a wave": CommentSearch(wave="W3"),
    "detractors": CommentSearch(group=Group.DETRACTOR),
    "a cause": CommentSearch(cause="t3"),
    "a theme": CommentSearch(theme="staff"),
    "a theme of 1 in 5,000": CommentSearch(theme="design"),
    "a sentiment": CommentSearch(sentiment=Polarity.MIXED),
    "a text that many have": CommentSearch(text="ärger"),
    "a text that nobody has": CommentSearch(text="zzzz"),
    "a segment": CommentSearch(segments=[Segment("region", "n")]),
    "a segment that nobody is in": CommentSearch(segments=[Segment("region", "x")]),
    "cause, group and wave": CommentSearch(cause="t3", group=Group.DETRACTOR, wave="W3"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--comments", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = store.open_store(f"sqlite:///{Path(folder) / 'store.db'}")
        fill(engine, options.comments)
        print_table(
            ("request", "CPU time"), [(name, f"{1000 * seconds:,.0f} ms") for name, seconds in measured(engine)]
        )
        engine.dispose()


def measured(engine: Engine) -> list[tuple[str, float]]:
    """Each request with its CPU seconds, the second time."""
    frame = load_code_frame()
    return [
        (f"50 comments: {name}", cpu_seconds(lambda: list_comments(engine, WORKSPACE, search, code_frame=frame)))  # noqa: B023
        for name, search in SEARCHES.items()
    ]


def cpu_seconds(request: Callable[[], object]) -> float:
    """CPU seconds of a request, the second time."""
    for _ in range(2):
        started = time.process_time()
        request()
        seconds = time.process_time() - started
    return seconds


def fill(engine: Engine, comments: int) -> None:
    """A workspace with so many comments of a third as many customers, in 8,000 accounts."""
    rng = random.Random(0)
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, WORKSPACE)
        members: list[Membership] = []
        for start in range(0, comments, BATCH):
            responses = [response(number, rng) for number in range(start, min(start + BATCH, comments))]
            texts = [one.comment for one in responses if one.comment]
            store.responses.save(connection, workspace, responses)
            store.comments.save_cleaned(connection, workspace, texts)
            annotations = {text.content_hash: annotation(start + position, rng) for position, text in enumerate(texts)}
            store.annotations.save(connection, workspace, annotations)
            members += [Membership(text.content_hash, 0, 20, f"t{rng.randrange(TOPICS)}", 0.8) for text in texts]
        topics = [Topic(f"t{n}", "support", f"Topic {n}", ("x",), "negative", 500, VECTOR) for n in range(TOPICS)]
        clusters = [
            Cluster(each.id, each.theme, each.label, each.keywords, each.polarity, each.size, VECTOR, 0.5, "m", NOW)
            for each in topics
        ]
        store.clusters.save(connection, workspace, ClusteringFit("m", NOW, comments, ("en",), VECTOR * 2), clusters, ())
        store.memberships.save(connection, workspace, members, replace_all=True)
        store.topics.save(connection, workspace, topics, {each.id: each.id for each in topics}, {})


def response(number: int, rng: random.Random) -> Response:
    return Response(
        "benchmark",
        str(number),
        Score(rng.randrange(11)),
        Comment(f"{' '.join(rng.choices(WORDS, k=12))} number {number}", "en"),
        NOW - timedelta(minutes=number),
        f"W{number % 8}",
        (Segment("region", rng.choice("nsew")),),
        Customer(f"c{number % 33_333}", account=f"a{number % 8_000}", revenue=Decimal(rng.randrange(100_000))),
    )


def annotation(number: int, rng: random.Random) -> Annotation:
    theme = rng.choice(THEMES) if number % 5_000 else "design"
    return Annotation(
        "m",
        Sentiment(rng.choice(list(Polarity)), 0.0, 0.9),
        (ThemeLabel(theme, Polarity.NEGATIVE, 0.9),),
        (Mention(0, 20, theme, Polarity.NEGATIVE, 0.9),),
        (Clause(0, 20, theme, Polarity.NEGATIVE, VECTOR), Clause(21, 40, theme, Polarity.NEGATIVE, VECTOR)),
        VECTOR,
    )


if __name__ == "__main__":
    main()
