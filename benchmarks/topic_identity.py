"""Whether topics keep their ids when 20 % new data arrives, on labelled short texts.

    python -m benchmarks.topic_identity TEXTS.jsonl.gz --label raw_labels --where dataset=banking77_en

Texts are clustered. Then a fifth as many arrive, and topics either grow (new texts go to known topics, and those that
fit none are clustered) or are refitted (all texts are clustered again). In a second part, every tenth label occurs only
in the new texts: it should be found as an emerging topic, and nothing else should.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import print_table
from models.annotator import load_annotator
from models.arrays import Vectors
from pipelines.topics.clauses import ClauseSet, ClauseText
from pipelines.topics.tracking.grow import grow
from pipelines.topics.tracking.memberships import PreviousClustering
from pipelines.topics.tracking.refit import refit
from pipelines.topics.tracking.update import ClusteringUpdate
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment
from saywhy.topic import ClauseKey, Fate

MODEL = "benchmark"
CODE_FRAME = load_code_frame()
LARGE = 20  # members from which on a topic must keep its id
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_THEN = _FIRST + timedelta(days=90)


@dataclass(frozen=True)
class LabelledVectors:
    """Texts with their labels and unit vectors (n, d)."""

    texts: Sequence[str]
    labels: Sequence[str]
    vectors: Vectors

    def clauses(self, rows: Sequence[int] | NDArray[np.int64]) -> ClauseSet:
        """Each text as the only clause of a comment."""
        clauses = [
            ClauseText(*key_of(self.texts[row]), self.texts[row], "quality", Polarity.NEGATIVE, "und") for row in rows
        ]
        return ClauseSet.of(clauses, self.vectors[rows])

    def first_clustering(self, rows: Sequence[int] | NDArray[np.int64]) -> PreviousClustering:
        """The clustering of some of the texts, as the store would return it."""
        update = refit(None, self.clauses(rows), code_frame=CODE_FRAME, model=MODEL, now=_FIRST)
        return PreviousClustering(update.fit, update.clusters, {member.key: member for member in update.memberships})


def main() -> None:
    """Read the texts and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, help="JSON lines with `text`, may be gzipped")
    parser.add_argument("--vectors", type=Path, help="their vectors, one per row; default: those of the bundled model")
    parser.add_argument("--where", default="", help="field=value: only those texts")
    parser.add_argument("--label", required=True, help="the field with the true topic")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    data = read(options.texts, options.label, options.where, options.vectors)
    print(f"{len(data.texts):,} texts\n")
    print_table(("", "by growing", "by clustering all again"), kept_ids(data, options.seed))
    print()
    print_table(("", ""), emerging_labels(data, options.seed))


def kept_ids(data: LabelledVectors, seed: int) -> list[tuple[str, str, str]]:
    """What becomes of topics when a fifth as many random texts arrive: a row per measure, a column per way."""
    order = np.random.default_rng(seed).permutation(len(data.texts))
    before = np.sort(order[: round(len(order) / 1.2)])
    previous = data.first_clustering(before)
    shuffled = np.random.default_rng(seed + 1).permutation(order)
    columns = []
    for step in (grow, refit):
        started = time.perf_counter()
        update = step(previous, data.clauses(order), code_frame=CODE_FRAME, model=MODEL, now=_THEN)
        seconds = time.perf_counter() - started
        again = step(previous, data.clauses(shuffled), code_frame=CODE_FRAME, model=MODEL, now=_THEN)
        is_same = "yes" if is_equal(update, again) else "NO"
        columns.append([*measures(previous, update, data, set(before.tolist())), f"{seconds:.0f} s", is_same])
    names = (
        f"topics with at least {LARGE} members before",
        "of them, ids kept",
        "texts that stay in the topic of the same id",
        "new texts without a topic",
        "old texts with the most common label of their topic",
        "new texts with the most common label of their topic",
        "topics found or split off",
        "time",
        "same result in another order",
    )
    return [(name, *values) for name, values in zip(names, zip(*columns, strict=True), strict=True)]


