"""The topics of the sample: made in the driver by what makes them on one machine, and kept for the next run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as validated

from pipelines.annotate.classification import CommentAnnotator
from pipelines.spark.folders import written_at_once
from pipelines.spark.sampling import Sample
from pipelines.topics.assignment import TopicModel, assignments_of, with_first_seen
from pipelines.topics.clauses import clauses_of
from pipelines.topics.edits.apply import EditedTopics, apply
from pipelines.topics.edits.draft import ClusteredClause
from pipelines.topics.neighbours import Neighbours
from pipelines.topics.update import update_clusters
from saywhy.topic import Assignment, Cluster, ClusteringFit, Membership, Topic

_CLUSTERS, _MEMBERSHIPS = "clusters.json", "memberships.parquet"

MEMBERSHIPS = pa.schema(
    {
        "content_hash": pa.string(),
        "start": pa.int32(),
        "end": pa.int32(),
        "cluster": pa.string(),
        "confidence": pa.float64(),
        "part": pa.string(),
        "second": pa.string(),
        "second_confidence": pa.float64(),
    }
)


@validated(frozen=True, config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"))
class _Kept:
    """What is kept of a clustering; bytes are base64."""

    fit: ClusteringFit
    clusters: tuple[Cluster, ...]


_KEPT = TypeAdapter(_Kept)


@dataclass(frozen=True, slots=True)
class FittedTopics:
    """The topics, the topic of each cluster, and what tasks need to find the clusters of further clauses."""

    topics: tuple[Topic, ...]
    topic_of: dict[str, str]
    model: TopicModel

    def assignments(self, memberships: Sequence[Membership]) -> list[Assignment]:
        """The topics of clauses with these memberships."""
        return [*assignments_of(memberships, self.topic_of, {topic.id for topic in self.topics})]


def fit_topics(sample: Sample, annotator: CommentAnnotator, folder: Path, now: datetime) -> FittedTopics:
    """The topics of the sample, from the folder if they are there; else they are made, and kept there."""
    if not folder.exists():
        clustered = update_clusters(
            sample.comments,
            sample.annotations,
            annotator,
            None,
            _topics_of(()),
            responses=sample.responses_by_comment,
            now=now,
        ).update
        clusters = with_first_seen(clustered.clusters, clustered.memberships, sample.first_answered)
        with written_at_once(folder) as new:
            new.mkdir()
            rows = [asdict(member) for member in clustered.memberships]
            pq.write_table(pa.Table.from_pylist(rows, MEMBERSHIPS), new / _MEMBERSHIPS, compression="zstd")
            (new / _CLUSTERS).write_bytes(_KEPT.dump_json(_Kept(clustered.fit, clusters)))
    kept = _KEPT.validate_json((folder / _CLUSTERS).read_bytes())
    edited = _topics_of(kept.clusters)
    texts, vectors = clauses_of(sample.comments, sample.annotations)
    neighbours = Neighbours.of(texts, vectors, annotator.cause_probabilities)
    return FittedTopics(edited.topics, edited.topic_of, TopicModel(kept.clusters, kept.fit, neighbours))


def read_memberships(folder: Path) -> pa.Table:
    """The memberships of the clauses of the sample."""
    return pq.read_table(folder / _MEMBERSHIPS, schema=MEMBERSHIPS)


def memberships_of(table: pa.Table) -> list[Membership]:
    """The rows of `read_memberships` as values."""
    return [Membership(**row) for row in table.to_pylist()]


def _topics_of(clusters: Sequence[Cluster]) -> EditedTopics:
    """The topics that clusters are. On Spark nobody has edited any."""

    def no_clauses(*_: Any) -> Sequence[ClusteredClause]:
        return ()

    return apply((), clusters, (), no_clauses)
