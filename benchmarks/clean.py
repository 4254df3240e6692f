"""Speed and memory of each step of the clean stage, and the accuracy of language detection.

    python -m benchmarks.clean [--file COMMENTS.jsonl] [--limit 50000]

A line of the file is an object with `text` and, for the second table, `lang` (BCP 47). Without a file, the
comments of the sample are repeated up to the limit, each copy with a number of its own.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import json
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from pipelines.clean import language
from pipelines.clean.language_tags import UNDETERMINED
from pipelines.clean.near_duplicates import DuplicateIndex
from pipelines.clean.non_answers import is_answer
from pipelines.clean.personal_data import mask
from saywhy.feedback import Comment
from saywhy.sample import SAMPLE

SHORT, MIDDLE = 25, 60  # characters from which a comment counts as middle and as long

Row = tuple[str, str | None]  # text, labelled language


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--file", type=Path, help="JSON lines, may be gzipped")
    parser.add_argument("--limit", type=int, default=50_000)
    options = parser.parse_args()
    rows = read_labelled(options.file, options.limit) if options.file else read_sample(options.limit)
    print(f"{len(rows):,} comments, {sum(len(text) for text, _ in rows) / len(rows):.0f} characters on average\n")
    speed(rows)
    if options.file:
        accuracy([(text, label) for text, label in rows if label and label != UNDETERMINED])


def read_labelled(path: Path, limit: int) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        entries = (json.loads(line) for line in itertools.islice(file, limit))
        return [(entry["text"], entry.get("lang")) for entry in entries]


def read_sample(limit: int) -> list[Row]:
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        column = next(name for name in reader.fieldnames or [] if name.startswith("Why"))
        texts = [row[column] for row in reader if row[column].strip()]
    copies = itertools.cycle(texts)
    return [(f"{next(copies)} {n // len(texts)}" if n >= len(texts) else next(copies), None) for n in range(limit)]


def speed(rows: list[Row]) -> None:
    """For each step: seconds to load, comments per second after loading, and peak memory of the process so far."""
    print(f"{'step':<12}{'load s':>8}{'comments/s':>12}{'peak MB':>9}")
    texts = [text for text, _ in rows]
    comments = [Comment(text) for text in dict.fromkeys(texts)]
    index = DuplicateIndex()
    steps: list[tuple[str, Callable[[], object], Callable[[], Iterable[object]], int]] = [
        ("language", language.load, lambda: [language.detect(text) for text in texts], len(texts)),
        ("is_answer", lambda: is_answer("no"), lambda: [is_answer(text) for text in texts], len(texts)),
        ("duplicates", lambda: None, lambda: index.add(comments), len(comments)),
        ("mask", lambda: mask("+49 30 901820"), lambda: [mask(text) for text in texts], len(texts)),
    ]
    for name, load, run, count in steps:
        started = time.perf_counter()
        load()
        loaded = time.perf_counter()
        run()
        seconds = time.perf_counter() - loaded
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{name:<12}{loaded - started:>8.2f}{count / seconds:>12,.0f}{peak:>9}")


def accuracy(rows: list[Row]) -> None:
    """Share of comments whose detected language is the label, by language and length; also with the label as hint."""
    sizes = ("short", "middle", "long")
    total: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    hinted: Counter[str] = Counter()
    for text, label in rows:
        assert label
        size = sizes[(len(text) >= SHORT) + (len(text) >= MIDDLE)]
        for key in ((label, size), (label, "all")):
            total[key] += 1
            right[key] += language.detect(text) == label
        hinted[label] += language.detect(text, label) == label
    print(f"\n{'language':<10}{'n':>7}" + "".join(f"{name:>9}" for name in ("all", *sizes)) + f"{'hinted':>9}")
    for label, _ in Counter(label for _, label in rows).most_common():
        assert label
        shares = [
            f"{right[label, size] / total[label, size]:>9.3f}" if total[label, size] else f"{'–':>9}"
            for size in ("all", *sizes)
        ]
        n = total[label, "all"]
        print(f"{label:<10}{n:>7}" + "".join(shares) + f"{hinted[label] / n:>9.3f}")


if __name__ == "__main__":
    main()
