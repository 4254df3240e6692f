"""What clauses are about, given the topics: memberships of clauses that were not clustered, and topics of memberships.

An analysis on one machine clusters all clauses. One of many machines clusters a sample, and each machine assigns the
clauses that it has (`TopicModel`): by what the library's head and the sample's neighbours say, else to the nearest
discovered cluster.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from models.arrays import NONE
from pipelines.annotate.classification import CommentAnnotator
from pipelines.annotate.columns import Annotations
from pipelines.topics.clauses import clauses_of, polarity_signs
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.labelling.keywords import has_content
from pipelines.topics.library import LibraryMatch, match_library
from pipelines.topics.neighbours import Neighbours
from pipelines.topics.tracking.grow import assign_with_slack
from pipelines.topics.tracking.nearest import nearest_part
from saywhy.feedback import Comment
from saywhy.topic import Assignment, Cluster, ClusteringFit, Membership


@dataclass(frozen=True, slots=True)
class TopicModel:
    """What is needed to say which cluster a clause is in: the clusters and their parts, the means of the fit, and the
    neighbours among the clauses of which they were made.
    """

    clusters: tuple[Cluster, ...]
    fit: ClusteringFit
    neighbours: Neighbours

    def memberships(
        self, comments: Mapping[str, Comment], annotations: Annotations, annotator: CommentAnnotator
    ) -> Iterator[Membership]:
        """The clusters of the clauses, in their order. Clauses of function words alone are in no discovered one."""
        clauses, vectors = clauses_of(comments, annotations)
        causes, probabilities = annotator.code_frame.causes, annotator.cause_probabilities
        match = match_library(clauses, vectors, causes, probabilities, None, neighbours=self.neighbours)
        known = {cause.id for cause in causes}
        current = [cluster for cluster in self.clusters if cluster.ended_at is None and cluster.id not in known]
        top_level = [cluster for cluster in current if cluster.parent is None]
        parts = [cluster for cluster in current if cluster.parent is not None]
        rest = [
            row
            for row in np.flatnonzero(match.cause == NONE).tolist()
            if has_content(clauses[row].text, clauses[row].language)
        ]
        languages = [clauses[row].language or "und" for row in rest]
        centring = LanguageCentring.from_means(languages, self.fit.languages, self.fit.means)
        centred = centring.transform(vectors[rest].astype(np.float32))
        signs = polarity_signs(clauses[row].polarity.value for row in rest)
        ids = [cluster.id for cluster in top_level]
        labels, confidence = assign_with_slack(centred, signs, top_level)
        of_part = nearest_part(centred, labels, ids, parts)
        number = dict(zip(rest, range(len(rest)), strict=True))
        for row, clause in enumerate(clauses):
            if match.cause[row] != NONE:
                yield _of_library(clause.key, row, match)
            elif (index := number.get(row)) is None or labels[index] == NONE:
                yield Membership(*clause.key, None, 0.0)
            else:
                part = parts[of_part[index]].id if of_part[index] != NONE else None
                yield Membership(*clause.key, ids[labels[index]], round(float(confidence[index]), 6), part)


def _of_library(key: tuple[str, int, int], row: int, match: LibraryMatch) -> Membership:
    second = int(match.second[row])
    return Membership(
        *key,
        match.causes[int(match.cause[row])].id,
        round(float(match.confidence[row]), 6),
        second=match.causes[second].id if second != NONE else None,
        second_confidence=round(float(match.second_confidence[row]), 6),
    )


def assignments_of(
    memberships: Iterable[Membership], topic_of: Mapping[str, str], shown: Collection[str]
) -> Iterator[Assignment]:
    """The topics of the clauses, in order of content hash and position; a clause that names two comes twice.

    `topic_of` is the topic of each cluster; only topics in `shown` (ids) count.
    """
    for member in sorted(memberships, key=lambda member: member.key):
        first, second = topic_of.get(member.cluster or ""), topic_of.get(member.second or "")
        if first is not None and first in shown:
            yield Assignment(*member.key, first, member.confidence, member.part)
        if second is not None and second in shown and second != first:
            yield Assignment(*member.key, second, member.second_confidence)


def with_first_seen(
    clusters: Sequence[Cluster], memberships: Iterable[Membership], answered_at: Mapping[str, datetime]
) -> tuple[Cluster, ...]:
    """The clusters with the time of their earliest dated response, else when they were found.

    `answered_at` is the earliest time of a response with a comment, by content hash.
    """
    first: dict[str, datetime] = {}
    for member in memberships:
        if (moment := answered_at.get(member.content_hash)) is not None:
            for cluster in (member.cluster, member.second):
                if cluster is not None:
                    first[cluster] = min(moment, first.get(cluster, moment))
    return tuple(replace(cluster, first_seen=first.get(cluster.id, cluster.found_at)) for cluster in clusters)
