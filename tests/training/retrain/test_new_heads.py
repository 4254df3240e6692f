"""Causes that the version which serves does not know, in its head."""

from __future__ import annotations

import numpy as np
import pytest

from models.annotator import Annotator
from models.arrays import Vectors
from models.bundle import BUNDLED, open_bundle
from models.causes import CauseHead
from saywhy.feedback import Comment
from training.retrain.new_heads import with_new_causes, without_shared_part
from training.retrain.spans import Spans, read_spans

TEXTS = (
    "The parcel came two weeks late and nobody told me.",
    "Der Techniker war freundlich, aber die Rechnung stimmt nicht.",
    "客服一直不回复，App 也老是闪退。",
    "Great value, I would buy here again.",
    "The aquarium corner is far too small. The fish look ill.",
    "Aquarien gibt es kaum noch. Die Fische sehen krank aus.",
)


@pytest.fixture(scope="module")
def spans(annotator: Annotator) -> Spans:
    """What the heads see of a few comments, the last two of which name what the library has no cause for."""
    return read_spans(annotator, open_bundle(BUNDLED), [Comment(text) for text in TEXTS])


def _examples(spans: Spans) -> Vectors:
    return spans.vectors[spans.is_clause & (spans.comment >= 4)]


@pytest.mark.parametrize("shared", [0.0, 50.0])
def test_what_all_classes_share_changes_nothing(spans: Spans, shared: float) -> None:
    """A head whose weights have a long part in common starts its new causes as one without."""
    served = open_bundle(BUNDLED).cause_head
    direction = spans.vectors.mean(axis=0, keepdims=True).T
    head = CauseHead(served.weight + np.float32(shared) * direction, served.bias - np.float32(shared))
    own, expected = (with_new_causes(without_shared_part(start), spans, [_examples(spans)]) for start in (head, served))
    assert np.allclose(own(spans.vectors), expected(spans.vectors), atol=1e-3)
    assert np.linalg.norm(own.weight, axis=0).max() < 3 * np.median(np.linalg.norm(own.weight, axis=0))


def test_a_new_cause_starts_among_the_others(spans: Spans) -> None:
    """It is likelier where its examples are than elsewhere, and elsewhere the head answers as before."""
    served = open_bundle(BUNDLED).cause_head
    probabilities = with_new_causes(without_shared_part(served), spans, [_examples(spans)])(spans.vectors)
    of_new = probabilities[:, -2]
    is_other = spans.is_clause & (spans.comment < 4)
    assert of_new[spans.is_clause & (spans.comment >= 4)].min() > of_new[is_other].max()
    before = served(spans.vectors)[is_other]
    assert (np.delete(probabilities[is_other], -2, axis=1).argmax(axis=1) == before.argmax(axis=1)).all()


def test_a_head_without_the_shared_part_answers_as_before(spans: Spans) -> None:
    """No probability changes, and neither does it where there are no new causes."""
    served = open_bundle(BUNDLED).cause_head
    start = with_new_causes(without_shared_part(served), spans, [])
    assert np.allclose(start(spans.vectors), served(spans.vectors), atol=1e-3)
