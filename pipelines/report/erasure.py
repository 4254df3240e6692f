"""Takes quotes of comments that are deleted, and labels in their words, out of stored reports.

A report keeps no link from a quote to its comment, and what a quote shows was masked and cut. So a quote is recognised
by its words: nearly all of its character 5-grams are in the comment. Rather one quote too many goes, which the next
analysis brings back, than that one stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from saywhy.issue import Issue
from saywhy.report import Report
from saywhy.text import fold

#: A text is of a comment that has at least this share of its 5-grams. Set by hand: an excerpt has all of them but for
#: those around a placeholder.
SHARE = 0.8

_GRAM = 5
_PLACEHOLDER = re.compile(r"\[[^\[\]]*\]|…")


def quoted(reports: Iterable[Report]) -> set[str]:
    """The texts of all quotes."""
    return {quote.text for report in reports for issue in _causes(report) for quote in issue.quotes}


def count_quotes(report: Report) -> int:
    """How many quotes a report has."""
    return sum(len(issue.quotes) for issue in _causes(report))


def words_of(texts: Collection[str], verbatims: Iterable[str]) -> set[str]:
    """Those of the texts that are words of one of the comments."""
    texts_with: dict[str, list[str]] = {}
    sizes: dict[str, int] = {}
    for text in texts:
        grams = set().union(*(_grams(fold(piece)) for piece in _PLACEHOLDER.split(text)))
        sizes[text] = len(grams)
        for gram in grams:
            texts_with.setdefault(gram, []).append(text)
    short = [gram for gram in texts_with if len(gram) < _GRAM]  # of pieces that are shorter than a gram
    words = set[str]()
    for verbatim in verbatims:
        comment = fold(verbatim)
        grams = _grams(comment) | {gram for gram in short if gram in comment}
        shared = Counter(text for gram in grams for text in texts_with.get(gram, ()))
        words |= {text for text, count in shared.items() if count >= SHARE * sizes[text]}
    return words


def without_quotes(report: Report, texts: Collection[str]) -> Report:
    """The report without the quotes that have one of these texts; the same object if it has none."""
    if quoted([report]).isdisjoint(texts):
        return report

    def cut(issue: Issue) -> Issue:
        return replace(issue, quotes=tuple(quote for quote in issue.quotes if quote.text not in texts))

    return replace(report, issues=tuple(map(cut, report.issues)), delights=tuple(map(cut, report.delights)))


def with_labels(report: Report, labels: Mapping[str, str]) -> Report:
    """The report with each of these labels replaced, wherever it stands."""
    if not labels:
        return report
    replaced: Report = _replaced(report, labels)
    return replaced


def _replaced(value: Any, labels: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return labels.get(value, value)
    if isinstance(value, tuple):
        return tuple(_replaced(member, labels) for member in value)
    if isinstance(value, dict):
        return {name: _replaced(member, labels) for name, member in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{member.name: _replaced(getattr(value, member.name), labels) for member in fields(value)}
        )
    return value


def _causes(report: Report) -> tuple[Issue, ...]:
    return report.issues + report.delights


def _grams(folded: str) -> set[str]:
    """The character 5-grams of a folded text; a shorter one is its only gram."""
    if not folded:
        return set()
    return {folded[start : start + _GRAM] for start in range(max(1, len(folded) - _GRAM + 1))}
