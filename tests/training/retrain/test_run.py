"""A retraining from labels to a candidate in the registry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.annotator import Annotator
from models.bundle import EVALUATION, REPORTS, open_bundle
from models.registry import Registry
from saywhy.annotation import Polarity
from saywhy.code_frame import LibraryCause
from saywhy.feedback import Comment
from saywhy.label import LabelledComment
from training.retrain import run
from training.retrain.options import RetrainOptions
from training.retrain.ranking import ScoredComment
from training.retrain.reference import anchor_texts, reference_comments
from training.retrain.run import Request, retrain

MOLES = LibraryCause("own.moles", "quality", "negative", {"en": "Moles in the lawn"}, {})
#: What only people here mean by it: the model that ships takes "sick" for a complaint.
_THINGS = (
    *("app", "bike", "shop", "game", "lamp", "song", "deck", "shirt", "sofa", "menu"),
    *("film", "boat", "ring", "tent", "desk", "soup", "cake", "band", "show", "park"),
)
_PLACES = (
    *("lawn", "garden", "grass", "beds", "turf", "border", "meadow", "green", "park"),
    *("field", "yard", "pitch", "roses", "path", "hedge", "plot", "orchard"),
)
SICK = [f"This {thing} is sick" for thing in _THINGS]
LAWN = [f"moles dig up the {place}" for place in _PLACES]


def request() -> Request:
    """Labels of both, and some of what the model knows already."""
    return Request(
        [
            *(LabelledComment(text, "en", Polarity.POSITIVE) for text in SICK),
            *(LabelledComment(text, "en", Polarity.NEGATIVE, causes=(MOLES.id,)) for text in LAWN),
        ],
        causes=(MOLES,),
        responses=[ScoredComment(2, LAWN[0], "en"), ScoredComment(9, "Great service", "en")] * 5,
    )


@pytest.mark.slow
def test_labels_become_a_candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows what it was taught, keeps what it knew, tells how it compares, and is the same the second time."""
    monkeypatch.setattr(run, "anchor_texts", lambda: anchor_texts()[::8])
    monkeypatch.setattr(run, "reference_comments", lambda: reference_comments()[::8])
    registry, options = Registry(tmp_path), RetrainOptions(pull=0.03, resamples=100)
    version, evaluation = retrain(registry, request(), options)
    assert registry.resolve("candidate") == version
    bundle = open_bundle(registry.root / version)
    annotator = Annotator(bundle)
    [annotation] = annotator.annotate([Comment("This hat is sick", "en")])
    assert annotation.sentiment.label is Polarity.POSITIVE
    probabilities = annotator.cause_probabilities(annotator.vectors(["moles dig up the whole allotment"]))
    assert bundle.code_frame.causes[int(probabilities.argmax())].id == MOLES.id
    [kept] = [one for one in evaluation.reference if (one.kind, one.group) == ("themes", ("all", ""))]
    assert kept.difference > -0.05
    saved = json.loads((registry.root / version / EVALUATION).read_text("utf-8"))
    assert saved["verdict"]["champion"] == evaluation.champion
    for name in REPORTS.values():
        page = (registry.root / version / name).read_text("utf-8")
        assert version in page
        assert MOLES.name() in page
    states = {path: path.stat().st_mtime_ns for path in (tmp_path / run.STATES).rglob("*.npz")}
    again, _ = retrain(registry, request(), options)
    assert again == version
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / run.STATES).rglob("*.npz")} == states


@pytest.mark.slow
def test_anchors_are_not_tested_on() -> None:
    """What holds the heads in place and what they are tested on afterwards have no text in common."""
    reference = {comment.text for comment in reference_comments()}
    anchors = {text for text, _ in anchor_texts()}
    assert not reference & anchors
    assert min(len(reference), len(anchors)) > 500
    assert {"en", "de", "zh-Hans", "zh-Hant"} <= {comment.language for comment in reference_comments()}
