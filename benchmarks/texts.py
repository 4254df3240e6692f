"""Many distinct comments, recombined from those of the sample."""

from __future__ import annotations

import csv
import random

from saywhy.sample import SAMPLE

_COMMENT = "Why did you give this score?"
_JOIN = {"en": " ", "de": " ", "zh-Hans": "", "zh-Hant": ""}


def recombined(count: int, seed: int = 0) -> list[str]:
    """`count` distinct texts, each of one to three comments of the sample in one language, in random order."""
    by_language: dict[str, list[str]] = {}
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row[_COMMENT].strip() and len(row[_COMMENT]) < 200:
                by_language.setdefault(row["Language"], []).append(row[_COMMENT].strip())
    generator = random.Random(seed)
    languages = sorted(by_language)
    weights = [len(by_language[language]) for language in languages]
    texts: dict[str, None] = {}
    while len(texts) < count:
        language = generator.choices(languages, weights)[0]
        texts[_JOIN[language].join(generator.sample(by_language[language], generator.choice((1, 2, 2, 3))))] = None
    return list(texts)
