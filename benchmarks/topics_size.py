"""How long topics take, and how much memory, for 10,000, 50,000, 100,000 and 1,000,000 clauses.

    python -m benchmarks.topics_size [--sizes 10000 50000] [--bertopic 50000] [--texts FILE --text-field text]

Clauses are recombined from the bundled sample, or are the lines of a JSONL file. Encoding a million would take an hour,
so the vectors of 4,000 are computed, and all others are these with noise added (mean cosine .9): good enough to time
the clustering, not to judge it. Each size runs in its own process. BERTopic with its defaults runs on the same texts
and vectors, at one size.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.texts import recombined
from benchmarks.timing import print_table
from models.arrays import Vectors

SIZES = (10_000, 50_000, 100_000, 1_000_000)
_ENCODED = 4_000  # texts
_NOISE = 0.48  # length of the noise relative to that of the vector: a mean cosine of .9
_NOISE_BLOCK = 10_000  # rows to which noise is added at a time, in place, so that a million fit into memory
_WARM_UP = 500  # texts on which a method runs before it is timed, for imports and compilation


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--bertopic", type=int, default=50_000, help="size at which BERTopic runs too; 0: never")
    parser.add_argument("--texts", type=Path, help="JSON lines")
    parser.add_argument("--text-field", default="text")
    parser.add_argument("--one", nargs=2, metavar=("METHOD", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one[0], int(options.one[1]), options.texts, options.text_field)))
        return
    runs = [("saywhy", size) for size in options.sizes]
    runs += [("BERTopic, defaults", options.bertopic)] if options.bertopic else []
    rows = []
    for method, size in runs:
        command = [sys.executable, "-m", "benchmarks.topics_size", "--one", method, str(size)]
        command += ["--texts", str(options.texts), "--text-field", options.text_field] if options.texts else []
        process = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        result = json.loads(process.stdout.splitlines()[-1])
        memory = f"{result['gigabytes']:.2f} GB"
        rows.append((method, f"{size:,}", f"{result['topics']}", f"{result['seconds']:.0f} s", memory))
    print_table(("method", "clauses", "topics", "time", "peak memory"), rows)


def measure(method: str, size: int, file: Path | None, field: str) -> dict[str, float]:
    """Run one method at one size. The memory is that of the whole process, including texts and vectors."""
    texts, vectors = texts_and_vectors(size, file, field)
    cluster: Callable[[list[str], Vectors], int] = saywhy if method == "saywhy" else bertopic
    cluster(texts[:_WARM_UP], vectors[:_WARM_UP])
    started = time.perf_counter()
    topics = cluster(texts, vectors)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"topics": topics, "seconds": seconds, "gigabytes": peak}


def texts_and_vectors(size: int, file: Path | None, field: str) -> tuple[list[str], Vectors]:
    """Distinct texts, and unit vectors (size, d)."""
    from models.annotator import load_annotator

    if file:
        with file.open(encoding="utf-8") as lines:
            texts = list(dict.fromkeys(json.loads(line)[field] for line in lines))[:_ENCODED]
    else:
        texts = recombined(min(size, _ENCODED))
    encoded = load_annotator().vectors(texts)
    generator = np.random.default_rng(0)
    vectors = encoded[np.arange(size) % len(encoded)]
    for start in range(len(encoded), size, _NOISE_BLOCK):
        block = vectors[start : start + _NOISE_BLOCK]
        block += _NOISE / np.sqrt(block.shape[1]) * generator.standard_normal(block.shape, np.float32)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
    return [texts[row % len(texts)] + _suffix(row // len(texts)) for row in range(size)], vectors


def _suffix(number: int) -> str:
    """A made-up word for each number, none for 0. Of letters, since digits would be checked for phone numbers."""
    letters = ""
    while number:
        number, letter = divmod(number, 26)
        letters += chr(ord("a") + letter)
    return f" {letters}" if letters else ""


def saywhy(texts: list[str], vectors: Vectors) -> int:
    """What the first analysis does once clauses are annotated. Returns the number of topics."""
    from pipelines.topics.clauses import ClauseSet, ClauseText
    from pipelines.topics.tracking.refit import refit
    from saywhy.annotation import Polarity
    from saywhy.code_frame import load_code_frame

    polarities = (Polarity.NEGATIVE, Polarity.POSITIVE)
    clauses = [
        ClauseText(f"{row:064x}", 0, len(text), text, "features", polarities[row % _ENCODED % 2], language_of(text))
        for row, text in enumerate(texts)
    ]
    clause_set = ClauseSet.of(clauses, vectors)
    update = refit(None, clause_set, code_frame=load_code_frame(), model="benchmark", now=datetime.now(UTC))
    return sum(cluster.is_cause and cluster.parent is None for cluster in update.clusters)


def bertopic(texts: list[str], vectors: Vectors) -> int:
    """BERTopic with its defaults, and without a seed so that it may use all cores. Returns the number of topics."""
    from bertopic import BERTopic

    labels, _ = BERTopic(language="multilingual").fit_transform(texts, embeddings=vectors)
    return len(set(labels) - {-1})


def language_of(text: str) -> str:
    """Chinese or English, which is enough for a benchmark."""
    return "zh-Hans" if any("\u4e00" <= character <= "\u9fff" for character in text) else "en"


if __name__ == "__main__":
    main()
