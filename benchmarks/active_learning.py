"""How many labels choosing saves: comments chosen by the model's doubt against random ones, labelling simulated.

    python -m benchmarks.active_learning TRAIN TEST --dataset airline_tweets --label sentiment

TRAIN and TEST are labelled comments as JSON lines (`.gz` too): `text`, `dataset`, `sentiment`, and `labels`, a list of
[theme, polarity]. `--label theme` takes the comments with exactly one theme. The encoder is frozen, the head a logistic
regression on the vectors of the comments, fitted again after each batch. A run begins with the same random labels for
all strategies and ends at `--budget`. The bar is the share of the budget at which the mean macro-F1 of a strategy first
reaches that of random labels at the whole budget, and stays there.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from benchmarks.timing import print_table
from models.annotator import load_annotator
from models.arrays import Vectors
from pipelines.labelling.selection import diverse_uncertain, largest, uncertainty

START, BATCH = 40, 40

#: Labels with fewer comments in TRAIN are left out: there is nothing to learn them from.
LEAST = 30

Numbers = NDArray[np.float64]
Labels = NDArray[np.int64]
#: Probabilities (n, labels), vectors (n, hidden), size, seed → indices of the chosen.
Choice = Callable[[Numbers, Vectors, int, int], Sequence[int]]


def _random(probabilities: Numbers, _: Vectors, size: int, seed: int) -> Sequence[int]:
    return [int(index) for index in np.random.default_rng(seed).permutation(len(probabilities))[:size]]


def _uncertain(probabilities: Numbers, _: Vectors, size: int, __: int) -> Sequence[int]:
    return largest(uncertainty(probabilities), size)


def _diverse(probabilities: Numbers, vectors: Vectors, size: int, seed: int) -> Sequence[int]:
    return diverse_uncertain(probabilities, vectors, size, seed=seed)


STRATEGIES: dict[str, Choice] = {"random": _random, "uncertain": _uncertain, "diverse": _diverse}


def read(path: Path, dataset: str, label: str) -> Iterator[tuple[str, str]]:
    """(text, label) of the comments of the data sets whose name begins so."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            record: dict[str, Any] = json.loads(line)
            if not record["dataset"].startswith(dataset):
                continue
            themes = sorted({theme for theme, _ in record.get("labels") or ()})
            value = record.get("sentiment") if label == "sentiment" else themes[0] if len(themes) == 1 else None
            if value:
                yield record["text"], value


def simulate(
    pool: tuple[Vectors, Labels], test: tuple[Vectors, Labels], choose: Choice, budget: int, seed: int
) -> list[float]:
    """Macro-F1 on the test set after the first labels and after each batch, up to the budget."""
    vectors, labels = pool
    labelled = [int(index) for index in np.random.default_rng(seed).permutation(len(labels))[:START]]
    scores: list[float] = []
    while True:
        head = LogisticRegression(C=10.0, max_iter=1000).fit(vectors[labelled], labels[labelled])
        predicted = head.predict(test[0])
        scores.append(float(f1_score(test[1], predicted, average="macro", labels=np.unique(test[1]), zero_division=0)))
        if len(labelled) >= budget:
            return scores
        rest = np.setdiff1d(np.arange(len(labels)), labelled)
        size = min(BATCH, budget - len(labelled))
        chosen = choose(head.predict_proba(vectors[rest]), vectors[rest], size, seed * 10_000 + len(labelled))
        labelled += [int(index) for index in rest[list(chosen)]]


def reached(curve: Numbers, target: float) -> int | None:
    """The labels at which the curve reaches the target and stays there; None if it does not."""
    below = np.flatnonzero(curve < target)
    first = int(below[-1]) + 1 if len(below) else 0
    return START + BATCH * first if first < len(curve) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("--dataset", required=True, help="The beginning of the names of data sets.")
    parser.add_argument("--label", choices=["sentiment", "theme"], default="sentiment")
    parser.add_argument("--pool", type=int, default=4000, help="Comments of TRAIN, drawn at random.")
    parser.add_argument("--budget", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    annotator = load_annotator()
    train, test = (list(read(path, options.dataset, options.label)) for path in (options.train, options.test))
    values = [value for _, value in train]
    classes = sorted(value for value in set(values) if values.count(value) >= LEAST)
    train, test = ([pair for pair in pairs if pair[1] in classes] for pairs in (train, test))
    drawn = np.random.default_rng(0).permutation(len(train))[: options.pool]
    train = [train[index] for index in drawn]
    print(f"{options.dataset}, {options.label}: {len(classes)} labels, {len(train):,} comments, {len(test):,} to test")
    pool, tested = (
        (annotator.vectors([text for text, _ in pairs]), np.array([classes.index(value) for _, value in pairs]))
        for pairs in (train, test)
    )
    curves = {
        name: np.array([simulate(pool, tested, choose, options.budget, seed) for seed in range(options.seeds)])
        for name, choose in STRATEGIES.items()
    }
    target = float(curves["random"].mean(axis=0)[-1])
    rows = []
    for name, runs in curves.items():
        mean = runs.mean(axis=0)
        labels = reached(mean, target)
        share = f"{labels / options.budget:.0%}" if labels else "–"
        quarter = mean[(options.budget // 4 - START) // BATCH]
        rows.append(
            [name, f"{quarter:.3f}", f"{mean[-1]:.3f} ± {runs[:, -1].std(ddof=1):.3f}", str(labels or "–"), share]
        )
    print_table(
        ["strategy", "macro-F1 at a quarter", "at the budget", f"labels to {target:.3f}", "of the budget"], rows
    )


if __name__ == "__main__":
    main()
