"""Comments that are hard to read: what must always hold of them, and how many are read rightly."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from models.annotator import Annotator, load_annotator
from saywhy.annotation import Annotation, Mention, Polarity, Sentiment
from saywhy.feedback import Comment
from training.evaluation.hard_cases import Case, Outcome, judge, pair_share, read_cases, sentiment_share

CASES = read_cases()
KINDS = tuple(dict.fromkeys(case.kind for case in CASES))

# Floors: a little below what the bundle that ships reaches (`python -m training.evaluation.hard_cases`), so that a worse one
# is noticed. Raise them with every better one; a kind that is missing here has the floor 0.
LEAST_SENTIMENT = 0.69
LEAST_PAIRS = 0.62
LEAST_BY_KIND = {
    "negation": 0.80,
    "contrast": 0.25,
    "comparison": 0.50,
    "suggestion": 0.65,
    "condition": 0.35,
    "sarcasm": 0.40,
    "emoji": 0.50,
    "languages": 0.80,
    "typos": 0.80,
    "one-word": 0.85,
    "capitals": 0.90,
    "numbers": 0.35,
    "names": 0.85,
    "nothing": 0.70,
    "rant": 0.50,
}


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    """The model that ships."""
    return load_annotator()


@pytest.fixture(scope="module")
def outcomes(annotator: Annotator) -> list[Outcome]:
    """What it says of every case."""
    return judge(CASES, annotator)


def test_the_cases_are_well_formed(annotator: Annotator) -> None:
    """Themes exist, no comment is there twice, languages have equal shares of a kind, and rants are long."""
    assert len(CASES) >= 220
    assert len({case.text for case in CASES}) == len(CASES)
    for case in CASES:
        assert case.feels
        assert {theme for themes, _ in case.about for theme in themes} <= set(annotator.code_frame.ids)
        assert case.kind != "rant" or len(case.text) >= 2000
    shares = Counter((case.kind, case.language) for case in CASES)
    for kind in set(KINDS) - {"emoji"}:
        assert len({shares[kind, language] for language in ("en", "de", "zh-Hans", "zh-Hant")}) == 1
    assert set(LEAST_BY_KIND) <= set(KINDS)


def test_enough_cases_are_read_rightly(outcomes: list[Outcome]) -> None:
    """Over all kinds, the sentiment and the (theme, polarity) pairs reach their floors."""
    assert float(sentiment_share(outcomes)) >= LEAST_SENTIMENT
    assert float(pair_share(outcomes)) >= LEAST_PAIRS


@pytest.mark.parametrize("kind", KINDS)
def test_enough_cases_of_each_kind_are_read_rightly(outcomes: list[Outcome], kind: str) -> None:
    """The sentiment of each kind reaches its floor."""
    share = sentiment_share(outcome for outcome in outcomes if outcome.case.kind == kind)
    assert float(share) >= LEAST_BY_KIND.get(kind, 0.0), str(share)


def test_spans_lie_within_the_comment(outcomes: list[Outcome]) -> None:
    """Every mention is a clause; clauses are in order, do not overlap, and have no white space around them."""
    for outcome in outcomes:
        text, annotation = outcome.case.text, outcome.annotation
        clauses = [(clause.start, clause.end) for clause in annotation.clauses]
        assert {(mention.start, mention.end) for mention in annotation.mentions} <= set(clauses)
        assert all(
            0 <= start < end <= len(text) and text[start:end].strip() == text[start:end] for start, end in clauses
        )
        assert all(end <= start for (_, end), (start, _) in pairwise(clauses))


def test_no_letter_of_a_rant_is_left_out(outcomes: list[Outcome]) -> None:
    """The clauses of a rant hold all of its letters and digits, also those far beyond one window."""
    for outcome in outcomes:
        if outcome.case.kind == "rant":
            text = outcome.case.text
            covered = {i for clause in outcome.annotation.clauses for i in range(clause.start, clause.end)}
            assert not [text[i] for i in range(len(text)) if text[i].isalnum() and i not in covered]
            assert outcome.annotation.clauses[-1].end >= len(text.rstrip()) - 1


def test_equal_comments_get_equal_answers(annotator: Annotator, outcomes: list[Outcome]) -> None:
    """Alone, in reverse order and in company, a comment gets the same labels at the same places."""
    again = judge(CASES[::-1], annotator)[::-1]
    for first, second in zip(outcomes, again, strict=True):
        assert _labels(first.annotation) == _labels(second.annotation), first.case.text
    for outcome in outcomes[::12]:
        (alone,) = judge([outcome.case], annotator)
        assert _labels(alone.annotation) == _labels(outcome.annotation), outcome.case.text


def _labels(annotation: Annotation) -> tuple[object, ...]:
    return (
        annotation.sentiment.label,
        {(label.theme, label.polarity) for label in annotation.themes},
        {(mention.start, mention.end, mention.theme, mention.polarity) for mention in annotation.mentions},
    )


def test_uncertain_means_below_the_limit_of_the_bundle(annotator: Annotator) -> None:
    """A limit of 0 calls nothing uncertain, one above 1 everything; the flag changes no label."""
    comments = [Comment(case.text, case.language) for case in CASES[:8]]
    limit = annotator._uncertain_below
    try:
        answers = {}
        for below in (0.0, 1.1):
            annotator._uncertain_below = below
            answers[below] = annotator.annotate(comments)
    finally:
        annotator._uncertain_below = limit
    assert not any(annotation.sentiment.uncertain for annotation in answers[0.0])
    assert all(annotation.sentiment.uncertain for annotation in answers[1.1])
    assert [_labels(a) for a in answers[0.0]] == [_labels(a) for a in answers[1.1]]


def test_a_pair_is_found_only_with_its_polarity() -> None:
    """The right theme with the wrong feeling does not count."""
    case = Case(
        "one-word", "en", "Overpriced", frozenset(Polarity), frozenset({(frozenset({"price"}), Polarity.NEGATIVE)})
    )
    for felt in Polarity:
        mention = Mention(0, 10, "price", felt, 0.9)
        annotation = Annotation("test", Sentiment(felt, 0.0, 0.5), (), (mention,), (), b"")
        assert bool(Outcome(case, annotation).found) is (felt is Polarity.NEGATIVE)
