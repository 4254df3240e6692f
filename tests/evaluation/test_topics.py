"""Measures of topics, on values computed by hand, and the command that prints them."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from typer.testing import CliRunner

from cli.main import app
from models.arrays import Integers
from pipelines.evaluation.baselines import clustering_methods
from pipelines.evaluation.labelled_texts import read_labelled_texts, sample_labelled_texts
from pipelines.evaluation.metrics import EvaluationTexts, coherence, measure, purity, top_words
from saywhy.errors import InvalidInput


def test_purity_by_hand() -> None:
    """Of five texts, four have the most common label of their topic; texts without a topic count as one topic."""
    assert purity(["a", "a", "b", "b", "a"], np.array([0, 0, 0, 1, -1])) == pytest.approx(4 / 5)


def test_coherence_by_hand() -> None:
    """Two words in the same half of the documents: 1; never together: -1; independent of one another: 0."""
    occurrence = sparse.csr_array(np.array([[1, 1, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0]], dtype=bool))
    assert coherence([[0, 1]], occurrence) == pytest.approx(1.0)
    assert coherence([[0, 2]], occurrence) == pytest.approx(-1.0)
    assert coherence([[0, 3]], occurrence) == pytest.approx(0.0)
    assert coherence([[0, 1], [0, 2]], occurrence) == pytest.approx(0.0)
    three = sparse.csr_array(np.array([[1, 1], [1, 0], [0, 1], [0, 0], [0, 0]], dtype=bool))
    expected = math.log(0.2 / 0.16) / -math.log(0.2)
    assert coherence([[0, 1]], three) == pytest.approx(expected)
    assert coherence([[0]], three) == 0.0


def test_top_words_distinguish_topics() -> None:
    """A word that every topic has comes after those that only one has; texts without a topic are ignored."""
    documents = ["app export slow", "app export fails", "app price", "app price high", "noise"]
    words, occurrence = top_words(documents, np.array([0, 0, 1, 1, -1]))
    vocabulary = sorted({word for document in documents for word in document.split()})
    tops = [[vocabulary[word] for word in top] for top in words]
    assert tops[0][0] == "export"
    assert tops[1][0] == "price"
    assert tops[0].index("app") > 0
    assert occurrence.shape == (5, len(vocabulary))


def test_a_method_is_measured() -> None:
    """One that reads the label from the vectors is always right; one that depends on the order is not stable."""
    truth = ["a", "b"] * 20
    vectors = np.eye(2, dtype=np.float32)[[0, 1] * 20]
    texts = [f"{label} word{index}" for index, label in enumerate(truth)]
    evaluation_texts = EvaluationTexts(texts, texts, vectors)

    def oracle(given: EvaluationTexts, seed: int) -> Integers:  # noqa: ARG001
        return np.asarray(given.vectors.argmax(axis=1), np.int64)

    def by_order(given: EvaluationTexts, seed: int) -> Integers:  # noqa: ARG001
        return np.where(np.arange(len(given.texts)) < 10, -1, 0).astype(np.int64)

    right = measure("oracle", oracle, evaluation_texts, truth)
    assert (right.topics, right.nmi, right.ari, right.purity, right.agreement) == (2, 1.0, 1.0, 1.0, 1.0)
    assert right.without == 0.0
    wrong = measure("order", by_order, evaluation_texts, truth)
    assert wrong.without == 0.25
    assert wrong.agreement < 0.5
    assert wrong.nmi < 0.1


@pytest.mark.parametrize("name", ["KMeans", "LDA", "Ward"])
def test_baselines_find_clusters(name: str) -> None:
    """Each baseline gives every text a cluster, and separates texts about two things by words and vectors."""
    texts = [f"{'export slow file' if index % 2 else 'price high euro'} {index}" for index in range(40)]
    generator = np.random.default_rng(3)
    vectors = np.eye(16, dtype=np.float32)[[index % 2 for index in range(40)]] + 0.1 * generator.normal(size=(40, 16))
    labels = clustering_methods(2)[name](EvaluationTexts(texts, texts, vectors.astype(np.float32)), 0)
    assert labels.min() >= 0
    assert not set(labels[::2].tolist()) & set(labels[1::2].tolist())


def test_the_sample_has_labels() -> None:
    """Its comments with one planted cause, in all their languages; nine causes."""
    labelled = sample_labelled_texts()
    assert len(set(labelled.labels)) == 9
    assert len(labelled.texts) == len(labelled.labels) > 300


def test_labelled_files_are_read(tmp_path: Path) -> None:
    """JSON lines and CSV, gzipped or not; a dataset is chosen, and its vectors with it."""
    rows = [{"text": f"t{n}", "label": ["x", n % 2], "dataset": "ab"[n % 2]} for n in range(4)]
    lines = "\n".join(json.dumps(row) for row in rows)
    packed = tmp_path / "rows.jsonl.gz"
    packed.write_bytes(gzip.compress(lines.encode()))
    np.save(tmp_path / "v.npy", 2 * np.eye(4))
    labelled = read_labelled_texts(packed, dataset="b", vectors=tmp_path / "v.npy")
    assert (labelled.texts, len(set(labelled.labels))) == (["t1", "t3"], 1)
    assert labelled.vectors is not None
    assert labelled.vectors.tolist() == np.eye(4)[[1, 3]].tolist()
    table = tmp_path / "rows.csv"
    table.write_text('frage,topic\n"zu teuer, leider",price\nlangsam,speed\n', "utf-8-sig")
    assert read_labelled_texts(table, text="frage", label="topic").labels == ['"price"', '"speed"']


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ('{"text": "a", "label": 1}\nnonsense', {}, "line 2: not JSON"),
        ('{"text": "a"}', {}, "line 1: no field 'label'; there are: text"),
        ('{"text": 3, "label": 1}', {}, "line 1: 'text' must be a string"),
        ('{"text": "a", "label": 1, "dataset": "x"}\n{"text": "b", "label": 2, "dataset": "y"}', {}, "--dataset: x, y"),
        ('{"text": "a", "label": 1, "dataset": "x"}', {"dataset": "z"}, "there are: x"),
        ("", {}, "holds no texts"),
    ],
)
def test_an_unreadable_file_is_an_error(tmp_path: Path, content: str, options: dict[str, str], message: str) -> None:
    """With the file, the line and what is wrong with it."""
    file = tmp_path / "rows.jsonl"
    file.write_text(content, "utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_labelled_texts(file, **options)  # type: ignore[arg-type]
    assert message in refused.value.detail
    assert str(file) in refused.value.detail


@pytest.mark.slow
def test_the_command_compares(tmp_path: Path) -> None:
    """Given vectors, the table has one row per method; JSON has the same; an unknown method is an error."""
    file, vectors = tmp_path / "rows.jsonl", tmp_path / "v.npy"
    labels = [index % 3 for index in range(60)]
    file.write_text("\n".join(json.dumps({"text": f"word{n} topic{label}", "label": label})
                              for n, label in enumerate(labels)), "utf-8")  # fmt: skip
    noise = np.random.default_rng(5).normal(size=(60, 24))
    np.save(vectors, np.eye(24)[labels] + 0.05 * noise)
    arguments = ["evaluate", "topics", str(file), "--vectors", str(vectors), "--method", "KMeans"]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0, shown.output
    assert "| KMeans" in shown.stdout
    rows = json.loads(CliRunner().invoke(app, [*arguments, "--method", "saywhy", "--json"]).stdout)
    assert [row["method"] for row in rows] == ["KMeans", "saywhy"]
    assert rows[0]["ari"] == pytest.approx(1.0)
    assert rows[1]["without"] <= 0.05
    refused = CliRunner().invoke(app, ["evaluate", "topics", str(file), "--method", "magic"])
    assert refused.exit_code == 1
    assert "there are: saywhy" in refused.stderr
