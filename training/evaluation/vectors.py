"""Whether vectors cluster by intent: k-means on texts with known intents, against the base encoder's vectors.

    python -m training.evaluation.vectors --data DATA --base-vectors BASE.npy [--bundle FOLDER]

`BASE.npy` holds the base encoder's float32 vectors of `DATA/clusters/intents.jsonl.gz`: one row for each line of it.
NMI: normalised mutual information of the intents and k-means with the true k; mean over seeds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score

from models.annotator import Annotator
from models.arrays import Floats, Vectors, unit
from models.bundle import BUNDLED, open_bundle
from training.data.rows import read_intents


def nmi(vectors: Vectors, intents: NDArray[np.str_], seeds: int) -> Floats:
    """NMI for each seed (seeds,), of unit vectors (texts, hidden) and their intents (texts,)."""
    k = len(np.unique(intents))
    return np.array(
        [
            normalized_mutual_info_score(intents, KMeans(k, n_init=1, random_state=seed).fit_predict(vectors))
            for seed in range(seeds)
        ]
    )


def main(
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    base_vectors: Annotated[Path, typer.Option(help="The base encoder's vectors (.npy).")],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
    seeds: int = 5,
    every: Annotated[int, typer.Option(help="Take only every n-th text (faster).")] = 1,
) -> None:
    """Print the table."""
    entries = list(read_intents(data))
    base = np.load(base_vectors)
    if len(base) != len(entries):
        raise typer.BadParameter(f"{base_vectors} has {len(base)} rows, the intents have {len(entries)} texts")
    annotator = Annotator(open_bundle(bundle))
    print("| | texts | intents | NMI, base encoder | NMI, these vectors | difference | cosine to base |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for dataset in sorted({entry["dataset"] for entry in entries}):
        members = [i for i, entry in enumerate(entries) if entry["dataset"] == dataset][::every]
        intents = np.array([entries[i]["raw_labels"][0][0] for i in members])
        vectors = annotator.vectors([entries[i]["text"] for i in members])
        base_encoder = unit(base[members])
        before, after = nmi(base_encoder, intents, seeds), nmi(vectors, intents, seeds)
        print(
            f"| {dataset} | {len(members):,} | {len(set(intents))} | {before.mean():.3f} ± {before.std():.3f} "
            f"| {after.mean():.3f} ± {after.std():.3f} | {after.mean() - before.mean():+.3f} "
            f"| {(base_encoder * vectors).sum(axis=1).mean():.4f} |",
            flush=True,
        )


if __name__ == "__main__":
    typer.run(main)
