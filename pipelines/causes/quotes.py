"""Quotes for a cause: typical of it, different from one another, in the languages of its comments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Integers, Vectors, unit
from pipelines.causes.excerpt import MAX_WIDTH, excerpt
from pipelines.display_width import display_width
from pipelines.tabulate.cause_mentions import CauseMentions
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.issue import Quote

QUOTES_PER_CAUSE = 4

#: Clauses of a cause that are compared; of more, evenly spaced ones.
MAX_COMPARED = 2000

# The next three were chosen by reading quotes, not by a benchmark; tests/causes/test_quotes.py shows what they prevent.

#: Weight λ of similarity to the centroid against difference from the quotes already chosen: with much less, clauses
#: that have nothing to do with the others are chosen because they are different.
CENTRALITY_WEIGHT = 0.6

#: Clauses with at least this cosine say the same in nearly the same words.
DUPLICATE_COSINE = 0.97

#: A language in which at least this share of a cause's clauses is written gets a quote before others get a second.
MIN_LANGUAGE_SHARE = 0.1

#: Narrowest comment that is quoted where there are enough others, in columns (`display_width`). Chosen by hand.
MIN_WIDTH = 20


def witnesses(data: SurveyData, mask: NDArray[np.bool_], polarity: Polarity) -> Integers:
    """For each of H comments the index of one response in `mask` that wrote it, -1 where none did.

    Of several, the one whose score fits the polarity best: for complaints detractors before passives before promoters,
    for praise the reverse; responses without a score last.
    """
    candidates = np.flatnonzero(mask & (data.comment >= 0))
    points = data.points[candidates].astype(np.int16) * (1 if polarity is Polarity.NEGATIVE else -1)
    order = candidates[np.argsort(np.where(data.scored[candidates], points, 1000), kind="stable")]
    comments, first = np.unique(data.comment[order], return_index=True)
    witness = np.full(len(data.comments), NONE, dtype=np.int64)
    witness[comments] = order[first]
    return witness


def quotes(
    data: SurveyData, cause: int, polarity: Polarity, witness: Integers, count: int = QUOTES_PER_CAUSE
) -> tuple[Quote, ...]:
    """At most `count` quotes for one cause, from the comments that have a witness (see `witnesses`).

    Preferred are readable comments of detractors (for praise: promoters) with a confident mention. Where there are too
    few, these requirements are dropped one by one. Near-duplicates appear once.
    """
    mentions = data.cause_mentions[polarity]
    rows = _candidates(data, mentions, cause, witness)
    if not len(rows):
        return ()
    rows = _preferred(data, mentions, rows, polarity, witness, count)
    comments = mentions.comment[rows].tolist()
    spans = list(zip(mentions.start[rows].tolist(), mentions.end[rows].tolist(), strict=True))
    languages = [data.comments[comment].language or "und" for comment in comments]
    chosen = []
    for index in choose(data.vectors_of(mentions.clause[rows]), languages, count):
        response = int(witness[comments[index]])
        text, start, end = excerpt(data.comments[comments[index]].verbatim, *spans[index])
        chosen.append(
            Quote(
                text=text,
                start=start,
                end=end,
                language=languages[index],
                score=int(data.score[response]) if data.scored[response] else None,
                wave=data.waves[data.wave[response]] if data.wave[response] >= 0 else None,
                segments=tuple(map(str, data.segments_of(response))),
            )
        )
    return tuple(chosen)


def choose(vectors: Vectors, languages: Sequence[str], count: int) -> list[int]:
    """The indices of at most `count` of n clauses, best first. `vectors` is (n, d), rows of unit length.

    Maximal marginal relevance (Carbonell and Goldstein 1998): the next is the one with the largest
    λ·(cosine to the centroid) - (1 - λ)·(largest cosine to one already chosen). While a frequent language has no quote
    yet, only clauses in such languages are candidates. Near-duplicates of a chosen clause are skipped.
    """
    if not len(vectors):
        return []
    centrality = vectors @ unit(vectors.mean(axis=0))
    language_of = np.array(languages)
    unquoted = {name for name, clauses in Counter(languages).items() if clauses >= MIN_LANGUAGE_SHARE * len(vectors)}
    chosen: list[int] = []
    similarity = np.zeros(len(vectors), dtype=np.float32)  # to the most similar chosen clause
    available = np.ones(len(vectors), dtype=bool)
    while available.any() and len(chosen) < count:
        in_unquoted = available & np.isin(language_of, sorted(unquoted))
        candidates = in_unquoted if in_unquoted.any() else available
        relevance = CENTRALITY_WEIGHT * centrality - (1 - CENTRALITY_WEIGHT) * similarity
        best = int(np.where(candidates, relevance, -np.inf).argmax())
        chosen.append(best)
        unquoted.discard(languages[best])
        cosines = vectors @ vectors[best]
        similarity = np.maximum(similarity, cosines)
        available &= cosines < DUPLICATE_COSINE
        available[best] = False
    return chosen


def _candidates(data: SurveyData, mentions: CauseMentions, cause: int, witness: Integers) -> Integers:
    """The rows of `mentions` to choose from: the most confident one of each comment, near-duplicate comments once."""
    rows = np.arange(len(mentions.cause))[mentions.of(cause)]
    rows = rows[witness[mentions.comment[rows]] >= 0]
    rows = rows[:: max(1, -(-len(rows) // MAX_COMPARED))]
    most_confident: dict[str, int] = {}  # by content hash of the first near-duplicate
    for row in rows[np.argsort(-mentions.confidence[rows], kind="stable")].tolist():
        comment = mentions.comment[row]
        most_confident.setdefault(data.comments[comment].duplicate_of or data.hashes[comment], row)
    return np.array(sorted(most_confident.values()), dtype=np.int64)


def _preferred(
    data: SurveyData, mentions: CauseMentions, rows: Integers, polarity: Polarity, witness: Integers, count: int
) -> Integers:
    """The rows that meet the most requirements of `quotes` of which there are at least `count`, else all."""
    comments = mentions.comment[rows].tolist()
    points, scored = data.points[witness[comments]], data.scored[witness[comments]]
    fits_score = scored & ((points < 0) if polarity is Polarity.NEGATIVE else (points > 0))
    widths = np.array([display_width(data.comments[comment].verbatim) for comment in comments])
    is_readable = (widths >= MIN_WIDTH) & (widths <= MAX_WIDTH)
    is_confident = mentions.confidence[rows] >= np.median(mentions.confidence[rows])
    masks = (fits_score & is_readable & is_confident, fits_score & is_readable, fits_score)
    return next((rows[mask] for mask in masks if mask.sum() >= count), rows)
