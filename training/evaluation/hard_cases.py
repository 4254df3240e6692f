"""Accuracy on the hard cases of `training/data/hard_cases.toml`, by kind and by language.

python -m training.evaluation.hard_cases [--bundle FOLDER] [--wrong]
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from models.annotator import Annotator
from models.bundle import BUNDLED, open_bundle
from pipelines.annotate.classification import classify
from saywhy.annotation import Annotation, Polarity

CASES = Path(__file__).parents[1] / "data" / "hard_cases.toml"

#: Alternative themes, any of which is right, and their polarity.
Pair = tuple[frozenset[str], Polarity]


@dataclass(frozen=True)
class Case:
    """A comment, the sentiments that are right for it, and the (theme, polarity) pairs that a careful reader names."""

    kind: str
    language: str
    text: str
    sentiments: frozenset[Polarity]
    pairs: frozenset[Pair]


@dataclass(frozen=True)
class Outcome:
    """A case and its annotation."""

    case: Case
    annotation: Annotation

    @property
    def is_sentiment_right(self) -> bool:
        return self.annotation.sentiment.label in self.case.sentiments

    @property
    def recalled_pairs(self) -> frozenset[Pair]:
        """The expected pairs that some mention has."""
        predicted = {(mention.theme, mention.polarity) for mention in self.annotation.mentions}
        return frozenset(
            (themes, polarity)
            for themes, polarity in self.case.pairs
            if predicted & {(theme, polarity) for theme in themes}
        )


@dataclass(frozen=True)
class Share:
    """`right` of `total`; printed as 4/5 (80%)."""

    right: int
    total: int

    def __float__(self) -> float:
        return self.right / self.total if self.total else 1.0

    def __str__(self) -> str:
        return f"{self.right}/{self.total} ({float(self):.0%})" if self.total else "–"


def read_cases(path: Path = CASES) -> list[Case]:
    """The cases in the order of the file."""
    with path.open("rb") as file:
        kinds = tomllib.load(file)
    return [
        Case(
            kind,
            language,
            entry["text"],
            frozenset(map(Polarity, entry["feels"])),
            frozenset(
                (frozenset(themes.split("|")), Polarity(polarity))
                for themes, polarity in map(str.split, entry.get("about", []))
            ),
        )
        for kind, languages in kinds.items()
        for language, entries in languages.items()
        for entry in entries
    ]


def judge(cases: Sequence[Case], annotator: Annotator) -> list[Outcome]:
    """Classify the cases as `saywhy classify` does; the language is detected, not taken from the case."""
    classified = classify([(case.text, None) for case in cases], annotator)
    return [Outcome(case, annotation) for case, (_, annotation) in zip(cases, classified, strict=True)]


def sentiment_share(outcomes: Iterable[Outcome]) -> Share:
    """Share of the cases with a right sentiment."""
    is_right = [outcome.is_sentiment_right for outcome in outcomes]
    return Share(sum(is_right), len(is_right))


def pair_share(outcomes: Iterable[Outcome]) -> Share:
    """Share of the expected (theme, polarity) pairs that some mention has (recall)."""
    counts = [(len(outcome.recalled_pairs), len(outcome.case.pairs)) for outcome in outcomes]
    return Share(sum(recalled for recalled, _ in counts), sum(expected for _, expected in counts))


def report(outcomes: Sequence[Outcome]) -> str:
    """Markdown table: sentiment by kind and language, then sentiment and pairs by kind."""
    languages = list(dict.fromkeys(outcome.case.language for outcome in outcomes))
    kinds = list(dict.fromkeys(outcome.case.kind for outcome in outcomes))
    lines = [
        f"| kind | {' | '.join(languages)} | sentiment | (theme, polarity) |",
        "|---|" + "--:|" * (len(languages) + 2),
    ]

    def line(name: str, chosen: Sequence[Outcome]) -> str:
        cells = [str(sentiment_share(o for o in chosen if o.case.language == language)) for language in languages]
        return f"| {name} | {' | '.join(cells)} | {sentiment_share(chosen)} | {pair_share(chosen)} |"

    lines += [line(kind, [outcome for outcome in outcomes if outcome.case.kind == kind]) for kind in kinds]
    lines.append(line("**all**", outcomes))
    pairs = [str(pair_share(o for o in outcomes if o.case.language == language)) for language in languages]
    lines.append(f"| (theme, polarity) | {' | '.join(pairs)} | | {pair_share(outcomes)} |")
    return "\n".join(lines)


def report_wrong(outcomes: Sequence[Outcome]) -> str:
    """Markdown table of the cases with a wrong sentiment (in column `said`) or a missed pair."""
    lines = ["| kind | language | comment | said | missed |", "|---|---|---|---|---|"]
    for outcome in outcomes:
        case = outcome.case
        missed_pairs = case.pairs - outcome.recalled_pairs
        if missed_pairs or not outcome.is_sentiment_right:
            missed = ", ".join(f"{'|'.join(sorted(themes))} {polarity}" for themes, polarity in missed_pairs)
            wrong = "" if outcome.is_sentiment_right else str(outcome.annotation.sentiment.label)
            comment = " ".join(case.text.split())[:80]
            lines.append(f"| {case.kind} | {case.language} | {comment} | {wrong} | {missed} |")
    return "\n".join(lines)


def main(
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
    wrong: Annotated[bool, typer.Option(help="List every case that was read wrongly.")] = False,
) -> None:
    """Print the table."""
    outcomes = judge(read_cases(), Annotator(open_bundle(bundle)))
    print(report(outcomes))
    if wrong:
        print("\n" + report_wrong(outcomes))


if __name__ == "__main__":
    typer.run(main)
