"""Clauses that are like the examples of a created cause name it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.annotator import Annotator
from models.arrays import NONE, Vectors
from pipelines.topics.clauses import ClauseText
from pipelines.topics.few_shot import match_examples
from pipelines.topics.library import LibraryMatch, match_library
from pipelines.topics.tracking.memberships import PreviousClustering
from saywhy.annotation import Polarity
from saywhy.code_frame import LibraryCause
from saywhy.topic import ClusteringFit, ExampleCause, Membership
from tests.builders.missing_functions import FUNCTIONS
from tests.builders.topic_clauses import FIRST, key

DARK_MODE = LibraryCause("d" * 12, "features", "negative", {"en": "No dark mode"}, {})


def clause(text: str, polarity: Polarity = Polarity.NEGATIVE) -> ClauseText:
    """A clause that is a whole comment."""
    return ClauseText(*key(text), text, "features", polarity, "en")


CLAUSES = [clause(text) for texts in FUNCTIONS.values() for text in texts]
DARK = FUNCTIONS["dark mode"]
EXAMPLES = ExampleCause(DARK_MODE, frozenset(clause(text).key for text in DARK[:4]))


@pytest.fixture(scope="module")
def vectors(annotator: Annotator) -> Vectors:
    """The vectors of `CLAUSES`, by the model that ships."""
    return annotator.vectors([clause.text for clause in CLAUSES])


def matched(
    annotator: Annotator,
    vectors: Vectors,
    *causes: ExampleCause,
    clauses: list[ClauseText] = CLAUSES,
    previous: PreviousClustering | None = None,
    locked: tuple[str, ...] = (),
) -> tuple[LibraryMatch, list[set[str]]]:
    """The match, and the texts that each of the causes collects."""
    library = annotator.code_frame.causes
    match = match_library(clauses, vectors, library, annotator.cause_probabilities, previous)
    match = match_examples(match, clauses, vectors, causes, annotator, previous, locked=locked)
    rows_of = [np.flatnonzero(match.cause == len(library) + index) for index in range(len(causes))]
    return match, [{clauses[row].text for row in rows.tolist()} for rows in rows_of]


def test_a_created_cause_collects_what_is_like_its_examples(annotator: Annotator, vectors: Vectors) -> None:
    """From four examples other clauses about the same function are found, and hardly any others."""
    match, (in_cause,) = matched(annotator, vectors, EXAMPLES)
    assert set(DARK[:4]) <= in_cause
    assert len(in_cause & set(DARK)) >= 7
    assert len(in_cause - set(DARK)) <= 1
    named = [match.cause[row] == len(annotator.code_frame.causes) for row in range(len(CLAUSES))]
    assert set(match.second[named].tolist()) == {NONE}


def test_each_clause_goes_to_the_cause_that_it_is_most_like(annotator: Annotator, vectors: Vectors) -> None:
    """Of several created causes, each collects its own clauses."""
    causes = [
        ExampleCause(replace(DARK_MODE, id=name), frozenset(clause(text).key for text in texts[:5]))
        for name, texts in FUNCTIONS.items()
    ]
    _, collected = matched(annotator, vectors, *causes)
    for in_cause, texts in zip(collected, FUNCTIONS.values(), strict=True):
        assert len(in_cause & set(texts)) >= 0.9 * len(in_cause)
        assert set(texts[:5]) <= in_cause


def test_examples_may_be_in_peoples_own_words(annotator: Annotator, vectors: Vectors) -> None:
    """Texts that are in no comment teach the cause too, and a comment with the same words is in it."""
    texts = ("a dark theme is missing", "no night mode", "black background, please!", DARK[5].upper())
    _, (in_cause,) = matched(annotator, vectors, ExampleCause(DARK_MODE, texts=texts))
    assert DARK[5] in in_cause
    assert len(in_cause & set(DARK)) >= 6
    assert len(in_cause - set(DARK)) <= 1


def test_what_was_moved_out_stays_out_with_what_is_like_it(annotator: Annotator, vectors: Vectors) -> None:
    """Counterexamples are not collected, nor are clauses that are closer to them than to the examples."""
    offline = FUNCTIONS["offline"]
    mixed = frozenset(clause(text).key for text in (*DARK[:3], *offline[:3]))
    _, (in_cause,) = matched(annotator, vectors, ExampleCause(DARK_MODE, mixed))
    assert len(in_cause & set(offline)) >= 4
    corrected = ExampleCause(DARK_MODE, EXAMPLES.examples, frozenset(clause(text).key for text in offline[:3]))
    assert not matched(annotator, vectors, corrected)[1][0] & set(offline)


def test_opposite_polarity_and_locked_topics_are_left_alone(annotator: Annotator, vectors: Vectors) -> None:
    """Praise names no cause of complaint, and what people keep together in a discovered topic stays there."""
    praise = [replace(clause, polarity=Polarity.POSITIVE) if clause.text == DARK[9] else clause for clause in CLAUSES]
    fit = ClusteringFit("m", FIRST, 0, (), b"")
    member = Membership(*clause(DARK[5]).key, "kept", 0.5)
    previous = PreviousClustering(fit, (), {member.key: member})
    assert {DARK[5], DARK[9]} <= matched(annotator, vectors, EXAMPLES, previous=previous)[1][0]
    _, (in_cause,) = matched(annotator, vectors, EXAMPLES, clauses=praise, previous=previous, locked=("kept",))
    assert not in_cause & {DARK[5], DARK[9]}


def test_without_examples_nothing_changes(annotator: Annotator, vectors: Vectors) -> None:
    """A cause whose edit was undone collects nothing, and the library's causes stay."""
    before, _ = matched(annotator, vectors)
    after, (in_cause,) = matched(annotator, vectors, ExampleCause(DARK_MODE))
    assert in_cause == set()
    assert after.cause.tolist() == before.cause.tolist()
    assert after.second.tolist() == before.second.tolist()
