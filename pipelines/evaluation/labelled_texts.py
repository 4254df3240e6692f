"""Short texts whose cluster is known, to evaluate topics on: a file of yours, or the planted causes of the sample."""

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
class Labelled:
    """Texts, the true cluster of each, and their vectors (texts, d) where they were given."""

    name: str
    texts: list[str]
    labels: list[str]
    vectors: Vectors | None = None


def read_labelled(
    file: Path,
    *,
    text: str = "text",
    label: str = "label",
    dataset: str | None = None,
    vectors: Path | None = None,
) -> Labelled:
    """The rows of a JSONL or CSV file, gzipped or not, that have a text; `dataset` is one of several in the file.

    A label may be any JSON value. `vectors` is a NumPy array with a row for every line of the file. Raises
    `InvalidInput` saying what is wrong and where.
    """
    texts, labels, places, sets = [], [], [], Counter[str]()
    number = -1
    for number, (line, row) in enumerate(_rows(file)):
        named = str(row.get("dataset", ""))
        sets[named] += 1
        if dataset is not None and named != dataset:
            continue
        for name in (text, label):
            if name not in row:
                raise InvalidInput(f"{file}, line {line}: no field {name!r}; there are: {', '.join(map(str, row))}")
        if not isinstance(row[text], str):
            raise InvalidInput(f"{file}, line {line}: {text!r} must be a string")
        if row[text].strip():
            texts.append(row[text])
            labels.append(json.dumps(row[label], ensure_ascii=False, sort_keys=True))
            places.append(number)
    names = ", ".join(sorted(sets))
    if dataset is None and len(sets) > 1:
        raise InvalidInput(f"{file} holds several datasets; choose one with --dataset: {names}")
    if not texts:
        raise InvalidInput(
            f"{file} holds no texts" + (f" of dataset {dataset!r}; there are: {names}" if dataset else "")
        )
    found = None if vectors is None else _vectors(vectors, number + 1)[places]
    return Labelled(dataset or file.name, texts, labels, found)


def sample_labelled() -> Labelled:
    """The comments of the sample that name exactly one planted cause, in four languages."""
    causes: defaultdict[str, set[str]] = defaultdict(set)
    with GROUND_TRUTH.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            causes[row["Response ID"]].add(row["Cause"])
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        said = {row["Response ID"]: row["Why did you give this score?"] for row in csv.DictReader(file)}
    one = [(said[name], *named) for name, named in causes.items() if len(named) == 1]
    return Labelled("the sample's planted causes", [text for text, _ in one], [cause for _, cause in one])


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each row with the number of its line, counted from 1."""
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


def _vectors(file: Path, rows: int) -> Vectors:
    """Unit-length rows."""
    try:
        found = np.load(file, allow_pickle=False)
    except ValueError:
        raise InvalidInput(f"{file} is not a NumPy array (.npy)") from None
    if found.ndim != 2 or len(found) != rows:
        raise InvalidInput(f"{file} has the shape {found.shape}; expected a row for each of {rows} lines")
    return unit(found.astype(np.float32))
