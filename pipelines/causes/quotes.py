"""Quotes that prove a cause: central to it, different from one another, in several languages, nobody exposed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.arrays import unit
from pipelines.clean.personal_data import mask
from pipelines.tabulate.cause_mentions import CauseMentions
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.issue import Quote

#: Quotes a cause.
COUNT = 4

#: Clauses of a cause that are compared; of more, evenly spaced ones.
MOST_COMPARED = 2000

#: Weight of being central against being different from the quotes already chosen; with less, strays come in.
CENTRAL = 0.6

#: Two clauses whose vectors are as close as this say the same in nearly the same words.
SAME = 0.97

#: A language is shown as soon as this share of the members is written in it, as far as there are places.
SHARE_OF_A_LANGUAGE = 0.1

#: Shortest comment that tells something, and longest that is quoted whole, in columns of a fixed-width line: a Chinese
#: character takes two, as it says about as much as two Latin letters.
SHORTEST, LONGEST = 20, 280


def witnesses(frame: SurveyData, rows: NDArray[np.bool_], polarity: Polarity) -> NDArray[np.int64]:
    """For each of H comments one of the chosen responses that wrote it, -1 where none did.

    Of several, whom the cause weighs on most: for a complaint detractors before passives before promoters, for praise
    the other way round, and anyone without a score last.
    """
    chosen = np.flatnonzero(rows & (frame.comment >= 0))
    weight = frame.points[chosen].astype(np.int16) * (1 if polarity is Polarity.NEGATIVE else -1)
    order = chosen[np.argsort(np.where(frame.scored[chosen], weight, 1000), kind="stable")]
    comments, first = np.unique(frame.comment[order], return_index=True)
    found = np.full(len(frame.comments), -1, dtype=np.int64)
    found[comments] = order[first]
    return found


def quotes(
    frame: SurveyData,
    cause: int,
    polarity: Polarity,
    witness: NDArray[np.int64],
    count: int = COUNT,
) -> tuple[Quote, ...]:
    """At most `count` quotes for one cause from the comments that have a witness (see `witnesses`).

    Sure, readable comments of the side that the cause weighs on are asked first; what is missing in them is given up
    one by one where there are too few. Comments that repeat another one appear once.
    """
    evidence = frame.evidence[polarity]
    members = _members(frame, evidence, cause, witness)
    if not len(members):
        return ()
    places = evidence.comment[members].tolist()
    points, scored = frame.points[witness[places]], frame.scored[witness[places]]
    side = scored & ((points < 0) if polarity is Polarity.NEGATIVE else (points > 0))
    length = np.array([_columns(frame.comments[place].verbatim) for place in places])
    readable = (length >= SHORTEST) & (length <= LONGEST)
    sure = evidence.confidence[members] >= np.median(evidence.confidence[members])
    pools = (side & readable & sure, side & readable, side, np.ones(len(members), dtype=bool))
    members = members[next((pool for pool in pools if pool.sum() >= count), pools[-1])]

    places = evidence.comment[members].tolist()
    spans = list(zip(evidence.start[members].tolist(), evidence.end[members].tolist(), strict=True))
    vectors = frame.vectors_of(evidence.clause[members])
    languages = [frame.comments[place].language or "und" for place in places]
    found = []
    for best in choose(vectors, languages, count):
        row = int(witness[places[best]])
        text, start, end = excerpt(frame.comments[places[best]].verbatim, *spans[best])
        found.append(
            Quote(
                text=text,
                start=start,
                end=end,
                language=languages[best],
                score=int(frame.score[row]) if frame.scored[row] else None,
                wave=frame.waves[frame.wave[row]] if frame.wave[row] >= 0 else None,
                segments=tuple(map(str, frame.segments_of(row))),
            )
        )
    return tuple(found)


def _members(frame: SurveyData, evidence: CauseMentions, cause: int, witness: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows of evidence to choose from: the surest clause of each comment, each near-duplicate once."""
    rows = np.arange(len(evidence.cause))[evidence.of(cause)]
    rows = rows[witness[evidence.comment[rows]] >= 0]
    rows = rows[:: max(1, -(-len(rows) // MOST_COMPARED))]
    surest: dict[str, int] = {}
    for row in rows[np.argsort(-evidence.confidence[rows], kind="stable")].tolist():
        place = evidence.comment[row]
        surest.setdefault(frame.comments[place].duplicate_of or frame.hashes[place], row)
    return np.array(sorted(surest.values()), dtype=np.int64)


def choose(vectors: NDArray[np.float32], languages: Sequence[str], count: int) -> list[int]:
    """The places of at most `count` of n members, best first. `vectors` is (n, d), rows of unit length.

    Maximal marginal relevance (Carbonell and Goldstein 1998): the next is the one with the largest
    λ·(cosine to the centroid) - (1 - λ)·(largest cosine to one already chosen). While a language that enough members
    use has no quote yet, only members in such languages are asked. Members that repeat a chosen one are passed over.
    """
    if not len(vectors):
        return []
    centroid = vectors.mean(axis=0)
    central = vectors @ unit(centroid)
    spoken = np.array(languages)
    waiting = {name for name, members in Counter(languages).items() if members >= SHARE_OF_A_LANGUAGE * len(vectors)}
    chosen: list[int] = []
    nearest = np.zeros(len(vectors), dtype=np.float32)
    left = np.ones(len(vectors), dtype=bool)
    while left.any() and len(chosen) < count:
        asked = left & np.isin(spoken, sorted(waiting))
        best = int(
            np.where(asked if asked.any() else left, CENTRAL * central - (1 - CENTRAL) * nearest, -np.inf).argmax()
        )
        chosen.append(best)
        waiting.discard(languages[best])
        similar = vectors @ vectors[best]
        nearest = np.maximum(nearest, similar)
        left &= similar < SAME
        left[best] = False
    return chosen


def excerpt(verbatim: str, start: int, end: int, longest: int = LONGEST) -> tuple[str, int, int]:
    """The verbatim with personal data masked, cut around `verbatim[start:end]` where it is long, and the clause in it.

    Masking comes first, so that a cut never leaves half a card number. Cut ends are marked with "…" and fall on a
    space where there is one near. White space is left as it was written.
    """
    text, [(start, end)] = mask(verbatim, [(start, end)])
    if _columns(text) <= longest:
        return text, start, end
    if _columns(text[start:end]) > longest:  # one endless clause: its beginning
        end = start + len(_fitting(text[start:end], longest))
    room = (longest - _columns(text[start:end])) // 2
    first = _cut(text, start, room)
    last = len(text) - _cut(text[::-1], len(text) - end, room)
    head, tail = "…" if first else "", "…" if last < len(text) else ""
    return head + text[first:last] + tail, start - first + len(head), end - first + len(head)


def _cut(text: str, start: int, columns: int) -> int:
    """Where a cut falls that leaves at most so many columns before `start`: after a space if one is near."""
    first = start - len(_fitting(text[:start][::-1], columns))
    near = text.find(" ", first, min(start, first + 20)) if first else -1
    return first if near < 0 else near + 1


def _fitting(text: str, columns: int) -> str:
    """As much of its beginning as fits."""
    used = 0
    for place, character in enumerate(text):
        used += _columns(character)
        if used > columns:
            return text[:place]
    return text


def _columns(text: str) -> int:
    return sum(2 if character >= "\u2e80" else 1 for character in text)
