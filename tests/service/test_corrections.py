"""Corrections of comments: kept, shown, taken back, and kept by later analyses and later models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.annotator import Annotator
from pipelines.annotate.classification import CommentAnnotator
from saywhy import store
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.correction import CorrectionKind
from saywhy.errors import Conflict, InvalidInput, NoFollowUp, NotFound, SaywhyError, TopicNotFound
from saywhy.feedback import Comment, Response, Score
from service.analysis import analyse
from service.comment_filters import CommentSearch
from service.comments import find_comments
from service.correcting import read_comment, verbatim_span
from service.correction_requests import CorrectionRequest
from service.corrections import correct, correct_found, list_corrections
from service.found_comments import FoundComment
from service.workspaces import promise_anonymity
from tests.builders.exported_survey import BLAME, fill
from tests.doubles import FakeAnnotator

FRAME = load_code_frame()

SLOW = (0, len("Slow replies."))
PHONE = (BLAME.index("nobody"), len(BLAME))


def found(engine: Engine, **search: object) -> list[FoundComment]:
    """The comments that a search finds."""
    wanted = CommentSearch(**search)  # type: ignore[arg-type]
    return list(find_comments(engine, "acme", wanted, code_frame=FRAME).comments)


def blame(engine: Engine) -> FoundComment:
    """The comment with a complaint."""
    [comment] = found(engine, wave="W1")
    return comment


def say(engine: Engine, kind: CorrectionKind, value: str | None, clause: tuple[int, int] | None = None) -> int:
    """Correct that comment; the number of comments that changed."""
    request = CorrectionRequest(blame(engine).id, kind, value, clause)
    return correct(engine, "acme", [request], by="Eda", code_frame=FRAME).comments


def test_a_sentiment_is_corrected_found_and_taken_back(engine: Engine) -> None:
    """Searches go by what people said; what the model said is kept beside who said otherwise."""
    fill(engine)
    assert say(engine, CorrectionKind.SENTIMENT, "negative") == 1
    assert say(engine, CorrectionKind.SENTIMENT, "negative") == 0  # it is there already
    shown = blame(engine).response.sentiment
    assert shown is not None
    assert (shown.label, shown.score) == (Polarity.NEGATIVE, -1.0)
    assert [each.response.id for each in found(engine, sentiment=Polarity.NEGATIVE)] == ["blame"]
    assert "blame" not in [each.response.id for each in found(engine, sentiment=Polarity.MIXED)]
    [correction] = list_corrections(engine, "acme").entries
    assert (correction.said, correction.value, correction.author, correction.model) == ("mixed", "negative", "Eda", "m")
    assert "jo.miller" not in correction.text
    assert say(engine, CorrectionKind.SENTIMENT, None) == 1
    assert say(engine, CorrectionKind.SENTIMENT, None) == 0
    assert [each.response.id for each in found(engine, sentiment=Polarity.MIXED)] == ["blank", "blame"]
    assert [each.value for each in list_corrections(engine, "acme").entries] == [None, "negative"]


def test_what_is_there_already_is_confirmed_by_each_person_once(engine: Engine) -> None:
    """It is their vote, beside what others say, and changes nothing of the comment; many at once confirm nothing."""
    fill(engine)
    comment = blame(engine)
    for kind, value, clause in (
        (CorrectionKind.SENTIMENT, "mixed", None),
        (CorrectionKind.SENTIMENT, "negative", SLOW),
    ):
        assert say(engine, kind, value, clause) == 1
        assert say(engine, kind, value, clause) == 0
        request = CorrectionRequest(comment.id, kind, value, clause)
        assert correct(engine, "acme", [request], by="Noa", code_frame=FRAME).comments == 1
    log = list_corrections(engine, "acme").entries
    assert [(each.author, each.said, each.value) for each in log] == [
        ("Noa", "negative", "negative"),
        ("Eda", "negative", "negative"),
        ("Noa", "mixed", "mixed"),
        ("Eda", "mixed", "mixed"),
    ]
    confirmed = blame(engine).response
    assert confirmed.sentiment is not None
    assert confirmed.sentiment.label is Polarity.MIXED
    assert confirmed.causes == comment.response.causes
    search = CommentSearch(wave="W1")
    many = correct_found(
        engine, "acme", search, CorrectionKind.SENTIMENT, "mixed", by="Ada", code_frame=FRAME, annotator=FakeAnnotator()
    )
    assert many.comments == 0


def test_a_cause_brings_its_theme_and_a_theme_takes_a_cause_away(engine: Engine) -> None:
    """A clause names one theme and one cause of it; both are in what is exported, and are found."""
    fill(engine)
    say(engine, CorrectionKind.CAUSE, "Kind people", SLOW)
    first = blame(engine).clauses[0]
    assert [cause.id for cause in first.causes] == ["kind"]
    assert "staff" in first.themes
    assert CorrectionKind.CAUSE in {each.kind for each in first.corrections}
    assert "blame" in [each.response.id for each in found(engine, cause="kind")]
    say(engine, CorrectionKind.THEME, "price", SLOW)
    first = blame(engine).clauses[0]
    assert (first.themes, first.causes) == (("price",), ())
    assert [each.response.id for each in found(engine, theme="price")] == ["blame"]
    assert {theme.id for theme in blame(engine).response.themes} >= {"price", "support"}
    say(engine, CorrectionKind.THEME, None, SLOW)
    assert [cause.id for cause in blame(engine).clauses[0].causes] == ["slow"]


def test_a_clause_can_name_nothing(engine: Engine) -> None:
    """Neither a theme nor a cause."""
    fill(engine)
    say(engine, CorrectionKind.CAUSE, "", SLOW)
    say(engine, CorrectionKind.THEME, "", SLOW)
    assert blame(engine).clauses[0].causes == ()
    assert [cause.start > 0 for cause in blame(engine).response.causes if cause.id == "slow"] == [True]


def test_a_span_is_what_is_marked_and_exported(engine: Engine) -> None:
    """Offsets are those of the comment as it is shown, where an address stands for a longer one."""
    fill(engine)
    start = BLAME.index("but nobody")
    say(engine, CorrectionKind.SPAN, f"{start}-{len(BLAME)}", PHONE)
    comment = blame(engine)
    last = comment.response.causes[-1]
    assert comment.response.comment is not None
    assert comment.response.comment[last.start : last.end] == "but nobody answers the phone"
    say(engine, CorrectionKind.SPAN, f"{PHONE[0]}-{PHONE[1]}", PHONE)  # its own again
    assert list_corrections(engine, "acme").entries[0].value is None


def test_what_is_selected_in_masked_text_is_a_span_of_the_verbatim(engine: Engine) -> None:
    """White space at its ends does not count; a placeholder is all that it stands for."""
    fill(engine)
    comment = blame(engine)
    assert comment.response.comment is not None
    at = comment.response.comment.index(" nobody")
    selected = (at, len(comment.response.comment))
    span = verbatim_span(engine, "acme", comment.id, selected, code_frame=FRAME, with_personal_data=False)
    assert BLAME[slice(*span)] == "nobody answers the phone"
    with pytest.raises(InvalidInput, match="select the words"):
        verbatim_span(engine, "acme", comment.id, (at, at + 1), code_frame=FRAME, with_personal_data=False)


@pytest.mark.parametrize(
    ("kind", "value", "clause", "error", "words"),
    [
        (CorrectionKind.SENTIMENT, "angry", None, InvalidInput, "one of negative"),
        (CorrectionKind.SENTIMENT, "mixed", SLOW, InvalidInput, "not 'mixed'"),
        (CorrectionKind.THEME, "nothing", SLOW, NotFound, "no theme 'nothing'"),
        (CorrectionKind.THEME, "price", None, InvalidInput, "of which clause"),
        (CorrectionKind.THEME, "price", (1, 2), NotFound, "no clause 1-2; it has 0-13"),
        (CorrectionKind.CAUSE, "nobody", SLOW, TopicNotFound, "no cause 'nobody'"),
        (CorrectionKind.CAUSE, "hidden", SLOW, TopicNotFound, "no cause 'hidden'"),
        (CorrectionKind.SPAN, "9-3", SLOW, InvalidInput, "no span of the comment"),
        (CorrectionKind.SPAN, "0-9999", SLOW, InvalidInput, "no span of the comment"),
        (CorrectionKind.SPAN, "20-30", SLOW, InvalidInput, "shares nothing"),
    ],
)
def test_what_cannot_be_is_refused(
    engine: Engine,
    kind: CorrectionKind,
    value: str,
    clause: tuple[int, int] | None,
    error: type[SaywhyError],
    words: str,
) -> None:
    """With what is wrong, and nothing is kept."""
    fill(engine)
    with pytest.raises(error, match=words):
        say(engine, kind, value, clause)
    assert list_corrections(engine, "acme").entries == ()


def test_only_what_was_analysed_can_be_corrected(engine: Engine) -> None:
    """Nothing is said of the others; and there must be a response with a comment."""
    fill(engine)
    [unread] = [each for each in found(engine) if each.response.id == "new"]
    with pytest.raises(Conflict, match="nothing to correct"):
        correct(
            engine,
            "acme",
            [CorrectionRequest(unread.id, CorrectionKind.SENTIMENT, "negative")],
            by="Eda",
            code_frame=FRAME,
        )
    for number in (999_999, 2):  # the second response has no comment
        with pytest.raises(NotFound, match="no response"):
            read_comment(engine, "acme", number, code_frame=FRAME)


def test_many_are_corrected_where_it_is_clear_which_clause_is_meant(engine: Engine) -> None:
    """The clauses that were searched for, or the only one of a comment; the others are counted."""
    fill(engine)
    annotator: CommentAnnotator = FakeAnnotator(lambda _: [])

    def move(search: CommentSearch, kind: CorrectionKind, value: str) -> tuple[int, int]:
        done = correct_found(engine, "acme", search, kind, value, by="Eda", code_frame=FRAME, annotator=annotator)
        return done.comments, done.skipped

    assert move(CommentSearch(), CorrectionKind.THEME, "price") == (1, 3)
    assert move(CommentSearch(cause="slow"), CorrectionKind.CAUSE, "kind") == (1, 0)
    assert {cause.id for cause in blame(engine).response.causes} & {"slow", "kind"} == {"kind"}
    assert found(engine, cause="slow") == []
    only = CommentSearch(ids=[blame(engine).id])
    assert move(only, CorrectionKind.SENTIMENT, "positive") == (1, 0)


def test_an_anonymous_workspace_has_no_corrections(engine: Engine) -> None:
    """Nobody is singled out: nothing can be read, corrected or listed."""
    with engine.begin() as connection:
        store.workspaces.ensure(connection, "acme")
    promise_anonymity(engine, "acme")
    request = CorrectionRequest(1, CorrectionKind.SENTIMENT, "negative")
    for refused in (
        lambda: correct(engine, "acme", [request], by="Eda", code_frame=FRAME),
        lambda: read_comment(engine, "acme", 1, code_frame=FRAME),
        lambda: list_corrections(engine, "acme"),
    ):
        with pytest.raises(NoFollowUp):
            refused()


def test_later_analyses_and_models_keep_corrections(topics_store: Path, annotator: Annotator) -> None:
    """After more feedback, after a refit, and where another model version has annotated all comments again."""
    engine = store.open_store(f"sqlite:///{topics_store}")

    def read() -> FoundComment:
        listed = find_comments(engine, "default", CommentSearch(), code_frame=FRAME, annotator=annotator, limit=500)
        return next(each for each in listed.comments if each.id == chosen)

    with store.reading(engine) as connection:
        topics = store.topics.load(connection, store.workspaces.find(connection, "default"))
    page = find_comments(engine, "default", CommentSearch(cause=topics[0].id), code_frame=FRAME)
    chosen = page.comments[0].id
    [clause] = [each for each in page.comments[0].clauses if each.is_match][:1]
    target = next(topic for topic in topics if topic.theme != topics[0].theme)
    requests = [
        CorrectionRequest(chosen, CorrectionKind.CAUSE, target.id, clause.span),
        CorrectionRequest(chosen, CorrectionKind.SENTIMENT, "positive"),
    ]
    correct(engine, "default", requests, by="Eda", code_frame=FRAME)

    for kept, refit in ((annotator, False), (annotator, True)):
        with engine.begin() as connection:
            workspace = store.workspaces.find(connection, "default")
            new = Response("test", f"new {refit}", Score(3), Comment(f"The queue was long, {refit}."))
            store.responses.save(connection, workspace, [new])
        analyse(engine, "default", kept, progress=lambda *_: None, refit=refit)
        comment = read()
        [again] = [each for each in comment.clauses if each.span == clause.span]
        assert [cause.id for cause in again.causes] == [target.id]
        assert comment.response.sentiment is not None
        assert comment.response.sentiment.label is Polarity.POSITIVE
    engine.dispose()


def test_corrections_hold_for_another_model(engine: Engine) -> None:
    """They are laid over whatever model annotated the comment, where its clauses are nearly the same."""
    fill(engine)
    say(engine, CorrectionKind.THEME, "price", SLOW)
    with engine.begin() as connection:
        workspace = store.workspaces.find(connection, "acme")
        content_hash = Comment(BLAME).content_hash
        [old] = store.annotations.by_hash(connection, workspace, "m", [content_hash], as_annotated=True).values()
        clauses = tuple(replace(each, end=each.end - 1) if each.start == 0 else each for each in old.clauses)
        store.annotations.save(connection, workspace, {content_hash: replace(old, model="m2", clauses=clauses)})
        [new] = store.annotations.by_hash(connection, workspace, "m2", [content_hash]).values()
    assert "price" in {label.theme for label in new.themes}
    assert "price" not in {label.theme for label in old.themes}
