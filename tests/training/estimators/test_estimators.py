"""What estimators learn, with the model that ships: the same as the product does from the same labels."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from models.annotator import Annotator
from models.bundle import BUNDLED, Bundle, open_bundle
from models.encoder import Encoder
from pipelines.annotate.classification import classify
from pipelines.topics.named_causes import named_causes
from pipelines.topics.plain_texts import cluster_texts
from saywhy.annotation import Polarity
from saywhy.errors import BundleDamaged
from saywhy.feedback import Comment
from saywhy.label import LabelledComment
from saywhy.sample import SAMPLE
from tests.training.estimators.small_model import SmallModel
from training.estimators import CauseFinder, CommentClassifier, SentimentClassifier, TopicModel
from training.estimators.inputs import as_read, read_comments
from training.estimators.memory import RememberingEncoder
from training.retrain.new_heads import Evidence, fit_heads
from training.retrain.options import RetrainOptions
from training.retrain.spans import read_spans, targets_of

TILL = [
    "I queued for half an hour",
    "Never ending line at the till",
    "An der Kasse ewig angestanden",
    "Only one till open",
]
BREAD = ["The rolls are fresh", "Stale bread again", "Das Brot ist hart", "Lovely cakes"]
PARKING = ["No parking space", "The car park was full", "Kein Parkplatz frei", "Parking costs too much"]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """The bundle that ships."""
    return open_bundle(BUNDLED)


@pytest.fixture
def opened(bundle: Bundle, annotator: Annotator, monkeypatch: pytest.MonkeyPatch) -> SmallModel:
    """Estimators use the annotator of the tests, with two anchors."""
    model = SmallModel(bundle, annotator)
    monkeypatch.setattr("training.estimators.base.open_model", lambda _: model)
    return model


@pytest.mark.usefixtures("opened")
def test_sentiments_are_learnt_as_a_retraining_learns_them(opened: SmallModel, bundle: Bundle) -> None:
    """The heads are those that `saywhy retrain` fits to the same labels, and they answer what they were taught."""
    things = ("app", "bike", "shop", "game", "lamp", "song", "deck", "shirt", "sofa", "menu")
    texts = [*(f"This {thing} is sick" for thing in things), "It is broken", "Too slow"]
    labels = ["positive"] * 10 + ["negative"] * 2
    assert SentimentClassifier().fit(texts, labels[::-1]).heads_.keys() == {"weight", "bias"}
    classifier = SentimentClassifier(pull=0.03).fit(texts, labels, languages=["en"] * 12)
    labelled = [LabelledComment(text, "en", Polarity(label)) for text, label in zip(texts, labels, strict=True)]
    spans = read_spans(opened.annotator, bundle, [Comment(text, "en") for text in texts])
    causes = [cause.id for cause in bundle.code_frame.causes]
    targets = targets_of(spans, labelled, bundle, causes, bundle.cause_head)
    evidence = Evidence(spans, targets, opened.anchors)
    expected = fit_heads(bundle, evidence, bundle.cause_head, 0, RetrainOptions(pull=0.03))
    for name, tensor in classifier.heads_.items():
        np.testing.assert_allclose(tensor, expected[name], atol=1e-5)
    assert classifier.predict(["This hat is sick"]).tolist() == ["positive"]
    assert classifier.predict_proba(["This hat is sick"]).shape == (1, 2)


@pytest.mark.usefixtures("opened")
def test_classes_are_told_apart_in_other_languages(annotator: Annotator) -> None:
    """Four examples of each class suffice for texts in languages that have none; a background takes what fits none."""
    examples, labels = [*TILL, *BREAD, *PARKING], ["till"] * 4 + ["bread"] * 4 + ["parking"] * 4
    classifier = CommentClassifier().fit(examples, labels)
    asked = ["Les croissants sont délicieux", "排队结账等了很久", "找不到停车位"]
    assert classifier.predict(asked).tolist() == ["bread", "till", "parking"]
    others = [cause.names["en"] for cause in annotator.code_frame.causes if cause.theme in ("billing", "safety")]
    with_none = CommentClassifier(background="none").fit([*examples, *others], [*labels, *["none"] * len(others)])
    assert with_none.predict(["My invoice is wrong", asked[0]]).tolist() == ["none", "bread"]


@pytest.mark.usefixtures("opened")
def test_causes_are_those_of_the_library_and_of_the_examples(annotator: Annotator) -> None:
    """Without own causes the finder says what `saywhy classify` says; with one, what is like its examples has it."""
    comments = ["The parcel never arrived. Support was rude!", "Endless queue at the till", "Nothing to complain about"]
    library = CauseFinder().fit(comments)
    annotations = [annotation for _, annotation in classify([(text, None) for text in comments], annotator)]
    assert library.find(comments) == named_causes(annotations, annotator)
    own = CauseFinder({"till.queue": TILL}).fit([*comments, *BREAD, *PARKING])
    named = own.find(comments)
    assert [cause.cause for cause in named[1]] == ["till.queue"]
    [queue] = named[1]
    assert (comments[1][queue.start : queue.end], queue.polarity) == (comments[1], Polarity.NEGATIVE)
    assert own.transform(comments)[:, -1].nonzero()[0].tolist() == [1]
    assert own.get_feature_names_out()[-1] == "till.queue"


@pytest.mark.slow
@pytest.mark.usefixtures("opened")
def test_topics_are_those_of_the_command(annotator: Annotator) -> None:
    """Labels are those of `saywhy topics` for the same texts; further comments join the topic that they belong to."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Language"] == "en" and row["Wave"] == "2026-Q2"]
    column = next(name for name in rows[0] if name.startswith("How likely"))
    texts = [row["Why did you give this score?"] for row in rows]
    model = TopicModel(random_state=0).fit(texts, scores=[row[column] or None for row in rows])
    read = [comment.verbatim for comment in as_read(read_comments(texts))]
    topics, assignments = cluster_texts(read, annotator.vectors(read))
    assert [topic.label for topic in model.topics_] == [topic.label for topic in topics]
    ids = [topic.id for topic in topics]
    assert model.labels_.tolist() == [ids.index(one.topic) if one.topic else -1 for one in assignments]
    is_in = model.labels_ >= 0
    assert (model.predict(texts)[is_in] == model.labels_[is_in]).mean() > 0.8
    [further] = model.predict(["Support never answers my mails"])
    assert "support" in model.topics_[further].label.lower()
    assert model.leave_out_[further] > model.leave_out_error_[further] > 0


def test_what_is_remembered_is_what_was_encoded(bundle: Bundle, annotator: Annotator) -> None:
    """Remembered states are those of the first time, and the memory has a limit."""
    texts = ["The app is slow", "Great support", "", "Zu teuer", "The app is slow"]
    encoder = RememberingEncoder(bundle, max_tokens=20)
    tokens = encoder.tokenise(texts)

    def states(coder: Encoder) -> dict[int, bytes]:
        return {
            int(index): group.states[start:end].tobytes()
            for group in coder.encode(tokens)
            for index, start, end in zip(group.indices, group.starts[:-1], group.starts[1:], strict=True)
        }

    first = states(encoder)
    assert first.keys() == set(range(5))
    assert first == states(encoder) == states(annotator.encoder)
    assert 0 < encoder._tokens <= 20


def test_no_model_is_a_clear_error(tmp_path: Path) -> None:
    """A folder that holds no model is named."""
    with pytest.raises(BundleDamaged, match="is not a model bundle"):
        CommentClassifier(model=str(tmp_path)).fit([*TILL, *BREAD], ["a"] * 4 + ["b"] * 4)
