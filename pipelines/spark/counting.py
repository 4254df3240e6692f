"""Says of each response of a part what it names, and counts: the work of a task, and the sums of all tasks."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.annotate.columns import Annotations
from pipelines.causes.analysis import SIDES
from pipelines.spark.fit import FittedTopics, memberships_of, read_memberships
from pipelines.spark.folders import written_at_once
from pipelines.spark.parts import Job
from pipelines.spark.records import AnnotatedComment, annotations_of, read_comments, read_responses
from pipelines.spark.session import Summary
from pipelines.tabulate.survey_data import SurveyData
from pipelines.tabulate.tabulation import tabulate
from saywhy.feedback import Response
from saywhy.topic import Assignment

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_TEXT, _SPAN = pa.string(), {"start": pa.int32(), "end": pa.int32()}

#: A response with what is said of it. Names and addresses of customers stay in the input.
RESPONSES = pa.schema(
    {
        "source": _TEXT,
        "external_id": _TEXT,
        "answered_at": pa.timestamp("us", "UTC"),
        "score": pa.int16(),
        "scale": _TEXT,
        "customer": _TEXT,
        "account": _TEXT,
        "segments": pa.map_(_TEXT, _TEXT),
        "comment": _TEXT,
        "language": _TEXT,
        "is_answer": pa.bool_(),
        "sentiment": _TEXT,
        "sentiment_score": pa.float32(),
        "themes": pa.list_(pa.struct({"theme": _TEXT, "polarity": _TEXT, "confidence": pa.float32()})),
        "mentions": pa.list_(pa.struct({"theme": _TEXT, "polarity": _TEXT, **_SPAN, "confidence": pa.float32()})),
        "topics": pa.list_(pa.struct({"topic": _TEXT, "label": _TEXT, **_SPAN, "confidence": pa.float32()})),
    }
)
#: What is counted of each wave, and the groups of scores of those who name a cause.
WAVES = ("responses", "promoters", "passives", "detractors", "comments", "answers")
GROUPS = ("promoters", "passives", "detractors", "unscored")
CAUSES = pa.schema({"wave": _TEXT, "cause": _TEXT, "polarity": _TEXT, **dict.fromkeys(GROUPS, pa.int64())})


@dataclass(frozen=True, slots=True)
class Counting:
    """What tasks know: the topics, and the folder with the memberships of the sample."""

    job: Job
    key: str
    topics: FittedTopics

    @property
    def folder(self) -> Path:
        return self.job.results.topics(self.key)


@dataclass(frozen=True, slots=True)
class Part:
    """A part, and its rows that a later row of the same id replaces."""

    key: str
    superseded: tuple[int, ...] = ()


def count_part(counting: Counting, part: Part) -> Summary:
    """Write the responses of a part by wave, with what they name; count them. Nothing is done if the counts are there,
    which are written last.
    """
    results, key = counting.job.results, f"{part.key}-{counting.key}"
    path = results.counts(key)
    if not path.exists():
        folder = results.part(part.key)
        comments = read_comments(folder / "comments.parquet")
        rows = np.setdiff1d(np.arange(pq.read_metadata(folder / "responses.parquet").num_rows), part.superseded)
        responses = read_responses(folder / "responses.parquet", comments, rows.tolist())
        annotations = Annotations.of(annotations_of(comments.items()))
        assignments = _assignments(counting, comments)
        by_wave = defaultdict[str | None, list[Response]](list)
        for response in responses:
            by_wave[response.wave].append(response)
        named = defaultdict[str, list[Assignment]](list)
        for assignment in assignments:
            named[assignment.content_hash].append(assignment)
        labels = {topic.id: topic.label for topic in counting.topics.topics}
        for wave, of_wave in by_wave.items():
            table = pa.Table.from_pylist([_row(each, comments, named, labels) for each in of_wave], RESPONSES)
            with written_at_once(results.responses(wave, key)) as new:
                pq.write_table(table, new, compression="zstd")
        # Pinned: whether a topic is named often enough to be ranked cannot be said of a part.
        pinned = [replace(topic, is_pinned=True) for topic in counting.topics.topics]
        data = tabulate(responses, annotations, pinned, assignments, counting.job.annotator().code_frame)
        with written_at_once(path.with_suffix(".parquet")) as new:
            pq.write_table(pa.Table.from_pylist([*_causes(data)], CAUSES), new)
        with written_at_once(path) as new:
            new.write_text(json.dumps({"waves": _waves(data)}), "utf-8")
    counts: Summary = json.loads(path.read_text("utf-8"))
    return counts


def _assignments(counting: Counting, comments: Mapping[str, AnnotatedComment]) -> list[Assignment]:
    """The topics of all clauses of the comments: as clustered where they are in the sample, else by the nearest."""
    known = _known(counting.folder)
    known = known.filter(pc.is_in(known["content_hash"], pa.array(comments, pa.string())))
    memberships = memberships_of(known)
    clustered = set(known["content_hash"].to_pylist())
    others = {key: item for key, item in comments.items() if key not in clustered}
    annotations = Annotations.of(annotations_of(others.items()))
    if len(annotations.clauses):
        cleaned = {key: item.comment for key, item in others.items()}
        memberships += counting.topics.model.memberships(cleaned, annotations, counting.job.annotator())
    return counting.topics.assignments(memberships)


@lru_cache(maxsize=1)
def _known(folder: Path) -> pa.Table:
    """The memberships of the sample, read once by each process."""
    return read_memberships(folder)


def _row(
    response: Response,
    comments: Mapping[str, AnnotatedComment],
    named: Mapping[str, list[Assignment]],
    labels: Mapping[str, str],
) -> dict[str, Any]:
    key = response.comment.content_hash if response.comment else ""
    item = comments.get(key)
    annotation, customer = item.annotation if item else None, response.customer
    return {
        "source": response.source,
        "external_id": response.external_id,
        "answered_at": response.answered_at,
        "score": response.score.value if response.score else None,
        "scale": response.score.scale.value if response.score else None,
        "customer": customer.id if customer else None,
        "account": customer.account if customer else None,
        "segments": [(segment.dimension, segment.value) for segment in response.segments],
        "comment": item.comment.verbatim if item else None,
        "language": item.comment.language if item else None,
        "is_answer": item.comment.is_answer if item else None,
        "sentiment": annotation.sentiment.label.value if annotation else None,
        "sentiment_score": annotation.sentiment.score if annotation else None,
        "themes": [asdict(theme) for theme in annotation.themes] if annotation else [],
        "mentions": [asdict(mention) for mention in annotation.mentions] if annotation else [],
        "topics": [
            {
                "topic": each.topic,
                "label": labels[each.topic],
                "start": each.start,
                "end": each.end,
                "confidence": each.confidence,
            }
            for each in named.get(key, ())
        ],
    }


def _waves(data: SurveyData) -> list[dict[str, Any]]:
    """Counts of responses by wave; a null wave is of those without one."""
    rows = []
    for number, wave in [*enumerate(data.waves), (-1, None)]:
        mask = data.wave == number
        points = data.points[mask & data.scored]
        groups = [int((points * sign > 0).sum()) for sign in (1, -1)]
        values = (mask.sum(), groups[0], len(points) - sum(groups), groups[1], (mask & (data.comment >= 0)).sum())
        if mask.any():
            counts = dict(zip(WAVES, map(int, (*values, (mask & data.answered).sum())), strict=True))
            rows.append({"wave": wave, **counts})
    return rows


def _causes(data: SurveyData) -> Iterator[dict[str, Any]]:
    """How many responses name each cause, by wave, polarity and group of the score."""
    for number, wave in [*enumerate(data.waves), (-1, None)]:
        mask = data.annotated & (data.wave == number)
        points, scored = data.points[mask], data.scored[mask]
        groups = np.stack([scored & (points > 0), scored & (points == 0), scored & (points < 0), ~scored], axis=1)
        for polarity in SIDES:
            counts = (data.named(polarity, mask).T.astype(np.int64) @ groups.astype(np.int64)).tolist()
            for cause, row in zip(data.causes, counts, strict=True):
                if any(row):
                    yield {
                        "wave": wave,
                        "cause": str(cause.key),
                        "polarity": polarity.value,
                        **dict(zip(GROUPS, row, strict=True)),
                    }


def count_waves(summaries: Iterable[Summary]) -> list[dict[str, Any]]:
    """The sums of all parts, by wave."""
    sums = defaultdict[str | None, Counter[str]](Counter)
    for summary in summaries:
        for row in summary["waves"]:
            sums[row["wave"]].update({name: row[name] for name in WAVES})
    return [{"wave": wave, **sums[wave]} for wave in sorted(sums, key=lambda wave: (wave is None, wave))]


def sum_causes(session: SparkSession, paths: Sequence[Path]) -> pa.Table:
    """The sums over the counts of causes of all parts. With thousands of parts they are too many for the driver."""
    from pyspark.sql import functions

    keys = [name for name in CAUSES.names if name not in GROUPS]
    sums = (
        session.read.parquet(*(path.as_uri() for path in paths))
        .groupBy(*keys)
        .agg(*(functions.sum(group).alias(group) for group in GROUPS))
    )
    return sums.toArrow().cast(CAUSES).sort_by([(key, "ascending") for key in keys])
