"""How long topics take, and how much memory, at 10,000, 50,000, 100,000 and 1,000,000 clauses.

    python -m benchmarks.topics_size [--sizes 10000 50000] [--bertopic 50000] [--texts FILE --text-field text]

Clauses are recombined from the sample that ships, or the lines of a JSONL file. Reading a million with the encoder
would take an hour, so the vectors of 4,000 are computed and those of all others are these with noise added (mean cosine
.9): enough to time the clustering on, not to judge it. Each size runs in a process of its own. BERTopic with its
defaults runs on the same texts and vectors at one size, in the same run.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.texts import recombined
from benchmarks.timing import print_table
from models.arrays import Vectors

SIZES = (10_000, 50_000, 100_000, 1_000_000)
_READ = 4_000
_NOISE = 0.48  # length of the noise against that of the vector: a mean cosine of .9


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--bertopic", type=int, default=50_000, help="size at which BERTopic runs too; 0: never")
    parser.add_argument("--texts", type=Path, help="JSON lines")
    parser.add_argument("--text-field", default="text")
    parser.add_argument("--one", nargs=2, metavar=("METHOD", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one[0], int(options.one[1]), options.texts, options.text_field)))
        return
    runs = [("saywhy", size) for size in options.sizes]
    runs += [("BERTopic, defaults", options.bertopic)] if options.bertopic else []
    rows = []
    for method, size in runs:
        command = [sys.executable, "-m", "benchmarks.topics_size", "--one", method, str(size)]
        command += ["--texts", str(options.texts), "--text-field", options.text_field] if options.texts else []
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        memory = f"{found['gigabytes']:.2f} GB"
        rows.append((method, f"{size:,}", f"{found['topics']}", f"{found['seconds']:.0f} s", memory))
    print_table(("method", "clauses", "topics", "time", "peak memory"), rows)


def one(method: str, size: int, file: Path | None, field: str) -> dict[str, float]:
    """Run one method at one size; memory is that of the whole process, the texts and vectors included."""
    texts, vectors = material(size, file, field)
    run = saywhy if method == "saywhy" else bertopic
    run(texts[:500], vectors[:500])  # imports and compilation
    started = time.perf_counter()
    topics = run(texts, vectors)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"topics": topics, "seconds": seconds, "gigabytes": peak}


def material(size: int, file: Path | None, field: str) -> tuple[list[str], Vectors]:
    """Texts, all different, and unit vectors (size, d)."""
    from models.annotator import load_annotator

    if file:
        with file.open(encoding="utf-8") as lines:
            said = list(dict.fromkeys(json.loads(line)[field] for line in lines))[:_READ]
    else:
        said = recombined(min(size, _READ))
    base = load_annotator().vectors(said)
    generator = np.random.default_rng(0)
    vectors = base[np.arange(size) % len(base)]
    for start in range(len(base), size, 10_000):  # in place, so that a million fit
        part = vectors[start : start + 10_000]
        part += _NOISE / np.sqrt(part.shape[1]) * generator.standard_normal(part.shape, np.float32)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return [said[place % len(said)] + _word(place // len(said)) for place in range(size)], vectors


def _word(number: int) -> str:
    """A word of its own for each number, none for 0; letters, since digits would be looked at as phone numbers."""
    letters = ""
    while number:
        number, letter = divmod(number, 26)
        letters += chr(ord("a") + letter)
    return f" {letters}" if letters else ""


def saywhy(texts: list[str], vectors: Vectors) -> int:
    """What the analysis does once clauses are annotated."""
    from pipelines.topics.clauses import ClauseText, find_topics
    from saywhy.annotation import Polarity
    from saywhy.code_frame import load_code_frame

    polarities = (Polarity.NEGATIVE, Polarity.POSITIVE)
    units = [
        ClauseText(f"{place:064x}", 0, len(text), text, "features", polarities[place % _READ % 2], language_of(text))
        for place, text in enumerate(texts)
    ]
    return len(find_topics(units, vectors, themes=load_code_frame())[0])


def bertopic(texts: list[str], vectors: Vectors) -> int:
    """BERTopic as it comes; its UMAP not seeded, so that it may use all cores."""
    from bertopic import BERTopic

    labels, _ = BERTopic(language="multilingual").fit_transform(texts, embeddings=vectors)
    return len(set(labels) - {-1})


def language_of(text: str) -> str:
    """Near enough for a benchmark: annotations come with a language."""
    return "zh-Hans" if any("\u4e00" <= character <= "\u9fff" for character in text) else "en"


if __name__ == "__main__":
    main()
