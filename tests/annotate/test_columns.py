"""Annotations column by column."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.annotate.columns import POLARITIES, Annotations
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel


def annotation(spans: list[tuple[int, int, str, Polarity]], *, width: int = 4) -> Annotation:
    """An annotation whose mentions are its clauses; the vector of a clause is its start, again and again."""
    return Annotation(
        model="m",
        sentiment=Sentiment(spans[0][3] if spans else Polarity.NEUTRAL, 0.0, 0.5),
        themes=tuple(ThemeLabel(theme, felt, 0.5) for _, _, theme, felt in spans),
        mentions=tuple(Mention(*span, confidence=0.25) for span in spans),
        clauses=tuple(Clause(*span, vector=np.full(width, span[0], "<f2").tobytes()) for span in spans),
        vector=b"",
    )


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.integers(0, 90),
                st.integers(91, 99),
                st.sampled_from(["support", "price", "general"]),
                st.sampled_from(Polarity),
            ),
            max_size=4,
        ),
        max_size=5,
    )
)
def test_columns_hold_what_was_said(spans: list[list[tuple[int, int, str, Polarity]]]) -> None:
    """Every mention, clause and vector is in its row, in whatever order the clauses of a comment come."""
    found = Annotations.of((str(place), annotation(inside)) for place, inside in enumerate(spans))
    assert found.hashes == tuple(map(str, range(len(spans))))
    for rows, expected in ((found.mentions, spans), (found.clauses, [sorted(inside, key=_start) for inside in spans])):
        columns = (rows.comment, rows.start, rows.end, rows.theme, rows.polarity)
        assert [
            (place, start, end, found.themes[theme], POLARITIES[felt])
            for place, start, end, theme, felt in zip(*(column.tolist() for column in columns), strict=True)
        ] == [(place, *span) for place, inside in enumerate(expected) for span in inside]
    assert found.vectors[:, :1].ravel().tolist() == found.clauses.start.tolist()
    verdicts = [{theme for _, _, theme, _ in inside} == {"general"} for inside in spans]
    assert found.is_verdict.tolist() == verdicts


def test_places_are_found_in_clauses() -> None:
    """A place belongs to the clause that begins there or before, to the first where none does, and to none (-1) where
    the comment has no clauses.
    """
    felt = Polarity.NEGATIVE
    clauses = [(5, 9, "a", felt), (10, 20, "b", felt)]
    said = [("one", annotation(clauses)), ("two", annotation([])), ("three", annotation(clauses))]
    found = Annotations.of(said).clauses
    asked = np.array([[0, 10], [0, 12], [0, 2], [1, 5], [2, 9], [2, 99]], np.int32)
    assert found.find(asked[:, 0], asked[:, 1]).tolist() == [1, 1, 0, -1, 2, 3]


def _start(span: tuple[int, int, str, Polarity]) -> int:
    return span[0]
