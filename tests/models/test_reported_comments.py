"""Comments that users reported as read wrongly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.annotator import Annotator
from saywhy.feedback import Comment

REPORTED = Path(__file__).parents[1] / "fixtures" / "reported"

#: Read wrongly by the bundled model.
KNOWN_WRONG = {
    "¿Lo recomendaría? Sí",
    "Well done, the parcel only needed five weeks 👏👏👏",
    "Fehlerfreie Lieferung",
}
#: The only praise among the German adjectives that are negated or mean the opposite of one that is.
PRAISE = {
    "Website ist übersichtlich",
    "Der Fahrer war pünktlich",
    "Die Software ist zuverlässig",
    "Bequeme Stühle",
    "Professionelle Beratung",
    "Unkomplizierte Bestellung",
    "Unschlagbarer Preis",
    "Reibungslose Abwicklung",
    "Fehlerfreie Lieferung",
    "Sorgenfrei bestellt",
}


def texts(name: str) -> dict[str, str]:
    """The texts of a file by id."""
    lines = (REPORTED / name).read_text("utf-8").splitlines()
    return {entry["id"]: entry["text"] for entry in map(json.loads, lines)}


@pytest.mark.parametrize(("text_id", "text"), texts("emoji_and_answers.jsonl").items())
def test_emoji_answers_and_irony(annotator: Annotator, text_id: str, text: str, request: pytest.FixtureRequest) -> None:
    """An emoji alone, a question with its answer, and irony have the sign that readers see (p: praise, n: blame)."""
    if text in KNOWN_WRONG:
        request.applymarker(pytest.mark.xfail(strict=True, reason="the bundled model reads it wrongly"))
    (annotation,) = annotator.annotate([Comment(text)])
    assert annotation.sentiment.label == {"p": "positive", "n": "negative"}[text_id[0]]


@pytest.mark.parametrize("text", texts("negated_adjectives_de.jsonl").values())
def test_german_adjectives_with_un(annotator: Annotator, text: str, request: pytest.FixtureRequest) -> None:
    """ "Unübersichtlich" is blame and "übersichtlich" praise; "unkompliziert" is praise too."""
    if text in KNOWN_WRONG:
        request.applymarker(pytest.mark.xfail(strict=True, reason="the bundled model reads it wrongly"))
    (annotation,) = annotator.annotate([Comment(text, "de")])
    assert annotation.sentiment.label == ("positive" if text in PRAISE else "negative")


def test_the_same_comment_in_capitals(annotator: Annotator) -> None:
    """Each comment comes as written, in capitals and in lower case: with the same sentiment and themes."""
    reported = list(texts("letter_case.jsonl").values())
    annotations = annotator.annotate([Comment(text) for text in reported])
    for start in range(0, len(reported), 4):
        as_written, capitals, small = annotations[start : start + 3]
        assert capitals.sentiment == small.sentiment == as_written.sentiment, reported[start]
        assert capitals.themes == small.themes == as_written.themes, reported[start]
