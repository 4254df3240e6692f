"""Whether topics keep their identity when 20 % new data arrives, on labelled short texts.

    python -m benchmarks.topic_identity TEXTS.jsonl.gz --label raw_labels --where dataset=banking77_en

Texts are clustered; then a fifth as many arrive, once by growing (new texts go to known topics, what fits none is
clustered anew) and once by clustering all of them together again. A second part keeps every tenth label for the new
data: it should come up as emerging topics, and nothing else should.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import print_table
from models.annotator import load_annotator
from models.arrays import Vectors
from pipelines.topics.clauses import ClauseSet, ClauseText
from pipelines.topics.tracking.grow import grow
from pipelines.topics.tracking.members import PreviousClustering
from pipelines.topics.tracking.refit import refit
from pipelines.topics.tracking.update import ClusteringUpdate
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment
from saywhy.topic import Cluster, Fate, Membership

MODEL = "benchmark"
THEMES = load_code_frame()
LARGE = 20  # members from which on a topic must keep its id
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_THEN = _FIRST + timedelta(days=90)


def main() -> None:
    """Read the texts and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, help="JSON lines with `text`, may be gzipped")
    parser.add_argument(
        "--vectors", type=Path, help="their vectors, a row each; left out: the bundled model makes them"
    )
    parser.add_argument("--where", default="", help="field=value: only those texts")
    parser.add_argument("--label", required=True, help="the field that holds the true topic")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    texts, truth, vectors = read(options.texts, options.label, options.where, options.vectors)
    print(f"{len(texts):,} texts\n")
    print_table(("what", "by growing", "by clustering all again"), keeping(texts, vectors, truth, options.seed))
    print()
    print_table(("what", ""), emerging(texts, vectors, truth, options.seed))


def keeping(texts: Sequence[str], vectors: Vectors, truth: Sequence[str], seed: int) -> list[tuple[str, str, str]]:
    """What becomes of topics when a fifth as many texts come at random."""
    order = np.random.default_rng(seed).permutation(len(texts))
    before, after = np.sort(order[: round(len(order) / 1.2)]), order
    known = remember(refit(None, material(texts, vectors, before), themes=THEMES, model=MODEL, now=_FIRST))
    shuffled = np.random.default_rng(seed + 1).permutation(after)
    rows: list[tuple[str, str, str]] = []
    columns = []
    for step in (grow, refit):
        started = time.perf_counter()
        found = step(known, material(texts, vectors, after), themes=THEMES, model=MODEL, now=_THEN)
        seconds = time.perf_counter() - started
        again = step(known, material(texts, vectors, shuffled), themes=THEMES, model=MODEL, now=_THEN)
        same = set(found.members) == set(again.members) and ordered(found) == ordered(again)
        columns.append(
            [*describe(known, found, texts, truth, set(before.tolist())), f"{seconds:.0f} s", "yes" if same else "NO"]
        )
    names = (
        f"topics with at least {LARGE} members before",
        "of them, ids kept",
        "texts that stay in the topic of the same id",
        "new texts without a topic",
        "texts with the commonest label of their topic: old",
        "the same: new",
        "topics found or split off",
        "time",
        "same result in another order",
    )
    rows += [(name, *values) for name, values in zip(names, zip(*columns, strict=True), strict=True)]
    return rows


