"""The page on a candidate, for people: self-contained, without scripts, one for each language.

The pages are files of the version, with checksums like all others: whoever opens one, also after the labels were
deleted or on another machine, reads what the candidate was judged by. Rendering them later, from `evaluation.json`,
would lack the comments to check, which that file does not have.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment

from models.bundle import REPORTS
from pipelines.render.context import Figure, FigureRow, FigureTable
from pipelines.render.document_context import LanguageLink
from pipelines.render.html import TEMPLATES, environment, self_contained
from pipelines.render.wording import LANGUAGE_NAMES
from training.retrain.comparison import CAUSES, KINDS, MIN_LABELS, Comparison
from training.retrain.learning_curve import as_svg
from training.retrain.ranking import Move
from training.retrain.report import Evaluation
from training.retrain.suspects import Suspect
from training.retrain.wording import RetrainingWording

#: Suspect labels that the page lists.
_LISTED = 50
#: Characters of a comment that it shows.
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ComparisonSection:
    """Comparisons on the same texts, a table for each kind."""

    title: str
    short: str
    hint: str
    tables: tuple[FigureTable, ...]


@dataclass(frozen=True, slots=True)
class SuspectSection:
    """Labels that look wrong: rows of comment, label, and what it rather is. `listed` tells of a list cut short."""

    hint: str
    listed: str
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class RetrainingPage:
    """What the page shows. `curve` is the drawing of the learning curve in Base64, None if no encoder was trained."""

    version: str
    languages: tuple[LanguageLink, ...]
    lead: str
    reasons: tuple[str, ...]
    sections: tuple[ComparisonSection, ...]
    ranking: FigureTable | None
    suspects: SuspectSection | None
    curve: str | None
    notes: tuple[str, ...]
    made: str


def page_of(version: str, evaluation: Evaluation, wording: RetrainingWording) -> str:
    """The page in the language of the wording.

    Its content security policy allows only the style sheet, by hash, and pictures in the page.
    """
    template = _environment().get_template("retraining.html.j2")
    return self_contained(template, wording, page=build_page(version, evaluation, wording))


def build_page(version: str, evaluation: Evaluation, wording: RetrainingWording) -> RetrainingPage:
    """What the page of a version shows, as texts."""
    drawing = as_svg(evaluation.curve, wording) if evaluation.curve else None
    return RetrainingPage(
        version=version,
        languages=tuple(
            LanguageLink(LANGUAGE_NAMES[language], language, name, language == wording.language)
            for language, name in REPORTS.items()
        ),
        lead=wording.say(
            "passes" if evaluation.verdict.passes else "fails",
            champion=evaluation.champion,
            margin=wording.exact(evaluation.options.margin),
        ),
        reasons=tuple(map(wording.reason, evaluation.reasons)),
        sections=tuple(
            ComparisonSection(
                title=wording.say(key),
                short=wording.say(f"{key}_short"),
                hint=wording.say(f"{key}_hint", n=wording.count(evaluation.tested_on)),
                tables=tuple(_tables(comparisons, evaluation.champion, wording)),
            )
            for key, comparisons in (("taught", evaluation.taught), ("reference", evaluation.reference))
        ),
        ranking=_ranking(evaluation, wording) if evaluation.moves else None,
        suspects=_suspects(evaluation, wording) if evaluation.suspects else None,
        curve=base64.b64encode(drawing.encode()).decode() if drawing else None,
        notes=tuple(_notes(evaluation, wording)),
        made=wording.moment(evaluation.at.isoformat()),
    )


def _tables(comparisons: Sequence[Comparison], champion: str, wording: RetrainingWording) -> Iterator[FigureTable]:
    """A table for each kind: all texts first, then by what groups are, and of these what lost most first."""
    columns = (wording.say("labels"), champion, wording.say("candidate"), wording.say("difference"))
    ordered = sorted(
        comparisons,
        key=lambda one: (KINDS.index(one.kind), one.group != ("all", ""), one.group[0], one.difference),
    )
    for kind, of_kind in groupby(ordered, key=lambda one: one.kind):
        rows = tuple(_row(comparison, wording) for comparison in of_kind)
        yield FigureTable(wording.kind(kind), "", wording.say("group"), columns, rows)


def _row(comparison: Comparison, wording: RetrainingWording) -> FigureRow:
    name, dimension = wording.group(comparison)
    mark = "better" if comparison.low > 0 else "worse" if comparison.high < 0 else None
    figures = (
        Figure(wording.count(comparison.labels)),
        Figure(wording.f1(comparison.champion)),
        Figure(wording.f1(comparison.candidate)),
        Figure(
            wording.f1(comparison.difference, signed=True),
            wording.interval_of(comparison),
            wording.say(mark) if mark else "",
        ),
    )
    return FigureRow(name, dimension, figures)


def _ranking(evaluation: Evaluation, wording: RetrainingWording) -> FigureTable:
    return FigureTable(
        title=wording.say("ranking"),
        hint=wording.say("ranking_hint", n=wording.count(evaluation.responses)),
        item_title=wording.say("cause"),
        columns=(wording["rank"], wording.say("points"), wording["responses"]),
        rows=tuple(_move(move, wording) for move in evaluation.moves),
    )


def _move(move: Move, wording: RetrainingWording) -> FigureRow:
    def change(before: str | None, after: str | None) -> Figure:
        return Figure(wording.say("before_after", before=before or "–", after=after or "–"))

    def points(value: float | None) -> str | None:
        return None if value is None else wording.points(value, decimals=2)

    def rank(value: int | None) -> str | None:
        return None if value is None else wording.count(value)

    figures = (
        change(rank(move.rank_before), rank(move.rank_after)),
        change(points(move.before), points(move.after)),
        change(wording.count(move.mentions_before), wording.count(move.mentions_after)),
    )
    badges = (wording.say("trend_breaks"),) if move.breaks else ()
    return FigureRow(wording.label(CAUSES, move.cause), "", figures, badges=badges)


def _suspects(evaluation: Evaluation, wording: RetrainingWording) -> SuspectSection:
    count = len(evaluation.suspects)
    hint = wording.say(
        "suspects_hint",
        n=wording.count(count),
        judged=wording.count(evaluation.judged),
        champion=evaluation.champion,
    )
    listed = wording.say("suspects_listed", n=wording.count(_LISTED)) if count > _LISTED else ""
    rows = tuple(_suspect(suspect, wording) for suspect in evaluation.suspects[:_LISTED])
    return SuspectSection(hint, listed, rows)


def _suspect(suspect: Suspect, wording: RetrainingWording) -> tuple[str, str, str]:
    text = suspect.text if len(suspect.text) <= _SHOWN else f"{suspect.text[:_SHOWN]}…"
    return text, wording.label(suspect.kind, suspect.label), wording.label(suspect.kind, suspect.instead)


def _notes(evaluation: Evaluation, wording: RetrainingWording) -> Iterator[str]:
    yield wording.say(
        "note_data",
        n=wording.count(evaluation.trained_on),
        kinds=wording["comma"].join(map(wording.kind, evaluation.kinds)),
        data=evaluation.data,
    )
    if evaluation.repeats:
        yield wording.say("note_repeats", n=wording.count(evaluation.repeats))
    yield wording.say(
        "note_intervals",
        n=wording.count(evaluation.options.resamples),
        margin=wording.exact(evaluation.options.margin),
    )
    yield wording.say("note_few", n=wording.count(MIN_LABELS))
    for kind, (before, after) in evaluation.calibration.items():
        yield wording.say(
            "note_calibration", kind=wording.kind(kind), before=wording.f1(before), after=wording.f1(after)
        )
    yield evaluation.trained(wording)


@cache
def _environment() -> Environment:
    return environment(Path(__file__).with_name("templates"), TEMPLATES)
