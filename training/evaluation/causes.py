"""Do the causes of the library match what careful readers found? By set, and by the probability from which one counts.

    python -m training.evaluation.causes --data FOLDER [--bundle BUNDLE]

`FOLDER` holds for each set `NAME.csv` (columns `id`, `comment`), `NAME_codes.json` (`codes`, an object by code) and
`NAME_gold.jsonl` (`id`, and `causes`, the codes that readers gave the comment). Each code named by at least 1 % of the
comments is matched one to one with a cause of the library; the score is the F1 over comments, weighted by how often a
code is named. Topics that clustering finds beside the library are not counted: this shows the library alone.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from scipy.optimize import linear_sum_assignment

from models.annotator import Annotator
from models.arrays import NONE
from models.bundle import BUNDLED, open_bundle
from pipelines.annotate.columns import Annotations
from pipelines.topics import library
from pipelines.topics.clauses import clauses_of
from saywhy.annotation import Polarity
from saywhy.feedback import Comment

LIMITS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
_MIN_SHARE = 0.01
#: Codes that name no cause.
_NO_CAUSE = ("verdict", "other", "irrelevant")

#: Content hashes of the comments that name each cause or code.
Named = Mapping[str, set[str]]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A clause that complains of a cause of the library, with a probability."""

    content_hash: str
    cause: str
    probability: float


def read_codes(folder: Path, name: str) -> tuple[dict[str, Comment], dict[str, set[str]]]:
    """The coded comments of a set by content hash, and which of them have each code that is frequent enough."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        by_id = {row["id"]: Comment(row["comment"].strip()) for row in csv.DictReader(file)}
    codes = json.loads((folder / f"{name}_codes.json").read_text("utf-8"))["codes"]
    comments: dict[str, Comment] = {}
    coded: defaultdict[str, set[str]] = defaultdict(set)
    for line in (folder / f"{name}_gold.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        if (comment := by_id.get(str(entry["id"]))) is None:
            continue
        comments[comment.content_hash] = comment
        for code in entry["causes"]:
            if code in codes and code not in _NO_CAUSE:
                coded[code].add(comment.content_hash)
    return comments, {code: named for code, named in coded.items() if len(named) >= _MIN_SHARE * len(comments)}


def agreement(codes: Named, causes: Named) -> float:
    """Mean F1 of the codes with the causes that they match best, one to one, weighted by their frequency: 0 … 1."""
    if not codes or not causes:
        return 0.0
    weights = np.array([len(named) for named in codes.values()])
    scores = np.array([[_f1(named, other) for other in causes.values()] for named in codes.values()])
    rows, columns = linear_sum_assignment(-scores * weights[:, None])
    return float(scores[rows, columns] @ weights[rows] / weights.sum())


def _f1(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def complaints(annotator: Annotator, comments: Mapping[str, Comment]) -> list[Complaint]:
    """The most probable causes of every clause that may complain of one, at most two."""
    annotations = Annotations.of(zip(comments, annotator.annotate(list(comments.values())), strict=True))
    clauses, vectors = clauses_of(comments, annotations)
    causes = annotator.code_frame.causes
    match = library.match_library(clauses, vectors, causes, annotator.cause_probabilities, None, min_probability=0)
    return [
        Complaint(clause.content_hash, causes[cause].id, probability)
        for causes_of, confidence in ((match.cause, match.confidence), (match.second, match.second_confidence))
        for clause, cause, probability in zip(clauses, causes_of.tolist(), confidence.tolist(), strict=True)
        if cause != NONE and causes[cause].polarity == Polarity.NEGATIVE
    ]


def comments_by_cause(complaints: Iterable[Complaint], limit: float) -> dict[str, set[str]]:
    """The comments that complain of each cause with at least that probability."""
    comments: defaultdict[str, set[str]] = defaultdict(set)
    for complaint in complaints:
        if complaint.probability >= limit:
            comments[complaint.cause].add(complaint.content_hash)
    return comments


def main(
    data: Annotated[Path, typer.Option(help="Folder with coded comments; see the module docstring.")],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
) -> None:
    """Print the agreement with the readers as a Markdown table."""
    annotator = Annotator(open_bundle(bundle))
    names = sorted(path.stem for path in data.glob("*.csv"))
    print(f"| from probability | {' | '.join(names)} | mean |")
    print("|---" * (len(names) + 2) + "|")
    sets = [(codes, complaints(annotator, comments)) for comments, codes in (read_codes(data, name) for name in names)]
    for limit in LIMITS:
        scores = [agreement(codes, comments_by_cause(complaints_of_set, limit)) for codes, complaints_of_set in sets]
        print(f"| {limit} | {' | '.join(f'{score:.3f}' for score in scores)} | {np.mean(scores):.3f} |")


if __name__ == "__main__":
    typer.run(main)
