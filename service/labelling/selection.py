"""Which comments to label next: those that would teach a model, or tell the ranking, most; or a random sample."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from math import prod

import numpy as np

from models.arrays import unpack
from pipelines.labelling.selection import diverse_uncertain, largest, ranking_value
from saywhy import store
from saywhy.annotation import Annotation, Polarity
from saywhy.code_frame import CodeFrame
from saywhy.errors import Conflict
from saywhy.report import ALL_WAVES
from saywhy.store import Connection, Engine
from service.cases import following_up
from service.exports import Exporter
from service.reports.reading import find_latest_report
from service.workspaces import reading

#: Causes at the top of the ranking whose intervals labels are to narrow: those of the first screen of a report.
TOP_CAUSES = 10

#: Of so many of the most uncertain comments the diverse ones are chosen: what is compared stays in memory. Set by hand.
POOL = 2_000

_POLARITIES = tuple(Polarity)


class Strategy(StrEnum):
    """What makes a comment worth a label.

    `DIVERSE`: the model is unsure, and differently so than of the others that are chosen. `UNCERTAIN`: the model is
    unsure. `RANKING`: it would narrow the intervals of the causes at the top. `RANDOM`: it is next of the audit sample,
    whose labels alone measure the quality of the model without bias.
    """

    DIVERSE = "diverse"
    UNCERTAIN = "uncertain"
    RANKING = "ranking"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class NextComment:
    """A comment to label: its id by content, and that of a response with it in the store.

    `value` is what it was chosen by: the probability that something the model says of it is wrong, or for the ranking
    the variance in points² that its label would remove; None of a random sample.
    """

    id: str
    response: int
    language: str | None
    text: str
    value: float | None


def next_comments(
    engine: Engine,
    workspace: str,
    size: int,
    strategy: Strategy = Strategy.DIVERSE,
    *,
    code_frame: CodeFrame,
    with_personal_data: bool = False,
) -> list[NextComment]:
    """At most `size` analysed comments to label, in order; what people have labelled is left out.

    The same ones come again until they are labelled. Raises `WorkspaceNotFound`, `NoFollowUp`, and `Conflict` before
    the first analysis.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        exporter = Exporter.of(connection, workspace_id, code_frame, with_personal_data=with_personal_data)
        if exporter.model is None:
            raise Conflict("comments to label can be chosen once they have been analysed")
        chosen = _CHOICES[strategy](connection, workspace_id, exporter.model, size)
        comments = store.comments.by_hash(connection, workspace_id, chosen)
        responses = store.response_ids.by_comment(connection, workspace_id, chosen)
        return [
            NextComment(
                content_hash,
                responses[content_hash],
                comment.language if comment.language != "und" else None,
                exporter.shown(comment, [])[0] or "",
                value,
            )
            for content_hash, value in chosen.items()
            if (comment := comments.get(content_hash)) and content_hash in responses
        ]


def _random(connection: Connection, workspace_id: int, _: str, size: int) -> dict[str, float | None]:
    return dict.fromkeys(comment.content_hash for comment in store.audits.unlabelled(connection, workspace_id, size))


def _uncertain(connection: Connection, workspace_id: int, model: str, size: int) -> dict[str, float | None]:
    return {content_hash: value for value, content_hash in _most_uncertain(connection, workspace_id, model, size)}


def _diverse(connection: Connection, workspace_id: int, model: str, size: int) -> dict[str, float | None]:
    pool = _most_uncertain(connection, workspace_id, model, max(POOL, size))
    if not pool:
        return {}
    annotations = store.annotations.by_hash(connection, workspace_id, model, [each for _, each in pool])
    vectors = np.stack([unpack(annotations[content_hash].vector) for _, content_hash in pool])
    # What is not given to the label is spread evenly over the others, of which the store has no probabilities.
    others = len(_POLARITIES) - 1
    probabilities = np.array([[value / others] * (others + 1) for value, _ in pool])
    for row, (value, content_hash) in enumerate(pool):
        probabilities[row, _POLARITIES.index(annotations[content_hash].sentiment.label)] = 1 - value
    return {pool[index][1]: pool[index][0] for index in diverse_uncertain(probabilities, vectors, size)}


def _ranking(connection: Connection, workspace_id: int, _: str, size: int) -> dict[str, float | None]:
    report = find_latest_report(connection, workspace_id, ALL_WAVES)
    topics = [issue for issue in report.issues if issue.kind == "topic"][:TOP_CAUSES] if report else []
    if not topics:
        return {}
    impacts = {issue.id: (abs(issue.impact), issue.mentions) for issue in topics}
    labelled = _labelled(connection, workspace_id)
    hashes, named = list[str](), list[Mapping[str, float]]()
    assignments = store.topics.assignments(connection, workspace_id, list(impacts))
    for content_hash, group in groupby(assignments, key=lambda each: each.content_hash):
        if content_hash not in labelled:
            hashes.append(content_hash)
            named.append(_strongest((each.topic, each.confidence) for each in group))
    counts = store.responses.count_by_comment(connection, workspace_id)
    values = ranking_value(named, impacts, [counts.get(content_hash, 1) for content_hash in hashes])
    return {hashes[index]: float(values[index]) for index in largest(values, size)}


_CHOICES: dict[Strategy, Callable[[Connection, int, str, int], dict[str, float | None]]] = {
    Strategy.DIVERSE: _diverse,
    Strategy.UNCERTAIN: _uncertain,
    Strategy.RANKING: _ranking,
    Strategy.RANDOM: _random,
}


def _strongest(named: Iterator[tuple[str, float]]) -> dict[str, float]:
    """The highest probability of each cause; a comment may name one twice."""
    probabilities: dict[str, float] = {}
    for cause, confidence in named:
        probabilities[cause] = max(confidence, probabilities.get(cause, 0.0))
    return probabilities


def _most_uncertain(connection: Connection, workspace_id: int, model: str, size: int) -> Sequence[tuple[float, str]]:
    """(doubt, content hash) of the comments of which the model is least sure, the least sure first."""
    labelled = _labelled(connection, workspace_id)
    doubts = (
        (_doubt(annotation), content_hash)
        for content_hash, annotation in store.annotations.load(connection, workspace_id, model)
        if content_hash not in labelled
    )
    return heapq.nlargest(size, doubts)


def _doubt(annotation: Annotation) -> float:
    """The probability that the sentiment or a theme is wrong, if these are independent of each other."""
    return 1 - annotation.sentiment.confidence * prod(theme.confidence for theme in annotation.themes)


def _labelled(connection: Connection, workspace_id: int) -> set[str]:
    """The content hashes of what people have corrected or audited."""
    corrected = {each.content_hash for each in store.corrections.log(connection, workspace_id)}
    return corrected | set(store.audits.load(connection, workspace_id))
