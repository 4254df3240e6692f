"""Labels of people in the store: imported, exported side by side, compared, suspected, and asked for next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine

from pipelines.clean.personal_data import mask
from pipelines.label_formats.files import LabelFormat, read_labels, write_labels
from pipelines.label_formats.label_studio import to_result
from pipelines.label_formats.task import LabelRecord, LabelTask, RejectedRecord
from saywhy import store
from saywhy.annotation import Annotation, Polarity, Sentiment
from saywhy.code_frame import load_code_frame
from saywhy.correction import CorrectionKind
from saywhy.errors import NoFollowUp, NotFound
from saywhy.feedback import Comment, Response
from saywhy.label import LabelledClause, LabelledComment
from service.corrections import list_corrections
from service.labelling import label_studio
from service.labelling.agreement import read_agreement
from service.labelling.exporting import export_labels
from service.labelling.importing import ImportedLabels, import_labels
from service.labelling.selection import NextComment, Strategy, next_comments
from service.labelling.suspects import Decision, decide, list_suspects
from service.workspaces import promise_anonymity
from tests.builders.exported_survey import BLAME, PRAISE, fill
from tests.doubles import FakeAnnotator

FRAME = load_code_frame()
MASKED = mask(BLAME)[0]
SLOW = (0, len("Slow replies."))
PHONE = (MASKED.index("nobody"), len(MASKED))
AT = datetime(2026, 5, 4, tzinfo=UTC)


def labels(*clauses: LabelledClause, sentiment: Polarity | None = None, text: str = MASKED) -> LabelledComment:
    """Labels of the comment with a complaint, as it is shown."""
    return LabelledComment(text, sentiment=sentiment, clauses=clauses)


def record(comment: LabelledComment, author: str = "Eda", at: datetime | None = AT) -> LabelRecord:
    """The same, signed."""
    id = Comment(BLAME if comment.text == MASKED else comment.text).content_hash
    return LabelRecord(comment, id, author, at, 1)


def take(engine: Engine, *records: LabelRecord | RejectedRecord, with_personal_data: bool = False) -> ImportedLabels:
    """Import records."""
    return import_labels(engine, "acme", records, by="Imp", code_frame=FRAME, with_personal_data=with_personal_data)


def exported(engine: Engine, comments: Sequence[str] | None = None) -> list[LabelTask]:
    """What is exported, masked."""
    return list(export_labels(engine, "acme", code_frame=FRAME, comments=comments))


@pytest.mark.parametrize("format", [*LabelFormat])
def test_what_people_said_goes_out_and_comes_back(sqlite_engine: Engine, format: LabelFormat) -> None:
    """Side by side, with offsets of the masked text; all of it is there already, also in a second store."""
    fill(sqlite_engine)
    words = (MASKED.index("but nobody"), len(MASKED))
    first = labels(
        LabelledClause(*SLOW, Polarity.NEGATIVE, (("price", None),)),
        LabelledClause(*words, None, None, ("slow",)),
        sentiment=Polarity.NEGATIVE,
    )
    second = labels(LabelledClause(*SLOW, None, (("support", None),), ()), sentiment=Polarity.MIXED)
    result = take(sqlite_engine, record(first), record(second, "Ken", AT + timedelta(hours=1)))
    assert (result.new, result.rejections) == (9, ())  # another theme takes the cause away
    [task] = exported(sqlite_engine)
    assert (task.text, [each.author for each in task.labels]) == (MASKED, ["Eda", "Ken"])
    assert [each.comment.sentiment for each in task.labels] == [Polarity.NEGATIVE, Polarity.MIXED]
    spans = [(clause.start, clause.end) for clause in task.labels[0].comment.clauses]
    assert spans == [SLOW, words]
    assert task.prediction is not None
    data = "".join(write_labels([task], format)).encode()
    again = take(sqlite_engine, *read_labels(data))
    assert (again.new, again.rejections) == (0, ())
    assert again.unchanged > 0


def test_the_last_word_holds_and_nobodys_is_lost(engine: Engine) -> None:
    """What somebody said earlier stays beside it, though it is imported later, and nothing is said in the future."""
    fill(engine)
    take(engine, record(labels(sentiment=Polarity.NEGATIVE), "Ken", AT + timedelta(days=1)))
    take(engine, record(labels(sentiment=Polarity.POSITIVE), "Eda", AT))
    take(engine, record(labels(sentiment=Polarity.POSITIVE), "Zoe", datetime(2999, 1, 1, tzinfo=UTC)))
    with store.reading(engine) as connection:
        workspace = store.workspaces.find(connection, "acme")
        [standing] = store.corrections.by_hash(connection, workspace, [Comment(BLAME).content_hash]).values()
        log = store.corrections.log(connection, workspace)
    assert [(each.author, each.value) for each in standing] == [("Zoe", "positive")]
    assert max(each.at for each in log) <= datetime.now(UTC)
    assert [each.author for each in exported(engine)[0].labels] == ["Eda", "Ken", "Zoe"]


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        (labels(LabelledClause(*SLOW, None, (("nothing", None),))), "no theme 'nothing'"),
        (labels(LabelledClause(*SLOW, None, None, ("nobody",))), "no cause 'nobody'"),
        (labels(LabelledClause(*SLOW, None, (("price", None), ("staff", None)))), "a clause has one theme"),
        (labels(LabelledClause(*SLOW, None, (("price", None),), ("slow",))), "is of the theme support"),
        (labels(LabelledClause(*SLOW, Polarity.MIXED)), "not 'mixed'"),
        (labels(LabelledClause(13, 14, Polarity.NEGATIVE)), "is not in the comment"),
        (labels(LabelledClause(0, 999, Polarity.NEGATIVE)), "is not in the comment"),
        (labels(LabelledClause(0, 4, Polarity.NEGATIVE), LabelledClause(5, 12, Polarity.NEUTRAL)), "says otherwise"),
        (replace(labels(), themes=(("price", None),)), "has 3 clauses"),
        (labels(text="Another comment"), "there is no comment"),
        (labels(*[LabelledClause(*SLOW)] * 101), "more than 100 clauses"),
        (labels(text=BLAME), "the text is not that of the comment"),
    ],
)
def test_what_cannot_be_kept_is_rejected_with_its_reason(
    sqlite_engine: Engine, comment: LabelledComment, reason: str
) -> None:
    """And all else is kept."""
    fill(sqlite_engine)
    result = take(sqlite_engine, record(labels(sentiment=Polarity.NEGATIVE)), replace(record(comment), position=2))
    [rejection] = result.rejections
    assert (rejection.position, reason in rejection.reason) == (2, True), rejection
    assert result.new >= 1


def test_personal_data_is_not_found_by_guessing(sqlite_engine: Engine) -> None:
    """A text with an address is that of a comment only for who may read it; others name the comment by its id."""
    fill(sqlite_engine)
    guess = replace(record(labels(sentiment=Polarity.NEGATIVE, text=BLAME)), id=None)
    [rejection] = take(sqlite_engine, guess).rejections
    assert rejection.reason == "there is no comment with this text"
    assert take(sqlite_engine, guess, with_personal_data=True).new == 1
    masked = record(labels(LabelledClause(*PHONE, Polarity.NEUTRAL)))
    assert take(sqlite_engine, masked, with_personal_data=True).new == 1
    [correction] = list_corrections(sqlite_engine, "acme", 1).entries
    assert correction.text[correction.clause_start : correction.clause_end] == "nobody answers the phone"
    [rejection] = take(sqlite_engine, replace(guess, id="\x00")).rejections
    assert rejection.reason == "there is no comment '\\x00'"
    named = LabelRecord(LabelledComment(PRAISE, themes=(("staff", None),)))
    assert take(sqlite_engine, named).new == 1  # a comment with one clause


def test_agreement_is_of_who_labelled_the_same(sqlite_engine: Engine) -> None:
    """Sentiments of comments and clauses; sets of themes and of causes; one person agrees with nobody."""
    fill(sqlite_engine)
    theme, cause = (("price", None),), ("slow",)
    take(
        sqlite_engine,
        record(
            labels(
                LabelledClause(*SLOW, None, theme),
                LabelledClause(*PHONE, Polarity.NEGATIVE),
                sentiment=Polarity.NEGATIVE,
            )
        ),
        record(labels(LabelledClause(*SLOW, None, None, cause), sentiment=Polarity.MIXED), "Ken"),
        record(labels(text=PRAISE, sentiment=Polarity.POSITIVE)),
        record(labels(text=PRAISE, sentiment=Polarity.POSITIVE), "Ken"),
    )
    agreement = read_agreement(sqlite_engine, "acme")
    assert (agreement.sentiment.units, agreement.sentiment.people, agreement.sentiment.disputed) == (2, 2, 1)
    assert agreement.sentiment.alpha == pytest.approx(0.4)
    assert (agreement.themes.units, agreement.causes.units, agreement.causes.disputed) == (0, 1, 1)
    assert agreement.sentiment.low is None


def many(engine: Engine, number: int = 60) -> list[str]:
    """Comments whose vectors tell their sentiment; the texts."""
    fill(engine)
    random = np.random.default_rng(1)
    texts = [f"Comment {index}" for index in range(number)]
    with engine.begin() as connection:
        workspace = store.workspaces.find(connection, "acme")
        store.responses.save(
            connection, workspace, [Response("t", text, comment=Comment(text, "en")) for text in texts]
        )
        for index, text in enumerate(texts):
            vector = (np.array([(-1) ** index, 0]) + random.normal(scale=0.1, size=2)).astype("<f2").tobytes()
            sentiment = Sentiment(Polarity.POSITIVE, 0.5, 0.5 + index / 200)
            annotation = Annotation("m", sentiment, (), (), (), vector)
            store.annotations.save(connection, workspace, {Comment(text).content_hash: annotation})
    return texts


def test_suspect_labels_are_accepted_or_dismissed(sqlite_engine: Engine) -> None:
    """Either is a correction: one takes the suggestion, the other says the same once more and is suspected no more."""
    texts = many(sqlite_engine)
    said = [Polarity.NEGATIVE if index % 2 else Polarity.POSITIVE for index in range(len(texts))]
    said[0], said[1] = said[1], said[0]
    take(sqlite_engine, *(record(labels(text=text, sentiment=value)) for text, value in zip(texts, said, strict=True)))
    suspects = {each.correction.text: each for each in list_suspects(sqlite_engine, "acme")}
    assert {texts[0], texts[1]} <= set(suspects)
    assert suspects[texts[0]].suggested == "positive"
    accepted, dismissed = (suspects[text].correction.id for text in texts[:2])
    decide(sqlite_engine, "acme", accepted, Decision.ACCEPT, by="Zoe", code_frame=FRAME)
    decide(sqlite_engine, "acme", dismissed, Decision.DISMISS, by="Zoe", code_frame=FRAME)
    after = {each.correction.text for each in list_suspects(sqlite_engine, "acme")}
    assert not after & set(texts[:2])
    last, before = list_corrections(sqlite_engine, "acme", 2).entries
    assert [(each.text, each.value, each.author) for each in (before, last)] == [
        (texts[0], "positive", "Zoe"),
        (texts[1], "positive", "Zoe"),
    ]
    with pytest.raises(NotFound, match="followed by another"):
        decide(sqlite_engine, "acme", accepted, Decision.ACCEPT, by="Zoe", code_frame=FRAME)
    with pytest.raises(NotFound, match="is not suspected"):
        decide(sqlite_engine, "acme", last.id, Decision.ACCEPT, by="Zoe", code_frame=FRAME)


def test_what_to_label_next_is_what_is_worth_most(engine: Engine) -> None:
    """The least sure, unlike ones, those of the largest causes, or the audit sample; not what is labelled."""
    texts = many(engine)
    fill(engine, with_report=True)

    def chosen(strategy: Strategy, size: int = 3) -> list[NextComment]:
        return next_comments(engine, "acme", size, strategy, code_frame=FRAME)

    unsure = chosen(Strategy.UNCERTAIN)
    assert [each.text for each in unsure] == texts[:3]
    assert unsure[0].value == pytest.approx(0.5)
    diverse = chosen(Strategy.DIVERSE, 6)
    assert {texts.index(each.text) % 2 for each in diverse} == {0, 1}  # from both sides
    [ranked] = chosen(Strategy.RANKING)
    assert (ranked.text, ranked.value is not None) == (MASKED, True)
    assert [each.value for each in chosen(Strategy.RANDOM)] == [None] * 3
    take(engine, record(labels(text=texts[0], sentiment=Polarity.NEUTRAL)), record(labels(sentiment=Polarity.NEGATIVE)))
    assert [each.text for each in chosen(Strategy.UNCERTAIN)] == texts[1:4]
    assert chosen(Strategy.RANKING) == []
    tasks = exported(engine, [each.id for each in unsure])
    assert [(task.text, len(task.labels)) for task in tasks] == [(texts[0], 1), (texts[1], 0), (texts[2], 0)]


def test_label_studio_tells_of_annotations(sqlite_engine: Engine) -> None:
    """One or several; once more changes nothing, other events say nothing, and what makes no sense is rejected."""
    fill(sqlite_engine)
    annotation = {"id": 5, "task": 1, "completed_by": 7, "result": to_result(
        labels(LabelledClause(*SLOW, None, (("price", None),)), sentiment=Polarity.NEGATIVE)
    )}  # fmt: skip
    task = {"id": 1, "data": {"text": MASKED, "comment": Comment(BLAME).content_hash}}

    def tell(action: str, *annotations: object) -> ImportedLabels:
        event = label_studio.Event(action, annotations, [task])
        annotator = FakeAnnotator(lambda _: [])
        return label_studio.receive(
            sqlite_engine, "acme", event, by="Studio", annotator=annotator, with_personal_data=False
        )

    assert tell("ANNOTATION_CREATED", annotation).new == 3
    assert tell("ANNOTATION_UPDATED", annotation) == ImportedLabels(0, 2, ())  # the cause is gone already
    assert tell("ANNOTATIONS_DELETED", annotation) == ImportedLabels(0, 0, ())
    assert [each.reason for each in tell("ANNOTATIONS_CREATED", annotation, "x").rejections] == [
        "the event has no task of the annotation"
    ]
    assert {each.author for each in list_corrections(sqlite_engine, "acme").entries} == {"label-studio:7"}
    assert {each.kind for each in list_corrections(sqlite_engine, "acme").entries} == {
        CorrectionKind.SENTIMENT,
        CorrectionKind.THEME,
        CorrectionKind.CAUSE,  # another theme takes the cause away
    }


def test_an_anonymous_workspace_hands_out_no_comments(sqlite_engine: Engine) -> None:
    """Nothing is imported, exported, compared or asked for."""
    with sqlite_engine.begin() as connection:
        store.workspaces.ensure(connection, "acme")
    promise_anonymity(sqlite_engine, "acme")
    for refused in (
        lambda: take(sqlite_engine),
        lambda: exported(sqlite_engine),
        lambda: read_agreement(sqlite_engine, "acme"),
        lambda: list_suspects(sqlite_engine, "acme"),
        lambda: decide(sqlite_engine, "acme", 1, Decision.ACCEPT, by="Eda", code_frame=FRAME),
        lambda: next_comments(sqlite_engine, "acme", 3, code_frame=FRAME),
        lambda: label_studio.read_interface(sqlite_engine, "acme", FRAME),
    ):
        with pytest.raises(NoFollowUp):
            refused()
