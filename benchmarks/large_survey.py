"""Surveys of any size, recombined from the sentences of the sample survey."""

from __future__ import annotations

import csv
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.clean.read_text import read
from saywhy.sample import SAMPLE

SCORE, COMMENT = "How likely are you to recommend us? (0-10)", "Why did you give this score?"
_SAMPLE_SCORE = "How likely are you to recommend Tallybrook to a friend or colleague? (0-10)"
_SEGMENTS = ("Industry", "Plan", "Region")
_COLUMNS = ("Response ID", "Submitted At", "Wave", SCORE, COMMENT, "Language", *_SEGMENTS, "Customer ID", "Account")
WAVES = (("2025-Q3", "2025-07"), ("2025-Q4", "2025-10"), ("2026-Q1", "2026-01"), ("2026-Q2", "2026-04"))

_STOPS = ".!?。！？"
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*")
#: A time that `write` inserted into a sentence.
INSERTED_TIME = re.compile(r" on \d+/\d+ at \d+:\d+| am \d+/\d+ um \d+:\d+ Uhr|（\d+/\d+ \d+:\d+）")
_TIME_FORMATS = {"en": " on {}/{} at {}:{:02}", "de": " am {}/{} um {}:{:02} Uhr"}
_CHINESE_TIME_FORMAT = "（{}/{} {}:{:02}）"
#: Share of the sentences with a time, so that most clauses are distinct, as in real surveys.
_TIME_SHARE = 0.4
_SENTENCE_COUNTS = (1, 2, 2, 3)  # of a comment, equally likely


@dataclass(frozen=True, slots=True)
class SampleAnswer:
    """A row of the sample with a score: language, segments, and the sentences of its comment."""

    score: int
    language: str
    segments: tuple[str, ...]
    sentences: tuple[str, ...]

    @property
    def group(self) -> int:
        """0 for detractors, 1 for passives, 2 for promoters."""
        return (self.score >= 7) + (self.score >= 9)


def sample_answers() -> list[SampleAnswer]:
    """The answers of the sample that are recombined."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return [
            SampleAnswer(
                int(row[_SAMPLE_SCORE]),
                row["Language"],
                tuple(row[name] for name in _SEGMENTS),
                # As the model reads it: a name below the comment is no sentence that the model ever sees.
                tuple(sentences(read(row[COMMENT]).text)),
            )
            for row in csv.DictReader(file)
            if row[_SAMPLE_SCORE]
        ]


def sentences(text: str) -> list[str]:
    """The sentences of a comment, each with exactly one stop at its end."""
    parts = [" ".join(part.split()) for part in SENTENCE_END.split(text)]
    return [
        part.rstrip(_STOPS + ",") + (part[-1] if part[-1] in _STOPS else ".") for part in parts if part.strip(_STOPS)
    ]


def write(path: Path, rows: int, *, first: int = 0, waves: Sequence[tuple[str, str]] = WAVES) -> None:
    """Write responses `first` … `first + rows - 1` as CSV: every other one with a comment.

    `waves` are names and months, each with as many responses as the others.

    Score, language and segments of a response are those of a random answer of the sample. Its comment consists of
    sentences from answers of the same language and NPS group; some of them with a time inserted.
    """
    generator = random.Random(f"survey {first}")
    answers = sample_answers()
    sentence_pool: dict[tuple[str, int], list[str]] = defaultdict(list)
    for answer in answers:
        sentence_pool[answer.language, answer.group] += answer.sentences
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for number in range(first, first + rows):
            answer = generator.choice(answers)
            wave, month = waves[number * 7919 % len(waves)]
            pool = sentence_pool[answer.language, answer.group]
            comment = _comment(generator, pool, answer.language) if number % 2 else ""
            customer = generator.randrange(rows // 2 + 1)
            moment = f"{month}-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:00Z"
            writer.writerow(
                (f"R-{number:08}", moment, wave, answer.score, comment, answer.language, *answer.segments,
                 f"C-{customer}", f"Account {customer // 3}")
            )  # fmt: skip


def _comment(generator: random.Random, pool: Sequence[str], language: str) -> str:
    chosen = generator.choices(pool, k=generator.choice(_SENTENCE_COUNTS))
    for i, sentence in enumerate(chosen):
        if generator.random() < _TIME_SHARE:
            time = _TIME_FORMATS.get(language, _CHINESE_TIME_FORMAT).format(
                generator.randint(1, 28), generator.randint(1, 12), generator.randrange(24), generator.randrange(60)
            )
            chosen[i] = sentence[:-1] + time + sentence[-1]
    return " ".join(chosen)
