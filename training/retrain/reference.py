"""Texts that were written for this product, with labels: what a retrained version must still get right.

The part of them that is tested on is drawn by the hash of the text and never changes. The version that ships has learnt
most of it, except for the hard cases, so the numbers say whether something was forgotten, not how good a version is.
The other part holds the heads in place while they are trained (`training.retrain.fit`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from models.causes import NO_CAUSE
from saywhy.annotation import Polarity
from saywhy.label import LabelledClause, LabelledComment, LabelledTheme
from training.data.cause_library import comment_rows, library_rows
from training.data.rows import WRITTEN, Row, read_written
from training.evaluation.hard_cases import read_cases
from training.retrain.dataset import share

#: The segment that tells where a text of the reference is from, and of hard cases their kind.
DIMENSION = "reference"

#: The share of the library's clauses that an encoder which knows nothing of feedback learns.
_LIBRARY = 0.2
#: Shares of the written comments, and of the comments about causes, that are tested on and that are anchors.
_TESTED, _ANCHORS = (0.05, 0.025), (0.05, 0.025)
#: Clauses of each cause of the library that are anchors too: whoever labels a few causes says nothing of the others,
#: and the comments alone have too few clauses of each to hold them.
_OF_EACH_CAUSE = 4


def reference_comments() -> list[LabelledComment]:
    """The labelled texts that both versions are tested on."""
    written = [row for row in read_written() if _share(row.text) < _TESTED[0]]
    about_causes = [row for row in comment_rows() if _share(row.text) < _TESTED[1]]
    return [*map(_written, written), *map(_about_causes, about_causes), *_hard_cases()]


@cache  # the library is read for it, which takes seconds
def anchor_texts() -> tuple[tuple[str, str], ...]:
    """(text, language) of what must be answered as before; none of it is in the reference."""
    rows = [row for row in read_written() if 0 <= _share(row.text) - _TESTED[0] < _ANCHORS[0]]
    rows += [row for row in comment_rows() if 0 <= _share(row.text) - _TESTED[1] < _ANCHORS[1]]
    return tuple((row.text, row.language) for row in (*rows, *_clauses_of_each_cause()))


def _clauses_of_each_cause() -> list[Row]:
    chosen: dict[str | None, list[Row]] = defaultdict(list)
    for row in sorted(library_rows(), key=lambda row: share("anchor", row.text)):
        if len(chosen[row.cause]) < _OF_EACH_CAUSE:
            chosen[row.cause].append(row)
    return [row for rows in chosen.values() for row in rows]


def written_texts(part: float = 1.0) -> list[LabelledComment]:
    """What was written for this product, with the labels of each clause: all of it that is not tested on, and so large
    a part of one in five clauses of the library. `part` is drawn by the hash of the text.
    """
    rows = [row for row in read_written() if _share(row.text) >= _TESTED[0]]
    rows += [row for row in comment_rows() if _share(row.text) >= _TESTED[1]]
    clauses = [row for row in library_rows() if share("library", row.text) < _LIBRARY]
    return [_with_clauses(row) for row in (*rows, *clauses) if share("written", row.text) < part]


def _with_clauses(row: Row) -> LabelledComment:
    """The row with the labels of its parts."""
    ends = np.cumsum([0, *(len(part.text) for part in row.parts)]).tolist()
    clauses = tuple(
        LabelledClause(
            start,
            end,
            Polarity(part.sentiment) if part.sentiment else None,
            _themes(part) if part.is_themed and part.dataset == WRITTEN else None,
            None if part.cause is None else tuple({part.cause} - {NO_CAUSE}),
        )
        for part, start, end in zip(row.parts, ends[:-1], ends[1:], strict=True)
    )
    if row.dataset == WRITTEN:
        return replace(_written(row), clauses=clauses)
    if row.parts:
        return replace(_about_causes(row), clauses=clauses)
    return LabelledComment(row.text, row.language, causes=tuple({row.cause or NO_CAUSE} - {NO_CAUSE}))


def _themes(row: Row) -> tuple[LabelledTheme, ...]:
    return tuple((theme, Polarity(polarity) if polarity else None) for theme, polarity in row.labels)


def _written(row: Row) -> LabelledComment:
    sentiment = Polarity(row.sentiment) if row.sentiment else None
    return LabelledComment(row.text, row.language, sentiment, _themes(row), segments=((DIMENSION, "written"),))


def _about_causes(row: Row) -> LabelledComment:
    parts = row.parts or (row,)
    causes = tuple(dict.fromkeys(part.cause for part in parts if part.cause and part.cause != NO_CAUSE))
    return LabelledComment(row.text, row.language, causes=causes, segments=((DIMENSION, "causes"),))


def _hard_cases() -> Iterator[LabelledComment]:
    """Those with one right sentiment."""
    for case in read_cases():
        if len(case.sentiments) == 1:
            [sentiment] = case.sentiments
            yield LabelledComment(case.text, case.language, sentiment, segments=((DIMENSION, case.kind),))


def _share(text: str) -> float:
    digest = hashlib.sha256(f"reference {text}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
