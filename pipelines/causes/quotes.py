"""Quotes for a cause: typical of it, different from one another, in the languages of its comments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Integers, Vectors
from pipelines.causes.excerpt import MAX_WIDTH, excerpt
from pipelines.clean.read_text import read
from pipelines.display_width import display_width
from pipelines.tabulate.cause_mentions import CauseMentions
from pipelines.tabulate.survey_data import SCALES, SurveyData
from saywhy.annotation import Polarity
from saywhy.feedback import Scale
from saywhy.issue import Quote

QUOTES_PER_CAUSE = 4

#: Clauses of a cause that are compared; of more, evenly spaced ones.
MAX_COMPARED = 2000

# The next three were chosen by reading quotes, not by a benchmark; tests/causes/test_quotes.py shows what they prevent.

#: Clauses with at least this cosine say the same in nearly the same words.
DUPLICATE_COSINE = 0.8

#: A language in which at least this share of a cause's clauses is written gets a quote before others get a second.
MIN_LANGUAGE_SHARE = 0.1

#: Shortest clause that is quoted where there are others (`_length`): "Days." names no cause.
MIN_LENGTH = 16


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
    data: SurveyData,
    cause: int,
    polarity: Polarity,
    witness: Integers,
    quoted: set[int],
    count: int = QUOTES_PER_CAUSE,
) -> tuple[Quote, ...]:
    """At most `count` quotes for one cause, from the comments that have a witness (see `witnesses`).

    Clauses are chosen by how many requirements they miss (`_missed_requirements`), then by how well they represent the
    others. `quoted` are the comments that the report quotes elsewhere; those of these quotes are added. Near-duplicates
    appear once.
    """
    mentions = data.cause_mentions[polarity]
    rows = _candidates(data, mentions, cause, witness)
    if not len(rows):
        return ()
    missed = _missed_requirements(data, mentions, rows, polarity, witness, quoted)
    comments = mentions.comment[rows].tolist()
    spans = list(zip(mentions.start[rows].tolist(), mentions.end[rows].tolist(), strict=True))
    languages = [data.comments[comment].language or "und" for comment in comments]
    chosen = []
    for index in choose(data.vectors_of(mentions.clause[rows]), languages, missed, count):
        quoted.add(comments[index])
        response = int(witness[comments[index]])
        shown = excerpt(data.comments[comments[index]].verbatim, *spans[index])
        chosen.append(
            Quote(
                text=shown.text,
                start=shown.start,
                end=shown.end,
                language=languages[index],
                score=int(data.score[response]) if data.scale[response] == SCALES.index(Scale.NPS) else None,
                wave=data.waves[data.wave[response]] if data.wave[response] >= 0 else None,
                segments=tuple(map(str, data.segments_of(response))),
                staff_names=shown.staff_names,
            )
        )
    return tuple(chosen)


def choose(vectors: Vectors, languages: Sequence[str], missed: Integers, count: int) -> list[int]:
    """The indices of at most `count` of n clauses, best first. `vectors` is (n, d), rows of unit length.

    Greedy facility location (Lin and Bilmes 2011, A Class of Submodular Functions for Document Summarization): the next
    clause is the one that raises Σᵢ max(cosine of clause i to a chosen one) most, so the first is central and the
    others stand for what is not represented yet. Only clauses that miss the fewest requirements (`missed`, (n,)) are
    candidates; and while a frequent language has no quote yet, only clauses in such languages. Near-duplicates of a
    chosen clause are skipped.
    """
    if not len(vectors):
        return []
    cosines = vectors @ vectors.T
    language_of = np.array(languages)
    unquoted = {name for name, clauses in Counter(languages).items() if clauses >= MIN_LANGUAGE_SHARE * len(vectors)}
    chosen: list[int] = []
    represented = np.zeros(len(vectors), dtype=np.float32)  # cosine of each clause to the most similar chosen one
    available = np.ones(len(vectors), dtype=bool)
    while available.any() and len(chosen) < count:
        in_unquoted = available & np.isin(language_of, sorted(unquoted))
        candidates = in_unquoted if in_unquoted.any() else available
        candidates = candidates & (missed == missed[candidates].min())
        gain = np.maximum(cosines[:, candidates], represented[:, None]).sum(axis=0)
        best = int(np.flatnonzero(candidates)[gain.argmax()])
        chosen.append(best)
        unquoted.discard(languages[best])
        represented = np.maximum(represented, cosines[best])
        available &= cosines[best] < DUPLICATE_COSINE
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


def _missed_requirements(
    data: SurveyData,
    mentions: CauseMentions,
    rows: Integers,
    polarity: Polarity,
    witness: Integers,
    quoted: Collection[int],
) -> Integers:
    """How many of the requirements on a quote each of n rows of `mentions` misses: (n,).

    A score that fits (detractors for complaints, promoters for praise), a clause that is long enough to name a cause, a
    comment that is short enough to be read and not quoted elsewhere, and a confident mention. A clause that is too
    short counts as missing all: it is shown only where there is nothing else.
    """
    comments = mentions.comment[rows].tolist()
    points, scored = data.points[witness[comments]], data.scored[witness[comments]]
    texts = [read(data.comments[comment].verbatim) for comment in comments]
    spans = zip(texts, mentions.start[rows].tolist(), mentions.end[rows].tolist(), strict=True)
    is_short = [_length(text.cut(start, end)) < MIN_LENGTH for text, start, end in spans]
    misses = (
        ~(scored & ((points < 0) if polarity is Polarity.NEGATIVE else (points > 0))),
        [display_width(text.text) > MAX_WIDTH for text in texts],
        [comment in quoted for comment in comments],
        mentions.confidence[rows] < np.median(mentions.confidence[rows]),
    )
    missed = np.sum(np.array(misses, bool), axis=0)
    return np.asarray(np.where(is_short, len(misses) + missed, missed), np.int64)


def _length(text: str) -> int:
    """Number of characters; a wide one (Chinese, Japanese, Korean) says about as much as three others."""
    return 2 * display_width(text) - len(text)
