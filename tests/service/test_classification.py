"""Classification of single comments: the same as an analysis says of them."""

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
    """What a comment is said to name alone is what an analysis finds in it."""
    with sqlite_engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        responses = [Response("file", str(n), Score(n), Comment(text)) for n, text in enumerate(TEXTS)]
        store.responses.save(connection, workspace, responses)
    analyse(sqlite_engine, "default", annotator, progress=lambda *_: None)
    classified = classify([(text, None) for text in TEXTS], annotator)
    hashes = [Comment(text).content_hash for text in TEXTS]
    library = {cause.id for cause in annotator.code_frame.causes}
    with store.reading(sqlite_engine) as connection:
        assigned = store.topics.by_hash(connection, workspace, hashes)
    for content_hash, result in zip(hashes, classified, strict=True):
        expected = {(one.start, one.end, one.topic) for one in assigned.get(content_hash, ()) if one.topic in library}
        assert {(named.start, named.end, named.cause) for named in result.causes} == expected
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
