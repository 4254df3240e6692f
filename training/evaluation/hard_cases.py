"""How the hard cases of `tests/cases/hard_cases.toml` are read, by kind and by language.

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

CASES = Path(__file__).parents[2] / "tests" / "cases" / "hard_cases.toml"

#: Themes any of which is right, and how they must feel.
Pair = tuple[frozenset[str], Polarity]


@dataclass(frozen=True)
class Case:
    """A comment, the sentiments that are right for it, and the (theme, polarity) pairs that a reader would name."""

    kind: str
    language: str
    text: str
    feels: frozenset[Polarity]
    about: frozenset[Pair]


@dataclass(frozen=True)
class Outcome:
    """What was said of a case. `found` are the pairs of `case.about` that some mention has."""

    case: Case
    annotation: Annotation

    @property
    def felt(self) -> bool:
        return self.annotation.sentiment.label in self.case.feels

    @property
    def found(self) -> frozenset[Pair]:
        said = {(mention.theme, mention.polarity) for mention in self.annotation.mentions}
        return frozenset(
            (themes, polarity) for themes, polarity in self.case.about if said & {(theme, polarity) for theme in themes}
        )


@dataclass(frozen=True)
class Share:
    """So many right of so many."""

    right: int
    of: int

    def __float__(self) -> float:
        return self.right / self.of if self.of else 1.0

    def __str__(self) -> str:
        return f"{self.right}/{self.of} ({float(self):.0%})" if self.of else "–"


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
    """Classify the cases as the product does, without telling it their language."""
    answers = classify([(case.text, None) for case in cases], annotator)
    return [Outcome(case, annotation) for case, (_, annotation) in zip(cases, answers, strict=True)]


def sentiment_share(outcomes: Iterable[Outcome]) -> Share:
    """Cases with a right sentiment."""
    right = [outcome.felt for outcome in outcomes]
    return Share(sum(right), len(right))


def pair_share(outcomes: Iterable[Outcome]) -> Share:
    """Expected (theme, polarity) pairs that some mention has."""
    counts = [(len(outcome.found), len(outcome.case.about)) for outcome in outcomes]
    return Share(sum(found for found, _ in counts), sum(expected for _, expected in counts))


def report(outcomes: Sequence[Outcome]) -> str:
    """Markdown: sentiment by kind and language; then sentiment and pairs by kind."""
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


def main(
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
    wrong: Annotated[bool, typer.Option(help="List every case that was read wrongly.")] = False,
) -> None:
    """Print the table."""
    outcomes = judge(read_cases(), Annotator(open_bundle(bundle)))
    print(report(outcomes))
    if wrong:
        print("\n| kind | language | comment | said | missed |\n|---|---|---|---|---|")
        for outcome in outcomes:
            case = outcome.case
            missed = ", ".join(f"{'|'.join(sorted(t))} {polarity}" for t, polarity in case.about - outcome.found)
            if missed or not outcome.felt:
                said = "" if outcome.felt else str(outcome.annotation.sentiment.label)
                print(f"| {case.kind} | {case.language} | {' '.join(case.text.split())[:80]} | {said} | {missed} |")


if __name__ == "__main__":
    typer.run(main)
