"""A survey of any size out of the sample's sentences, and annotations of it without an encoder."""

from __future__ import annotations

import csv
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.annotator import Annotator
from models.arrays import pack, unit, unpack
from saywhy.annotation import Annotation, Polarity, ThemeLabel
from saywhy.feedback import Comment
from saywhy.sample import SAMPLE

SCORE, COMMENT = "How likely are you to recommend us? (0-10)", "Why did you give this score?"
_ASKED = "How likely are you to recommend Tallybrook to a friend or colleague? (0-10)"  # in the sample
_SEGMENTS = ("Industry", "Plan", "Region")
_COLUMNS = ("Response ID", "Submitted At", "Wave", SCORE, COMMENT, "Language", *_SEGMENTS, "Customer ID", "Account")
_WAVES = (("2025-Q3", "2025-07"), ("2025-Q4", "2025-10"), ("2026-Q1", "2026-01"), ("2026-Q2", "2026-04"))

_STOPS = ".!?。！？"
_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*")  # of a sentence
_MOMENTS = {"en": " on {}/{} at {}:{:02}", "de": " am {}/{} um {}:{:02} Uhr"}
_MOMENT = re.compile(r" on \d+/\d+ at \d+:\d+| am \d+/\d+ um \d+:\d+ Uhr|（\d+/\d+ \d+:\d+）")
_MOMENT_SHARE = 0.4  # of the sentences say when: so most clauses are distinct, as they are in real surveys
_LENGTHS = (1, 2, 2, 3)  # sentences a comment


@dataclass(frozen=True, slots=True)
class _Answer:
    """One row of the sample that has a score: where it goes, and its sentences."""

    score: int
    language: str
    segments: tuple[str, ...]
    sentences: tuple[str, ...]


def sample() -> list[_Answer]:
    """What is recombined. Every sentence ends with a stop."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return [
            _Answer(
                int(row[_ASKED]),
                row["Language"],
                tuple(row[name] for name in _SEGMENTS),
                tuple(sentences(row[COMMENT])),
            )
            for row in csv.DictReader(file)
            if row[_ASKED]
        ]


def sentences(text: str) -> list[str]:
    """The sentences of a comment, each with one stop at its end."""
    parts = [" ".join(part.split()) for part in _END.split(text)]
    return [part.rstrip(_STOPS) + (part[-1] if part[-1] in _STOPS else ".") for part in parts if part.strip(_STOPS)]


def write(path: Path, rows: int, *, first: int = 0) -> None:
    """Write responses `first` … `first + rows - 1` as CSV: half of them with a comment, in four waves.

    Score, language and segments of a response are those of an answer of the sample; its comment is the sentences of
    answers of the same language and group, and some say when it happened.
    """
    chance = random.Random(f"survey {first}")
    answers = sample()
    said: dict[tuple[str, int], list[str]] = defaultdict(list)
    for answer in answers:
        said[answer.language, _group(answer)] += answer.sentences
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for number in range(first, first + rows):
            answer = chance.choice(answers)
            wave, month = _WAVES[number * 7919 % 4]
            comment = _comment(chance, said[answer.language, _group(answer)], answer.language) if number % 2 else ""
            customer = chance.randrange(rows // 2 + 1)
            moment = f"{month}-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:00Z"
            writer.writerow(
                (f"R-{number:08}", moment, wave, answer.score, comment, answer.language, *answer.segments,
                 f"C-{customer}", f"Account {customer // 3}")
            )  # fmt: skip


def _group(answer: _Answer) -> int:
    return (answer.score >= 7) + (answer.score >= 9)


def _comment(chance: random.Random, said: Sequence[str], language: str) -> str:
    chosen = chance.choices(said, k=chance.choice(_LENGTHS))
    for place, sentence in enumerate(chosen):
        if chance.random() < _MOMENT_SHARE:
            moment = _MOMENTS.get(language, "（{}/{} {}:{:02}）").format(
                chance.randint(1, 28), chance.randint(1, 12), chance.randrange(24), chance.randrange(60)
            )
            chosen[place] = sentence[:-1] + moment + sentence[-1]
    return " ".join(chosen)


class Prepared:
    """Stands in for an annotator, without its cost: puts comments of `write` together from annotated sentences.

    For profiling what is not the encoder. A clause that says when something happened gets a vector of its own.
    """

    def __init__(self, annotator: Annotator, width: int = 384) -> None:
        """`width` is that of the annotator's vectors."""
        self.model, self.code_frame = annotator.model, annotator.code_frame
        self._width = width
        self._annotator = annotator

    @cached_property
    def _known(self) -> dict[str, Annotation]:
        texts = {sentence: answer.language for answer in sample() for sentence in answer.sentences}
        found = self._annotator.annotate([Comment(text, language) for text, language in texts.items()])
        return dict(zip(texts, found, strict=True))

    @cached_property
    def _noise(self) -> NDArray[np.float32]:
        drawn = np.random.default_rng(0).normal(size=(4096, self._width)) * 0.01
        return drawn.astype(np.float32)

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        """One annotation a comment, in order."""
        return [self._joined(list(self._parts(comment.verbatim))) for comment in comments]

    def _parts(self, verbatim: str) -> Iterator[Annotation]:
        at = 0
        for part in filter(None, _END.split(verbatim)):
            at = verbatim.index(part, at)
            moment = _MOMENT.search(part)
            known = self._known[_MOMENT.sub("", part)]
            longer = len(moment.group()) if moment else 0
            limit = moment.start() if moment else len(part)
            noise = self._noise[zlib.crc32(moment.group().encode()) % 4096] if moment else None
            spans = {
                clause.start: (at + clause.start, at + clause.end + longer * (clause.end > limit))
                for clause in known.clauses
            }
            yield replace(
                known,
                mentions=tuple(replace(found, start=spans[found.start][0], end=spans[found.start][1])
                               for found in known.mentions),
                clauses=tuple(replace(found, start=spans[found.start][0], end=spans[found.start][1],
                                      vector=_moved(found.vector, noise)) for found in known.clauses),
            )  # fmt: skip
            at += len(part)

    def _joined(self, parts: list[Annotation]) -> Annotation:
        felt = {part.sentiment.label for part in parts}
        themes: dict[str, ThemeLabel] = {}
        for label in (label for part in parts for label in part.themes):
            themes[label.theme] = max(label, themes.get(label.theme, label), key=lambda found: found.confidence)
        return Annotation(
            self.model,
            parts[0].sentiment if len(felt) == 1 else replace(parts[0].sentiment, label=Polarity.MIXED),
            tuple(themes.values()),
            tuple(mention for part in parts for mention in part.mentions),
            tuple(clause for part in parts for clause in part.clauses),
            parts[0].vector,
        )


def _moved(vector: bytes, noise: NDArray[np.float32] | None) -> bytes:
    if noise is None:
        return vector
    moved = unpack(vector) + noise
    return pack(unit(moved))