def measures(
    previous: PreviousClustering, update: ClusteringUpdate, data: LabelledVectors, before: set[int]
) -> list[str]:
    """The column of one way; `before` are the rows of the texts that were there before."""
    ended = {cluster.id for cluster in update.clusters if cluster.ended_at}
    large = [cluster.id for cluster in previous.current if cluster.size >= LARGE]
    previous_topics = {key: member.cluster for key, member in previous.memberships.items()}
    topic_of = previous_topics | topics_in(update)
    keys = [key_of(text) for text in data.texts]
    stayed = [topic_of[keys[row]] == previous_topics[keys[row]] for row in before if previous_topics[keys[row]]]
    without = sum(topic_of[key] is None for row, key in enumerate(keys) if row not in before)
    created = sum(event.fate in (Fate.FOUND, Fate.SPLIT) for event in update.lineage)
    return [
        f"{len(large)}",
        f"{sum(cluster not in ended for cluster in large) / len(large):.1%}",
        f"{np.mean(stayed):.1%}",
        f"{without / (len(keys) - len(before)):.1%}",
        *(f"{share:.1%}" for share in label_shares(topic_of, data, before)),
        f"{created}",
    ]


def label_shares(
    topic_of: Mapping[ClauseKey, str | None], data: LabelledVectors, before: set[int]
) -> tuple[float, float]:
    """Of the old and of the new texts in a topic, the share with the most common label of their topic."""
    labels_in: dict[str | None, Counter[str]] = {}
    for text, label in zip(data.texts, data.labels, strict=True):
        labels_in.setdefault(topic_of[key_of(text)], Counter())[label] += 1
    main_label = {topic: counter.most_common(1)[0][0] for topic, counter in labels_in.items()}
    is_right: dict[bool, list[bool]] = {True: [], False: []}
    for row, (text, label) in enumerate(zip(data.texts, data.labels, strict=True)):
        if topic := topic_of[key_of(text)]:
            is_right[row in before].append(main_label[topic] == label)
    return float(np.mean(is_right[True])), float(np.mean(is_right[False]))


def emerging_labels(data: LabelledVectors, seed: int) -> list[tuple[str, str]]:
    """What becomes of labels that only the new texts have."""
    names = sorted(set(data.labels))
    new_labels = {str(name) for name in np.random.default_rng(seed).permutation(names)[: max(1, len(names) // 10)]}
    order = np.random.default_rng(seed).permutation(len(data.texts))
    candidates = np.array([row for row in order if data.labels[row] not in new_labels])
    previous = data.first_clustering(candidates[: round(len(candidates) / 1.1)])
    update = grow(previous, data.clauses(order), code_frame=CODE_FRAME, model=MODEL, now=_THEN)
    emerging = {cluster.id for cluster in update.clusters if cluster.is_emerging}
    topic_of = topics_in(update)
    topics_of_label: dict[str, Counter[str]] = {}
    for text, label in zip(data.texts, data.labels, strict=True):
        topics_of_label.setdefault(label, Counter())[topic_of.get(key_of(text)) or ""] += 1
    caught = sum(topics_of_label[label][topic] for label in new_labels for topic in emerging)
    inside = sum(counter[topic] for counter in topics_of_label.values() for topic in emerging)
    total = sum(topics_of_label[label].total() for label in new_labels)
    surfaced = [
        label
        for label in new_labels
        if any(topics_of_label[label][topic] >= topics_of_label[label].total() / 3 for topic in emerging)
    ]
    return [
        ("labels that only the new texts have", f"{len(new_labels)}, {total} texts"),
        ("emerging topics", f"{len(emerging)}"),
        ("such labels with at least a third of their texts in one of them", f"{len(surfaced)}"),
        ("texts of such labels that are in emerging topics", f"{caught / total:.0%}"),
        ("texts in emerging topics that have such a label", f"{caught / max(inside, 1):.0%}"),
    ]


def is_equal(one: ClusteringUpdate, other: ClusteringUpdate) -> bool:
    """Whether two updates have the same clusters and memberships, in any order."""
    clusters = (sorted(update.clusters, key=attrgetter("id")) for update in (one, other))
    return set(one.memberships) == set(other.memberships) and next(clusters) == next(clusters)


def topics_in(update: ClusteringUpdate) -> dict[ClauseKey, str | None]:
    """The topic of each clause of the update."""
    return {member.key: member.cluster for member in update.memberships}


def read(path: Path, label: str, where: str, vectors: Path | None) -> LabelledVectors:
    """The texts of a file, their labels and their vectors."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    field, _, value = where.partition("=")
    rows = [row for row, line in enumerate(lines) if not field or str(line[field]) == value]
    texts = [lines[row]["text"] for row in rows]
    chosen = np.load(vectors)[rows] if vectors else load_annotator().vectors(texts)
    return LabelledVectors(texts, [json.dumps(lines[row][label]) for row in rows], chosen)


def key_of(text: str) -> ClauseKey:
    """The key of the clause that is a whole comment."""
    return Comment(text).content_hash, 0, len(text)


if __name__ == "__main__":
    main()
