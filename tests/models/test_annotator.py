"""The bundled model: plausible annotations, the same alone and in a batch; bundles and the registry."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.annotator import Annotator, load_annotator
from models.arrays import unpack
from models.bundle import BUNDLED, CONFIG, ENCODER, HEADS, open_bundle
from models.encoder import WINDOW
from models.heads import Heads, mean_vectors
from models.registry import champion
from pipelines.annotate.classification import classify, to_record
from saywhy.annotation import Annotation, Polarity
from saywhy.errors import BundleDamaged
from saywhy.feedback import Comment

COMMENTS = [
    Comment("The exports time out on large files.", "en"),
    Comment("Great app, but support took five days to answer.", "en"),
    Comment("Der Preis ist viel zu hoch, aber das Personal ist sehr freundlich.", "de"),
    Comment("物流太慢了，包装也破了。", "zh-Hans"),
    Comment("客服三天才回覆，非常失望", "zh-Hant"),
    Comment("👍", "und"),
    Comment("ok", "en"),
]


def test_clear_sentiment_is_recognised_in_every_first_class_language(annotator: Annotator) -> None:
    """Clear praise has a positive score and clear blame a negative one, in each first-class language."""
    praise = [
        "Excellent service, very friendly!",
        "Sehr gut, ich bin begeistert!",
        "非常好，很满意！",
        "非常好，很滿意！",
    ]
    blame = ["Terrible, never again.", "Furchtbar, nie wieder!", "太差了，再也不来了", "太差了，再也不來了"]
    for texts, sign in ((praise, 1), (blame, -1)):
        for _, annotation in classify([(text, None) for text in texts], annotator):
            assert np.sign(annotation.sentiment.score) == sign


def test_an_answer_depends_on_the_comment_alone(annotator: Annotator) -> None:
    """One by one, in a batch and in a batch of reverse order, comments get equal labels, spans and vectors."""
    batch = annotator.annotate(COMMENTS)
    reversed_order = annotator.annotate(COMMENTS[::-1])[::-1]
    for comment, first, second in zip(COMMENTS, batch, reversed_order, strict=True):
        (alone,) = annotator.annotate([comment])
        for other in (second, alone):
            assert [(m.start, m.end, m.theme, m.polarity) for m in first.mentions] == [
                (m.start, m.end, m.theme, m.polarity) for m in other.mentions
            ]
            assert first.sentiment.label == other.sentiment.label
            assert first.sentiment.score == pytest.approx(other.sentiment.score, abs=2e-4)
            assert _vector(first) @ _vector(other) == pytest.approx(1, abs=2e-3)


def _vector(annotation: Annotation) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return unpack(annotation.vector)


def test_identical_comments_get_identical_annotations(annotator: Annotator) -> None:
    """A repeated comment gets an equal annotation."""
    first, other, second = annotator.annotate([COMMENTS[0], COMMENTS[1], COMMENTS[0]])
    assert first == second != other


def test_mentions_and_themes_agree(annotator: Annotator) -> None:
    """Themes and mentions have the same themes; spans lie within the verbatim; clause vectors have length 1."""
    for comment, annotation in zip(COMMENTS, annotator.annotate(COMMENTS), strict=True):
        assert {label.theme for label in annotation.themes} == {mention.theme for mention in annotation.mentions}
        spans = [(m.start, m.end) for m in annotation.mentions] + [(c.start, c.end) for c in annotation.clauses]
        assert all(0 <= start < end <= len(comment.verbatim) for start, end in spans)
        for clause in annotation.clauses:
            assert np.linalg.norm(unpack(clause.vector)) == pytest.approx(1, abs=1e-2)


def test_offsets_count_characters_of_the_verbatim(annotator: Annotator) -> None:
    """Emoji, full-width letters and accents before a clause do not shift its offsets."""
    text = "😀😀 Ｇｒｅａｔ café app! The support never answers my mails."
    (annotation,) = annotator.annotate([Comment(text, "en")])
    assert "The support never answers my mails." in {text[c.start : c.end] for c in annotation.clauses}


def test_a_long_comment_is_read_to_its_end(annotator: Annotator) -> None:
    """A mention at the end of a text of several windows is found, at the right offsets."""
    complaint = "The delivery arrived three weeks late and the parcel was damaged."
    text = "I have been a customer for years. " * 80 + complaint
    (annotation,) = annotator.annotate([Comment(text, "en")])
    assert len(text) > 2000 + WINDOW
    assert any(text[m.start : m.end] == complaint and m.polarity == "negative" for m in annotation.mentions)


@pytest.mark.parametrize("text", ["", " ", "\n", ".", "1", "\u200b", "a" * 5000, "好" * 3000, "\x00", "\ud800"])
def test_odd_texts_get_an_annotation(annotator: Annotator, text: str) -> None:
    """Any text of a comment field gets an annotation: empty, one character, very long, invalid characters."""
    (annotation,) = annotator.annotate([Comment(text)])
    assert 0 <= annotation.sentiment.confidence <= 1


def test_a_non_answer_is_neutral_and_about_nothing(annotator: Annotator) -> None:
    """A dash is classified as neutral without themes."""
    ((comment, annotation),) = classify([("-", "de")], annotator)
    assert to_record("r", comment, annotation) == {
        "id": "r",
        "language": "de",
        "sentiment": {"label": "neutral", "score": 0.0, "confidence": 1.0, "uncertain": False},
        "themes": [],
        "mentions": [],
        "model": annotator.model,
    }


def test_threads_do_not_change_answers() -> None:
    """One thread and two give the same annotations, but for vectors."""
    one, two = (load_annotator(threads=threads).annotate(COMMENTS) for threads in (1, 2))
    assert [replace(a, vector=b"", clauses=()) for a in one] == [replace(a, vector=b"", clauses=()) for a in two]


def test_a_damaged_bundle_is_refused(tmp_path: Path) -> None:
    """The error names a changed file, a missing file, a folder without a bundle and a registry without a champion."""
    folder = tmp_path / "bundle"
    shutil.copytree(BUNDLED, folder)
    config = folder / CONFIG
    config.write_text(config.read_text("utf-8").replace("0", "1"), "utf-8")
    with pytest.raises(BundleDamaged, match=r"config\.json does not match"):
        open_bundle(folder)
    (folder / ENCODER).unlink()
    with pytest.raises(BundleDamaged, match=r"encoder\.onnx is missing"):
        open_bundle(folder)
    with pytest.raises(BundleDamaged, match="not a model bundle"):
        open_bundle(tmp_path)
    (tmp_path / "bundle" / "weights.pkl").write_bytes(b"")
    with pytest.raises(BundleDamaged, match=r"aliases\.json"):
        champion(tmp_path)
    with pytest.raises(BundleDamaged, match=r"weights\.pkl is no file of a model bundle"):
        open_bundle(folder)


def test_a_registry_names_its_champion(tmp_path: Path) -> None:
    """`aliases.json` decides which version serves; an empty registry leaves that to the bundle that ships."""
    assert champion(tmp_path) == BUNDLED
    (tmp_path / "aliases.json").write_text(json.dumps({"champion": "core-7"}), "utf-8")
    assert champion(tmp_path) == tmp_path / "core-7"
    (tmp_path / "aliases.json").write_text(json.dumps({"champion": "../core-7"}), "utf-8")
    with pytest.raises(BundleDamaged, match="no name of a version"):
        champion(tmp_path)


def test_the_bundle_fits_its_limit() -> None:
    """The bundle that ships has at most 64 MB."""
    assert sum(path.stat().st_size for path in BUNDLED.iterdir()) <= 64_000_000


def test_contrasting_clauses_keep_their_polarities(annotator: Annotator) -> None:
    """In a contrast each clause has its own polarity."""
    text = "The staff was very friendly, but the prices are far too high."
    (annotation,) = annotator.annotate([Comment(text, "en")])
    polarities = {mention.theme: mention.polarity for mention in annotation.mentions}
    assert polarities.get("staff") is Polarity.POSITIVE
    assert polarities.get("price") is Polarity.NEGATIVE


def test_heads_pool_by_attention() -> None:
    """With equal attention scores a span's logits are the mean of its votes; with one high score, that token's vote."""
    states = np.array([[1.0, 0.0], [3.0, 0.0], [5.0, 1.0]], np.float32)
    weight = np.zeros((2, 10), np.float32)  # one theme: 2 attention scores, 1 + 3 + 4 votes
    weight[0, 2] = 1.0
    starts, ends = np.array([0, 1]), np.array([2, 3])
    equal = Heads(weight, np.zeros(10, np.float32), 1)(states, starts, ends)
    assert equal.themes.ravel().tolist() == [2.0, 4.0]
    weight[1, 0] = 9.0
    peaked = Heads(weight, np.zeros(10, np.float32), 1)(states, starts, ends)
    assert peaked.themes.ravel() == pytest.approx([2.0, 5.0], abs=1e-3)
    with pytest.raises(ValueError, match="columns"):
        Heads(np.zeros((2, 9), np.float32), np.zeros(9, np.float32), 1)


def test_mean_vectors_have_unit_length() -> None:
    """The mean of a span is scaled to length 1; a zero vector stays zero."""
    vectors = mean_vectors(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32), np.array([0, 1]), np.array([1, 2]))
    assert vectors.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, 0.0]]


def test_heads_file_is_read_without_pickle() -> None:
    """The heads are a safetensors file, a format that cannot contain code."""
    assert (BUNDLED / HEADS).read_bytes()[8:9] == b"{"


@pytest.mark.parametrize("module", ["models.annotator", "training.export.quantise"])
def test_nothing_calls_home(tmp_path: Path, module: str) -> None:
    """ONNX Runtime makes no id of the machine and no store of events, as it does where its telemetry is on."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_"))}
    code = f"import {module}; from models.annotator import load_annotator; load_annotator()"
    subprocess.run([sys.executable, "-c", code], env=environment | {"HOME": str(tmp_path)}, check=True)
    assert not [path for path in tmp_path.rglob("*") if "onnxruntime" in path.name]
