"""The cause library as it is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from models.causes import NO_CAUSE
from saywhy.code_frame import FIRST_CLASS_LANGUAGES, VERDICT, load_code_frame
from saywhy.text import fold
from training.data.cause_library import CauseClause, comment_rows, library_rows, read_clauses

#: Two clauses of one cause whose characters agree by more are near-duplicates.
LARGEST_LIKENESS = 90.0


@pytest.fixture(scope="module")
def clauses() -> list[CauseClause]:
    """All clauses of the library."""
    return list(read_clauses())


def test_every_cause_has_a_theme_and_words_in_four_languages() -> None:
    """Ids are unique and begin with a theme of the code frame, which for complaints is never the bare verdict."""
    causes, themes = load_code_frame().causes, load_code_frame().ids
    assert len({cause.id for cause in causes}) == len(causes) > 200
    for cause in causes:
        assert cause.theme in themes
        assert cause.id.startswith(f"{cause.theme}.")
        assert cause.polarity in ("negative", "positive")
        assert cause.theme != VERDICT or cause.polarity == "positive"
        for words in (cause.names, cause.definitions):
            assert set(words) == set(FIRST_CLASS_LANGUAGES)
            assert all(text.strip() == text and text for text in words.values())


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_no_two_causes_have_the_same_name(language: str) -> None:
    """In each language a name means one cause."""
    names = Counter(fold(cause.names[language]) for cause in load_code_frame().causes)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_clause_is_of_a_cause_in_the_library(clauses: list[CauseClause]) -> None:
    """Sections name causes that there are."""
    assert {clause.cause for clause in clauses} <= {cause.id for cause in load_code_frame().causes}


def test_no_clause_stands_twice(clauses: list[CauseClause]) -> None:
    """Neither in one cause nor in two, whatever its case and punctuation: a clause names one cause."""
    seen = Counter((clause.language, fold(clause.text)) for clause in clauses)
    assert [clause for clause, count in seen.items() if count > 1] == []


def test_clauses_of_a_cause_are_worded_differently(clauses: list[CauseClause]) -> None:
    """No two clauses of one cause and language are near-duplicates."""
    texts: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for clause in clauses:
        texts[clause.language, clause.cause].append(fold(clause.text))
    near = []
    for group in texts.values():
        likeness = np.triu(process.cdist(group, group, scorer=fuzz.ratio, score_cutoff=LARGEST_LIKENESS), k=1)
        near += [(group[row], group[column]) for row, column in np.argwhere(likeness)]
    assert near == []


def test_a_clause_without_a_cause_is_refused(tmp_path: Path) -> None:
    """The error says which line stands before the first section."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "price.txt").write_text("too dear\n", "utf-8")
    with pytest.raises(ValueError, match="line 1"):
        list(read_clauses(tmp_path))


def test_clauses_without_a_cause_are_distinct_and_in_no_cause(clauses: list[CauseClause]) -> None:
    """There are some in every first-class language; none stands twice, and none is among the clauses of a cause."""
    rows = [row for row in library_rows() if row.cause == NO_CAUSE]
    assert set(FIRST_CLASS_LANGUAGES) <= {row.language for row in rows}
    seen = Counter((row.language, fold(row.text)) for row in rows)
    assert [text for text, count in seen.items() if count > 1] == []
    assert seen.keys() & {(clause.language, fold(clause.text)) for clause in clauses} == set()


def test_a_clause_has_theme_and_polarity_of_its_cause() -> None:
    """As a training row it names the cause, the cause's theme, and the sentiment that goes with it."""
    causes = {cause.id: cause for cause in load_code_frame().causes}
    for row in library_rows():
        if row.cause != NO_CAUSE:
            cause = causes[row.cause or ""]
            assert row.labels == ((cause.theme, cause.polarity),)
            assert row.sentiment == cause.polarity


def test_whole_comments_are_distinct_and_their_parts_labelled() -> None:
    """Each part names a cause of the library or none; all causes occur, in every first-class language; texts differ."""
    rows = list(comment_rows())
    parts = [part for row in rows for part in (row.parts or (row,))]
    causes = {cause.id for cause in load_code_frame().causes}
    assert {part.cause for part in parts} == causes | {NO_CAUSE}
    assert {row.language for row in rows} >= set(FIRST_CLASS_LANGUAGES)
    seen = Counter((row.language, fold(row.text)) for row in rows)
    assert [text for text, count in seen.items() if count > 1] == []
