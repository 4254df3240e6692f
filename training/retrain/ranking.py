"""What a candidate does to the ranking: which causes move, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.annotator import Annotator
from pipelines.annotate.classification import classify
from pipelines.causes.from_records import rank_records
from pipelines.topics.named_causes import named_causes

#: Causes that are listed, of each ranking.
_TOP = 20


@dataclass(frozen=True, slots=True)
class ScoredComment:
    """A response to the question for NPS: score 0-10, comment and segments."""

    score: int
    text: str
    language: str | None
    segments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A cause in both rankings: NPS points that it costs, how many responses name it, its rank from 1; None: in none.

    `breaks`: the intervals of both costs do not overlap, so a trend over the change of versions would be one of models.
    """

    cause: str
    before: float | None
    after: float | None
    mentions_before: int
    mentions_after: int
    rank_before: int | None
    rank_after: int | None
    breaks: bool


def ranking_moves(responses: Sequence[ScoredComment], champion: Annotator, candidate: Annotator) -> list[Move]:
    """The causes of complaint among the first of either ranking, by how much they move; none without responses.

    Each comment is read for itself, without what an analysis knows of the survey (`named_causes`).
    """
    if not responses:
        return []
    rankings = [_ranking(responses, annotator) for annotator in (champion, candidate)]
    shown = {cause for ranking in rankings for cause in list(ranking)[:_TOP]}
    moves = [_move(cause, *rankings) for cause in shown]
    return sorted(moves, key=lambda move: (-abs((move.after or 0) - (move.before or 0)), move.cause))


def _ranking(responses: Sequence[ScoredComment], annotator: Annotator) -> dict[str, dict[str, Any]]:
    annotated = classify([(response.text, response.language) for response in responses], annotator)
    causes = named_causes([annotation for _, annotation in annotated], annotator)
    records = [
        {
            "score": response.score,
            "mentions": [{"theme": cause.cause, "polarity": cause.polarity.value} for cause in named],
            "segments": dict(response.segments),
        }
        for response, named in zip(responses, causes, strict=True)
    ]
    return {row["theme"]: row | {"rank": rank} for rank, row in enumerate(rank_records(records), 1)}


def _move(cause: str, before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> Move:
    one, other = before.get(cause), after.get(cause)
    return Move(
        cause,
        one["impact"] if one else None,
        other["impact"] if other else None,
        one["n"] if one else 0,
        other["n"] if other else 0,
        one["rank"] if one else None,
        other["rank"] if other else None,
        bool(one and other and _is_apart(one, other)),
    )


def _is_apart(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if None in (one["low"], one["high"], other["low"], other["high"]):
        return False
    return bool(one["high"] < other["low"] or other["high"] < one["low"])
