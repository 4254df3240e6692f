"""Classification of single comments: the same as an analysis of a comment alone says."""

from __future__ import annotations

from sqlalchemy import Engine

from models.annotator import Annotator
from saywhy import store
from saywhy.feedback import Comment, Response, Score
from service.analysis import analyse
from service.classification import classify, to_record

TEXTS = (
    "I was charged twice for the same invoice. The support team was friendly.",
    "Die App stürzt ständig ab, und die Rechnung war falsch.",
    "物流太慢了，客服态度很差",
    "n/a",
)


def test_causes_are_those_of_an_analysis(sqlite_engine: Engine, annotator: Annotator) -> None:
    """What comments are said to name together is what an analysis finds in each where it has no other."""
    classified = classify([(text, None) for text in TEXTS], annotator)
    library = {cause.id for cause in annotator.code_frame.causes}
    for number, (text, result) in enumerate(zip(TEXTS, classified, strict=True)):
        with sqlite_engine.begin() as connection:
            workspace = store.workspaces.ensure(connection, f"survey-{number}")
            store.responses.save(connection, workspace, [Response("file", "1", Score(3), Comment(text))])
        analyse(sqlite_engine, f"survey-{number}", annotator, progress=lambda *_: None)
        with store.reading(sqlite_engine) as connection:
            assigned = store.topics.by_hash(connection, workspace, [Comment(text).content_hash])
        named = [one for clauses in assigned.values() for one in clauses if one.topic in library]
        expected = {(one.start, one.end, one.topic) for one in named}
        assert {(cause.start, cause.end, cause.cause) for cause in result.causes} == expected
    assert "billing.charged_twice" in {named.cause for named in classified[0].causes}
    assert classified[3].causes == ()


def test_labels_of_causes_are_in_the_language(annotator: Annotator) -> None:
    """A record has the label of a cause in the language that was asked for, and offsets of its words."""
    [classified] = classify([(TEXTS[0], None)], annotator)
    labels = {
        to_record(1, classified, annotator.code_frame, language)["causes"][0]["label"] for language in ("en", "de")
    }
    assert labels == {"Charged twice", "Doppelt abgebucht"}
    [charged, *_] = to_record(1, classified, annotator.code_frame)["causes"]
    assert TEXTS[0][charged["start"] : charged["end"]].startswith("I was charged twice")
