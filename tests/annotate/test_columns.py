"""Annotations as columns."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.annotate.columns import POLARITIES, Annotations
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel


def annotation(spans: list[tuple[int, int, str, Polarity]], *, width: int = 4) -> Annotation:
    """An annotation with equal mentions and clauses; the vector of a clause repeats its start offset."""
    return Annotation(
        model="m",
        sentiment=Sentiment(spans[0][3] if spans else Polarity.NEUTRAL, 0.0, 0.5),
        themes=tuple(ThemeLabel(theme, polarity, 0.5) for _, _, theme, polarity in spans),
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
def test_columns_hold_the_annotations(spans: list[list[tuple[int, int, str, Polarity]]]) -> None:
    """Every mention, clause and vector is in its row, in any order of the clauses of a comment."""
    columns = Annotations.of((str(index), annotation(of_comment)) for index, of_comment in enumerate(spans))
    assert columns.hashes == tuple(map(str, range(len(spans))))
    clauses = [sorted(of_comment, key=_start) for of_comment in spans]
    for table, expected in ((columns.mentions, spans), (columns.clauses, clauses)):
        cells = (table.comment, table.start, table.end, table.theme, table.polarity)
        assert [
            (comment, start, end, columns.themes[theme], POLARITIES[polarity])
            for comment, start, end, theme, polarity in zip(*(column.tolist() for column in cells), strict=True)
        ] == [(comment, *span) for comment, of_comment in enumerate(expected) for span in of_comment]
    assert columns.vectors[:, :1].ravel().tolist() == columns.clauses.start.tolist()
    verdicts = [{theme for _, _, theme, _ in of_comment} == {"general"} for of_comment in spans]
    assert columns.is_verdict.tolist() == verdicts


def test_positions_are_found_in_clauses() -> None:
    """A position is in the last clause that begins there or before, else in the first; -1 without clauses."""
    polarity = Polarity.NEGATIVE
    clauses = [(5, 9, "a", polarity), (10, 20, "b", polarity)]
    annotated = [("one", annotation(clauses)), ("two", annotation([])), ("three", annotation(clauses))]
    spans = Annotations.of(annotated).clauses
    positions = np.array([[0, 10], [0, 12], [0, 2], [1, 5], [2, 9], [2, 99]], np.int32)
    assert spans.find(positions[:, 0], positions[:, 1]).tolist() == [1, 1, 0, -1, 2, 3]


def _start(span: tuple[int, int, str, Polarity]) -> int:
    return span[0]
