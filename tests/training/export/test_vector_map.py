"""Fitting the map of the vectors, and adding it to a bundle."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.annotator import Annotator
from models.arrays import Vectors, unit, unpack
from models.bundle import BUNDLED, open_bundle
from models.vector_map import VectorMap
from saywhy.feedback import Comment
from training.export.vector_map import add_map, fit, stacked, without_map

TEXTS = [
    "The parcel came two weeks late.",
    "Der Preis ist zu hoch.",
    "客服三天才回复",
    "Great app, but support is slow.",
]


def test_the_map_brings_back_what_the_base_vectors_tell_apart() -> None:
    """Groups that the vectors tell apart in a direction of little variance are far apart after it."""
    random = np.random.default_rng(0)
    group = random.integers(0, 2, 2000)
    hidden = random.normal(size=(2000, 12)) * 0.1
    hidden[:, 0] += 1  # all vectors share a direction
    hidden[:, 1] += np.where(group == 1, 0.5, -0.5)
    base = unit(hidden.astype(np.float32))
    hidden[:, 1] *= 0.05
    vectors = unit(hidden.astype(np.float32))
    assert _separation(vectors, group) < 0.5
    assert _separation(fit(vectors, base)(vectors), group) > 1


@pytest.mark.slow
def test_a_bundle_with_a_map_finds_the_same_causes_in_mapped_vectors(tmp_path: Path) -> None:
    """It is another version with mapped vectors; causes and all else are those of before."""
    folder = tmp_path / "bundle"
    shutil.copytree(BUNDLED, folder)
    vector_map = _a_map()
    add_map(folder, vector_map, "core-test")
    bundle = open_bundle(folder)
    assert bundle.version == "core-test"
    mapping, plain = Annotator(bundle), Annotator(without_map(bundle))
    vectors = plain.vectors(TEXTS)
    assert mapping.vectors(TEXTS) == pytest.approx(vector_map(vectors), abs=1e-3)
    causes = mapping.cause_probabilities(mapping.vectors(TEXTS))
    assert causes == pytest.approx(plain.cause_probabilities(vectors), abs=0.01)
    comments = [Comment(text) for text in TEXTS]
    for one, other in zip(mapping.annotate(comments), plain.annotate(comments), strict=True):
        assert unpack(one.vector) == pytest.approx(vector_map(unpack(other.vector)[None])[0], abs=2e-3)
        assert replace(one, vector=b"", clauses=()) == replace(other, vector=b"", clauses=())


@pytest.mark.slow
def test_a_second_map_replaces_the_first(tmp_path: Path) -> None:
    """The step can be run again: the map is always one from the vectors of the encoder."""
    folder = tmp_path / "bundle"
    shutil.copytree(BUNDLED, folder)
    add_map(folder, _a_map(), "core-1")
    identity = VectorMap(np.eye(384, dtype=np.float32), np.zeros(384, np.float32))
    add_map(folder, identity, "core-2")
    bundle = open_bundle(folder)
    assert Annotator(bundle).vectors(TEXTS) == pytest.approx(Annotator(without_map(bundle)).vectors(TEXTS), abs=1e-4)


def test_a_comment_of_one_clause_is_one_row() -> None:
    """Comments of several clauses have a row for the whole and one for each clause."""
    annotator = Annotator(open_bundle(BUNDLED))
    annotations = annotator.annotate([Comment("Too slow.", "en"), Comment("Great app, but support is slow.", "en")])
    assert len(stacked(annotations)) == 1 + 1 + len(annotations[1].clauses)


def _a_map() -> VectorMap:
    """A map that turns the vectors, takes a common direction out of them and stretches them."""
    random = np.random.default_rng(0)
    weight = (np.eye(384) + 0.02 * random.normal(size=(384, 384))).astype(np.float16).astype(np.float32)
    mean = unit(Annotator(without_map(open_bundle(BUNDLED))).vectors(TEXTS).mean(axis=0))
    return VectorMap(weight, np.asarray(-0.8 * mean @ weight, np.float32))


def _separation(vectors: Vectors, group: np.ndarray) -> float:
    """Distance of the means of two groups, in mean distances from them."""
    one, other = vectors[group == 0], vectors[group == 1]
    within = np.linalg.norm(np.concatenate([one - one.mean(axis=0), other - other.mean(axis=0)]), axis=1).mean()
    return float(np.linalg.norm(one.mean(axis=0) - other.mean(axis=0)) / within)