def describe(
    known: PreviousClustering, found: ClusteringUpdate, texts: Sequence[str], truth: Sequence[str], before: set[int]
) -> list[str]:
    """The column of one way to take in new texts."""
    ended = {cluster.id for cluster in found.clusters if cluster.ended_at}
    large = [cluster.id for cluster in known.standing if cluster.size >= LARGE]
    topic = {key: member.cluster for key, member in known.members.items()} | {
        (member.content_hash, member.start, member.end): member.cluster for member in found.members
    }
    keys = [key_of(text) for text in texts]
    stayed = [topic[keys[at]] == known.members[keys[at]].cluster for at in before if known.members[keys[at]].cluster]
    labels: dict[str | None, Counter[str]] = {}
    for at, key in enumerate(keys):
        labels.setdefault(topic[key], Counter())[truth[at]] += 1
    common = {name: counter.most_common(1)[0][0] for name, counter in labels.items()}
    right = {True: [0, 0], False: [0, 0]}
    for at, key in enumerate(keys):
        if topic[key]:
            right[at in before][0] += common[topic[key]] == truth[at]
            right[at in before][1] += 1
    without = sum(topic[keys[at]] is None for at in range(len(keys)) if at not in before)
    born = sum(event.fate in (Fate.FOUND, Fate.SPLIT) for event in found.lineage)
    return [
        f"{len(large)}",
        f"{sum(name not in ended for name in large) / len(large):.1%}",
        f"{np.mean(stayed):.1%}",
        f"{without / (len(keys) - len(before)):.1%}",
        *(f"{right[old][0] / right[old][1]:.1%}" for old in (True, False)),
        f"{born}",
    ]


def emerging(texts: Sequence[str], vectors: Vectors, truth: Sequence[str], seed: int) -> list[tuple[str, str]]:
    """What becomes of labels that only the new texts have."""
    names = sorted(set(truth))
    late = {str(name) for name in np.random.default_rng(seed).permutation(names)[: max(1, len(names) // 10)]}
    order = np.random.default_rng(seed).permutation(len(texts))
    old = np.array([at for at in order if truth[at] not in late])
    before = old[: round(len(old) / 1.1)]
    known = remember(refit(None, material(texts, vectors, before), themes=THEMES, model=MODEL, now=_FIRST))
    found = grow(known, material(texts, vectors, order), themes=THEMES, model=MODEL, now=_THEN)
    new = {cluster.id for cluster in found.clusters if cluster.is_emerging}
    topic = {(member.content_hash, member.start, member.end): member.cluster for member in found.members}
    where: dict[str, Counter[str]] = {}
    for at, text in enumerate(texts):
        where.setdefault(truth[at], Counter())[topic.get(key_of(text)) or ""] += 1
    caught = sum(where[label][name] for label in late for name in new)
    inside = sum(counter[name] for counter in where.values() for name in new)
    total = sum(where[label].total() for label in late)
    surfaced = [label for label in late if any(where[label][name] >= where[label].total() / 3 for name in new)]
    return [
        ("labels that only the new texts have", f"{len(late)}, {total} texts"),
        ("emerging topics", f"{len(new)}"),
        ("labels of which a third or more is in one of them", f"{len(surfaced)}"),
        ("texts of such labels that are in emerging topics", f"{caught / total:.0%}"),
        ("texts of emerging topics that are of such labels", f"{caught / max(inside, 1):.0%}"),
    ]


def ordered(found: ClusteringUpdate) -> list[Cluster]:
    """The clusters in the order of their ids."""
    return sorted(found.clusters, key=lambda cluster: cluster.id)


def read(path: Path, label: str, where: str, vectors: Path | None) -> tuple[list[str], list[str], Vectors]:
    """The texts, their labels and their vectors."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    field, _, value = where.partition("=")
    here = [at for at, row in enumerate(rows) if not field or str(row[field]) == value]
    texts = [rows[at]["text"] for at in here]
    found = np.load(vectors)[here] if vectors else load_annotator().vectors(texts)
    return texts, [json.dumps(rows[at][label]) for at in here], found


def material(texts: Sequence[str], vectors: Vectors, rows: Sequence[int] | NDArray[np.int64]) -> ClauseSet:
    """Each text as the only clause of a comment."""
    units = [ClauseText(*key_of(texts[at]), texts[at], "quality", Polarity.NEGATIVE, "und") for at in rows]
    return ClauseSet.of(units, vectors[rows])


def key_of(text: str) -> tuple[str, int, int]:
    """The comment and the span of a text."""
    return Comment(text).content_hash, 0, len(text)


def remember(grown: ClusteringUpdate) -> PreviousClustering:
    """What the store would give back."""
    members: dict[tuple[str, int, int], Membership] = {}
    for member in grown.members:
        members[member.content_hash, member.start, member.end] = member
    return PreviousClustering(grown.fit, grown.clusters, members)


if __name__ == "__main__":
    main()
