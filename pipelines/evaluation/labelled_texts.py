"""Short texts whose true cluster is known: from a file, or the planted causes of the sample."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.arrays import Vectors, unit
from saywhy.errors import InvalidInput
from saywhy.sample import GROUND_TRUTH, SAMPLE


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Texts, the true cluster of each, and their unit vectors (texts, d) if they were given."""

    name: str
    texts: list[str]
    labels: list[str]
    vectors: Vectors | None = None


def read_labelled_texts(
    file: Path,
    *,
    text: str = "text",
    label: str = "label",
    dataset: str | None = None,
    vectors: Path | None = None,
) -> LabelledTexts:
    """The rows of a JSONL or CSV file, gzipped or not, that have a text.

    `text` and `label` are the names of fields; a label may be any JSON value. `dataset` selects the rows with that
    value in the field `dataset`.
    `vectors` is a NumPy file with one row per row of the file. Raises `InvalidInput` with what
    is wrong and in which line.
    """
    texts, labels, indices, datasets = [], [], [], Counter[str]()
    index = -1
    for index, (line, row) in enumerate(_rows(file)):
        row_dataset = str(row.get("dataset", ""))
        datasets[row_dataset] += 1
        if dataset is not None and row_dataset != dataset:
            continue
        for field in (text, label):
            if field not in row:
                raise InvalidInput(f"{file}, line {line}: no field {field!r}; there are: {', '.join(map(str, row))}")
        if not isinstance(row[text], str):
            raise InvalidInput(f"{file}, line {line}: {text!r} must be a string")
        if row[text].strip():
            texts.append(row[text])
            labels.append(json.dumps(row[label], ensure_ascii=False, sort_keys=True))
            indices.append(index)
    names = ", ".join(sorted(datasets))
    if dataset is None and len(datasets) > 1:
        raise InvalidInput(f"{file} holds several datasets; choose one with --dataset: {names}")
    if not texts:
        raise InvalidInput(
            f"{file} holds no texts" + (f" of dataset {dataset!r}; there are: {names}" if dataset else "")
        )
    chosen_vectors = None if vectors is None else _unit_vectors(vectors, index + 1)[indices]
    return LabelledTexts(dataset or file.name, texts, labels, chosen_vectors)


def sample_labelled_texts() -> LabelledTexts:
    """The comments of the sample that have exactly one planted cause, in four languages."""
    causes: defaultdict[str, set[str]] = defaultdict(set)
    with GROUND_TRUTH.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            causes[row["Response ID"]].add(row["Cause"])
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        comment_of = {row["Response ID"]: row["Why did you give this score?"] for row in csv.DictReader(file)}
    labelled = [(comment_of[response], *names) for response, names in causes.items() if len(names) == 1]
    return LabelledTexts(
        "the sample's planted causes", [text for text, _ in labelled], [cause for _, cause in labelled]
    )


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each row with its line number, counted from 1."""
    try:
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as stream:
            content = stream.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is not UTF-8: byte {error.start}") from None
    except gzip.BadGzipFile:
        raise InvalidInput(f"{file} is not a gzip file") from None
    if file.name.removesuffix(".gz").endswith(".csv"):
        reader = csv.DictReader(io.StringIO(content, newline=""))
        yield from ((reader.line_num, row) for row in reader)
        return
    for line, raw in enumerate(content.split("\n"), 1):
        if not raw.strip():
            continue
        try:
            row = json.loads(raw)
        except ValueError as error:
            raise InvalidInput(f"{file}, line {line}: not JSON: {error}") from None
        if not isinstance(row, dict):
            raise InvalidInput(f"{file}, line {line}: expected an object")
        yield line, row


def _unit_vectors(file: Path, rows: int) -> Vectors:
    """The vectors of a file (rows, d), scaled to unit length."""
    try:
        vectors = np.load(file, allow_pickle=False)
    except ValueError:
        raise InvalidInput(f"{file} is not a NumPy array (.npy)") from None
    if vectors.ndim != 2 or len(vectors) != rows:
        raise InvalidInput(f"{file} has the shape {vectors.shape}; expected a row for each of {rows} lines")
    return unit(vectors.astype(np.float32))
