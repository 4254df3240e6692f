"""The sample of responses that the topics are made of and that impacts are measured on: all, if they are few enough.

Strata are wave × group of the score × whether there is a comment, each with its share of the sample, so that the sample
has the NPS of all. Within one, the responses with the lowest numbers (`records.draw_of`) are chosen: the sample depends
on ids alone, and a response stays in it when more come.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from pipelines.annotate.columns import Annotations
from pipelines.clean.near_duplicates import DuplicateIndex
from pipelines.spark.folders import written_at_once
from pipelines.spark.records import RESPONSES, AnnotatedComment, annotations_of, read_comments, read_responses
from saywhy.feedback import Comment, Response

#: Numbers of `draw_of` are below this.
_DRAWS = 2**63


def stratum_of(response: Response) -> str:
    """The stratum of a response, as JSON: wave, group, whether it has a comment."""
    group = response.score.group if response.score else None
    return json.dumps([response.wave, group, response.comment is not None], ensure_ascii=False)


def allocate(strata: Mapping[str, int], size: int) -> dict[str, int]:
    """How many responses of each stratum are in a sample of that size: proportional, by largest remainders, and at
    least one of each.
    """
    total = sum(strata.values())
    if total <= size:
        return dict(strata)
    shares = {stratum: size * count / total for stratum, count in strata.items()}
    chosen = {stratum: max(1, math.floor(share)) for stratum, share in shares.items()}
    by_remainder = sorted(strata, key=lambda stratum: (chosen[stratum] - shares[stratum], stratum))
    for stratum in by_remainder[: max(0, size - sum(chosen.values()))]:
        chosen[stratum] += 1
    return chosen


def limits(strata: Mapping[str, int], chosen: Mapping[str, int]) -> dict[str, int]:
    """Numbers below which a stratum has surely as many responses as are chosen: what a task hands on of its part."""
    return {
        stratum: _DRAWS if chosen[stratum] >= count else _limit(chosen[stratum] / count, count)
        for stratum, count in strata.items()
    }


def _limit(share: float, count: int) -> int:
    # Six standard deviations of the number below the limit; and a few, for strata of which few are chosen.
    margin = 6 * math.sqrt(share * (1 - share) / count) + 40 / count
    return int(min(1.0, share + margin) * _DRAWS)


def below(path: Path, limit: Mapping[str, int], superseded: Sequence[int]) -> list[int]:
    """The rows of a file of responses that are below the limit of their stratum and not superseded."""
    table = pq.read_table(path, columns=["draw", "stratum"])
    drawn = zip(table["draw"].to_pylist(), table["stratum"].to_pylist(), strict=True)
    dropped = set(superseded)
    return [row for row, (draw, stratum) in enumerate(drawn) if draw < limit[stratum] and row not in dropped]


def copy_rows(source: Path, target: Path, rows: Sequence[int]) -> None:
    """Copy rows of a part, with their comments, to a new part."""
    with written_at_once(target) as part:
        part.mkdir()
        responses = pq.read_table(source / "responses.parquet", schema=RESPONSES).take(rows)
        pq.write_table(responses, part / "responses.parquet", compression="zstd")
        comments = pq.read_table(
            source / "comments.parquet",
            filters=[("content_hash", "in", set(responses["comment"].to_pylist()) - {None})],
        )
        pq.write_table(comments, part / "comments.parquet", compression="zstd")


@dataclass(frozen=True, slots=True)
class Sample:
    """Responses with cleaned comments, in the order of files and rows; all of their comments by content hash, in order
    of these; and the annotations.
    """

    responses: list[Response]
    comments: dict[str, Comment]
    annotations: Annotations

    @classmethod
    def read(cls, parts: Iterable[tuple[Path, Sequence[int]]], chosen: Mapping[str, int]) -> Sample:
        """Read the folders of parts, without their superseded rows, and of each stratum as many as are chosen."""
        annotated: dict[str, AnnotatedComment] = {}
        read: list[tuple[str, int, Response]] = []
        for folder, superseded in parts:
            annotated |= read_comments(folder / "comments.parquet")
            table = pq.read_table(folder / "responses.parquet", columns=["stratum", "draw"])
            rows = np.setdiff1d(np.arange(len(table)), superseded).tolist()
            columns = (table["stratum"].take(rows).to_pylist(), table["draw"].take(rows).to_pylist())
            read += zip(*columns, read_responses(folder / "responses.parquet", annotated, rows), strict=True)
        in_order = sorted(range(len(read)), key=lambda index: read[index][1])
        taken, kept = Counter[str](), set[int]()
        for index in in_order:
            stratum = read[index][0]
            if taken[stratum] < chosen.get(stratum, 0):
                taken[stratum] += 1
                kept.add(index)
        responses = [response for index, (_, _, response) in enumerate(read) if index in kept]
        return cls.of(responses, annotated)

    @classmethod
    def of(cls, responses: list[Response], annotated: Mapping[str, AnnotatedComment]) -> Sample:
        """Find the near-duplicates among the comments of the responses, in order of hashes, as one machine does."""
        used = sorted({response.comment.content_hash for response in responses if response.comment})
        answers = [annotated[key].comment for key in used if annotated[key].comment.is_answer]
        originals = dict(zip([comment.content_hash for comment in answers], DuplicateIndex().add(answers), strict=True))
        comments = {key: replace(annotated[key].comment, duplicate_of=originals.get(key)) for key in used}
        with_comments = [
            replace(response, comment=comments[response.comment.content_hash]) if response.comment else response
            for response in responses
        ]
        return cls(with_comments, comments, Annotations.of(annotations_of((key, annotated[key]) for key in used)))

    @property
    def responses_by_comment(self) -> dict[str, int]:
        """The number of responses with each comment that several responses have, by content hash."""
        counts = Counter(response.comment.content_hash for response in self.responses if response.comment)
        return {key: count for key, count in counts.items() if count > 1}

    @property
    def first_answered(self) -> dict[str, datetime]:
        """The earliest time of a response with each comment, by content hash."""
        first: dict[str, datetime] = {}
        for response in self.responses:
            if response.comment and response.answered_at:
                key = response.comment.content_hash
                first[key] = min(response.answered_at, first.get(key, response.answered_at))
        return first
