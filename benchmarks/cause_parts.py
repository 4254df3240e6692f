"""How well the parts of a large library cause are found: share found, purity, and parts where none was planted.

    python -m benchmarks.cause_parts [--read]

`data/parts_of_causes.toml` has six causes with four parts each, 21 clauses a part in three languages, and a rest that
divides into nothing. The other causes with parts are divided as they were written for the library
(`training/data/causes`): about 300 clauses a cause in three languages, from any industry, so that few things come up
often enough for a part. `--read` prints examples of the parts found there, to judge them by reading.
"""

from __future__ import annotations

import argparse
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.timing import print_table
from models.annotator import Annotator, load_annotator
from models.arrays import Vectors
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.clustering.phrase_parts import PhraseCounts, find_phrase_parts
from pipelines.topics.clustering.subtopics import Parts
from pipelines.topics.library_parts import MIN_STABILITY, OPEN_CAUSES
from training.data.cause_library import read_clauses

WRITTEN_PARTS = Path(__file__).with_name("data") / "parts_of_causes.toml"
LANGUAGES = ("en", "de", "zh-Hans")
#: The name of the clauses that divide into nothing.
REST = "rest"
#: A planted part is found if a part has this share of its clauses, and if this share of the part is of it.
_MIN_RECALL, _MIN_PURITY = 0.4, 0.7
#: Every so many clauses of other causes, the phrases are counted that are no matter of a cause.
_ELSEWHERE_STEP = 5
_EXAMPLES = 6


@dataclass(frozen=True)
class WrittenCause:
    """The clauses of a cause with their languages, and the planted part of each."""

    texts: list[str]
    languages: list[str]
    planted: list[str]


def main() -> None:
    """Divide all causes and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--read", action="store_true", help="print examples of the parts of causes without planted parts"
    )
    read = parser.parse_args().read
    annotator, library = load_annotator(), library_causes()
    others = [
        pair for _, written in sorted(library.items()) for pair in zip(written.texts, written.languages, strict=True)
    ]
    elsewhere = PhraseCounts.of(others[::_ELSEWHERE_STEP])
    planted = planted_causes()
    rows = [(cause, *planted_row(written, divide(written, annotator, elsewhere))) for cause, written in planted.items()]
    print_table(("cause", "clauses", "planted", "parts", "found", "purity", "recall of found"), rows)
    divided = {
        cause: divide(written, annotator, elsewhere)
        for cause, written in sorted(library.items())
        if cause in OPEN_CAUSES - planted.keys()
    }
    count = sum(len(parts.stability) for parts in divided.values())
    print(f"\n{len(divided)} causes without planted parts: {count} parts")
    for cause, parts in divided.items() if read else ():
        for part in range(len(parts.stability)):
            texts = [library[cause].texts[row] for row in np.flatnonzero(parts.labels == part).tolist()]
            print(f"\n{cause}: {len(texts)}")
            print("\n".join(f"    {text}" for text in texts[:: max(1, len(texts) // _EXAMPLES)]))


def planted_causes() -> dict[str, WrittenCause]:
    """The causes with planted parts."""
    causes = {}
    for cause, parts in tomllib.loads(WRITTEN_PARTS.read_text("utf-8")).items():
        rows = [
            (text, language, part)
            for part, by_language in parts.items()
            for language, lines in by_language.items()
            for text in lines.strip().splitlines()
        ]
        causes[cause] = WrittenCause(*map(list, zip(*rows, strict=True)))
    return causes


def library_causes() -> dict[str, WrittenCause]:
    """The causes of the library as they were written, without planted parts."""
    causes: defaultdict[str, WrittenCause] = defaultdict(lambda: WrittenCause([], [], []))
    for clause in read_clauses():
        if clause.language in LANGUAGES:
            cause = causes[clause.cause]
            cause.texts.append(clause.text)
            cause.languages.append(clause.language)
            cause.planted.append(REST)
    return dict(causes)


def divide(cause: WrittenCause, annotator: Annotator, elsewhere: PhraseCounts) -> Parts:
    """The parts that are found in the clauses of a cause."""
    vectors: Vectors = annotator.vectors(cause.texts)
    centred = LanguageCentring(cause.languages).fit(vectors).transform(vectors)
    return find_phrase_parts(cause.texts, cause.languages, centred, elsewhere, min_stability=MIN_STABILITY)


def planted_row(cause: WrittenCause, parts: Parts) -> tuple[str, ...]:
    """Clauses, planted parts, parts, how many of the planted are found, mean purity of parts, mean recall of found."""
    sizes, planted = Counter(cause.planted), np.array(cause.planted)
    purity, recall = [], dict[str, float]()
    for part in range(len(parts.stability)):
        names = Counter(planted[parts.labels == part].tolist())
        name, count = names.most_common(1)[0]
        purity.append(count / names.total() if name != REST else 0.0)
        if purity[-1] >= _MIN_PURITY and count >= _MIN_RECALL * sizes[name]:
            recall[name] = max(count / sizes[name], recall.get(name, 0.0))
    means = (f"{np.mean(values):.2f}" if values else "–" for values in (purity, list(recall.values())))
    counts = (len(cause.texts), len(sizes.keys() - {REST}), len(purity), len(recall))
    return (*map(str, counts), *means)


if __name__ == "__main__":
    main()
